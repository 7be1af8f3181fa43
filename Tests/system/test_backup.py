# SPDX-License-Identifier: Apache-2.0
"""Backups: whole while everything goes on, sealed, checked before anything is touched, and no way round an erasure."""

import json
import shutil
import sqlite3
import subprocess
import threading
from pathlib import Path

import pytest

from door import Door
from house import Ground
from search import find_in_bytes, writings
from upstream import Upstream
from vaulted import Vaulted, limited


@pytest.fixture(scope="module")
def upstream():
    made = Upstream()
    yield made
    made.close()


@pytest.fixture(scope="module")
def vaulted(binary, evidence, upstream):
    """One installation that serves throughout, with a value that is lent."""
    made = Vaulted(binary, evidence.root / __name__, evidence)
    made.serve()
    made.lend(upstream, "shop")
    yield made
    made.stop()


@pytest.fixture
def backups(tmp_path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder


def backup(vaulted: Vaulted, file: Path, *options: str) -> dict:
    told = vaulted.run("backup", str(file), "--data", str(vaulted.data), "--json", *options)
    assert told.status == 0, told
    return json.loads(told.out)


def restore(vaulted: Vaulted, file: Path, data: Path, *options: str):
    key = [] if "--master-key" in options else ["--master-key", str(vaulted.data / "master.key")]
    return vaulted.run("restore", str(file), "--data", str(data), "--json", *key, *options)


def restored(vaulted: Vaulted, upstream: Upstream, file: Path, data: Path, *options: str, name: str = "shop") -> Vaulted:
    told = restore(vaulted, file, data, *options)
    assert told.status == 0, told
    made = Vaulted.restored(vaulted, data)
    made.serve("--master-key", str(vaulted.data / "master.key"))
    return made


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_backup_is_restored_and_serves(vaulted, upstream, backups, tmp_path):
    report = backup(vaulted, backups / "one")
    assert left(backups) == {"one", "bitting.keys"}
    for path in backups.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    again = restored(vaulted, upstream, backups / "one", tmp_path / "again")
    try:
        assert again.opens(upstream, "shop")
        told = again.run("audit", "verify", str(again.data))
        assert told.status == 0, told
        events = again.control().items("/v1/events")
        restores = [event for event in events if event["action"] == "vault.restore"]
        assert len(restores) == 1 and restores[0]["details"]["last_event"] == str(report["last_event"])
        others = {path.name for path in again.data.rglob("*") if path.stat().st_mode & 0o077}
        assert others <= {"proxy-ca.pem"}, "only the certificate of the proxy's authority is for everybody"
    finally:
        again.stop()
    assert not (tmp_path / "again.restoring").exists()
    assert left(vaulted.data) & {"backup.partial"} == set()


def test_it_is_whole_while_everything_goes_on(vaulted, upstream, backups, tmp_path):
    """What was acknowledged before the backup began is in it, and of two halves of one change never one alone."""
    control = vaulted.control()
    ground = Ground(control, "busy")
    made: list[str] = []
    done = threading.Event()

    def write() -> None:
        door = Door(vaulted.server.control_address, vaulted.management)
        body = {"keyspace": ground.keyspace["name"], "owner": {"type": "app", "id": ground.app}, "name": "Load", "scopes": ["a:b"]}
        while not done.is_set():
            key = door.need(201, "POST", "/v1/keys", body)
            vaulted.evidence.issued.append(key["secret"])
            made.append(key["secret"])
        door.close()

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    states = []
    for number in range(4):
        before = list(made)
        backup(vaulted, backups / str(number))
        states.append(before)
    done.set()
    for writer in writers:
        writer.join(30)
    assert len(made) > len(states[0])
    for number, before in enumerate(states):
        again = restored(vaulted, upstream, backups / str(number), tmp_path / f"again{number}")
        try:
            door = again.server.data(again.management)
            for start in range(0, len(before), 1000):
                items = [{"key": secret} for secret in before[start : start + 1000]]
                assert {result["code"] for result in door.need(200, "POST", "/v1/verify/batch", {"items": items})["results"]} <= {"valid"}
            assert again.run("audit", "verify", str(again.data)).status == 0
        finally:
            again.stop()


def test_nothing_is_readable_in_a_backup(vaulted, upstream, backups):
    """Neither held values nor what only the database shows: names, digests, events."""
    report = backup(vaulted, backups / "one")
    key, value = vaulted.lent["shop"]
    needles = {"value": writings(value), "key": writings(key), "management": writings(vaulted.management)}
    with sqlite3.connect(f"file:{vaulted.data}/bitting.db?mode=ro", uri=True) as connection:
        ((digest, wrapped),) = connection.execute(
            "SELECT (SELECT hex(digest) FROM key_secrets LIMIT 1), (SELECT hex(box) FROM data_keys LIMIT 1)"
        ).fetchall()
    connection.close()
    master = (vaulted.data / "master.key").read_text().split()[2]
    for path in (backups / "one", backups / "bitting.keys"):
        raw = path.read_bytes()
        assert list(find_in_bytes(raw, needles)) == []
        for plain in (b"Account of shop", b"SQLite format", b"credential.create", bytes.fromhex(digest), bytes.fromhex(wrapped)):
            assert plain not in raw
        assert master.encode() not in raw and bytes.fromhex(master) not in raw
    head = json.loads((backups / "one").read_bytes().split(b"\n", 1)[1][4:].split(b"]", 1)[0].split(b'"terms"')[0].rstrip(b",") + b"}")
    assert head["master_key_id"] == report["master_key_id"] and head["last_event"] == report["last_event"]


def test_the_data_keys_are_not_in_the_file_of_the_database(vaulted, upstream, backups, tmp_path):
    """With the master key and the backup alone, no value opens: the keys are in their own file, and nowhere else."""
    backup(vaulted, backups / "one")
    other = Vaulted(vaulted.binary, tmp_path / "other", vaulted.evidence)
    backup(other, backups / "other", "--keys", str(backups / "other.keys"))
    told = restore(vaulted, backups / "one", tmp_path / "x", "--keys", str(backups / "other.keys"))
    assert told.status == 2 and "another installation" in told.err
    (backups / "bitting.keys").rename(backups / "away")
    told = restore(vaulted, backups / "one", tmp_path / "x")
    assert told.status == 2 and "bitting.keys" in told.err
    assert not (tmp_path / "x").exists()


@pytest.fixture(scope="module")
def good(vaulted, tmp_path_factory):
    """A backup to be spoiled."""
    folder = tmp_path_factory.mktemp("good")
    backup(vaulted, folder / "one")
    return folder


def spoil(good: Path, tmp_path: Path, which: str, change) -> Path:
    folder = tmp_path / "spoiled"
    shutil.copytree(good, folder)
    raw = bytearray((folder / which).read_bytes())
    (folder / which).write_bytes(change(raw))
    return folder / "one"


def refused(vaulted: Vaulted, file: Path, tmp_path: Path, *said: str) -> None:
    told = restore(vaulted, file, tmp_path / "nothing")
    assert told.status == 2 and json.loads(told.err)["fix"], told
    assert any(words in told.err for words in said), told
    assert not (tmp_path / "nothing").exists() and not (tmp_path / "nothing.restoring").exists()


@pytest.mark.parametrize("which", ["one", "bitting.keys"])
@pytest.mark.parametrize("keep", [0, 5, 17, 19, 30, 200, -1, -40, -5000])
def test_a_truncated_backup_is_refused(vaulted, good, tmp_path, which, keep):
    file = spoil(good, tmp_path, which, lambda raw: raw[:keep] if keep < len(raw) else raw[:-1])
    refused(vaulted, file, tmp_path, "cut off", "no backup of Bitting", "another format")


@pytest.mark.parametrize("which", ["one", "bitting.keys"])
@pytest.mark.parametrize("place", [0.0, 0.003, 0.01, 0.3, 0.6, 0.99, 1.0])
def test_an_altered_backup_is_refused(vaulted, good, tmp_path, which, place):
    def change(raw: bytearray) -> bytearray:
        raw[int((len(raw) - 1) * place)] ^= 1
        return raw

    file = spoil(good, tmp_path, which, change)
    refused(vaulted, file, tmp_path, "altered", "cut off", "no backup", "master key", "newer version", "another installation", "no keys")


def test_something_behind_its_end_is_refused(vaulted, good, tmp_path):
    refused(vaulted, spoil(good, tmp_path, "one", lambda raw: raw + raw[-400:]), tmp_path, "altered or cut off")


@pytest.mark.parametrize(
    "content",
    [b"", b"SQLite format 3\0" + bytes(4096), b"bitting-backup-2\n" + bytes(400), b"x" * 100_000],
    ids=["nothing", "a database", "another format", "anything"],
)
def test_a_foreign_file_is_refused(vaulted, good, tmp_path, content):
    refused(vaulted, spoil(good, tmp_path, "one", lambda raw: content), tmp_path, "no backup of Bitting", "another format", "altered", "cut off")


def test_a_wrong_master_key_touches_nothing(vaulted, good, tmp_path):
    other = tmp_path / "other.key"
    assert vaulted.run("vault", "new-key", "--out", str(other)).status == 0
    told = restore(vaulted, good / "one", tmp_path / "nothing", "--master-key", str(other))
    assert told.status == 2 and "is sealed under master key" in told.err
    assert not (tmp_path / "nothing").exists() and not (tmp_path / "nothing.restoring").exists()
    told = vaulted.run("backup", str(tmp_path / "b"), "--data", str(vaulted.data), "--master-key", str(other))
    assert told.status == 2 and "was sealed under" in told.err and not (tmp_path / "b").exists()


def test_nothing_is_written_over(vaulted, good, tmp_path, backups):
    full = tmp_path / "full"
    full.mkdir()
    (full / "a").write_text("a")
    told = restore(vaulted, good / "one", full)
    assert told.status == 2 and "not empty" in told.err and left(full) == {"a"}
    told = restore(vaulted, good / "one", full / "a")
    assert told.status == 2 and (full / "a").read_text() == "a"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert restore(vaulted, good / "one", empty).status == 0
    (backups / "mine").write_text("mine")
    told = vaulted.run("backup", str(backups / "mine"), "--data", str(vaulted.data))
    assert told.status == 2 and (backups / "mine").read_text() == "mine"
    (backups / "bitting.keys").write_text("not keys")
    told = vaulted.run("backup", str(backups / "two"), "--data", str(vaulted.data))
    assert told.status == 2 and left(backups) == {"mine", "bitting.keys"}


def test_the_files_are_not_taken_for_each_other(vaulted, good, tmp_path):
    told = restore(vaulted, good / "bitting.keys", tmp_path / "x", "--keys", str(good / "one"))
    assert told.status == 2 and "no database" in told.err
    told = restore(vaulted, good / "one", tmp_path / "x", "--keys", str(good / "one"))
    assert told.status == 2 and "holds no keys" in told.err


def test_keys_that_are_older_than_the_backup_are_refused(binary, evidence, upstream, tmp_path, backups):
    vaulted = Vaulted(binary, tmp_path / "v", evidence)
    vaulted.serve()
    try:
        vaulted.lend(upstream, "early")
        backup(vaulted, backups / "one")
        shutil.copy(backups / "bitting.keys", backups / "old.keys")
        account = vaulted.lend(upstream, "late")
        backup(vaulted, backups / "two")
        told = restore(vaulted, backups / "two", tmp_path / "x", "--keys", str(backups / "old.keys"))
        assert told.status == 2 and account in told.err and not (tmp_path / "x").exists()
        again = restored(vaulted, upstream, backups / "two", tmp_path / "x", "--keys", str(backups / "old.keys"), "--allow-missing-keys")
        assert again.opens(upstream, "early") and not again.opens(upstream, "late")
        again.stop()
    finally:
        vaulted.stop()


# The proof about erasing


def test_an_erased_account_stays_erased_in_older_backups(binary, evidence, upstream, tmp_path, backups):
    vaulted = Vaulted(binary, tmp_path / "v", evidence)
    vaulted.serve()
    goner = vaulted.lend(upstream, "goner")
    vaulted.lend(upstream, "stayer")
    backup(vaulted, backups / "before")
    shutil.copy(backups / "bitting.keys", tmp_path / "keys-of-before")
    shutil.copytree(vaulted.data, tmp_path / "raw")
    told = vaulted.vault("account", "erase", goner, "--confirm", "Account of goner", "--reason", "the end")
    assert told.status == 0, told
    backup(vaulted, backups / "after")

    # An older backup with the keys of today, and one made after it: the account opens nowhere, the other one does.
    for name in ("before", "after"):
        again = restored(vaulted, upstream, backups / name, tmp_path / name)
        assert not again.opens(upstream, "goner") and again.opens(upstream, "stayer")
        credential = {"account": goner, "provider": "goner", "name": "again", "value": evidence.hold()}
        assert again.control().call("POST", "/v1/credentials", credential).status == 409
        again.stop()

    # Honestly: whoever kept the keys of before can open what was before. That is why they are replaced.
    again = restored(vaulted, upstream, backups / "before", tmp_path / "kept", "--keys", str(tmp_path / "keys-of-before"))
    assert again.opens(upstream, "goner")
    again.stop()

    # The same for a raw copy of the data folder, until the master key is followed by another and destroyed.
    raw = Vaulted.restored(vaulted, tmp_path / "raw")
    former = tmp_path / "former.key"
    shutil.copy(vaulted.data / "master.key", former)
    assert vaulted.vault("vault", "rekey", "--data", str(vaulted.data)).status == 0
    (raw.data / "master.key").unlink()
    assert "was sealed under" in raw.refuses_to_serve("--master-key", str(vaulted.data / "master.key"))

    # After that an older backup needs the former master key too, and still does not open the erased account.
    told = restore(vaulted, backups / "before", tmp_path / "rotated")
    assert told.status == 2 and "sealed under master key" in told.err
    backup(vaulted, backups / "rotated")
    again = restored(vaulted, upstream, backups / "before", tmp_path / "rotated", "--former-master-key", str(former))
    assert not again.opens(upstream, "goner") and again.opens(upstream, "stayer")
    again.stop()
    vaulted.stop()


def test_the_keys_of_a_newer_state_are_not_lost(binary, evidence, upstream, tmp_path, backups):
    vaulted = Vaulted(binary, tmp_path / "v", evidence)
    vaulted.serve()
    vaulted.lend(upstream, "one")
    backup(vaulted, backups / "one")
    shutil.copytree(backups, tmp_path / "old")
    vaulted.lend(upstream, "two")
    backup(vaulted, backups / "two")
    keys = (backups / "bitting.keys").read_bytes()
    vaulted.stop()
    again = restored(vaulted, upstream, tmp_path / "old/one", tmp_path / "again")
    again.stop()
    told = vaulted.run("backup", str(backups / "three"), "--data", str(again.data), "--master-key", str(vaulted.data / "master.key"))
    assert told.status == 2 and "newer keys" in told.err
    assert (backups / "bitting.keys").read_bytes() == keys and left(backups) == {"one", "two", "bitting.keys"}


def test_a_passphrase_is_enough_to_restore(binary, evidence, upstream, tmp_path, backups):
    """Its salt is in the backup: the data folder may be lost."""
    words = tmp_path / "words"
    words.write_text("correct horse battery staple\n")
    words.chmod(0o400)
    source = f"passphrase:{words}"
    vaulted = Vaulted(binary, tmp_path / "v", evidence, "--master-key", source)
    vaulted.serve("--master-key", source)
    vaulted.lend(upstream, "phrase")
    backup(vaulted, backups / "one", "--master-key", source)
    vaulted.stop()
    shutil.rmtree(vaulted.data)
    wrong = tmp_path / "wrong"
    wrong.write_text("correct horse battery stable\n")
    wrong.chmod(0o400)
    told = restore(vaulted, backups / "one", tmp_path / "again", "--master-key", f"passphrase:{wrong}")
    assert told.status == 2 and "passphrase is wrong" in told.err and not (tmp_path / "again").exists()
    assert restore(vaulted, backups / "one", tmp_path / "again", "--master-key", source).status == 0
    again = Vaulted.restored(vaulted, tmp_path / "again")
    again.serve("--master-key", source)
    assert again.opens(upstream, "phrase")
    again.stop()


# A full disk


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_full_disk_leaves_no_half_backup(vaulted, backups, share):
    backup(vaulted, backups / "whole")
    whole, keys = (backups / "whole").read_bytes(), (backups / "bitting.keys").read_bytes()
    told = limited(
        vaulted.binary, "backup", str(backups / "half"), "--data", str(vaulted.data), bytes_a_file=int(len(whole) * share)
    )
    assert told.status == 2 and ("disk is full" in told.err or "File too large" in told.err), told
    assert left(backups) == {"whole", "bitting.keys"}
    assert (backups / "whole").read_bytes() == whole and (backups / "bitting.keys").read_bytes() == keys
    assert "backup.partial" not in left(vaulted.data)


def test_a_full_disk_leaves_no_half_restore(vaulted, good, tmp_path):
    for share in (0.02, 0.9):
        told = limited(
            vaulted.binary, "restore", str(good / "one"), "--data", str(tmp_path / "x"), "--master-key",
            str(vaulted.data / "master.key"), bytes_a_file=int((good / "one").stat().st_size * share),
        )
        assert told.status == 2 and ("disk is full" in told.err or "File too large" in told.err), told
        assert not (tmp_path / "x").exists() and not (tmp_path / "x.restoring").exists()


def test_a_server_on_a_full_disk_says_so_and_loses_nothing(binary, evidence, upstream, tmp_path):
    """No file of it may grow beyond a bound; what it acknowledged is there when there is room again."""
    import resource

    vaulted = Vaulted(binary, tmp_path / "v", evidence)
    vaulted.serve()
    vaulted.lend(upstream, "full")
    bound = max(path.stat().st_size for path in vaulted.data.iterdir()) + 200_000
    resource.prlimit(vaulted.server.process.pid, resource.RLIMIT_FSIZE, (bound, bound))
    control = vaulted.control()
    ground_keyspace = control.need(200, "GET", "/v1/keyspaces")["items"][0]["name"]
    made, refusals = [], []
    for number in range(400):
        answer = control.call("POST", "/v1/accounts", {"name": f"Account {number}", "metadata": {"x": "y" * 3000}})
        if answer.status == 201:
            made.append(answer.json()["id"])
        else:
            assert answer.status == 507 and answer.json()["fix"], answer
            refusals.append(number)
            if len(refusals) > 5:
                break
    assert refusals and made and ground_keyspace
    # What needs no room goes on.
    assert vaulted.opens(upstream, "full")
    assert control.need(200, "GET", f"/v1/accounts/{made[-1]}")["id"] == made[-1]
    vaulted.kill()
    vaulted.serve()
    control = vaulted.control()
    for account in made:
        assert control.need(200, "GET", f"/v1/accounts/{account}")["id"] == account
    assert control.call("POST", "/v1/accounts", {"name": "There is room"}).status == 201
    assert vaulted.opens(upstream, "full")
    vaulted.stop()
    assert vaulted.run("audit", "verify", str(vaulted.data)).status == 0


def test_a_backup_that_is_killed_is_made_again(vaulted, backups):
    """What it leaves is in nobody's way."""
    for _ in range(3):
        process = subprocess.Popen([vaulted.binary, "backup", backups / "one", "--data", vaulted.data], stdout=subprocess.DEVNULL)
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    (vaulted.data / "backup.partial").write_bytes(b"left behind")
    backup(vaulted, backups / "one", "--replace")
    assert left(backups) <= {"one", "bitting.keys"}
    assert "backup.partial" not in left(vaulted.data)
