# SPDX-License-Identifier: Apache-2.0
"""Whoever wants a held key, or to use it for more than they may: each attack a test.

Some are tested beside what they attack, and only named here:
- decimal, octal, hexadecimal and short addresses, user names in origins: test_lend, "an origin that could be read as ..."
- loopback in all its forms: test_lend, "a special address is not dialled ..."; every special range: AddressGuardTests
- redirects: test_lend, "a redirect is handed back and not followed"
- absolute-form, `*` and authority targets: test_lend, "a target that names a place is not gone to"
- dot segments, encodings, bytes that no target may hold: test_lend, "a path that two readers could read differently ..."
- `Connection: authorization`: test_lend, "what connection lists is stripped ..."
- two credential fields, two keys, smuggled credentials in the slot: test_lend
- method-override fields, forged forwarding and identity fields: test_lend, "a field that is not for the provider ..."
- an answer with two readings, or one too many: test_lend, "a provider that answers nonsense ...", "... beyond its answer ..."
- TLS that proves another name, or none: test_lend, "a provider that cannot prove its name is sent nothing"
- paused, revoked, another app's: test_lend; keys that end: test_lend
- heads too long and too slow, on both listeners: test_malformed_http; a provider that never answers: test_lend
- an answer that echoes the key, split, coded or compressed: test_lend_echo
- tunnels of the forward proxy, their hosts, names and heads: test_proxy
- a wrong, foreign or readable master key, altered and foreign backups, an erased account: test_vault, test_backup
- core dumps, and looking into the process: test_vault, "the memory of a server is closed to others"
- secrets in files, logs, answers, arguments, backups: test_secrets_nowhere
"""

import os
import re
import shutil
import sqlite3
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

import names
from house import Ground, House
from server import NotStarted, Server
from upstream import Upstream, answering
from wire import connect, talk

SMUGGLED = b"GET /v1/smuggled HTTP/1.1\r\nHost: smuggled\r\n\r\n"
TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
STRICT_HEAD = re.compile(rb"[A-Z]+ /[!-~]* HTTP/1\.1\r\n(?:" + TOKEN + rb": [\x20-\x7e]*\r\n)+\r\n")


@pytest.fixture(scope="module")
def upstream():
    made = Upstream()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def clean(upstream):
    upstream.reset()


@pytest.fixture(scope="module")
def key(ground) -> str:
    return ground.issue()["secret"]


@pytest.fixture(scope="module")
def value(house) -> str:
    return house.evidence.hold()


@pytest.fixture(scope="module")
def lent(house, ground, upstream, value) -> dict[str, str]:
    ground.provider("target", upstream.origin)
    return ground.lend("target", value)


@pytest.fixture
def call(house, key, lent):
    """One call of the app's; a connection of its own each time."""

    def make(method="GET", path="/v1/labels", body=None, fields=None, name="target"):
        door = house.data(key)
        try:
            return door.call(method, f"/lend/{name}{path}", body, fields)
        finally:
            door.close()

    return make


# MARK: Smuggling, by the classes that the HTTP Garden has published


def post(*lines: bytes, body: bytes = b"", start: bytes = b"POST {target} HTTP/1.1", host: bytes = b"Host: bitting") -> bytes:
    head = [start, *([host] if host else []), b"Authorization: Bearer {key}", *lines]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


CHUNKED = b"Transfer-Encoding: chunked"
GARDEN = {
    "chunk size with an underscore": post(CHUNKED, body=b"0_2e\r\n\r\n" + SMUGGLED + b"0\r\n\r\n"),
    "chunk size with a sign": post(CHUNKED, body=b"+1\r\nZ\r\n0\r\n\r\n"),
    "chunk size below nothing": post(CHUNKED, body=b"-0x0\r\n\r\n"),
    "chunk size with 0x": post(CHUNKED, body=b"0x1\r\nZ\r\n0\r\n\r\n"),
    "chunk size with a tail": post(CHUNKED, body=b"1these-bytes\r\nZ\r\n0\r\n\r\n"),
    "chunk size that is none": post(CHUNKED, body=b"Z\r\nZZ\r\nZZZ\r\n\r\n"),
    "chunk size after spaces": post(CHUNKED, body=b"       0\r\n\r\n"),
    "chunk size left out": post(CHUNKED, body=b"\r\n\r\n"),
    "chunk data beyond its size": post(CHUNKED, body=b"1\r\nZZ\r\n0\r\n\r\n"),
    "chunk that ends in a bare LF": post(CHUNKED, body=b"a\r\n0123456789\n0\r\n\r\n"),
    "chunk that ends in any two bytes": post(CHUNKED, body=b"1\r\nZXX0\r\n\r\n"),
    "chunk line that ends in CR and any byte": post(CHUNKED, body=b"5\r\r;ABCD\r\n34\r\nE\r\n0\r\n\r\n"),
    "chunk extension with CR": post(CHUNKED, body=b"2;a=b\r\rXX\r\n0\r\n\r\n"),
    "chunk extension after CR": post(CHUNKED, body=b"2\r\r;a\r\n02\r\n41\r\n0\r\n\r\n"),
    "an empty line before the last chunk": post(CHUNKED, body=b"1\r\nZ\r\n\r\n0\r\n\r\n"),
    "a request where a chunk should be": post(CHUNKED, body=b"INVALID!!!\r\n"),
    "NUL, CR in a value": post(b"Header: v\0\ralue"),
    "CR as the end of a line": post(b"Visible: :/\rSmuggled: :)"),
    "LF inside a line": post(b"Useless:\n\nGET /v1/smuggled HTTP/1.1"),
    "all lines end in LF": post().replace(b"\r\n", b"\n"),
    "a line without a colon": post(b"Content-Length 10", body=b"0123456789"),
    "a name over two lines": post(b"Transfer-\r\nEncoding: chunked", b"Content-Length: 5", body=b"0\r\n\r\n"),
    "a name of nothing": post(b": ignored"),
    "a name and a value of nothing": post(b":", b"I: am cut off"),
    "a name that begins with CR": post(b"\rZGET /v1/smuggled: x"),
    "a name that ends in a space": post(b"Content-Length : 34", body=SMUGGLED),
    "a first name after a tab": post(b"Content-Length: 1", body=b"X", host=b"\tHost: bitting"),
    "a name that ends beyond ASCII": post(b"Content-Length\x85: 10", body=b"0123456789"),
    "a name that begins beyond ASCII": post(b"\xefoo: bar"),
    "a name of what no name has": post(b'"(),/;<=>?@[\\]{}: whatever'),
    "NUL after a name": post(b"a:b", b"c\0"),
    "length with a sign and an underscore": post(b"Content-Length: +1_0", body=b"0123456789"),
    "length below nothing": post(b"Content-Length: -48"),
    "length with 0x": post(b"Content-Length: 0x10", body=b"Z"),
    "length with a tail": post(b"Content-Length: 1Z", body=b"Z"),
    "length left out": post(b"Content-Length: "),
    "length left out, then one": post(b"Content-Length: ", b"Content-Length: 43", body=SMUGGLED),
    "two lengths": post(b"Content-Length: 0", b"Content-Length: 46", body=SMUGGLED),
    "two lengths, the longer first": post(b"Content-Length: 46", b"Content-Length: 0", body=SMUGGLED),
    "length and chunks": post(b"Content-Length: 5", CHUNKED, body=b"0\r\n\r\n"),
    "chunks and length": post(CHUNKED, b"Content-Length: 5", body=b"0\r\n\r\n"),
    "chunked twice": post(CHUNKED, CHUNKED, body=b"1\r\nZ\r\n0\r\n\r\n"),
    "chunked after a comma": post(b"Transfer-Encoding: ,chunked", b"Content-Length: 5", body=b"0\r\n\r\n"),
    "chunked between spaces that are none": post(b"Transfer-Encoding: \xa0chunked\xa0", body=b"0\r\n\r\n"),
    "chunked between other bytes": post(b"Transfer-Encoding: \xffchunked\xff", body=b"1\r\nZ\r\n0\r\n\r\n"),
    "a coding that nobody knows": post(b"Transfer-Encoding: blegh", body=b"1\r\nZ\r\n0\r\n\r\n"),
    "chunks in HTTP/1.0": post(CHUNKED, start=b"POST {target} HTTP/1.0", body=b"0\r\n\r\n"),
    "a version with a tail": post(start=b"POST {target} HTTP/1.32"),
    "a version that wraps": post(start=b"POST {target} HTTP/4294967297.257"),
    "a version after CR": post(start=b"POST {target} HTTP/\r\r1.1"),
    "LF before the version": post(start=b"POST {target}\nHTTP/1.1"),
    "a method that is no token": post(start=b'P=":<>(e),[T];?" {target} HTTP/1.1'),
    "a method of NUL": post(start=b"\0 {target} HTTP/1.1"),
    "a version alone": b"HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("raw", GARDEN.values(), ids=GARDEN.keys())
def test_smuggling_what_two_readers_would_frame_differently_reaches_no_provider(house, key, lent, upstream, call, raw):
    sent = raw.replace(b"{target}", b"/lend/target/v1/labels").replace(b"{key}", key.encode())
    told = talk(house.server.data_address, sent + SMUGGLED)
    assert told.is_closed and told.rest == b"", told
    assert len(told.answers) == 1 and told.statuses[0] in (400, 501, 505), told
    assert upstream.requests == []
    assert call().status == 200  # nothing is left on a connection to the provider


SOUND = {
    "a length with leading zeros": (post(b"Content-Length: 010", body=b"0123456789"), b"0123456789"),
    "a GET with a body": (post(b"Content-Length: 10", start=b"GET {target} HTTP/1.1", body=b"0123456789"), b"0123456789"),
    "a body that is a request": (post(b"Content-Length: %d" % len(SMUGGLED), body=SMUGGLED), SMUGGLED),
    "chunks that are a request": (post(CHUNKED, body=b"%x;a=b\r\n%b\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED)), SMUGGLED),
    "a last chunk of many zeros": (post(CHUNKED, body=b"1\r\nZ\r\n0000\r\n\r\n"), b"Z"),
    "a chunk that looks like the last": (post(CHUNKED, body=b"5\r\n0\r\n\r\n\r\n0\r\n\r\n"), b"0\r\n\r\n"),
    "an empty body and one more request": (post(b"Content-Length: 0"), b""),
}


@pytest.mark.parametrize("raw, body", SOUND.values(), ids=SOUND.keys())
def test_smuggling_what_is_sound_leaves_in_one_frame(house, key, lent, upstream, raw, body):
    sent = raw.replace(b"{target}", b"/lend/target/v1/labels").replace(b"{key}", key.encode())
    told = talk(house.server.data_address, sent + SMUGGLED, until=2)
    assert told.statuses == [200, 404], told
    (request,) = upstream.requests
    assert request.body == body
    framing = request.values(b"content-length") + request.values(b"transfer-encoding")
    assert framing in ([], [b"chunked"], [str(len(body)).encode()]), framing
    assert STRICT_HEAD.fullmatch(request.head), request.head


TRAILERS = [b"Authorization: Bearer forged", b"X-API-Key: forged", b"Content-Length: 5", b"Transfer-Encoding: chunked", b"Host: forged", b"Cookie: a=forged"]


@pytest.mark.parametrize("trailer", TRAILERS)
def test_a_credential_in_a_trailer_does_not_arrive(house, key, lent, upstream, call, value, trailer):
    sent = post(CHUNKED, b"Trailer: Authorization", body=b"1\r\nZ\r\n0\r\n" + trailer + b"\r\n\r\n")
    sent = sent.replace(b"{target}", b"/lend/target/v1/labels").replace(b"{key}", key.encode())
    told = talk(house.server.data_address, sent, until=1)
    assert told.statuses[0] in (200, 400), told
    after = call().status
    assert after == 200
    # Had the trailer gone out, it would stand in front of the next head, or in the head itself.
    assert all(STRICT_HEAD.fullmatch(request.head) for request in upstream.requests)
    assert all(request.values(b"authorization") == [b"Bearer " + value.encode()] for request in upstream.requests)
    assert not any(b"forged" in request.bytes for request in upstream.requests)


def test_a_session_in_a_trailer_of_the_answer_does_not_come_back(house, key, lent, upstream):
    upstream.behave = answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nZ\r\n0\r\nSet-Cookie: session=1\r\nX-Bitting-Error: forged\r\n\r\n")
    sent = b"GET /lend/target/v1/labels HTTP/1.1\r\nHost: b\r\nConnection: close\r\nAuthorization: Bearer " + key.encode() + b"\r\n\r\n"
    told = talk(house.server.data_address, sent)
    assert told.statuses == [200] and told.answers[0].body == b"Z" and told.rest == b""
    assert told.is_closed


ANSWERS = {
    "a length with a sign": b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
    "a length with 0x": b"HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok",
    "a length below nothing": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok",
    "a list of lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nokk",
    "a coding that nobody knows": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: blegh\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "chunked after a comma": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: ,chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "chunked twice": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "CR in a value": b"HTTP/1.1 200 OK\r\nX-A: a\rX-B: b\r\nContent-Length: 0\r\n\r\n",
    "a name that ends in a space": b"HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n",
    "a line without a colon": b"HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 0\r\n\r\n",
    "a status of two digits": b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
    "a status of 099": b"HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n",
    "another version": b"HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n",
    "a change of protocol nobody asked for": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "early hints without end": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 5000,
}


@pytest.mark.parametrize("raw", ANSWERS.values(), ids=ANSWERS.keys())
def test_an_answer_that_two_readers_would_frame_differently_is_not_handed_on(lent, upstream, call, raw):
    upstream.behave = answering(raw, keep=False)
    answer = call("POST", body={})
    assert answer.status == 502 and answer.field("X-Bitting-Error").startswith("upstream_"), answer


def test_providers_that_drip_their_answers_hold_up_nobody_else(house, ground, lent, key, upstream, call):
    """Slowloris the other way round: 64 calls wait for a head that comes in single bytes, and one more does not."""
    dripping, waiting = Upstream(), []
    ended = threading.Event()

    def drip(connection, reader):
        for byte in b"HTTP/1.1 200 OK\r\nX-Drip: " + b"x" * 1000:
            connection.sendall(bytes([byte]))
            if ended.wait(0.05):
                break
        return False

    dripping.behave = drip
    ground.provider("dripping", dripping.origin)
    ground.lend("dripping", ground_value())
    head = f"GET /lend/dripping/v1/labels HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
    for _ in range(64):
        waiting.append(connect(house.server.data_address))
        waiting[-1].sendall(head)
    for _ in range(20):
        assert call().status == 200
    ended.set()
    for connection in waiting:
        assert connection.recv(65536).startswith(b"HTTP/1.1 502 ")
        connection.close()
    dripping.close()


@pytest.mark.parametrize("size", [b"0x2", b"+2", b"-2", b"2_", b" 2", b"zz", b"2\r", b"fffffffffffffffff"])
def test_an_answer_whose_chunks_two_readers_would_read_differently_never_looks_whole(house, key, lent, upstream, size):
    upstream.behave = answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\nok\r\n0\r\n\r\n", keep=False)
    told = talk(house.server.data_address, b"GET /lend/target/v1/labels HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer " + key.encode() + b"\r\n\r\n")
    assert told.is_closed and told.statuses in ([], [502]), told


def test_a_response_split_by_a_stored_value_or_name_cannot_be_stored(ground, upstream):
    """What is stored would be written into a head: line breaks stop at the door, in values and in formats."""
    ground.provider("split", upstream.origin)
    for value in ("a\r\nX-Injected: b", "a\nb", "a\rb", "a\0b", "a\u0085b", "a\u2028b"):
        made = {"account": ground.account, "provider": "split", "name": "split", "value": value}
        answer = ground.control.call("POST", "/v1/credentials", made)
        assert (answer.status, answer.json()["pointer"]) == (422, "/value"), answer
    for slot in ({"name": "X-A\r\nX-B"}, {"name": "X-A", "format": "{value}\r\nX-B: c"}, {"name": "X-A:", "format": "{value}"}):
        provider = {"title": "x", "origins": [upstream.origin], "credential": {"in": "header"} | slot}
        answer = ground.control.call("PUT", "/v1/providers/split-too", provider)
        assert answer.status == 422 and answer.json()["pointer"].startswith("/credential"), answer


# MARK: Where a call goes


HOSTS = ["elsewhere.example", "elsewhere.example:443", "127.0.0.1:1", "169.254.169.254", "[::1]", "target.localhost"]


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_of_the_callers_decides_nothing(house, key, lent, upstream, host):
    head = f"GET /lend/target/v1/labels HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n\r\n"
    assert talk(house.server.data_address, head.encode(), until=1).statuses == [200]
    (request,) = upstream.requests
    assert request.values(b"host") == [f"127.0.0.1:{upstream.port}".encode()]
    assert host.encode() not in request.head.replace(f"127.0.0.1:{upstream.port}".encode(), b"")


EMBEDDED = {
    "mapped": "::ffff:10.0.0.1", "mapped, in hex": "::ffff:a00:1", "compatible": "::10.0.0.1", "NAT64": "64:ff9b::10.0.0.1",
    "NAT64 of loopback": "64:ff9b::7f00:1", "local NAT64": "64:ff9b:1::a00:1", "6to4": "2002:a00:1::1", "6to4 of loopback": "2002:7f00:1::",
    "Teredo": "2001:0:a00:1::f5ff:fffe", "link local": "fe80::1", "unique local": "fd00:ec2::254", "multicast": "ff02::1",
    "metadata": "169.254.169.254", "shared": "100.100.100.200", "this network": "0.0.0.1", "broadcast": "255.255.255.255",
}  # fmt: skip


@pytest.mark.parametrize("address", EMBEDDED.values(), ids=EMBEDDED.keys())
def test_an_address_inside_an_address_is_seen(ground, call, address):
    """Also where loopback is allowed: what embeds it is not loopback."""
    host = f"[{address}]" if ":" in address else address
    name = "embedded-" + re.sub("[^0-9a-f]", "-", address).strip("-")
    ground.provider(name, f"http://{host}:80", allow_private_addresses=["127.0.0.0/8"])
    ground.lend(name, ground_value())
    answer = call(name=name)
    assert (answer.status, answer.field("X-Bitting-Error")) == (502, "upstream_refused_address"), answer


def ground_value() -> str:
    """A value that is never lent; held all the same."""
    return f"never-lent-{os.urandom(12).hex()}"


def test_the_provider_is_asked_once_and_for_plain_text(lent, upstream, call):
    """What a provider codes as the caller likes could hold the key unseen."""
    assert call(fields={"Accept-Encoding": "br, zstd, gzip"}).status == 200
    assert upstream.requests[0].values(b"accept-encoding") == [b"identity"]


def test_bitting_does_not_lend_to_itself_without_end(house, ground, key):
    """The held key is the app's own, so every round would be accepted: the path alone would end it, after 100 rounds."""
    ground.provider("circle", f"http://{house.server.data_address}")
    ground.lend("circle", key)
    before = house.metric("bitting_requests_total", route="lend")
    answer = house.data(key).call("GET", "/lend/circle" * 100 + "/healthz")
    # Refused in the second round, whose answer comes back as a provider's does: without our field.
    assert (answer.status, answer.json()["code"]) == (508, "loop"), answer
    assert 1 <= house.metric("bitting_requests_total", route="lend") - before <= 4


HOSTS_FILE = "10.0.0.1 hosts-private.attack.example\n127.0.0.1 hosts-loopback.attack.example\n"
ANSWERED = {
    "loopback": ["127.0.0.1"], "private": ["10.0.0.1"], "shared": ["100.64.0.1"], "metadata": ["169.254.169.254"], "nothing": ["0.0.0.0"],
    "loopback6": ["::1"], "unique-local": ["fd00:ec2::254"], "link-local": ["fe80::1"], "mapped": ["::ffff:127.0.0.1"],
    "nat64": ["64:ff9b::7f00:1"], "sixtofour": ["2002:7f00:1::1"], "teredo": ["2001:0:7f00:1::f5ff:fffe"], "compatible": ["::127.0.0.1"],
    "mixed": ["8.8.8.8", "127.0.0.1"], "mixed-after": ["10.0.0.1", "8.8.8.8"], "mixed6": ["8.8.8.8", "::1"], "many": [*(f"8.8.{n}.8" for n in range(15)), "127.0.0.1"],
}  # fmt: skip


@pytest.fixture(scope="module")
def named(binary, evidence, tmp_path_factory):
    """A Bitting that believes our name server."""
    folder = tmp_path_factory.mktemp("names")
    if why_not := names.can_believe(folder / "trial"):
        pytest.skip(f"needs root, for a name server and a hosts file of its own: {why_not}")
    server = names.NameServer()
    server.names = {f"{name}.attack.example": addresses for name, addresses in ANSWERED.items()}
    server.aliases = {"alias.attack.example": "private.attack.example"}
    house = House(names.believing(binary, folder, HOSTS_FILE, server), evidence.root / "test_lend_attacks_names", evidence)
    house.names = server
    house.ground = Ground(house.control())
    house.key = house.ground.issue()["secret"]
    yield house
    server.close()
    assert house.server.stop() == 0


@pytest.mark.parametrize("name", [*ANSWERED, "alias", "hosts-private", "hosts-loopback"])
def test_a_name_that_leads_to_a_private_address_is_not_dialled(named, name):
    named.ground.provider(name, f"http://{name}.attack.example:1", allow_private_addresses=[])
    named.ground.lend(name, ground_value())
    answer = named.data(named.key).call("GET", f"/lend/{name}/v1/labels")
    assert (answer.status, answer.field("X-Bitting-Error")) == (502, "upstream_refused_address"), answer
    # Nothing of where the name leads is told: it would make a map of the inner network.
    assert not any(address.encode() in answer.body for address in ANSWERED.get(name, ["10.0.0.1"]))


def test_a_name_that_changes_between_check_and_connect_is_dialled_where_it_was_checked(named):
    good = Upstream(address="127.0.0.2")
    bad = Upstream(address="127.0.0.3", port=good.port)
    good.behave = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", keep=False)
    named.names.names["changing.attack.example"] = lambda times: ["127.0.0.2" if times % 2 else "127.0.0.3"]
    named.ground.provider("changing", f"http://changing.attack.example:{good.port}", allow_private_addresses=["127.0.0.2/32"])
    named.ground.lend("changing", ground_value())
    told = [named.data(named.key).call("GET", "/lend/changing/v1/labels") for _ in range(20)]
    assert {answer.status for answer in told} == {200, 502}
    assert {answer.field("X-Bitting-Error") for answer in told} == {None, "upstream_refused_address"}
    assert bad.connections == 0 and good.connections == sum(answer.status == 200 for answer in told)
    # One look-up for each dial: there is no second answer that could be another.
    assert named.names.asked["changing.attack.example", names.A] == 20
    good.close()
    bad.close()


def test_a_name_that_turns_private_is_refused_from_the_next_dial(named):
    stand_in = Upstream(address="127.0.0.2")
    stand_in.behave = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", keep=False)
    named.names.names["turning.attack.example"] = lambda times: ["127.0.0.2"] if times < 3 else ["127.0.0.2", "10.0.0.1"]
    named.ground.provider("turning", f"http://turning.attack.example:{stand_in.port}", allow_private_addresses=["127.0.0.2/32"])
    named.ground.lend("turning", ground_value())
    assert [named.data(named.key).call("GET", "/lend/turning/v1/labels").status for _ in range(5)] == [200, 200, 502, 502, 502]
    stand_in.close()


def test_a_name_that_nobody_knows_is_told_apart_from_a_refused_one(named):
    named.ground.provider("nobody", "http://nobody.attack.example:1")
    named.ground.lend("nobody", ground_value())
    answer = named.data(named.key).call("GET", "/lend/nobody/v1/labels")
    assert (answer.status, answer.field("X-Bitting-Error")) == (502, "upstream_unreachable")


# MARK: Whose integration it is


def test_another_accounts_integration_is_unknown(house, control, lent, upstream):
    other = Ground(control, "thief")
    stolen = other.issue()["secret"]
    for name in ("target", lent["integration"], lent["credential"]):
        answer = house.data(stolen).call("GET", f"/lend/{name}/v1/labels")
        assert (answer.status, answer.field("X-Bitting-Error")) == (404, "integration_unknown"), answer
    for made in (
        {"name": "stolen", "app": other.app, "credential": lent["credential"]},
        {"name": "stolen", "app": other.app, "credential": lent["integration"]},
    ):
        answer = control.call("POST", "/v1/integrations", made | {"allow": [{"methods": ["*"], "path": "/**"}]})
        assert answer.status == 422, answer
    assert upstream.requests == []


def test_an_expired_integration_lends_nothing(house, ground, upstream, call):
    ground.provider("short", upstream.origin)
    ends = (datetime.now(timezone.utc) + timedelta(seconds=2)).replace(microsecond=0)
    ids = ground.lend("short", ground_value())
    change = lambda **fields: ground.control.need(200, "PATCH", f"/v1/integrations/{ids['integration']}", fields)  # noqa: E731
    change(expires_at=ends.isoformat().replace("+00:00", "Z"))
    assert call(name="short").status == 200
    while (answer := call(name="short")).status == 200:
        assert datetime.now(timezone.utc) < ends + timedelta(seconds=1), "an expired integration still lends"
        time.sleep(0.02)
    assert (answer.status, answer.field("X-Bitting-Error")) == (403, "integration_expired")
    assert datetime.now(timezone.utc) >= ends
    change(expires_at=None)
    assert call(name="short").status == 200


# MARK: Around the rules of an integration


@pytest.fixture(scope="module")
def narrow(ground, upstream):
    """GET with `action=read`, and any `expand`; POST without a word about the query."""
    ground.provider("narrow-query", upstream.origin)
    reading = {"methods": ["GET"], "path": "/v1/labels", "query": {"action": ["read", "list*"], "expand": ["*"]}}
    return ground.lend("narrow-query", ground_value(), [reading, {"methods": ["POST"], "path": "/v1/labels"}])


WITHIN = ["", "?", "?action=read", "?%61ction=re%61d", "?action=list", "?action=listing", "?expand=", "?expand", "?expand=a&action=read&expand=b"]
AROUND = [
    "?action=delete", "?action=read&action=delete", "?action=delete&action=read", "?%61ction=delete", "?action=%64elete", "?Action=delete",
    "?action", "?action=", "?action=read&x=1", "?x", "?action[]=delete", "?action%5B%5D=delete", "?action%00=delete", "?action=read%00",
    "?action=read;action=delete", "?expand=a;action=delete", "?;action=delete", "?action=read%26action=delete", "?+action=delete",
    "?action=read+", "?%20action=delete", "?action=%", "?action=%zz&action=read", "?_method=DELETE", "?expand=a#&action=delete", "?expand=%ff%fe&q",
    "??action=delete", "?&&=delete", "?action=read\t", "?expand=a\\&b=c",
]  # fmt: skip


@pytest.mark.parametrize("query", WITHIN)
def test_a_query_within_its_rule_is_lent(call, narrow, upstream, query):
    assert call(path=f"/v1/labels{query}", name="narrow-query").status == 200
    assert upstream.requests[0].line.startswith(b"GET /v1/labels" + query.encode())


@pytest.mark.parametrize("query", AROUND)
def test_a_query_around_its_rule_is_not_lent(house, key, narrow, upstream, query):
    """However a provider splits and decodes it."""
    head = f"GET /lend/narrow-query/v1/labels{query} HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {key}\r\n\r\n"
    told = talk(house.server.data_address, head.encode(), until=1)
    assert told.statuses[0] in (400, 403), told
    assert upstream.requests == []


def test_a_method_that_is_overridden_in_the_query_is_not_lent_where_only_one_method_is(call, narrow, upstream):
    """Frameworks that take `_method` from a query take it for a POST."""
    for query in ("?_method=DELETE", "?a=b&_method=PUT", "?%5fmethod=DELETE", "?_METHOD=DELETE"):
        assert call("POST", f"/v1/labels{query}", {}, name="narrow-query").status in (400, 403), query
    assert upstream.requests == []


# MARK: The database in other hands


@pytest.fixture
def vault(binary, evidence, upstream):
    """A Bitting of its own that lends two values of one account and one of another; its database is there to be edited."""
    house = House(binary, evidence.root / f"test_lend_attacks_vault_{len(list(evidence.root.iterdir()))}", evidence)
    control = house.control()
    house.grounds = {"one": Ground(control, "one"), "other": Ground(control, "other")}
    house.keys = {name: ground.issue()["secret"] for name, ground in house.grounds.items()}
    house.held = {}
    for name, owner in (("first", "one"), ("second", "one"), ("third", "other")):
        house.grounds[owner].provider(name, upstream.origin)
        house.held[name] = house.grounds[owner].lend(name, evidence.hold()) | {"owner": owner}
    assert [lend(house, name) for name in house.held] == [200, 200, 200]
    yield house
    house.server.stop()


def lend(house, name: str) -> int:
    """The status; what is not 200 says that the credential cannot be opened, and nothing was sent."""
    answer = house.data(house.keys[house.held[name]["owner"]]).call("GET", f"/lend/{name}/v1/labels")
    assert answer.status == 200 or answer.field("X-Bitting-Error") == "credential_unavailable", answer
    return answer.status


def database(house) -> Path:
    (found,) = [path for path in house.data_folder.iterdir() if path.read_bytes()[:15] == b"SQLite format 3"]
    return found


def edit(house, *statements: str) -> None:
    """Stops the server and runs these; each must change something."""
    house.server.stop()
    with sqlite3.connect(database(house)) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0, statement
    connection.close()


def box(house, name: str) -> str:
    return f"(SELECT box FROM credential_versions WHERE credential = '{house.held[name]['credential']}')"


def put(house, name: str, what: str) -> str:
    return f"UPDATE credential_versions SET box = {what} WHERE credential = '{house.held[name]['credential']}'"


@pytest.mark.parametrize("source", ["first", "third"], ids=["of the same account", "of another account"])
def test_a_ciphertext_moved_to_another_credential_is_not_lent(vault, upstream, source):
    upstream.requests.clear()
    edit(vault, put(vault, "second", box(vault, source)))
    vault.restart()
    assert [lend(vault, name) for name in vault.held] == [200, 502, 200]
    assert len(upstream.requests) == 2


@pytest.mark.parametrize("times", [1, 3])
def test_a_ciphertext_rolled_back_to_an_older_version_is_not_lent(vault, upstream, times):
    """The older value would open where it was; it does not open as the newer version."""
    ids = vault.held["first"]
    with sqlite3.connect(database(vault)) as connection:
        ((older,),) = connection.execute(f"SELECT {box(vault, 'first')}").fetchall()
    connection.close()
    for _ in range(times):
        replaced = vault.control().call("POST", f"/v1/credentials/{ids['credential']}/versions", {"value": vault.evidence.hold()})
        assert replaced.status == 201, replaced
    assert lend(vault, "first") == 200
    upstream.requests.clear()
    edit(vault, put(vault, "first", f"x'{older.hex()}'") + " AND state = 'current'")
    vault.restart()
    assert [lend(vault, name) for name in vault.held] == [502, 200, 200]
    assert len(upstream.requests) == 2


def test_a_ciphertext_altered_in_one_bit_is_not_lent(vault):
    vault.server.stop()
    with sqlite3.connect(database(vault)) as connection:
        ((sealed,),) = connection.execute(f"SELECT {box(vault, 'first')}").fetchall()
    connection.close()
    for place in (0, len(sealed) // 2, len(sealed) - 1):
        altered = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        edit(vault, put(vault, "first", f"x'{altered.hex()}'"))
        vault.restart()
        assert [lend(vault, name) for name in vault.held] == [502, 200, 200]


def test_a_credential_given_to_another_account_is_not_lent(vault):
    theirs = vault.grounds["other"].account
    edit(vault, f"UPDATE credentials SET account = '{theirs}' WHERE id = '{vault.held['first']['credential']}'")
    try:
        vault.restart()
    except NotStarted:
        return  # that it does not start at all is as good
    assert lend(vault, "first") == 502


def test_a_database_without_its_master_key_is_of_no_use(vault, binary, tmp_path):
    vault.server.stop()
    stolen = tmp_path / "stolen"
    shutil.copytree(vault.data_folder, stolen)
    (master,) = [path for path in stolen.rglob("*") if path.is_file() and path.read_bytes().startswith(b"bitting-master-key")]
    other = House(binary, tmp_path / "other", vault.evidence)
    other.server.stop()
    (theirs,) = [path for path in other.data_folder.rglob("*") if path.is_file() and path.read_bytes().startswith(b"bitting-master-key")]
    own = master.read_bytes()
    master.unlink()
    refused(binary, stolen, tmp_path / "without.log")
    shutil.copy(theirs, master)
    refused(binary, stolen, tmp_path / "another.log")
    # The same key under the same id with other bytes, and one that others can read.
    master.chmod(0o600)
    digit = b"0" if own.rstrip()[-1:] != b"0" else b"1"
    master.write_bytes(own.rstrip()[:-1] + digit + b"\n")
    master.chmod(0o400)
    refused(binary, stolen, tmp_path / "altered.log")
    master.chmod(0o600)
    master.write_bytes(own)
    master.chmod(0o444)
    refused(binary, stolen, tmp_path / "open.log")
    master.chmod(0o400)
    Server(binary, stolen, tmp_path / "right.log").stop()


def refused(binary: Path, folder: Path, log: Path) -> None:
    """It does not start, says why in a line or two, and shows no key."""
    with pytest.raises(NotStarted):
        Server(binary, folder, log)
    said = log.read_text()
    assert "master key" in said.lower(), said
    assert not re.search("[0-9a-fA-F]{40}", said), said
