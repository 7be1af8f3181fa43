# SPDX-License-Identifier: Apache-2.0
"""Keys that were made elsewhere: from Unkey, from a plain table, and many in one call. The old texts really verify.

IMPORT_LINES says how many lines the long import has (100,000).
"""

import base64
import csv
import hashlib
import json
import os
import secrets
import socket
import threading
import time

import pytest

from house import Ground
from search import find_in_files, writings
from terminal import Program
from wire import connect, read

LINES = int(os.environ.get("IMPORT_LINES", "100000"))


@pytest.fixture
def bitting(house):
    return Program(house.binary, BITTING_URL=f"http://{house.server.control_address}", BITTING_KEY=house.management)


@pytest.fixture(scope="module")
def shop(house, ground) -> Ground:
    return ground


def verdicts(house, texts: list[str], **question) -> list[dict]:
    door, found = house.data(house.management), []
    for start in range(0, len(texts), 1000):
        items = [{"key": text} | question for text in texts[start : start + 1000]]
        found += door.need(200, "POST", "/v1/verify/batch", {"items": items})["results"]
    door.close()
    return found


def codes(house, texts: list[str], **question) -> list[str]:
    return [verdict["code"] for verdict in verdicts(house, texts, **question)]


def old_key(house, prefix: str = "acme_") -> str:
    """A key as another system made it."""
    made = prefix + secrets.token_urlsafe(18)
    house.evidence.issued.append(made)
    return made


def item(shop: Ground, **fields) -> dict:
    return {"keyspace": shop.keyspace["name"], "owner": {"type": "app", "id": shop.app}, "name": "Old", "scopes": ["labels:create"]} | fields


def test_a_move_from_unkey(house, shop, bitting, tmp_path):
    """As docs/moving.md tells it."""
    now = int(time.time() * 1000)
    keys = {name: old_key(house) for name in ("plain", "customer", "disabled", "expired", "deleted", "permissions")}

    def row(name: str, **columns) -> str:
        digest = base64.b64encode(hashlib.sha256(keys[name].encode()).digest()).decode()
        return json.dumps({"id": f"key_{name}", "hash": digest, "start": keys[name][:8], "name": name, "enabled": 1, "created_at_m": now - 86_400_000} | columns)

    file = tmp_path / "unkey.ndjson"
    file.write_text(
        "\n".join(
            [
                row("plain", expires=None, meta='{"plan":"pro"}'),
                row("customer", external_id="customer-7", expires="2099-01-01 00:00:00.000"),
                row("disabled", enabled=0),
                row("expired", expires="2001-01-01 00:00:00.000"),
                row("deleted", deleted_at_m=now),
                row("permissions", permissions=["documents.read", "files.*"]),
            ]
        )
    )
    arguments = ["key", "import", str(file), "--from", "unkey", "--keyspace", shop.keyspace["name"], "--owner", shop.app, "--open-accounts", "--scope", "labels:create"]
    told = bitting.run(*arguments)
    assert told.status == 0, told
    assert told.out.strip() == "4 imported, 0 here already, 2 left out, 0 refused"

    assert codes(house, list(keys.values())) == ["valid", "valid", "disabled", "malformed", "malformed", "valid"]
    plain, customer = verdicts(house, [keys["plain"], keys["customer"]])
    assert plain["metadata"] == {"plan": "pro", "unkey_id": "key_plain"} and plain["name"] == "plain"
    assert customer["expires_at"] == "2099-01-01T00:00:00.000Z"
    (account,) = house.control().need(200, "GET", "/v1/accounts?external_id=customer-7")["items"]
    assert customer["owner"]["account"] == account["id"]
    assert codes(house, [keys["permissions"]], scopes=["documents:read"]) == ["valid"]
    assert codes(house, [keys["permissions"]], scopes=["documents:write"]) == ["insufficient_scope"]
    assert codes(house, [text[:-1] + ("x" if text[-1] != "x" else "y") for text in keys.values()]) == ["malformed"] * 6

    again = bitting.run(*arguments)
    assert (again.status, again.out.strip()) == (0, "0 imported, 4 here already, 2 left out, 0 refused")


def test_an_old_key_passes_the_gateway_in_every_place_a_key_may_stand(house, shop):
    text = old_key(house, "legacy.")
    house.control().need(200, "POST", "/v1/keys/import", {"items": [item(shop, secret=text)]})
    data = house.data()
    basic = base64.b64encode(f"{text}:".encode()).decode()
    for fields in ({"Authorization": f"Bearer {text}"}, {"X-API-Key": text}, {"Authorization": f"Basic {basic}"}):
        assert data.call("GET", "/v1/authorize?scope=labels:create", None, fields).status == 200, fields
    assert data.call("GET", "/v1/authorize", None, {"Authorization": f"Bearer {text}x"}).status == 401
    # Beside an X-API-Key, an Authorization that has not our form is the application's own: the key is the X-API-Key's.
    other = shop.issue()
    both = data.call("GET", "/v1/authorize", None, {"Authorization": f"Bearer {text}", "X-API-Key": other["secret"]})
    assert (both.status, both.field("X-Bitting-Key-Id")) == (200, other["id"])
    assert data.call("GET", "/v1/authorize", None, {"Authorization": f"Bearer {other['secret']}", "X-API-Key": text}).status == 401


def test_a_plain_table_with_keys_or_with_hashes(house, shop, bitting, tmp_path):
    """As docs/moving.md tells it."""
    named = [old_key(house, ""), old_key(house, "k-"), old_key(house, "=")]
    hashed = [old_key(house, "h_"), old_key(house, "h_")]
    plain = tmp_path / "keys.csv"
    with plain.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["api_key", "customer", "label", "scopes", "internal note"])
        for number, text in enumerate(named):
            table.writerow([text, "customer-9", f'No. {number}, "old"', "labels:create orders:read", "x"])
    told = bitting.run(
        "key", "import", str(plain), "--from", "csv", "--keyspace", shop.keyspace["name"], "--open-accounts",
        "--column", "api_key=secret", "--column", "customer=external_id", "--column", "label=name", "--column", "internal note=",
    )  # fmt: skip
    assert told.status == 0, told
    assert codes(house, named, scopes=["orders:read"]) == ["valid"] * 3
    assert [verdict["name"] for verdict in verdicts(house, named)] == [f'No. {number}, "old"' for number in range(3)]

    hashes = tmp_path / "hashes.csv"
    with hashes.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["digest", "name", "owner"])
        table.writerow([hashlib.sha256(hashed[0].encode()).hexdigest(), "hex", shop.app])
        table.writerow([base64.b64encode(hashlib.sha256(hashed[1].encode()).digest()).decode(), "base 64", shop.app])
        table.writerow(["not a digest", "broken", shop.app])
    told = bitting.run("key", "import", str(hashes), "--from", "csv", "--keyspace", shop.keyspace["name"], "--scope", "labels:create")
    assert told.status == 1
    assert "line 4: /digest:" in told.err
    assert codes(house, hashed) == ["valid"] * 2


class LongImport:
    """One call with very many lines: a thread sends, this one reads, and nothing is held whole."""

    def __init__(self, house, lines):
        self.connection = connect(house.server.control_address, 120)
        head = (
            f"POST /v1/keys/import HTTP/1.1\r\nHost: bitting\r\nAuthorization: Bearer {house.management}\r\n"
            "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        self.connection.sendall(head.encode())
        self.sender = threading.Thread(target=self._send, args=(lines,))
        self.sender.start()
        self.came = b""

    def _send(self, lines) -> None:
        try:
            part = b""
            for line in lines:
                part += line + b"\n"
                if len(part) > 60_000:
                    self.connection.sendall(b"%x\r\n%s\r\n" % (len(part), part))
                    part = b""
            self.connection.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(part), part) if part else b"0\r\n\r\n")
        except OSError:
            pass  # killed

    def read(self, watch=lambda: None) -> None:
        """Until the answer or the connection ends."""
        while not self.came.endswith(b"\r\n0\r\n\r\n"):
            try:
                piece = self.connection.recv(1 << 18)
            except ConnectionResetError:
                break
            if not piece:
                break
            self.came += piece
            watch()
        self.sender.join(30)
        assert not self.sender.is_alive()
        self.connection.close()

    def results(self) -> list[dict]:
        (answer,), _ = read(self.came)
        assert answer.status == 200
        return [json.loads(line) for line in answer.body.splitlines()]


def resident(house) -> int:
    """KiB of memory that the server has now."""
    with open(f"/proc/{house.server.process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


def test_a_hundred_thousand_keys_in_one_call(house, shop):
    """A broken line in the middle is named and the rest goes in; memory grows with the index alone."""
    broken = LINES // 2
    texts = [f"old-{number:07d}-{secrets.token_hex(6)}" for number in range(LINES)]

    def lines():
        for number, text in enumerate(texts):
            yield b'{"keyspace":' if number == broken else json.dumps(item(shop, secret=text, name=f"Old {number}")).encode()

    before, peak = resident(house), 0

    def watch():
        nonlocal peak
        peak = max(peak, resident(house))

    call = LongImport(house, lines())
    call.read(watch)
    results = call.results()
    assert results[-1] == {"done": True, "imported": LINES - 1, "refused": 1}
    assert [result["line"] for result in results[:-1]] == list(range(1, LINES + 1))
    assert [(result["line"], result["status"]) for result in results[:-1] if result["status"] != 201] == [(broken + 1, 400)]
    # The index takes about 200 bytes a key beside what its tables hold ready; the body alone was several times that.
    assert peak - before < 64 * 1024 + LINES * 0.6, (before, peak)
    found = codes(house, texts)
    assert found[broken] == "malformed"
    assert found.count("valid") == LINES - 1
    house.evidence.issued += texts[:20]


def test_killed_in_the_middle_an_import_is_sent_again(house, shop):
    texts = [f"twice-{number:06d}-{secrets.token_hex(6)}" for number in range(6000)]
    lines = [json.dumps(item(shop, secret=text, name="Twice")).encode() for text in texts]
    call = LongImport(house, lines)
    call.read(lambda: house.server.process.kill() if call.came.count(b'"status":201') > 1500 else None)
    told = call.came.count(b'"status":201')
    assert told < len(texts), "the kill came too late to prove anything"
    house.server.kill()
    house.restart()
    assert codes(house, texts[:told]) == ["valid"] * told, "what was answered is there"
    again = LongImport(house, lines)
    again.read()
    results = again.results()
    assert results[-1]["done"]
    assert {result["status"] for result in results[:-1]} == {201, 409}
    assert codes(house, texts) == ["valid"] * len(texts)
    assert len([key for key in house.control().items("/v1/keys?q=Twice")]) == len(texts)


def test_whoever_sends_and_never_reads_is_given_up_without_harm(house, shop):
    """The answers back up; other calls go on meanwhile."""
    connection = connect(house.server.control_address, 5)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.sendall(
        f"POST /v1/keys/import HTTP/1.1\r\nHost: bitting\r\nAuthorization: Bearer {house.management}\r\n"
        "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    )
    junk, before = b"x\n" * 30_000, resident(house)
    with pytest.raises(TimeoutError):
        for _ in range(10_000):
            connection.sendall(b"%x\r\n%s\r\n" % (len(junk), junk))
    assert house.control().call("GET", "/v1/accounts").status == 200
    assert resident(house) - before < 64 * 1024
    connection.close()


def test_an_endless_body_is_not_read_where_it_was_refused(house):
    """Without a key that may import, the answer ends the connection."""
    connection = connect(house.server.control_address, 20)
    connection.sendall(
        b"POST /v1/keys/import HTTP/1.1\r\nHost: bitting\r\nAuthorization: Bearer nobody\r\n"
        b"Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        for _ in range(20_000):
            connection.sendall(b"2\r\n{\n\r\n")
            time.sleep(0.001)
    connection.close()


def test_no_secret_and_no_digest_of_an_import_is_exported_or_stored(house, shop, bitting):
    text = old_key(house, "spare_")
    digest = hashlib.sha256(text.encode())
    house.control().need(200, "POST", "/v1/keys/import", {"items": [item(shop, secret=text, name="Searched")]})
    for form in ("csv", "ndjson"):
        told = bitting.run("key", "export", "--format", form, "--q", "Searched")
        assert told.status == 0 and "Searched" in told.out
        for hidden in (text, digest.hexdigest(), base64.b64encode(digest.digest()).decode()):
            assert hidden not in told.out
    house.server.stop()
    assert find_in_files(house.data_folder, {"an imported secret": writings(text)}) == []
    house.restart()
