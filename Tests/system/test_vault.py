# SPDX-License-Identifier: Apache-2.0
"""Where the master key comes from, how it is followed by another while calls go on, and what never opens again."""

import itertools
import json
import os
import random
import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from terminal import Program
from upstream import Upstream
from vaulted import Vaulted

NUMBERS = itertools.count()
PASSPHRASE = "correct horse battery staple"


@pytest.fixture(scope="module")
def upstream():
    made = Upstream()
    yield made
    made.close()


@pytest.fixture
def make(binary, evidence):
    """Makes installations; whatever still runs at the end is stopped."""
    made: list[Vaulted] = []

    def make(*init: str, **options) -> Vaulted:
        folder = evidence.root / f"vault-{next(NUMBERS)}"
        made.append(Vaulted(binary, folder, evidence, *init, **options))
        return made[-1]

    yield make
    for each in made:
        if each.server is not None:
            each.server.kill()


@pytest.fixture
def keys(tmp_path) -> Path:
    """Where keys lie that are no part of the data."""
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    return folder


def written(path: Path, text: str, mode: int = 0o400) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def new_key(binary: Path, path: Path) -> Path:
    assert Program(binary).run("vault", "new-key", "--out", str(path)).status == 0
    return path


def program(path: Path, text: str) -> Path:
    return written(path, "#!/bin/sh\n" + text, 0o700)


# Sources


def test_a_key_from_a_file_elsewhere(make, keys, upstream):
    for number, source in enumerate([f"{keys}/a.key", f"file:{keys}/b.key"]):
        vaulted = make("--master-key", source)
        assert not (vaulted.data / "master.key").exists()
        vaulted.serve("--master-key", source)
        vaulted.lend(upstream, f"file{number}")
        assert vaulted.opens(upstream, f"file{number}")
        vaulted.stop()
        assert "Cannot read" in vaulted.refuses_to_serve()


def test_a_credential_of_systemd(make, binary, keys, upstream):
    key = new_key(binary, keys / "bitting.master")
    key.chmod(0o440)  # what the mask of its access list looks like
    environment = {"CREDENTIALS_DIRECTORY": str(keys)}
    vaulted = make("--master-key", "credential:bitting.master", environment=environment)
    vaulted.serve("--master-key", "credential:bitting.master")
    vaulted.lend(upstream, "credential")
    assert vaulted.opens(upstream, "credential")
    vaulted.stop()
    assert "no credential other" not in vaulted.refuses_to_serve("--master-key", "credential:other")
    key.chmod(0o444)
    assert "Others can read" in vaulted.refuses_to_serve("--master-key", "credential:bitting.master")
    vaulted.environment = {}
    assert "CREDENTIALS_DIRECTORY is not set" in vaulted.refuses_to_serve("--master-key", "credential:bitting.master")


def test_a_command_prints_the_key(make, binary, keys, upstream):
    key = new_key(binary, keys / "the.key")
    helper = program(keys / "helper", 'echo "asked for $1" >&2; cat "$1"\n')
    source = f"command:{helper} {key}"
    vaulted = make("--master-key", source)
    vaulted.serve("--master-key", source)
    vaulted.lend(upstream, "command")
    assert vaulted.opens(upstream, "command")
    vaulted.stop()
    assert "asked for" in (vaulted.folder / "serve.log").read_text(), "what it says is passed on"


@pytest.mark.parametrize(
    "text, said",
    [
        ("echo no device >&2; exit 3\n", "ended with 3"),
        ("kill -9 $$\n", "ended with 137"),
        ("true\n", "no master key in"),
        ("echo hello\n", "no master key in"),
        ("yes | head -c 100000\n", "printed more than"),
    ],
)
def test_a_command_that_gives_no_key_is_told(make, keys, text, said):
    vaulted = make()
    told = vaulted.refuses_to_serve("--master-key", f"command:{program(keys / 'helper', text)}")
    assert said in told
    assert "no device" in told or "device" not in text


def test_there_is_no_shell(make, keys):
    vaulted = make()
    told = vaulted.refuses_to_serve("--master-key", f"command:/bin/echo x;touch {keys}/owned")
    assert not (keys / "owned").exists()
    assert "Cannot start" in vaulted.refuses_to_serve("--master-key", "command:/nowhere/program")
    assert "master key" in told


def test_a_passphrase_from_a_file(make, keys, upstream):
    source = f"passphrase:{written(keys / 'words', PASSPHRASE + chr(10))}"
    vaulted = make("--master-key", source)
    vaulted.serve("--master-key", source)
    vaulted.lend(upstream, "passphrase")
    assert vaulted.opens(upstream, "passphrase")
    vaulted.stop()
    wrong = written(keys / "wrong", PASSPHRASE + "!")
    told = vaulted.refuses_to_serve("--master-key", f"passphrase:{wrong}")
    assert "The passphrase is wrong" in told
    damaged = vaulted.data / "bitting.db"
    sql(damaged, "UPDATE keyring SET box = x'00' || substr(box, 2, 16) || x'00' || substr(box, 19)")
    told = vaulted.refuses_to_serve("--master-key", source)
    assert "passphrase" not in told.split("fix:")[0] and "was altered" in told
    for path in vaulted.data.rglob("*"):
        assert PASSPHRASE.encode() not in path.read_bytes()


def test_a_passphrase_is_asked_for(binary, evidence, tmp_path):
    data = tmp_path / "data"
    told = Program(binary).on_terminal(
        "init", "--data", str(data), "--master-key", "passphrase",
        typed={"New passphrase: ": PASSPHRASE, "The same again: ": PASSPHRASE},
    )
    assert told.status == 0 and PASSPHRASE not in told.out, told
    told = Program(binary).on_terminal(
        "vault", "shares", "--data", str(data), "--master-key", "passphrase", typed={"Passphrase: ": PASSPHRASE}
    )
    assert told.status == 0 and told.out.count("bitting-share-1") == 5
    told = Program(binary).on_terminal(
        "vault", "shares", "--data", str(data), "--master-key", "passphrase", typed={"Passphrase: ": "not this one"}
    )
    assert told.status == 2 and "passphrase is wrong" in told.out
    assert "Nobody is there" in Program(binary).run("serve", "--data", str(data), "--master-key", "passphrase").err


def test_a_short_passphrase_is_refused(binary, keys, tmp_path):
    short = written(keys / "short", "secret")
    told = Program(binary).run("init", "--data", str(tmp_path / "data"), "--master-key", f"passphrase:{short}")
    assert told.status == 2 and "fewer than 12" in told.err


def test_it_refuses_to_start_with_what_does_not_belong_together(make, binary, keys):
    vaulted = make()
    own = vaulted.data / "master.key"
    other = new_key(binary, keys / "other.key")
    told = vaulted.refuses_to_serve("--master-key", str(other))
    assert "was sealed under master key" in told and other.read_text().split()[1] in told
    words = own.read_text().split()
    posing = written(keys / "posing.key", f"{words[0]} {words[1]} {other.read_text().split()[2]}\n")
    assert "same id, other bytes" in vaulted.refuses_to_serve("--master-key", str(posing))
    readable = shutil.copy(own, keys / "readable.key")
    for mode in (0o440, 0o404, 0o600 | 0o020, 0o644):
        readable.chmod(mode)
        assert "Others can read" in vaulted.refuses_to_serve("--master-key", str(readable))
    for text in ("", "credential:../x", "passphrase:", "command:"):
        assert vaulted.run("serve", "--data", str(vaulted.data), f"--master-key={text}").status == 2
    for secret in (words[2], other.read_text().split()[2]):
        assert secret not in told


# Following the master key


def test_the_master_key_is_followed_while_calls_go_on(make, upstream):
    vaulted = make()
    old = vaulted.data / "master.key"
    former, former_id = old.read_bytes(), old.read_text().split()[1]
    vaulted.serve()
    vaulted.lend(upstream, "rekey")
    done, failures = threading.Event(), []

    def call() -> None:
        while not done.is_set():
            if not vaulted.opens(upstream, "rekey"):
                failures.append(1)

    caller = threading.Thread(target=call)
    caller.start()
    for _ in range(3):
        told = vaulted.vault("vault", "rekey", "--data", str(vaulted.data))
        assert told.status == 0, told
    done.set()
    caller.join(30)
    assert failures == []
    new = old.read_text().split()[1]
    assert new != former_id and new in told.out
    assert oct(old.stat().st_mode & 0o777) == "0o400"
    assert (vaulted.data / f"master.key.{former_id}").read_bytes() == former, "kept until somebody destroys it"
    assert not (vaulted.data / "master.next").exists()
    assert vaulted.control().need(200, "GET", "/v1/vault")["master_key_id"] == new
    events = [event for event in vaulted.control().items("/v1/events") if event["action"] == "vault.rotate_master_key"]
    assert len(events) == 3 and events[-1]["details"]["to"] == new
    vaulted.stop()
    assert "was sealed under" in vaulted.refuses_to_serve("--master-key", str(vaulted.data / f"master.key.{former_id}"))
    vaulted.serve()
    assert vaulted.opens(upstream, "rekey")
    vaulted.stop()


def test_nothing_but_the_terms_is_encrypted_anew(make, upstream):
    vaulted = make()
    vaulted.serve()
    vaulted.lend(upstream, "terms")

    def boxes() -> tuple:
        return tuple(rows(vaulted.data / "bitting.db", f"SELECT box FROM {table}") for table in ("credential_versions", "data_keys", "keyring"))

    before = boxes()
    assert vaulted.vault("vault", "rekey", "--data", str(vaulted.data)).status == 0
    after = boxes()
    assert after[:2] == before[:2] and after[2] != before[2]
    assert json.loads(vaulted.vault("vault", "rotate-term", "--json").out)["rewrapped"] == 1
    assert boxes()[0] == before[0] and boxes()[1] != before[1]
    assert vaulted.opens(upstream, "terms")
    vaulted.stop()
    # The wrappings of before are in no file any more.
    for path in vaulted.data.rglob("*"):
        for (box,) in before[1] + before[2]:
            assert box not in path.read_bytes(), path
    vaulted.serve()
    assert vaulted.opens(upstream, "terms")
    vaulted.stop()


def test_the_master_key_goes_to_another_source(make, binary, keys, upstream):
    vaulted = make()
    vaulted.serve()
    vaulted.lend(upstream, "moved")
    key = new_key(binary, keys / "k")
    words = written(keys / "words", PASSPHRASE)
    helper = program(keys / "helper", f"cat {key}\n")
    in_use: tuple[str, ...] = ()
    for source in (f"command:{helper}", f"passphrase:{words}", str(keys / "fresh.key")):
        told = vaulted.vault("vault", "rekey", "--data", str(vaulted.data), "--to", source, *in_use)
        assert told.status == 0 and "from now on" in told.out, told
        assert vaulted.opens(upstream, "moved")
        # Until the new source is named, the note in the data folder is followed.
        vaulted.stop()
        vaulted.serve(*in_use)
        assert vaulted.opens(upstream, "moved")
        vaulted.stop()
        in_use = ("--master-key", source)
        vaulted.serve(*in_use)
        assert vaulted.opens(upstream, "moved")
        assert not (vaulted.data / "master.next").exists()
    vaulted.stop()
    assert "was sealed under" in vaulted.refuses_to_serve()


def test_the_master_key_is_followed_without_a_server(make, upstream):
    vaulted = make()
    vaulted.serve()
    vaulted.lend(upstream, "offline")
    vaulted.stop()
    former = (vaulted.data / "master.key").read_text()
    told = vaulted.vault("vault", "rekey", "--data", str(vaulted.data))
    assert told.status == 0, told
    assert (vaulted.data / "master.key").read_text() != former
    vaulted.serve()
    assert vaulted.opens(upstream, "offline")
    vaulted.stop()


def test_a_file_that_does_not_hold_the_key_in_use_is_not_replaced(make, binary, keys):
    """Whoever forgets to say where the key in use is must not be told that it was replaced."""
    vaulted = make("--master-key", str(keys / "own.key"))
    vaulted.serve("--master-key", str(keys / "own.key"))
    assert "Cannot read" in vaulted.vault("vault", "rekey", "--data", str(vaulted.data)).err
    other = new_key(binary, keys / "other.key")
    told = vaulted.vault("vault", "rekey", "--data", str(vaulted.data), "--master-key", str(other))
    assert told.status == 2 and other.read_text().split()[1] in told.err
    assert not (vaulted.data / "master.next").exists()
    assert vaulted.vault("vault", "rekey", "--data", str(vaulted.data), "--master-key", str(keys / "own.key")).status == 0
    vaulted.stop()
    vaulted.serve("--master-key", str(keys / "own.key"))
    vaulted.stop()


def test_a_call_over_the_network_cannot_say_what_is_read_or_run(make, binary, keys):
    vaulted = make()
    vaulted.serve()
    control = vaulted.control()
    key = new_key(binary, keys / "k")
    name = key.read_text().split()[1]
    assert control.call("POST", "/v1/vault/rotate-master-key", {"master_key_id": name}).status == 409
    for body in ({}, {"master_key_id": name, "source": f"file:{key}"}, {"master_key_id": "x"}, {"master_key_id": None}):
        assert control.call("POST", "/v1/vault/rotate-master-key", body).status == 422
    # What is staged is taken under its own id only.
    program(keys / "helper", f"touch {keys}/ran; cat {key}\n")
    staged = vaulted.data / "master.next"
    written(staged, f"bitting-master-source-1 {name} keep command:{keys}/helper\n", 0o600)
    assert control.call("POST", "/v1/vault/rotate-master-key", {"master_key_id": "0" * 16}).status == 409
    weak = control.need(200, "GET", "/v1/vault")
    assert weak["term"] == 1 and not (keys / "ran").exists()
    written(staged, f"bitting-master-source-1 {'1' * 16} keep command:{keys}/helper\n", 0o600)
    answer = control.call("POST", "/v1/vault/rotate-master-key", {"master_key_id": "1" * 16})
    assert answer.status == 409 and "another master key" in answer.json()["detail"]
    staged.unlink()
    assert control.need(200, "GET", "/v1/vault") == weak
    vaulted.stop()


def test_kill_9_while_the_master_key_is_followed(make, upstream):
    """At whatever moment: what lies in the data folder opens it."""
    vaulted = make()
    vaulted.serve()
    vaulted.lend(upstream, "killed")
    chance = random.Random(20261123)
    rotated = 0
    for _ in range(12):
        before = (vaulted.data / "master.key").read_text()
        command = subprocess.Popen(
            [vaulted.binary, "vault", "rekey", "--data", vaulted.data], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=os.environ | vaulted.door_settings,
        )
        time.sleep(chance.uniform(0, 0.25))  # not to make it pass: any moment will do
        vaulted.kill()
        command.kill()
        command.wait()
        vaulted.serve()
        assert vaulted.opens(upstream, "killed")
        rotated += (vaulted.data / "master.key").read_text() != before
    vaulted.stop()
    print(f"\n12 kills, {rotated} of them after the rotation")


@pytest.mark.parametrize("is_linked", [False, True])
def test_killed_between_the_transaction_and_the_move_of_the_file(make, upstream, is_linked):
    """Made by hand, so that these moments are certain: the database is under the new key, the old file in its place."""
    vaulted = make()
    vaulted.serve()
    vaulted.lend(upstream, "between")
    key = vaulted.data / "master.key"
    former = key.read_bytes()
    assert vaulted.vault("vault", "rekey", "--data", str(vaulted.data)).status == 0
    vaulted.kill()
    name = key.read_text().split()[1]
    staged = vaulted.data / f"master.key.next-{name}"
    key.rename(staged)
    kept = vaulted.data / f"master.key.{former.split()[1].decode()}"
    if is_linked:
        os.link(kept, key)
    else:
        kept.rename(key)
    written(vaulted.data / "master.next", f"bitting-master-source-1 {name} replace file:{staged}\n", 0o600)
    vaulted.serve()
    assert vaulted.opens(upstream, "between")
    assert key.read_text().split()[1] == name and kept.read_bytes() == former
    assert not staged.exists() and not (vaulted.data / "master.next").exists()
    vaulted.stop()


def test_killed_before_the_transaction_nothing_has_changed(make, upstream):
    vaulted = make()
    vaulted.serve()
    vaulted.lend(upstream, "before")
    # No key in the environment: it is staged, and the call is not made.
    told = Program(vaulted.binary, BITTING_URL=f"http://{vaulted.server.control_address}").run(
        "vault", "rekey", "--data", str(vaulted.data)
    )
    assert told.status == 2 and (vaulted.data / "master.next").exists()
    vaulted.kill()
    vaulted.serve()
    assert vaulted.opens(upstream, "before")
    assert vaulted.vault("vault", "rekey", "--data", str(vaulted.data)).status == 0
    assert vaulted.opens(upstream, "before")
    vaulted.stop()


# Shares


def test_three_of_five_shares_recover_the_key(make, keys, upstream):
    vaulted = make()
    vaulted.serve()
    vaulted.lend(upstream, "shares")
    told = vaulted.run("vault", "shares", "--data", str(vaulted.data), "--out", str(keys / "shares"))
    assert told.status == 0, told
    shares = sorted((keys / "shares").iterdir())
    assert len(shares) == 5 and all(share.stat().st_mode & 0o777 == 0o400 for share in shares)
    vaulted.stop()
    key = (vaulted.data / "master.key").read_text()
    (vaulted.data / "master.key").unlink()
    recovered = keys / "recovered.key"

    def recover(*given: Path):
        return vaulted.run("vault", "recover", "--out", str(recovered), *map(str, given))

    assert "3 shares are needed, and these are 2" in recover(*shares[:2]).err
    assert "given before" in recover(shares[0], shares[1], shares[0]).err
    altered = written(keys / "altered", re.sub(r" ([0-9a-f])([0-9a-f]{63}) ", lambda found: f" {int(found[1], 16) ^ 1:x}{found[2]} ", shares[2].read_text()))
    told = recover(shares[0], shares[1], altered)
    assert f"{altered} was altered" in told.err, told
    assert not recovered.exists()
    assert recover(*shares[2:]).status == 0
    assert recovered.read_text() == key and recovered.stat().st_mode & 0o777 == 0o400
    assert "is there already" in recover(*shares[:3]).err
    vaulted.serve("--master-key", str(recovered))
    assert vaulted.opens(upstream, "shares")
    told = vaulted.run("vault", "shares", "--data", str(vaulted.data), "--master-key", str(recovered), "--out", str(keys / "again"))
    assert told.status == 0
    recovered.unlink()
    other = keys / "again/share-3-of-5"
    assert f"{other} is of another set" in recover(shares[0], shares[1], other).err
    vaulted.stop()


def test_shares_are_of_a_sensible_number(make):
    vaulted = make()
    for threshold, count in ((1, 5), (6, 5), (0, 0), (2, 256)):
        told = vaulted.run("vault", "shares", "--data", str(vaulted.data), "--threshold", str(threshold), "--shares", str(count))
        assert told.status == 2 and "bitting-share" not in told.out


# Erasing


def test_an_erased_account_is_lent_nothing_and_takes_nothing_in(make, upstream):
    vaulted = make()
    vaulted.serve()
    account = vaulted.lend(upstream, "goner")
    vaulted.lend(upstream, "stayer")
    assert vaulted.opens(upstream, "goner") and vaulted.opens(upstream, "stayer")
    ((box,),) = rows(vaulted.data / "bitting.db", "SELECT box FROM data_keys WHERE account = ?", account)
    told = vaulted.vault("account", "erase", account, "--confirm", "Account of stayer", "--reason", "asked")
    assert told.status == 1 and "not the account's name" in told.err
    told = vaulted.vault("account", "erase", account, "--confirm", "Account of goner", "--reason", "asked", "--json")
    report = json.loads(told.out)
    assert (report["data_keys_destroyed"], report["integrations_revoked"], report["overwritten_on_disk"]) == (1, 1, True)
    # At once, and in no file: neither the database nor its log.
    assert not vaulted.opens(upstream, "goner") and vaulted.opens(upstream, "stayer")
    for path in vaulted.data.rglob("*"):
        assert box not in path.read_bytes(), path
    again = {"account": account, "provider": "goner", "name": "again", "value": vaulted.evidence.hold()}
    answer = vaulted.control().call("POST", "/v1/credentials", again)
    assert answer.status == 409 and "erased" in answer.json()["detail"]
    vaulted.kill()
    vaulted.serve()
    assert not vaulted.opens(upstream, "goner") and vaulted.opens(upstream, "stayer")
    assert vaulted.control().call("POST", "/v1/credentials", again).status == 409
    events = [event for event in vaulted.control().items("/v1/events?account=" + account) if event["action"] == "account.erase"]
    assert events[-1]["details"] == {"reason": "asked", "data_keys": "1", "integrations": "1"}
    vaulted.stop()


def test_a_wrong_erasure_is_refused(make):
    vaulted = make()
    vaulted.serve()
    control = vaulted.control()
    account = control.need(201, "POST", "/v1/accounts", {"name": "Kept"})["id"]
    house = next(item["id"] for item in control.items("/v1/accounts") if item["name"] == "This installation")
    path = f"/v1/accounts/{account}/erase"
    for body in (
        {}, {"confirm": "Kept"}, {"reason": "r"}, {"confirm": "kept", "reason": "r"}, {"confirm": "", "reason": "r"},
        {"confirm": "Kept", "reason": ""}, {"confirm": "Kept", "reason": "r" * 1001}, {"confirm": "Kept", "reason": "r", "x": 1},
    ):
        answer = control.call("POST", path, body)
        assert answer.status == 422 and answer.json()["fix"], body
    for other in ("acc_00000000000000000000000000", "nonsense"):
        assert control.call("POST", f"/v1/accounts/{other}/erase", {"confirm": "Kept", "reason": "r"}).status == 404
    assert control.call("POST", f"/v1/accounts/{house}/erase", {"confirm": "This installation", "reason": "r"}).status == 409
    vaulted.stop()


# The process


def test_the_memory_of_a_server_is_closed_to_others(make, binary):
    vaulted = make()
    server = vaulted.serve()
    limits = Path(f"/proc/{server.process.pid}/limits").read_text()
    assert re.search(r"Max core file size\s+0\s+0\s", limits)
    # The kernel hands the process's files to root when it is not dumpable; so a stranger to root is started, if need be.
    if os.getuid() == 0:
        vaulted.stop()
        folder = Path("/tmp") / f"bitting-closed-{os.getpid()}"
        folder.mkdir(mode=0o755)
        try:
            copy = shutil.copy(binary, folder / "bitting")
            (folder / "own").mkdir()
            os.chown(folder / "own", 65534, 65534)
            told = subprocess.run([copy, "init", "--data", folder / "own/data"], user=65534, capture_output=True, check=True)
            vaulted.evidence.issued += re.findall(r"bitting_live_\w+", told.stdout.decode())
            process = subprocess.Popen(
                [copy, "serve", "--data", folder / "own/data", "--data-address", "127.0.0.1:0", "--control-address", "127.0.0.1:0"],
                user=65534, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )
            assert json.loads(process.stdout.readline())["ready"]
            assert os.stat(f"/proc/{process.pid}/environ").st_uid == 0
            process.terminate()
            assert process.wait(30) == 0
        finally:
            shutil.rmtree(folder)
    else:
        assert os.stat(f"/proc/{server.process.pid}/environ").st_uid != os.getuid()
        vaulted.stop()


def sql(path: Path, text: str) -> None:
    import sqlite3

    with sqlite3.connect(path) as connection:
        connection.execute(text)
    connection.close()


def rows(path: Path, text: str, *values) -> list[tuple]:
    import sqlite3

    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute(text, values).fetchall()
    finally:
        connection.close()
