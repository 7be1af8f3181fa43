# SPDX-License-Identifier: Apache-2.0
"""Lending, as seen by the provider: exact bytes in, and clear refusals where there is no provider to be had."""

import base64
import concurrent.futures
import hashlib
import json
import socket
import threading
import time
from urllib.parse import quote

import pytest

import certificates
from door import Door
from house import Ground
from search import find_in_bytes, writings
from upstream import Request, Upstream, answering
from wire import talk

MIB = 1024 * 1024
VALUE = 'held-"\\/+%=:&#~Zq07'  # what some way of writing each slot could get wrong


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return certificates.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module", params=["plain", "TLS"])
def upstream(request, authority):
    made = Upstream(authority if request.param == "TLS" else None)
    yield made
    made.close()


@pytest.fixture(scope="module")
def key(ground) -> str:
    return ground.issue()["secret"]


class Lender:
    """One integration to one upstream, called by the app's key."""

    def __init__(self, house, ground, key, name, upstream, value, authority=None, **provider):
        if upstream.context is not None:
            provider = {"tls": {"ca": authority.authority.read_text()}} | provider
        ground.provider(name, provider.pop("origin", upstream.origin), **provider)
        self.ids = ground.lend(name, house.evidence.hold(value), provider.get("allow"))
        self.house, self.ground, self.key, self.name, self.upstream, self.value = house, ground, key, name, upstream, value

    def call(self, method="POST", path="/v1/labels", body=None, fields=None, key=True):
        fields = ({"Authorization": f"Bearer {self.key}"} if key else {}) | (fields or {})
        with_door = self.house.data()
        try:
            return with_door.call(method, f"/lend/{self.name}{path}", body, fields)
        finally:
            with_door.close()

    def raw(self, head: str, *pieces: bytes, **options):
        """A head in exactly these bytes, with a Host and the key."""
        lines = [head, "Host: bitting", f"Authorization: Bearer {self.key}"] if "\r\n" not in head else [head]
        told = talk(self.house.server.data_address, "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n", *pieces, **options)
        for answer in told.answers:
            self.house.evidence.answer(b"LEND\r\n" + answer.raw)
        return told

    def arrived(self) -> Request:
        (request,) = self.upstream.requests
        return request


@pytest.fixture(scope="module")
def lend(house, ground, key, upstream, authority):
    """The usual provider: Authorization: Bearer."""
    name = "tls-carrier" if upstream.context else "plain-carrier"
    return Lender(house, ground, key, name, upstream, VALUE + "-usual", authority)


@pytest.fixture(autouse=True)
def clean(request):
    if "upstream" in request.fixturenames:
        request.getfixturevalue("upstream").reset()


def basic(text: str) -> bytes:
    return b"Basic " + base64.b64encode(text.encode())


SLOTS = {
    "bearer": ({"in": "header", "name": "Authorization", "format": "Bearer {value}"}, b"authorization", lambda v: b"Bearer " + v.encode()),
    "token": ({"in": "header", "name": "Authorization", "format": "Token token={value}"}, b"authorization", lambda v: b"Token token=" + v.encode()),
    "named": ({"in": "header", "name": "X-Carrier-Key"}, b"x-carrier-key", lambda v: v.encode()),
    "api-key": ({"in": "header", "name": "X-API-Key", "format": "{value}"}, b"x-api-key", lambda v: v.encode()),
    "user": ({"in": "basic"}, b"authorization", lambda v: basic(v + ":")),
    "password": ({"in": "basic", "format": "api:{value}"}, b"authorization", lambda v: basic("api:" + v)),
}  # fmt: skip


@pytest.fixture(scope="module", params=[*SLOTS, "query"])
def slot(request, house, ground, key, upstream, authority):
    """A provider for each kind of place where its key can stand."""
    name = f"{'tls' if upstream.context else 'plain'}-slot-{request.param}"
    credential = SLOTS[request.param][0] if request.param in SLOTS else {"in": "query", "name": "api_key"}
    # A colon cannot stand in a Basic user name.
    value = f"{VALUE.replace(':', ';')}-{name}"
    lender = Lender(house, ground, key, name, upstream, value, authority, credential=credential)
    lender.kind = request.param
    return lender


def nothing_of(key: str, request: Request) -> None:
    assert list(find_in_bytes(request.bytes, {"the caller's key": writings(key)})) == []


def holds_value(slot, request: Request) -> None:
    """The held value stands in its place, and only there."""
    if slot.kind == "query":
        assert request.line.split(b" ")[1].endswith(b"api_key=" + quote(slot.value, safe="-._~").encode())
        assert request.line.count(b"api_key=") == 1
        assert request.values(b"authorization") == []
        return
    _, name, form = SLOTS[slot.kind]
    assert request.values(name) == [form(slot.value)]
    others = [value for field, value in request.fields if field != name]
    assert not any(slot.value.encode() in value for value in others + [request.line, request.body])


CALLERS = {
    "Bearer": lambda key: {"Authorization": f"Bearer {key}"},
    "bearer in lower case": lambda key: {"authorization": f"bearer {key}"},
    "X-API-Key": lambda key: {"X-API-Key": key},
    "Basic user name": lambda key: {"Authorization": basic(f"{key}:").decode()},
    "Basic user name with a password": lambda key: {"Authorization": basic(f"{key}:anything").decode()},
    "both, the same": lambda key: {"Authorization": f"Bearer {key}", "X-API-Key": key},
}


@pytest.mark.parametrize("shown", CALLERS.values(), ids=CALLERS.keys())
def test_the_held_key_takes_the_place_of_the_callers_in_each_slot(slot, shown):
    answer = slot.call(body={"to": "A. Customer"}, fields=shown(slot.key), key=False)
    assert answer.status == 200, answer
    request = slot.upstream.requests[-1]
    holds_value(slot, request)
    nothing_of(slot.key, request)
    assert request.line.startswith(b"POST /v1/labels")
    assert json.loads(request.body) == {"to": "A. Customer"}


def test_the_callers_key_may_stand_where_the_providers_key_would(slot):
    if slot.kind == "query":
        answer = slot.call("GET", f"/v1/labels?a=1&api_key={slot.key}&b=2", key=False)
    elif slot.kind == "named":
        answer = slot.call("GET", fields={"X-Carrier-Key": slot.key}, key=False)
    elif slot.kind == "token":
        answer = slot.call("GET", fields={"Authorization": f"Token token={slot.key}"}, key=False)
    elif slot.kind == "password":
        answer = slot.call("GET", fields={"Authorization": basic(f"api:{slot.key}").decode()}, key=False)
    else:
        pytest.skip("the same as one of the usual places")
    assert answer.status == 200, answer
    holds_value(slot, slot.upstream.requests[-1])
    nothing_of(slot.key, slot.upstream.requests[-1])


@pytest.mark.parametrize("place", ["a field", "a field with words before it", "a parameter", "the path"])
def test_the_callers_key_repeated_elsewhere_does_not_arrive(lend, place):
    fields = {"a field": {"X-Other": lend.key}, "a field with words before it": {"X-Other": f"Bearer {lend.key}"}}.get(place, {})
    path = {"a parameter": f"/v1/labels?other={lend.key}", "the path": f"/v1/{lend.key}"}.get(place, "/v1/labels")
    answer = lend.call("GET", path, fields=fields)
    if answer.status == 200:
        nothing_of(lend.key, lend.arrived())
    else:
        assert answer.field("X-Bitting-Error")


def test_a_credential_that_the_caller_smuggles_into_the_slot_does_not_arrive(slot):
    forged = "forged-by-the-caller"
    if slot.kind == "query":
        answer = slot.call("GET", f"/v1/labels?api_key={forged}&API_KEY={forged}2&a=1")
        assert answer.status != 200 or b"api_key=" + forged.encode() not in slot.upstream.requests[-1].line
        answer = slot.call("GET", f"/v1/labels?%61pi_key={forged}&a=1")
    elif slot.kind == "named":
        answer = slot.call("GET", fields={"X-Carrier-Key": forged})
    else:
        answer = slot.call("GET", fields={"X-API-Key": slot.key, "Authorization": f"Bearer {forged}"}, key=False)
    if answer.status == 200:
        request = slot.upstream.requests[-1]
        holds_value(slot, request)
        assert forged.encode() not in request.bytes
    else:
        assert answer.field("X-Bitting-Error")


def test_the_query_is_forwarded_as_it_was_written(slot):
    query = "a=1&b=%2F%2e%2e&c=x+y&empty&d=[]&e=/../&f=?"
    assert slot.call("GET", f"/v1/labels?{query}").status == 200
    target = slot.upstream.requests[-1].line.split(b" ")[1].decode()
    assert target.startswith(f"/v1/labels?{query}")
    assert target[len(f"/v1/labels?{query}") :] == ("" if slot.kind != "query" else "&api_key=" + quote(slot.value, safe="-._~"))


HOP_BY_HOP = {
    "Keep-Alive": "timeout=5",
    "Proxy-Authorization": "Basic Zm9yZ2Vk",
    "Proxy-Connection": "keep-alive",
    "TE": "trailers",
    "Trailer": "X-Later",
    "Upgrade": "websocket",
}
OVERRIDES = {"X-HTTP-Method-Override": "DELETE", "X-HTTP-Method": "DELETE", "X-Method-Override": "DELETE"}
WHENCE = {
    "Forwarded": "for=203.0.113.9",
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Host": "elsewhere.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "1",
    "X-Forwarded-Uri": "/other",
    "X-Forwarded-Method": "DELETE",
    "X-Real-IP": "203.0.113.9",
    "X-Original-URI": "/other",
    "X-Original-Method": "DELETE",
    "X-Original-URL": "/other",
    "X-Rewrite-URL": "/other",
}
CREDENTIALS = {"Cookie": "session=forged", "X_API_KEY": "forged"}
OURS = {"X-Bitting-Key-Id": "key_forged", "X-Bitting-Account": "acc_forged", "X-Bitting-Error": "forged"}


@pytest.mark.parametrize("name, value", (HOP_BY_HOP | OVERRIDES | WHENCE | CREDENTIALS | OURS).items())
def test_a_field_that_is_not_for_the_provider_does_not_arrive(lend, name, value):
    answer = lend.call(fields={name: value}, body={})
    assert answer.status == 200, answer
    assert lend.arrived().values(name.encode()) == []
    assert lend.arrived().line == b"POST /v1/labels HTTP/1.1"


def test_what_connection_lists_is_stripped_and_the_held_key_is_not(lend):
    answer = lend.call(fields={"Connection": "close, authorization, X-Listed, host, content-length", "X-Listed": "x", "X-Other": "y"}, body={})
    assert answer.status == 200, answer
    request = lend.arrived()
    assert request.values(b"authorization") == [b"Bearer " + lend.value.encode()]
    assert request.values(b"x-listed") == []
    assert request.values(b"x-other") == [b"y"]
    assert len(request.values(b"host")) == 1 and request.body == b"{}"


def test_ordinary_fields_arrive_as_they_were(lend):
    fields = {"Accept": "application/json", "Accept-Language": "de;q=0.5", "Idempotency-Key": "abc", "X-Custom": "x  y", "User-Agent": "shop/1"}
    assert lend.call(fields=fields, body={}).status == 200
    request = lend.arrived()
    assert {name: request.values(name.encode()) for name in fields} == {name: [value.encode()] for name, value in fields.items()}
    assert request.values(b"content-type") == [b"application/json"]


def test_the_host_is_the_providers_and_stands_once(lend):
    assert lend.call(body={}).status == 200
    assert lend.arrived().values(b"host") == [f"127.0.0.1:{lend.upstream.port}".encode()]


def test_authorization_twice_is_refused_before_the_provider_hears_of_it(lend):
    for second in (f"Bearer {lend.key}x", "Bearer other", f"Bearer {lend.key}"):
        told = lend.raw(f"GET /lend/{lend.name}/v1/labels HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {lend.key}\r\nAuthorization: {second}", until=1)
        assert told.statuses[0] in (400, 401), told
        assert told.answers[0].field("X-Bitting-Error")
    assert lend.upstream.requests == []


def test_two_different_keys_are_refused(lend, ground):
    other = ground.issue()["secret"]
    answer = lend.call("GET", fields={"X-API-Key": other})
    assert answer.status == 401 and answer.field("X-Bitting-Error")
    assert lend.upstream.requests == []


PATHS = [
    "/x/../y", "/..", "/../v1/labels", "/x/./y", "/.", "/x/%2e%2e/y", "/x/%2E%2e/y", "/x/.%2e/y", "/%2e/y", "/x/..;/y", "/x/.;a/y",
    "/x%2fy", "/x%2Fy", "//x", "/x//y", "/x/y//", "/x\\y", "/x/..\\y", "/x%5cy", "/x%5Cy", "/x%00y", "/%00", "/x%0ay", "/x%0d%0aHost:%20y",
    "/x%25y", "/%252e%252e/y", "/x%", "/x%4", "/x%zz", "/x%ff", "/%c0%ae%c0%ae/y", "/x%7f", '/x"y', "/x<y", "/x^y", "/x`y", "/x{y}", "/x|y", "/x#y",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_two_readers_could_read_differently_is_refused(lend, path):
    told = lend.raw(f"GET /lend/{lend.name}{path} HTTP/1.1", until=1)
    assert told.statuses == [400], told
    assert told.answers[0].field("X-Bitting-Error") == "path_not_canonical"
    assert told.answers[0].json()["fix"]
    assert lend.upstream.requests == []


@pytest.mark.parametrize("target", ["/lend/../healthz", "/lend/%2e%2e/v1/verify", "//lend/{name}/v1", "/lend//{name}/v1", "/lend/{name}%2fv1"])
def test_a_target_around_the_integrations_name_is_refused(lend, target):
    told = lend.raw(f"GET {target.format(name=lend.name)} HTTP/1.1", until=1)
    assert told.statuses[0] in (400, 404), told
    assert lend.upstream.requests == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("target", ["/lend", "/lend/", "/lend?a=b", "/lend/?a=b"])
def test_a_target_that_names_no_integration_is_refused_and_nothing_falls(lend, method, target):
    assert lend.raw(f"{method} {target} HTTP/1.1", until=1).statuses[0] in (400, 404, 405)
    assert lend.call().status == 200


@pytest.mark.parametrize("byte", ["\0", "\x01", "\x7f", "\xff", "\t"])
def test_a_byte_that_no_target_may_hold_closes_the_connection(lend, byte):
    told = lend.raw(f"GET /lend/{lend.name}/x{byte}y HTTP/1.1")
    assert told.statuses == [400] and told.is_closed
    assert lend.upstream.requests == []


@pytest.mark.parametrize("target", ["http://127.0.0.1:{port}/lend/{name}/v1", "http://elsewhere.example/lend/{name}/v1", "127.0.0.1:{port}", "*", "@elsewhere.example/lend/{name}/v1"])
def test_a_target_that_names_a_place_is_not_gone_to(lend, target):
    told = lend.raw(f"GET {target.format(name=lend.name, port=lend.upstream.port)} HTTP/1.1", until=1)
    assert told.statuses[0] in (400, 404), told
    assert lend.upstream.requests == []


@pytest.mark.parametrize("written, canonical", [("/%76%31/labels", "/v1/labels"), ("/%7euser", "/~user"), ("/caf%c3%a9", "/caf%C3%A9"), ("/a%20b", "/a%20b"), ("/a:b@c!$&'()*+,;=", "/a:b@c!$&'()*+,;=")])
def test_a_path_is_forwarded_in_its_one_canonical_form(lend, written, canonical):
    told = lend.raw(f"GET /lend/{lend.name}{written} HTTP/1.1", until=1)
    assert told.statuses == [200], told
    assert lend.arrived().line == f"GET {canonical} HTTP/1.1".encode()


@pytest.fixture(scope="module")
def narrow(house, ground, key, upstream, authority):
    name = "tls-narrow" if upstream.context else "plain-narrow"
    ground.provider(name, upstream.origin, **({"tls": {"ca": authority.authority.read_text()}} if upstream.context else {}))
    lender = object.__new__(Lender)
    lender.house, lender.ground, lender.key, lender.name, lender.upstream = house, ground, key, name, upstream
    lender.value = house.evidence.hold()
    lender.ids = ground.lend(name, lender.value, [{"methods": ["POST"], "path": "/v1/labels"}, {"methods": ["GET"], "path": "/v1/labels/*"}])
    return lender


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("POST", "/v1/labels", 200),
        ("POST", "/v1/labels?any=query", 200),
        ("GET", "/v1/labels/7", 200),
        ("GET", "/v1/labels", 403),
        ("DELETE", "/v1/labels/7", 403),
        ("post", "/v1/labels", 403),
        ("HEAD", "/v1/labels/7", 403),
        ("GET", "/v1/labels/7/address", 403),
        ("POST", "/v1/labels/", 403),
        ("POST", "/V1/labels", 403),
        ("POST", "/v1/labels%20", 403),
        ("POST", "/v1", 403),
    ],
)
def test_only_what_the_integration_allows_is_lent(narrow, method, path, status):
    answer = narrow.call(method, path)
    assert answer.status == status, answer
    assert answer.field("X-Bitting-Error") == (None if status == 200 else "not_allowed")
    assert len(narrow.upstream.requests) == (1 if status == 200 else 0)


def test_the_providers_answer_comes_back_as_it_is(lend):
    body = b'{"label": "LBL-1"}'
    lend.upstream.behave = answering(
        b"HTTP/1.1 418 Short And Stout\r\nContent-Type: application/json\r\nSet-Cookie: a=1\r\nX-Own: kept\r\nX-Own: twice\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    )
    answer = lend.call(body={})
    assert (answer.status, answer.body) == (418, body)
    assert [value for name, value in answer.fields if name.lower() == "x-own"] == ["kept", "twice"]
    assert answer.field("Set-Cookie") is None, "a session at the provider is a credential too"
    assert answer.field("X-Bitting-Error") is None


def test_fields_of_one_hop_in_the_answer_end_here(lend):
    lend.upstream.behave = answering(
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: X-Listed\r\nX-Listed: x\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: Basic\r\n"
        b"Upgrade: h2c\r\nX-Bitting-Error: not_ours\r\n\r\n"
    )
    answer = lend.call(body={})
    assert answer.status == 200
    names = {name.lower() for name, _ in answer.fields}
    assert not names & {"x-listed", "keep-alive", "proxy-authenticate", "upgrade", "x-bitting-error"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_handed_back_and_not_followed(lend, status):
    place = f"{lend.upstream.origin}/elsewhere"
    lend.upstream.behave = answering(f"HTTP/1.1 {status} Moved\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode())
    answer = lend.call(body={})
    assert (answer.status, answer.field("Location")) == (status, place)
    assert len(lend.upstream.requests) == 1


@pytest.mark.parametrize(
    "raw, body",
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", b"abcde"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end", b"until the end"),
        (b"HTTP/1.0 200 OK\r\n\r\nold", b"old"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"ok"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"ok"),
    ],
)
def test_each_framing_of_an_answer_is_read(lend, raw, body):
    lend.upstream.behave = answering(raw, keep=b"close" not in raw and b"1.0" not in raw)
    answer = lend.call(body={})
    assert (answer.status, answer.body) == (204 if b" 204 " in raw else 200, body)


def test_a_head_request_has_an_answer_without_a_body(lend):
    lend.upstream.behave = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n")
    for _ in range(3):
        answer = lend.call("HEAD")
        assert (answer.status, answer.body, answer.field("Content-Length")) == (200, b"", "1234")


def test_connections_are_used_again_and_answers_never_mixed_up(lend):
    door = lend.house.data()
    for number in range(50):
        assert door.call("POST", f"/lend/{lend.name}/v1/labels", {"number": number}, {"Authorization": f"Bearer {lend.key}"}).status == 200
    door.close()
    assert [json.loads(request.body)["number"] for request in lend.upstream.requests] == list(range(50))
    assert lend.upstream.connections <= 3


def test_many_callers_at_once_get_each_their_own_answer(lend):
    own = threading.local()  # the upstream has a thread for each connection

    def take(piece):
        own.body = piece

    def echo(connection, reader):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(own.body), own.body))
        return True

    lend.upstream.take, lend.upstream.behave = take, echo

    def one(number):
        door = lend.house.data()
        try:
            for step in range(10):
                sent = json.dumps({"caller": number, "step": step}).encode()
                answer = door.call("POST", f"/lend/{lend.name}/v1/labels", sent, {"Authorization": f"Bearer {lend.key}"})
                assert (answer.status, answer.body) == (200, sent)
        finally:
            door.close()
        return True

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert all(pool.map(one, range(32)))


def test_what_a_provider_sends_beyond_its_answer_is_no_answer_to_the_next_caller(lend):
    poisoned = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npoisoned"
    lend.upstream.behave = answering(poisoned)
    for _ in range(10):
        assert lend.call(body={}).body == b"ok"


def test_a_connection_that_the_provider_closed_while_idle_fails_no_call(lend):
    """Idle is: the end has reached Bitting, which has closed its own side too. A call that crosses the end on its way may fail."""
    ended = threading.Event()

    def answer_and_end(connection, _reader):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        if lend.upstream.context is None:
            connection.shutdown(socket.SHUT_WR)
        else:
            connection = connection.unwrap()
        assert connection.recv(1) == b""
        ended.set()
        return True

    lend.upstream.behave = answer_and_end
    for _ in range(10):
        assert lend.call(body={}).status == 200
        assert ended.wait(10)
        ended.clear()


BROKEN = {
    "nothing at all": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "garbage": b"\x16\x03\x01 this is no HTTP\r\n\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "no status": b"HTTP/1.1 OK\r\n\r\n",
    "both lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk",
    "an endless head": b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"x" * 200_000 + b"\r\n\r\n",
    "a folded field": b"HTTP/1.1 200 OK\r\nX-A: a\r\n b\r\nContent-Length: 0\r\n\r\n",
    "NUL in a field": b"HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN.keys())
def test_a_provider_that_answers_nonsense_gives_a_clear_502(lend, raw):
    lend.upstream.behave = answering(raw, keep=False)
    answer = lend.call(body={})
    assert answer.status == 502, answer
    assert answer.field("X-Bitting-Error").startswith("upstream_")
    assert answer.json()["fix"] and answer.field("Content-Type") == "application/problem+json"
    assert raw == b"" or raw[:20] not in answer.body


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nonly\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end, or is it",
    ],
)
def test_an_answer_cut_short_never_looks_whole(lend, raw):
    if b"Connection: close" in raw and lend.upstream.context is None:
        pytest.skip("without TLS nobody can tell")
    lend.upstream.says_goodbye = False
    lend.upstream.behave = answering(raw, keep=False)
    told = lend.raw(f"GET /lend/{lend.name}/v1/labels HTTP/1.1")
    assert told.is_closed
    assert told.statuses in ([], [502]), told


def test_a_provider_that_cannot_be_reached_gives_502(house, ground, key, upstream, authority):
    gone = Upstream()
    gone.close()
    lender = Lender(house, ground, key, "gone-for-" + ("tls" if upstream.context else "plain"), upstream, house.evidence.hold(), authority, origin=gone.origin, tls={"ca": None})
    answer = lender.call(body={})
    assert (answer.status, answer.field("X-Bitting-Error")) == (502, "upstream_unreachable")
    assert answer.json()["fix"]


@pytest.fixture(scope="module")
def silent(house, ground, key):
    """A provider that takes requests and never answers; called at once, because it takes its time."""
    upstream = Upstream()
    stop = threading.Event()
    upstream.behave = lambda connection, reader: stop.wait(120) and False
    ground.provider("silent", upstream.origin)
    ground.lend("silent", house.evidence.hold())
    door = Door(house.server.data_address, key, house.evidence.answer)
    door.connection.timeout = 120
    pool = concurrent.futures.ThreadPoolExecutor(1)
    yield pool.submit(door.call, "POST", "/lend/silent/v1/labels", {})
    stop.set()
    pool.shutdown()
    upstream.close()


@pytest.fixture(scope="module", autouse=True)
def begun_early(silent):
    """So that the wait passes while the other tests run."""


@pytest.fixture(scope="module")
def other_authority(tmp_path_factory):
    return certificates.make(tmp_path_factory.mktemp("other"))


@pytest.fixture(scope="module")
def misnamed(tmp_path_factory):
    return certificates.make(tmp_path_factory.mktemp("misnamed"), "DNS:elsewhere.example,IP:127.0.0.2")


@pytest.mark.parametrize("fault", ["an authority that is not trusted", "another name", "no TLS at all", "the system's authorities only"])
def test_a_provider_that_cannot_prove_its_name_is_sent_nothing(house, ground, key, authority, other_authority, misnamed, fault):
    shown = {"another name": misnamed, "no TLS at all": None}.get(fault, authority)
    trusted = {"an authority that is not trusted": other_authority, "another name": misnamed}.get(fault, authority)
    stand_in = Upstream(shown)
    stand_in.greeting = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" if shown is None else b""
    name = "tls-fault-" + str(len(fault))
    ground.provider(name, f"https://127.0.0.1:{stand_in.port}", tls={"ca": None if fault.startswith("the system") else trusted.authority.read_text()})
    ground.lend(name, house.evidence.hold())
    answer = house.data(key).call("POST", f"/lend/{name}/v1/labels", {})
    assert (answer.status, answer.field("X-Bitting-Error")) == (502, "upstream_unreachable"), answer
    assert stand_in.requests == []
    stand_in.close()


def test_the_name_that_is_checked_is_the_configured_one(house, ground, key, authority):
    stand_in = Upstream(authority)
    stand_in.context.sni_callback = lambda connection, name, context: names.append(name)
    names: list = []
    ground.provider(
        "by-name", f"https://localhost:{stand_in.port}", tls={"ca": authority.authority.read_text()}, allow_private_addresses=["127.0.0.0/8", "::1/128"]
    )
    ground.lend("by-name", house.evidence.hold())
    assert house.data(key).call("POST", "/lend/by-name/v1/labels", {}).status == 200
    assert names == ["localhost"]
    assert stand_in.requests[0].values(b"host") == [f"localhost:{stand_in.port}".encode()]
    stand_in.close()


ADDRESSES = ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127.255.255.254"]


@pytest.mark.parametrize("host", ADDRESSES)
def test_a_special_address_is_not_dialled_unless_the_provider_allows_it(house, ground, key, host):
    """Loopback stands for all of them: the other special ranges are in the address guard's own table."""
    stand_in = Upstream(address="::" if host.startswith("[") and "ffff" not in host else "0.0.0.0")
    name = f"special-{ADDRESSES.index(host)}"
    ground.provider(name, f"http://{host}:{stand_in.port}", allow_private_addresses=["10.0.0.0/8"])
    ground.lend(name, house.evidence.hold())
    answer = house.data(key).call("GET", f"/lend/{name}/v1/labels")
    assert answer.field("X-Bitting-Error") == "upstream_refused_address", answer
    assert answer.status == 502
    assert stand_in.connections == 0
    stand_in.close()


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.1.", "user@127.0.0.1", "127.0.0.1/path", "127.0.0.1?q", "127.0.0.1#f", "[::1", "a b"])
def test_an_origin_that_could_be_read_as_another_address_is_refused_beforehand(house, ground, host):
    answer = ground.control.call(
        "PUT",
        "/v1/providers/odd-origin",
        {"title": "Odd", "origins": [f"http://{host}:1"], "credential": {"in": "basic"}, "allow_private_addresses": ["127.0.0.0/8"]},
    )
    assert (answer.status, answer.json()["pointer"]) == (422, "/origins/0"), answer


def test_an_integration_of_another_app_is_unknown(house, ground, lend):
    stranger = ground.control.need(201, "POST", f"/v1/accounts/{ground.account}/apps", {"name": "Another app"})["id"]
    for owner in ({"type": "app", "id": stranger}, {"type": "account", "id": ground.account}, {"type": "user", "id": ground.user}):
        other = ground.issue(owner=owner)["secret"]
        for name in (lend.name, lend.ids["integration"]):
            answer = house.data(other).call("GET", f"/lend/{name}/v1/labels")
            assert answer.field("X-Bitting-Error") == "integration_unknown", answer
            assert answer.status in (403, 404)
    assert lend.upstream.requests == []


def test_a_name_that_no_integration_has_is_unknown(lend):
    for name in ("nowhere", "int_00000000000000000000000000", "x" * 300, "%41"):
        told = lend.raw(f"GET /lend/{name}/v1/labels HTTP/1.1", until=1)
        assert told.statuses[0] in (400, 404) and told.answers[0].field("X-Bitting-Error") in ("integration_unknown", "path_not_canonical"), told


def test_an_integration_can_be_called_by_its_id(house, lend):
    answer = house.data(lend.key).call("POST", f"/lend/{lend.ids['integration']}/v1/labels", {})
    assert answer.status == 200 and lend.arrived().line == b"POST /v1/labels HTTP/1.1"


def test_pause_resume_and_revoke_are_in_force_with_the_very_next_call(house, ground, key, upstream, authority):
    name = "to-be-revoked-" + ("tls" if upstream.context else "plain")
    lender = Lender(house, ground, key, name, upstream, house.evidence.hold(), authority)
    act = lambda verb: ground.control.need(200, "POST", f"/v1/integrations/{lender.ids['integration']}/{verb}")  # noqa: E731
    door = house.data(key)
    call = lambda: door.call("POST", f"/lend/{name}/v1/labels", {})  # noqa: E731
    for _ in range(5):
        assert call().status == 200
        assert act("pause")["state"] == "paused"
        paused = call()
        assert paused.status == 403 and paused.field("X-Bitting-Error").startswith("integration_")
        assert act("resume")["state"] == "active"
    assert call().status == 200
    assert act("revoke")["state"] == "revoked"
    revoked = call()
    assert (revoked.status, revoked.field("X-Bitting-Error")) == (403, "integration_revoked")
    assert len(upstream.requests) == 6


@pytest.mark.parametrize("ending", ["revoke", "disable", "lock the app", "lock the account"])
def test_a_key_that_ends_lends_nothing_from_the_very_next_call(house, control, upstream, authority, ending):
    own = Ground(control, f"end{'t' if upstream.context else 'p'}{ending.replace(' ', '')}"[:16])
    issued = own.issue()
    lender = Lender(house, own, issued["secret"], own.keyspace["name"] + "-x", upstream, house.evidence.hold(), authority)
    assert lender.call(body={}).status == 200
    match ending:
        case "revoke":
            control.need(200, "POST", f"/v1/keys/{issued['id']}/revoke", {"reason": "unused"})
        case "disable":
            control.need(200, "POST", f"/v1/keys/{issued['id']}/disable")
        case "lock the app":
            control.need(200, "POST", f"/v1/apps/{own.app}/lock")
        case _:
            control.need(200, "POST", f"/v1/accounts/{own.account}/lock")
    answer = lender.call(body={})
    expected = {"revoke": "revoked", "disable": "disabled"}.get(ending, "locked")
    assert (answer.status, answer.field("X-Bitting-Error")) == (401, expected)
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("shown", [None, "Bearer nonsense", "Bearer ground_live_nothing", "Basic !!!", "Bearer "])
def test_without_a_key_that_is_known_nothing_is_lent(lend, shown):
    answer = lend.call(fields={"Authorization": shown} if shown else {}, key=False, body={})
    assert answer.status == 401 and answer.field("X-Bitting-Error") and answer.field("WWW-Authenticate")
    assert lend.upstream.requests == []


class Sum:
    """Counts and digests what streams by."""

    def __init__(self):
        self.count, self.digest = 0, hashlib.sha256()

    def add(self, piece: bytes) -> None:
        self.count += len(piece)
        self.digest.update(piece)

    @property
    def seen(self):
        return self.count, self.digest.hexdigest()


PIECE = bytes(range(256)) * 256
PIECES = 100 * MIB // len(PIECE)


def memory_peak(house, stop: threading.Event, peaks: list) -> None:
    while not stop.wait(0.01):
        peaks.append(house.server.memory)


@pytest.fixture
def watched(house):
    """Fails when the server's memory grows with what streams through it."""
    before, peaks, stop = house.server.memory, [0], threading.Event()
    thread = threading.Thread(target=memory_peak, args=(house, stop, peaks))
    thread.start()
    yield
    stop.set()
    thread.join()
    assert max(peaks) - before < 40 * MIB, f"{(max(peaks) - before) / MIB:.0f} MiB more while 100 MiB streamed"


@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("pace", ["at once", "slow to begin"])
def test_100_mib_stream_up(lend, watched, framing, pace):
    got = Sum()

    def take(piece):
        if pace != "at once" and got.count == 0:
            time.sleep(1.5)  # what the server may not take in meanwhile, the caller must be held up with
        got.add(piece)

    lend.upstream.take = take
    sent = Sum()

    def pieces():
        for _ in range(PIECES):
            sent.add(PIECE)
            yield PIECE if framing == "length" else b"%x\r\n%b\r\n" % (len(PIECE), PIECE)
        if framing == "chunked":
            yield b"0\r\n\r\n"

    field = f"Content-Length: {PIECES * len(PIECE)}" if framing == "length" else "Transfer-Encoding: chunked"
    head = f"PUT /lend/{lend.name}/v1/big HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {lend.key}\r\n{field}"
    told = lend.raw(head, *pieces(), seconds=120, until=1)
    assert told.statuses == [200], told
    assert got.seen == sent.seen


@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("pace", ["at once", "slow to begin"])
def test_100_mib_stream_down(house, lend, watched, framing, pace):
    sent = Sum()

    def behave(connection, reader):
        field = b"Content-Length: %d" % (PIECES * len(PIECE)) if framing == "length" else b"Transfer-Encoding: chunked"
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + field + b"\r\n\r\n")
        for _ in range(PIECES):
            sent.add(PIECE)
            connection.sendall(PIECE if framing == "length" else b"%x\r\n%b\r\n" % (len(PIECE), PIECE))
        if framing == "chunked":
            connection.sendall(b"0\r\n\r\n")
        return True

    lend.upstream.behave = behave
    got = Sum()
    door = house.data()
    door.connection.request("GET", f"/lend/{lend.name}/v1/big", headers={"Authorization": f"Bearer {lend.key}"})
    answer = door.connection.getresponse()
    if pace != "at once":
        time.sleep(1.5)
    while piece := answer.read(65536):
        got.add(piece)
    door.close()
    assert answer.status == 200 and got.seen == sent.seen


def test_a_caller_that_goes_away_ends_the_call_at_the_provider(house, lend):
    ended = threading.Event()

    def behave(connection, reader):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while True:
                connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        finally:
            ended.set()

    lend.upstream.behave = behave
    door = house.data()
    door.connection.request("GET", f"/lend/{lend.name}/v1/endless", headers={"Authorization": f"Bearer {lend.key}"})
    door.connection.getresponse().read(65536)
    door.close()
    assert ended.wait(15)


def test_an_early_answer_to_an_upload_is_handed_on(house, lend):
    lend.upstream.reads_body = False
    lend.upstream.behave = answering(b"HTTP/1.1 413 Too Big\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", keep=False)
    head = f"PUT /lend/{lend.name}/v1/big HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {lend.key}\r\nContent-Length: {10 * MIB}"
    told = lend.raw(head, b"x" * 1000, until=1)
    assert told.statuses == [413], told


def test_a_provider_that_never_answers_gives_504(silent):
    answer = silent.result(timeout=110)
    assert (answer.status, answer.field("X-Bitting-Error")) == (504, "upstream_timeout")
    assert answer.json()["fix"]
