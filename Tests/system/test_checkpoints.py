# SPDX-License-Identifier: Apache-2.0
"""Signed checkpoints against somebody who can write the database: what the chain cannot show, a copy elsewhere does."""

import base64
import hashlib
import http.server
import json
import shutil
import socket
import sqlite3
import struct
import subprocess
import threading
import time
from pathlib import Path

import pytest

from house import Ground, House


def waited(question, seconds: float = 20):
    """What the question gives once it gives anything."""
    end = time.monotonic() + seconds
    while not (found := question()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)
    return found


class Hook:
    """A web server that keeps what is posted to it; refuses while it is told to."""

    def __init__(self):
        self.bodies: list[bytes] = []
        self.refuses = True
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not hook.refuses:
                    hook.bodies.append(body)
                self.send_response(500 if hook.refuses else 204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook/s3cret-part"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Signed:
    """A house that was served with second places, some things done in it, and stopped; and what it left elsewhere."""

    def __init__(self, binary: Path, folder: Path, evidence):
        folder.mkdir(parents=True)
        self.binary, self.notes = binary, folder / "notes.txt"
        self.hook = Hook()
        self.syslog = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.syslog.bind(("127.0.0.1", 0))
        self.syslog.settimeout(20)
        options = (
            "--checkpoints-every", "1s", "--checkpoints-allow-private", "127.0.0.0/8",
            "--checkpoints-to", f"file:{self.notes}", "--checkpoints-to", self.hook.url,
            "--checkpoints-to", f"syslog://127.0.0.1:{self.syslog.getsockname()[1]}",
        )  # fmt: skip
        self.house = House(binary, folder / "house", evidence, options)
        control = self.house.control()
        self.key = control.need(200, "GET", "/v1/audit/key")["verifier_key"]
        ground = Ground(control, "signed")
        waited(lambda: self.sizes() and self.sizes()[-1] >= self.events(control))
        ground.issue()
        waited(lambda: self.sizes()[-1] >= self.events(control))
        self.hook.refuses = False
        ground.issue()
        self.total = self.events(control)
        control.close()
        self.status = self.house.server.stop()
        self.data = self.house.data_folder

    @staticmethod
    def events(control) -> int:
        return control.need(200, "GET", "/v1/events?limit=200")["items"][-1]["sequence"]

    def sizes(self) -> list[int]:
        """Of the checkpoints in the file, in its order."""
        if not self.notes.exists():
            return []
        return [int(lines.split("\n")[1]) for lines in self.notes.read_text().split("\n\n") if not lines.startswith("\u2014 ") and lines]

    def copy(self, folder: Path) -> "Copy":
        shutil.copytree(self.data, folder / "data")
        return Copy(self, folder / "data")


class Copy:
    """The data directory in the hands of somebody who may write it."""

    def __init__(self, signed: Signed, data: Path):
        self.signed, self.data = signed, data
        self.database = sqlite3.connect(data / "bitting.db", isolation_level=None)

    def run(self, *statements: str) -> None:
        for statement in statements:
            self.database.execute(statement)

    def cut(self, last: int) -> None:
        """The end of the trail and everything in the database that remembers it."""
        self.run(
            f"DELETE FROM events WHERE sequence > {last}",
            f"UPDATE heads SET sequence = {last}, hash = (SELECT hash FROM events WHERE sequence = {last}) WHERE name = 'events'",
            f"DELETE FROM checkpoints WHERE size > {last}",
        )

    def rewrite(self, lie: int) -> None:
        """One event says something else, and every hash from there on is right again."""
        self.run(f"UPDATE events SET action = 'key.read' WHERE sequence = {lie}")
        columns = "sequence, id, at, action, outcome, caller, address, subject, account, details"
        previous = self.database.execute("SELECT previous FROM events WHERE sequence = 1").fetchone()[0]
        for row in self.database.execute(f"SELECT {columns} FROM events ORDER BY sequence").fetchall():
            digest = event_hash(previous, row)
            self.database.execute("UPDATE events SET previous = ?, hash = ? WHERE sequence = ?", (previous, digest, row[0]))
            previous = digest
        self.database.execute("UPDATE heads SET hash = ? WHERE name = 'events'", (previous,))
        self.run("DELETE FROM checkpoints")

    def verify(self, *options: str) -> subprocess.CompletedProcess:
        self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return verify(self.signed.binary, self.data, *options)

    def prove(self) -> subprocess.CompletedProcess:
        return self.verify("--checkpoints", str(self.signed.notes), "--key", self.signed.key)


def verify(binary: Path, place: Path, *options: str) -> subprocess.CompletedProcess:
    return subprocess.run([binary, "audit", "verify", place, *options], capture_output=True, text=True, timeout=60, check=False)


def event_hash(previous: bytes, row: tuple) -> bytes:
    """As Sources/Access/Event.swift says it is made."""
    sequence, id_, at, action, outcome, caller, address, subject, account, details = row
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at // 1000)) + f".{at % 1000:03}Z"
    facts = sorted(json.loads(details).items())
    fields = [str(sequence), id_, moment, action, outcome, caller, address, subject, account, str(len(facts))]
    fields += [text for fact in facts for text in fact]
    coded = [b"\0" if text is None else b"\1" + struct.pack(">I", len(text.encode())) + text.encode() for text in fields]
    return hashlib.sha256(previous + b"".join(coded)).digest()


@pytest.fixture(scope="module")
def signed(binary, evidence):
    return Signed(binary, evidence.root / __name__, evidence)


def test_each_place_got_the_checkpoints_and_the_last_one_at_the_end(signed):
    assert signed.status == 0
    sizes = signed.sizes()
    assert sizes == sorted(sizes) and sizes[-1] == signed.total
    assert signed.notes.stat().st_mode & 0o777 == 0o600
    last = signed.notes.read_text().rstrip("\n").split("\n\n")[-2:]
    assert signed.hook.bodies[-1].decode() == "\n\n".join(last) + "\n"
    lines = [signed.syslog.recv(4096).decode()]
    signed.syslog.setblocking(False)
    try:
        while True:
            lines.append(signed.syslog.recv(4096).decode())
    except BlockingIOError:
        pass
    assert all(line.startswith("<110>1 ") for line in lines)
    assert base64.b64decode(lines[-1].split()[-1]) == signed.hook.bodies[-1]


def test_a_place_that_fails_is_told_once_each_way_and_without_its_path(signed):
    log = signed.house.server.log.read_text()
    assert log.count("does not take checkpoints") == 1 and log.count("takes checkpoints again") == 1, log
    assert "s3cret-part" not in log


def test_the_trail_is_proven_from_the_folder_and_from_an_export(signed, tmp_path):
    told = signed.copy(tmp_path).prove()
    assert told.returncode == 0, told.stderr
    assert f"events 1 to {signed.total}." in told.stdout


def test_python_hashes_events_as_the_program_does(signed, tmp_path):
    copy = signed.copy(tmp_path)
    copy.rewrite(10**6)
    assert copy.prove().returncode == 0


def test_a_cut_end_is_seen_by_the_copy_of_the_checkpoints_alone(signed, tmp_path):
    copy = signed.copy(tmp_path)
    copy.cut(signed.total - 2)
    assert copy.verify().returncode == 0, "this is what the chain cannot show"
    told = copy.prove()
    assert told.returncode == 1
    assert "cut off at the end: 2 events are missing" in told.stderr


def test_a_trail_written_anew_is_seen_by_the_copy_of_the_checkpoints_alone(signed, tmp_path):
    copy = signed.copy(tmp_path)
    copy.rewrite(2)
    assert copy.verify().returncode == 0, "this is what the chain cannot show"
    told = copy.prove()
    assert told.returncode == 1
    assert "among the events 1 to " in told.stderr


def test_a_server_on_a_cut_trail_does_not_go_on_as_if_nothing_was(signed, tmp_path, evidence):
    """It serves, but what it signs from then on does not fit what it signed before."""
    copy = signed.copy(tmp_path)
    copy.run(f"DELETE FROM events WHERE sequence > {signed.total - 2}")
    copy.run(
        "UPDATE heads SET sequence = (SELECT MAX(sequence) FROM events), hash = (SELECT hash FROM events ORDER BY sequence DESC LIMIT 1) "
        "WHERE name = 'events'"
    )
    copy.database.close()
    log = tmp_path / "serve.log"
    with log.open("wb") as sink:
        server = subprocess.Popen(
            [signed.binary, "serve", "--data", copy.data, "--data-address", "127.0.0.1:0", "--control-address", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=sink,
        )  # fmt: skip
    try:
        assert b'"ready":true' in server.stdout.readline()
        waited(lambda: "The audit trail cannot be signed" in log.read_text())
    finally:
        server.terminate()
        assert server.wait(30) == 0
    assert f"{signed.total} events were signed and it ends at {signed.total - 2}" in log.read_text()


def test_altered_and_foreign_notes_are_refused(signed, tmp_path):
    copy = signed.copy(tmp_path)
    whole = signed.notes.read_text()
    altered = tmp_path / "altered.txt"
    key = signed.key
    for text in (
        whole.replace(f"\n{signed.total}\n", f"\n{signed.total - 1}\n"),
        whole[:-40],
        whole.replace("at 20", "at 19", 1),
    ):
        altered.write_text(text)
        told = copy.verify("--checkpoints", str(altered), "--key", key)
        assert told.returncode == 1, (text[-300:], told.stdout)
    name, _, raw = key.split("+", 2)
    other = bytearray(base64.b64decode(raw))
    other[5] ^= 1
    digest = hashlib.sha256(name.encode() + b"\n" + bytes(other)).hexdigest()[:8]
    told = copy.verify("--checkpoints", str(signed.notes), "--key", f"{name}+{digest}+{base64.b64encode(other).decode()}")
    assert told.returncode == 1 and "is not signed by" in told.stderr


def test_an_export_is_checked_as_the_folder_is(signed, tmp_path, evidence):
    signed.house.restart()
    try:
        environment = {"BITTING_URL": f"http://{signed.house.server.control_address}", "BITTING_KEY": signed.house.management}

        def bitting(*words: str) -> subprocess.CompletedProcess:
            return subprocess.run([signed.binary, *words], env=environment, capture_output=True, text=True, timeout=60, check=False)

        trail, notes = tmp_path / "trail.jsonl", tmp_path / "notes.txt"
        assert bitting("audit", "export", str(trail)).returncode == 0
        assert bitting("audit", "key").stdout.strip() == signed.key, "the key stays over a restart"
        notes.write_text(bitting("audit", "checkpoints").stdout)
    finally:
        assert signed.house.server.stop() == 0
    told = verify(signed.binary, trail, "--checkpoints", str(notes), "--key", signed.key)
    assert told.returncode == 0 and "Proven by" in told.stdout, told
    lines = trail.read_text().splitlines(keepends=True)
    trail.write_text("".join(lines[:-1]))
    assert verify(signed.binary, trail).returncode == 0
    assert verify(signed.binary, trail, "--checkpoints", str(notes), "--key", signed.key).returncode == 1
    trail.write_text("".join(lines[3:]))
    told = verify(signed.binary, trail, "--checkpoints", str(notes), "--key", signed.key)
    assert told.returncode == 2 and "begins at event 4" in told.stderr


@pytest.mark.parametrize("place", ["https://user@host/", "http://127.1/", "https://host/#x"])
def test_a_place_that_cannot_be_is_refused_at_the_start(signed, place):
    told = subprocess.run(
        [signed.binary, "serve", "--data", signed.data, "--checkpoints-to", place], capture_output=True, text=True, timeout=30, check=False
    )
    assert told.returncode == 2 and "fix:" in told.stderr and place not in told.stderr
