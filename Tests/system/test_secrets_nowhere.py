# SPDX-License-Identifier: Apache-2.0
"""After everything that ran: no issued key and no held value stands in the data, a log or an answer.

pytest plays this module last. It makes a small world of its own first, so that it proves something alone too.
"""

import base64
import random
import re
import sqlite3
import subprocess

import pytest

import certificates
import world
from carrier import Carrier
from search import find_in_bytes, find_in_files, writings
from server import KEY
from wire import talk

SERVE_OPTIONS = ("--proxy-address", "127.0.0.1:0")
KEY_BYTES = re.compile(KEY.pattern.encode())
SAMPLE = 60  # issued keys that are searched for in every way of writing; plainly, all are


@pytest.fixture(scope="module")
def played(house, control, tmp_path_factory):
    """Every kind of call with both secrets in it, the failing ones too."""
    value = house.evidence.hold()
    certificate = certificates.make(tmp_path_factory.mktemp("carrier"))
    carrier = Carrier(value, 0, certificate)
    made = world.make(control, carrier.origin, certificate.authority.read_text(), value)
    issued = world.issue_labels_key(control, made)
    key = issued["secret"]
    bearer = {"Authorization": f"Bearer {key}"}
    data = house.data()
    verify = house.data(house.management)
    for body in ({"key": key}, {"key": key, "scopes": ["x:y"]}, {"key": key, "nonsense": key}, {"key": [key]}, {"key": key + "x"}):
        verify.call("POST", "/v1/verify", body)
    verify.call("POST", "/v1/verify/batch", {"items": [{"key": key}, {"key": key, key: key}]})
    verify.call("POST", "/v1/verify", b'{"key":"' + key.encode() + b'"')
    for path in ("/v1/authorize", f"/v1/authorize?scope={key}", f"/{key}", f"/lend/{key}/x", "/lend/carrier/v1/labels", f"/lend/carrier/v1/{key}"):
        data.call("POST", path, {"to": "A. Customer"}, bearer)
    data.call("GET", "/v1/authorize", None, bearer | {"X-Original-URI": f"/{key}", "X-Original-Method": key})
    data.call("GET", "/v1/authorize", None, {"Authorization": f"Basic {key}", "X-API-Key": key})
    for path in (f"/v1/keys/{key}", f"/v1/keys?q={key}", f"/v1/keys?cursor={key}", f"/v1/{key}", f"/{value.encode().hex()}"):
        control.call("GET", path)
    for body in ({"name": "x", "value": value}, {"value": value}, {value: value}, [value], {"account": value, "provider": value, "name": "x", "value": value}):
        control.call("POST", "/v1/credentials", body)
    control.call("GET", "/v1/keys", None, bearer)
    control.call("GET", "/v1/events?limit=200")
    control.call("GET", f"/v1/credentials/{made.credential}")
    control.call("GET", "/metrics")
    held_and_replaced(house, control, made, data, bearer)
    through_the_proxy(house, key)
    back_up(house)
    carrier.close()
    data.call("POST", "/lend/carrier/v1/labels", {}, bearer)  # nobody there
    control.call("POST", f"/v1/keys/{issued['id']}/revoke", {"reason": "compromised"})
    data.call("POST", "/lend/carrier/v1/labels", {}, bearer)
    # What is only in memory would be found in no file: make the server write all it writes.
    house.server.stop()
    yield {"key": key, "value": value}
    house.restart()


def held_and_replaced(house, control, made, data, bearer) -> None:
    """All that a value goes through: replaced, put back, refused, shown to one who may see it, destroyed."""
    place = f"/v1/credentials/{made.credential}"
    first, second = house.evidence.hold(), house.evidence.hold()
    for body in ({"value": first}, {"value": first}, {"value": first, "expected_version": 9}, {"value": {"part": first}}, {"value": [first], first: 1}):
        control.call("POST", f"{place}/versions", body)
    data.call("POST", "/lend/carrier/v1/labels", {"to": "A. Customer"}, bearer)  # the carrier does not know it
    control.call("POST", f"{place}/rollback")
    control.call("POST", f"{place}/versions", {"value": second, "state": "pending"})
    control.call("POST", f"{place}/promote")
    control.call("POST", f"{place}/retire")
    for body in ({"reason": "A test looks at it"}, {}, {"reason": [second]}):
        control.call("POST", f"{place}/reveal", body)
    for path in (place, f"{place}/versions", "/v1/exposures", "/v1/events?limit=200", "/metrics"):
        control.call("GET", path)


def through_the_proxy(house, key: str) -> None:
    """The key in every place of a CONNECT, most of them wrong; each is answered and kept as evidence."""
    pair = base64.b64encode(f"{key}:{key}x".encode()).decode()
    for target, field in (
        ("127.0.0.1:1", f"Proxy-Authorization: Bearer {key}"),
        (f"{key}.example:443", f"Proxy-Authorization: Basic {pair}"),
        ("127.0.0.1:443", f"Proxy-Authorization: {key}"),
        ("127.0.0.1:443", f"{key}: x"),
        (f"http://{key}@127.0.0.1/", f"Authorization: Bearer {key}"),
    ):
        told = talk(house.server.proxy_address, f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{field}\r\n\r\n".encode(), until=1)
        for answer in told.answers:
            house.evidence.answer(b"CONNECT\r\n" + answer.raw)
        assert told.answers and told.statuses[0] >= 400, told


def back_up(house) -> None:
    """A backup stands among what is searched."""
    place = house.evidence.root / __name__ / "backup"
    place.mkdir(exist_ok=True)
    command = [house.binary, "backup", place / "bitting.backup", "--data", house.data_folder, "--json"]
    told = subprocess.run(command, capture_output=True, timeout=60, check=False)
    (place / "backup.log").write_bytes(told.stdout + told.stderr)
    assert told.returncode == 0, told


def samples(evidence) -> dict[str, dict[str, bytes]]:
    issued = evidence.issued if len(evidence.issued) <= SAMPLE else [evidence.issued[-1], *random.Random(1).sample(evidence.issued, SAMPLE)]
    found = {f"issued key {number}": writings(key) for number, key in enumerate(issued)}
    return found | {f"held value {number}": writings(value) for number, value in enumerate(evidence.held)}


def test_no_secret_stands_in_any_file(evidence, played):
    assert len(evidence.issued) >= 2 and len(evidence.held) >= 1
    assert find_in_files(evidence.root, samples(evidence)) == []


def test_no_issued_key_stands_anywhere_in_plain(evidence, played):
    """All of them, by their shape."""
    known = set(evidence.issued)
    for path in evidence.root.rglob("*"):
        if path.is_file():
            shown = {found.decode() for found in KEY_BYTES.findall(path.read_bytes())}
            assert not shown & known, path


def test_the_search_would_find_them(evidence, played, tmp_path):
    """The files searched are those that matter, and a secret in them would be seen."""
    files = {path.name for path in evidence.root.rglob("*") if path.is_file()}
    assert {"answers.log", "serve.log", "bitting.backup", "backup.log"} <= files
    (database,) = [path for path in (evidence.root / __name__ / "data").rglob("*") if path.read_bytes()[:15] == b"SQLite format 3"]
    copy = tmp_path / "copy.db"
    copy.write_bytes(database.read_bytes())
    with sqlite3.connect(copy) as connection:
        connection.execute("create table planted(text)")
        connection.execute("insert into planted values (?)", (played["key"],))
    connection.close()
    assert list(find_in_bytes(copy.read_bytes(), {"it": writings(played["key"])})) == ["it (plain)"]


def test_the_master_keys_bytes_stand_in_its_own_file_only(evidence, played, house):
    (file,) = [path for path in house.data_folder.rglob("*") if path.is_file() and path.read_bytes().startswith(b"bitting-master-key")]
    assert file.stat().st_mode & 0o777 == 0o400
    digits = file.read_bytes().split()[-1].decode()
    others = [path for path in evidence.root.rglob("*") if path.is_file() and path != file]
    ways = {"the master key": {"hex": digits.encode(), "upper": digits.upper().encode(), "plain": bytes.fromhex(digits)}}
    assert [str(path) for path in others if list(find_in_bytes(path.read_bytes(), ways))] == []


def test_the_data_folder_is_its_owners_alone(house, played):
    for path in [house.data_folder, *house.data_folder.rglob("*")]:
        if path.name == "proxy-ca.pem":  # a certificate, for everybody to trust
            assert b"PRIVATE" not in path.read_bytes()
            continue
        assert path.stat().st_mode & 0o077 == 0, path


def test_no_secret_is_an_argument_or_in_the_environment_of_the_server(house, evidence, played):
    house.restart()
    place = f"/proc/{house.server.process.pid}"
    for name in ("cmdline", "environ"):
        with open(f"{place}/{name}", "rb") as file:
            assert list(find_in_bytes(file.read(), samples(evidence))) == []
    house.server.stop()


def test_the_command_line_shows_no_secret_where_it_fails(house, evidence, played):
    for arguments in (["verify", played["key"]], ["key", "show", played["key"]], ["credential", "create", "--value", played["value"]]):
        told = subprocess.run([house.binary, *arguments], capture_output=True, stdin=subprocess.DEVNULL, timeout=30, check=False)
        assert told.returncode == 2, (arguments[:2], told)
        assert list(find_in_bytes(told.stdout + told.stderr, samples(evidence))) == [], arguments[:2]
