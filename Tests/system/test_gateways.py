# SPDX-License-Identifier: Apache-2.0
"""Every gateway in examples/ passes one table, run for real on the very file that a reader copies.

The client has an address of its own (127.0.0.9), which Bitting does not trust; only the gateways are trusted peers.
"""

import re
import socket
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from posixpath import normpath
from typing import NamedTuple, Optional
from urllib.parse import unquote

import pytest

import gateway as gateways
from door import Answer
from gateway import Gateway
from standin import Received, StandIn
from wire import talk

SERVE_OPTIONS = ("--trusted-peer", "127.0.0.1/32")
CLIENT = "127.0.0.9"
IDENTITY = ("Key-Id", "Owner-Type", "Owner-Id", "Account", "Keyspace", "Environment", "Scopes", "Principal")
BIG = bytes(range(256)) * 4096  # 1 MiB
LABELS = {"methods": ["POST"], "path": "/labels"}
# What a client may try to say in a gateway's or Bitting's name, in each way to write it.
FORGED_CALL = [
    ("X-Original-Method", "POST"), ("X-Original-URI", "/labels?forged"), ("X-Original-URL", "/labels?forged"),
    ("X-Forwarded-Method", "POST"), ("X-Forwarded-Uri", "/labels?forged"), ("x-original-method", "POST"),
    ("x-forwarded-uri", "/labels?forged"), ("X_Original_Uri", "/labels?forged"), ("X-HTTP-Method-Override", "POST"),
    ("X-Rewrite-URL", "/labels?forged"), ("X-Forwarded-Prefix", "/forged"),
    ("X-Forwarded-Host", "forged.example"), ("X-Forwarded-Proto", "forged"),
]  # fmt: skip
FORGED_ADDRESS = [
    ("X-Forwarded-For", "203.0.113.7"), ("x-forwarded-for", "203.0.113.7, 127.0.0.1"), ("X-Real-IP", "203.0.113.7"),
    ("Forwarded", "for=203.0.113.7"), ("X_Forwarded_For", "203.0.113.7"),
]  # fmt: skip


class Api(StandIn):
    """The API behind the gateways. It has a 403 of its own, and answers with what it was sent."""

    def answer(self, request):
        if request.path.endswith("/own-refusal"):
            return 403, {"own": "refusal"}, {"X-Own": "yes"}
        return 201, {"size": len(request.body)}, {"X-Own": "yes"}


class Client(NamedTuple):
    """Calls one gateway, and sees what came out behind it."""

    gateway: Gateway
    api: Api
    house: object

    def call(self, method: str, target: str, *fields: tuple[str, str], **how) -> Answer:
        return self.calls((method, target, *fields), **how)[0]

    def calls(self, *requests: tuple, key: Optional[str] = None, body: bytes = b"", source: str = CLIENT) -> list[Answer]:
        """One after the other over one connection."""
        sent = b"".join(request_bytes(method, target, fields, key, body) for method, target, *fields in requests)
        answers = talk(self.gateway.address, sent, until=len(requests), source=source).answers
        assert len(answers) == len(requests)
        for answer in answers:
            self.house.evidence.answer(b"\r\n" + answer.raw)
        return answers

    def told(self, answer: Answer, name: str) -> Optional[str]:
        """What Bitting said with its yes, where the client sees it. Traefik gives the client nothing of a yes, but the
        API, which can."""
        if self.gateway.name != "traefik":
            return answer.field(name)
        assert answer.field(name) is None, "Traefik can do more than the example says"
        return next(iter(self.reached().values(name)), None)

    def reached(self) -> Received:
        """The one request that came through."""
        (request,) = self.api.received
        return request


def request_bytes(method: str, target: str, fields: list[tuple[str, str]], key: Optional[str], body: bytes) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: api.example"] + [f"{name}: {value}" for name, value in fields]
    if key is not None:
        lines.append(f"Authorization: Bearer {key}")
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def is_problem(answer: Answer, status: int) -> bool:
    """The status, and a problem that says what to do."""
    is_told = answer.field("Content-Type") == "application/problem+json" and bool(answer.json()["fix"])
    return answer.status == status and answer.json()["status"] in (status, 403) and is_told


@pytest.fixture(scope="module")
def api():
    made = Api()
    yield made
    made.close()


def start(kind: type[Gateway], house, name: str, bitting: str, api: Api) -> Gateway:
    """Beside the house's own evidence, so that its logs are searched for secrets too."""
    return kind(house.evidence.root / f"{kind.__name__}-{name}", bitting, f"127.0.0.1:{api.port}")


@pytest.fixture(scope="module")
def running(house, api):
    """All of them, started side by side."""
    made = {kind: start(kind, house, "guarding", house.server.data_address, api) for kind in gateways.ALL}
    try:
        for gateway in made.values():
            gateway.wait()
        yield made
    finally:
        for gateway in made.values():
            gateway.stop()


@pytest.fixture(params=gateways.ALL, ids=lambda kind: kind.__name__)
def client(request, running, api, house):
    api.received.clear()
    return Client(running[request.param], api, house)


@pytest.fixture(scope="module")
def issued(ground):
    """May create labels, and nothing else."""
    return ground.issue(("labels:create",))


def test_a_good_call_goes_through_whole_and_says_who_calls(client, issued, ground):
    answer = client.call("POST", "/labels?size=a4&note=%20x", key=issued["secret"], body=b'{"to":"Ada"}')
    assert (answer.status, answer.json(), answer.field("X-Own")) == (201, {"size": 12}, "yes")
    request = client.reached()
    assert (request.method, request.path, request.body) == ("POST", "/labels?size=a4&note=%20x", b'{"to":"Ada"}')
    assert {name: request.values(f"X-Bitting-{name}") for name in IDENTITY[:-1]} == {
        "Key-Id": [issued["id"]],
        "Owner-Type": ["app"],
        "Owner-Id": [ground.app],
        "Account": [ground.account],
        "Keyspace": ["ground"],
        "Environment": ["live"],
        "Scopes": ["labels:create"],
    }
    assert request.values("X-Bitting-Principal") in ([], [""])


@pytest.mark.parametrize("size", [0, len(BIG)])
def test_a_body_arrives_whole(client, issued, size):
    answer = client.call("POST", "/labels", key=issued["secret"], body=BIG[:size])
    assert (answer.status, client.reached().body == BIG[:size]) == (201, True)


def test_a_body_in_chunks_arrives_whole(client, issued):
    head = f"POST /labels HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {issued['secret']}\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = [f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (BIG[:70000], b"x", BIG[:3])]
    (answer,) = talk(client.gateway.address, head.encode(), *chunks, b"0\r\n\r\n", until=1, source=CLIENT).answers
    assert (answer.status, client.reached().body == BIG[:70000] + b"x" + BIG[:3]) == (201, True)


@pytest.mark.parametrize(
    "shown",
    ["", "Authorization: Bearer nonsense", "X-API-Key: ground_live_0", "Authorization: Basic !", "Authorization: Bearer", "unknown", "two"],
)
def test_without_a_good_key_nobody_gets_in(client, issued, shown):
    fields = [tuple(shown.split(": "))] if ": " in shown else []
    if shown == "unknown":  # right in form and checksum, of a keyspace that is not there
        fields = [("X-API-Key", "elsewhere_live_00000000000000000000000000000000" + "1WuaBk")]
    if shown == "two":
        fields = [("X-API-Key", issued["secret"]), ("X-API-Key", "another")]
    answer = client.call("POST", "/labels", *fields, body=b"{}")
    assert is_problem(answer, 401)
    assert answer.field("WWW-Authenticate").startswith('Bearer realm="bitting"')
    assert client.api.received == []


@pytest.mark.parametrize("place", ["bearer", "field", "basic"])
def test_the_key_goes_no_further_than_the_gateway(client, issued, place):
    basic = b64encode(f"{issued['secret']}:".encode()).decode()
    field = {
        "bearer": ("authorization", f"bearer {issued['secret']}"),
        "field": ("x-api-KEY", issued["secret"]),
        "basic": ("AUTHORIZATION", f"Basic {basic}"),
    }[place]
    assert client.call("POST", "/labels", field).status == 201
    text = client.reached().text
    assert issued["secret"] not in text and basic not in text
    assert client.reached().values("Authorization") == client.reached().values("X-API-Key") == []


def test_the_key_stands_in_no_log_of_the_gateway(client, issued):
    basic = b64encode(f"{issued['secret']}:".encode()).decode()
    for field in (("Authorization", f"Basic {basic}"), ("X-API-Key", issued["secret"]), ("Authorization", f"Bearer {issued['secret']}")):
        client.call("POST", "/labels", field)
        client.call("GET", "/addresses/1", field)
    logs = [path.read_text(errors="replace") for path in client.gateway.folder.rglob("*.log")]
    assert logs and not [log for log in logs if issued["secret"] in log or basic in log]


def test_each_route_needs_its_own_scope(client, ground, issued):
    reader = ground.issue(("addresses:read",))["secret"]
    rows = [
        ("POST", "/labels", issued["secret"], 201), ("GET", "/addresses/1", issued["secret"], 403),
        ("POST", "/labels", reader, 403), ("GET", "/addresses/1", reader, 201), ("GET", "/addresses/1?x=/labels", reader, 201),
        # Not listed: whatever the key may do.
        ("GET", "/labels", issued["secret"], 403), ("POST", "/addresses/1", reader, 403), ("GET", "/addresses/1/x", reader, 403),
        ("GET", "/other", reader, 403), ("DELETE", "/", reader, 403), ("GET", "/", reader, 403), ("OPTIONS", "/labels", issued["secret"], 403),
    ]  # fmt: skip
    for method, path, key, status in rows:
        client.api.received.clear()
        answer = client.call(method, path, key=key)
        assert (method, path, answer.status) == (method, path, status)
        assert len(client.api.received) == (1 if status == 201 else 0)
        assert status == 201 or is_problem(answer, 403)
    assert client.call("GET", "/other").status == 401
    scope_missing = client.call("POST", "/labels", key=reader)
    assert scope_missing.field("WWW-Authenticate") == 'Bearer realm="bitting", error="insufficient_scope"'


def test_a_limit_is_a_429_that_says_when_to_come_back(client, ground):
    key = ground.issue(limits=[{"name": "slow", "limit": 2, "per": "1h"}])["secret"]
    first, second, third = (client.call("POST", "/labels", key=key) for _ in range(3))
    assert (first.status, second.status) == (201, 201)
    assert is_problem(third, 429)
    assert 1 <= int(third.field("Retry-After")) <= 3600
    assert third.field("RateLimit-Policy") == '"slow";q=2;w=3600'
    assert re.fullmatch(r'"slow";r=0;t=\d+', third.field("RateLimit"))
    assert len(client.api.received) == 2


def test_a_budget_that_is_spent_is_a_429_too(client, ground):
    key = ground.issue(quota={"amount": 1})["secret"]
    assert client.call("POST", "/labels", key=key).status == 201
    spent = client.call("POST", "/labels", key=key)
    assert is_problem(spent, 429)
    assert (spent.field("RateLimit"), spent.field("Retry-After")) == ('"quota:key";r=0', None)


def test_whoever_tries_keys_is_slowed_down_and_nobody_else(client, issued):
    """Held against the client's own address, which the gateway tells, not against the gateway."""
    guesser = f"127.0.1.{1 + gateways.ALL.index(type(client.gateway))}"
    bad = ("POST", "/labels", ("X-API-Key", "guess"))
    for _ in range(20):  # each of Bitting's event loops counts for itself
        *_, last = client.calls(*[bad] * 50, source=guesser)
        if last.status != 401:
            break
    assert is_problem(last, 429) and int(last.field("Retry-After")) >= 1
    assert client.call("POST", "/labels", key=issued["secret"]).status == 201


def test_how_much_of_a_limit_is_left_is_told(client, ground):
    key = ground.issue(limits=[{"name": "slow", "limit": 5, "per": "1h"}])["secret"]
    answer = client.call("POST", "/labels", key=key)
    assert client.told(answer, "RateLimit-Policy") == '"slow";q=5;w=3600'
    assert client.told(answer, "RateLimit").startswith('"slow";r=4;t=')


def test_who_a_client_says_it_is_reaches_nobody(client, issued, ground):
    written = ("X-Bitting-{}", "x-bitting-{}", "X-BITTING-{}")
    forged = [(form.format(name), "forged") for form in written for name in (*IDENTITY, "Status", "Error")]
    if client.gateway.name != "nginx":  # can take out only what it is told by name
        forged.append(("X-Bitting-Invented", "forged"))
    answer = client.call("POST", "/labels", *forged, key=issued["secret"])
    assert answer.status == 201
    request = client.reached()
    assert request.values("X-Bitting-Owner-Id") == [ground.app]
    assert "forged" not in request.text


def test_underscores_are_no_way_around_that(client, issued, ground):
    forged = [("X_Bitting_Owner_Id", "forged"), ("X-Bitting_Key-Id", "forged"), ("x_bitting-scopes", "forged"), ("X_BITTING_PRINCIPAL", "forged")]
    answer = client.call("POST", "/labels", *forged, key=issued["secret"])
    assert answer.status in (201, 400)
    assert all("forged" not in request.text and request.values("X-Bitting-Owner-Id") == [ground.app] for request in client.api.received)


@pytest.mark.parametrize("named", ["X-Bitting-Owner-Id, X-Bitting-Scopes", "keep-alive, x-bitting-key-id", "X-Forwarded-Uri, X-Original-URI, X-Original-Method, X-Forwarded-For", "Authorization"])
def test_a_client_cannot_have_fields_taken_out_on_the_way(client, ground, named):
    """What `Connection` names is dropped by proxies (RFC 9110, section 7.6.1), also what they added themselves."""
    key = ground.issue(allowed_routes=[LABELS], allowed_addresses=[CLIENT])
    answer = client.call("POST", "/labels", ("Connection", named), key=key["secret"])
    assert answer.status in (201, 400, 401)
    for request in client.api.received:
        assert request.values("X-Bitting-Owner-Id") == [ground.app] and request.values("X-Bitting-Key-Id") == [key["id"]]
        assert request.values("X-Bitting-Scopes") == ["labels:create"] and request.values("Authorization") == []


def test_a_key_for_some_routes_is_held_to_the_call_that_was_made(client, ground):
    key = ground.issue(("*:*",), allowed_routes=[LABELS])["secret"]
    honest = [field for field in FORGED_CALL if "_" not in field[0]]
    assert client.call("POST", "/labels?x=1", key=key).status == 201
    assert client.call("GET", "/addresses/1", key=key).status == 403
    # Whatever the client says of it: neither for it nor against it.
    assert client.call("GET", "/addresses/1", *honest, key=key).status == 403
    assert client.call("GET", "/addresses/1?/labels", ("X-Forwarded-Method", "POST"), ("X-Forwarded-Uri", "/labels"), key=key).status == 403
    assert client.call("POST", "/labels", ("X-Original-URI", "/addresses/forged"), ("X-Forwarded-Uri", "/forged"), key=key).status == 201
    assert client.call("GET", "/addresses/1", *FORGED_CALL, key=key).status in (400, 403)
    assert [(request.method, request.path) for request in client.api.received] == [("POST", "/labels?x=1"), ("POST", "/labels")]
    assert all("forged" not in request.text for request in client.api.received)


def test_an_api_is_not_led_to_read_another_call(client, issued):
    forged = [(name, value if "forged" in value else "FORGED") for name, value in FORGED_CALL if "_" not in name]
    extra = [(name, "FORGED") for name in ("X-HTTP-Method", "X-Method-Override")]
    assert client.call("POST", "/labels", *forged, *extra, key=issued["secret"]).status == 201
    assert "forged" not in client.reached().text.lower()


def test_a_key_for_some_addresses_is_held_to_the_clients_true_one(client, ground):
    here = ground.issue(allowed_addresses=[CLIENT])["secret"]
    there = ground.issue(allowed_addresses=["203.0.113.0/24", "127.0.0.1"])["secret"]
    assert client.call("POST", "/labels", key=here).status == 201
    assert client.call("POST", "/labels", *FORGED_ADDRESS[:-1], key=here).status == 201
    for forged in ([], *([field] for field in FORGED_ADDRESS), FORGED_ADDRESS[:-1]):
        assert client.call("POST", "/labels", *forged, key=there).status in (400, 403), forged
    assert len(client.api.received) == 2
    assert client.api.received[1].values("X-Forwarded-For")[-1].endswith(CLIENT)
    assert all("203.0.113" not in value for value in client.api.received[1].values("X-Forwarded-For"))


def test_a_client_whose_own_address_is_trusted_is_still_only_a_client(client, ground):
    """Bitting would skip the address of a gateway in X-Forwarded-For, and believe what stands before it."""
    there = ground.issue(allowed_addresses=["203.0.113.0/24"])["secret"]
    assert client.call("POST", "/labels", ("X-Forwarded-For", "203.0.113.7"), key=there, source="127.0.0.1").status == 403


# In each of these somebody could see /labels and somebody else another path.
ODD = [
    "/labels/../addresses/1", "/labels/%2e%2e/addresses/1", "/labels/%2E./addresses/1", "//addresses/1", "/./addresses/1",
    "/labels/..;/addresses/1", "/labels%2f..%2faddresses/1", "/labels/..%5caddresses/1", "/labels\\..\\addresses/1", "/addresses/1/../../labels",
    "/addresses/..", "//labels", "/labels/", "/labels//", "/labels/.", "/labels;x=/addresses/1", "/labels%00", "/labels%3f/addresses/1", "/labels%0a", "/labels%0D%0A",
    "/%6cabels", "/labels#/addresses/1", "http://api.example/addresses/1", "http://api.example/labels", "/LABELS", "/%252e%252e/labels", "*", "/labels%20",
]  # fmt: skip


@pytest.mark.parametrize("scopes", ["labels:create", "*:*"])
def test_an_odd_path_leads_nowhere_else(client, ground, scopes):
    """What reaches the API is, as it was sent on, exactly what the key may do."""
    key = ground.issue((scopes,), allowed_routes=[LABELS])["secret"]
    for path in ODD:
        client.api.received.clear()
        answer = client.call("POST", path, key=key)
        assert (path, 200 <= answer.status < 400) == (path, bool(client.api.received))
        for request in client.api.received:
            assert request.path in ("/labels", "/%6cabels", "http://api.example/labels"), path


def test_scopes_and_api_see_the_same_path(client, ground):
    """Keys for one scope, without routes: the gateway's own choice of the scope decides."""
    keys = {scope: ground.issue((scope,))["secret"] for scope in ("labels:create", "addresses:read")}
    further = ["/addresses/%2e%2E", "/addresses/.", "/addresses/1%2f..%2f..%2flabels", "/addresses/..%00", "/addresses/1\\..\\..\\labels"]
    for path in ODD + further:
        for method, scope in (("POST", "labels:create"), ("GET", "labels:create"), ("GET", "addresses:read"), ("POST", "addresses:read")):
            client.api.received.clear()
            client.call(method, path, key=keys[scope])
            for request in client.api.received:
                assert (request.method, reads(request.path)) == {
                    "labels:create": ("POST", "/labels"), "addresses:read": ("GET", "/addresses/1"),
                }[scope], (path, request.path)  # fmt: skip


def reads(target: str) -> str:
    """The path as the most forgiving API would read it."""
    path = unquote(target.removeprefix("http://api.example").split("?")[0]).replace("\\", "/").split("#")[0].split("\0")[0]
    return normpath("/" + "/".join(segment.split(";")[0] for segment in path.split("/")).strip("/"))


def test_a_secret_on_its_way_out_is_told_to_whoever_uses_it(client, ground, control):
    issued = ground.issue()
    control.need(200, "POST", f"/v1/keys/{issued['id']}/rotate", {"grace": "1h"})
    answer = client.call("POST", "/labels", key=issued["secret"])
    assert answer.status == 201
    assert re.fullmatch(r"@\d{10}", client.told(answer, "Deprecation"))
    assert client.told(answer, "Sunset").endswith(" GMT")


def test_a_current_secret_is_told_nothing(client, issued):
    answer = client.call("POST", "/labels", ("Deprecation", "@1"), ("Sunset", "forged"), key=issued["secret"])
    assert answer.field("Deprecation") is None and answer.field("Sunset") is None


def test_a_change_is_in_force_at_the_very_next_call(client, ground, control):
    issued = ground.issue()
    path = f"/v1/keys/{issued['id']}"
    rows = [(None, {}, 201), ("disable", None, 401), ("enable", None, 201), ("revoke", {"reason": "compromised"}, 401)]
    for act, body, status in rows:
        if act:
            control.need(200, "POST", f"{path}/{act}", body)
        assert (act, client.call("POST", "/labels", key=issued["secret"]).status) == (act, status)
    assert len(client.api.received) == 2


def test_every_request_of_a_connection_is_decided(client, issued):
    bearer = ("Authorization", f"Bearer {issued['secret']}")
    answers = client.calls(("POST", "/labels", bearer), ("POST", "/labels"), ("GET", "/addresses/1", bearer), ("POST", "/labels", bearer))
    assert [answer.status for answer in answers] == [201, 401, 403, 201]
    assert len(client.api.received) == 2


def test_the_apis_own_refusal_is_its_own(client, ground):
    answer = client.call("GET", "/addresses/own-refusal", key=ground.issue(("addresses:read",))["secret"])
    assert (answer.status, answer.json(), answer.field("X-Own")) == (403, {"own": "refusal"}, "yes")


def test_a_gateway_that_tells_no_original_request_is_refused_not_guessed_for(house, ground):
    """Straight at the data plane: what a gateway without its header lines would ask."""
    routed = {"Authorization": f"Bearer {ground.issue(allowed_routes=[LABELS])['secret']}"}
    placed = {"Authorization": f"Bearer {ground.issue(allowed_addresses=['203.0.113.7'])['secret']}"}
    method, path = {"X-Original-Method": "POST"}, {"X-Original-URI": "/labels"}
    data = house.data()
    for fields, status in [({}, 403), (method, 403), (path, 403), (method | path, 200)]:
        answer = data.call("POST", "/v1/authorize", None, routed | fields)
        assert (answer.status, status == 200 or answer.json()["code"] == "route_denied") == (status, True)
    assert data.call("POST", "/v1/authorize", None, placed | method | path).json()["code"] == "address_denied"
    assert data.call("POST", "/v1/authorize", None, placed | {"X-Forwarded-For": "203.0.113.7"}).status == 200


def test_a_peer_that_is_no_gateway_is_not_believed(house, ground):
    keys = ground.issue(allowed_routes=[LABELS]), ground.issue(allowed_addresses=["203.0.113.7"])
    told = [("X-Original-Method", "POST"), ("X-Original-URI", "/labels"), ("X-Forwarded-For", "203.0.113.7")]
    for key, code in zip(keys, ("route_denied", "address_denied")):
        asked = request_bytes("GET", "/v1/authorize", told, key["secret"], b"")
        for source, status in (("127.0.0.1", 200), (CLIENT, 403)):
            (answer,) = talk(house.server.data_address, asked, until=1, source=source).answers
            assert (source, answer.status) == (source, status)
            assert status == 200 or answer.json()["code"] == code


def test_an_envoy_too_old_for_the_example_can_append_the_path(house, api, ground):
    """With `path_prefix` there is no scope to ask for; what the key's own routes say is held to."""
    class Appending(gateways.Envoy):
        def copy(self, name, addresses):
            path = super().copy(name, addresses)
            path.write_text(re.sub(r"path_override: \S+", "path_prefix: /v1/authorize", path.read_text()))
            return path

    api.received.clear()
    key = ground.issue(("*:*",), allowed_routes=[LABELS], allowed_addresses=[CLIENT])["secret"]
    gateway = start(Appending, house, "appending", house.server.data_address, api)
    try:
        client = Client(gateway.wait(), api, house)
        assert client.call("POST", "/labels?scope=x:y&status=nginx", *FORGED_ADDRESS[:-1], key=key).status == 201
        assert client.call("GET", "/addresses/1", *(field for field in FORGED_CALL if "_" not in field[0]), key=key).status == 403
        assert client.call("POST", "/addresses/1?/labels", key=key).status == 403
        assert client.call("POST", "/labels").status == 401
        assert [request.path for request in api.received] == ["/labels?scope=x:y&status=nginx"]
    finally:
        gateway.stop()


def test_over_grpc_the_answer_alone_overwrites_what_a_client_claims(house, api, ground):
    """Without the example's own filter: each identity header is Bitting's, and empty ones stay empty."""
    class Trusting(gateways.EnvoyOverGRPC):
        def copy(self, name, addresses):
            path = super().copy(name, addresses)
            text = path.read_text()
            assert text.count("prefix: x-bitting-") == 1
            path.write_text(text.replace("prefix: x-bitting-", "prefix: x-nothing-"))
            return path

    api.received.clear()
    made = ground.issue(("labels:create",))
    gateway = start(Trusting, house, "trusting", house.server.data_address, api)
    try:
        client = Client(gateway.wait(), api, house)
        forged = [(f"X-Bitting-{name}", "forged") for name in IDENTITY]
        assert client.call("POST", "/labels", *forged, key=made["secret"]).status == 201
        request = client.reached()
        assert {name: request.values(f"X-Bitting-{name}") for name in IDENTITY} == {
            "Key-Id": [made["id"]],
            "Owner-Type": ["app"],
            "Owner-Id": [ground.app],
            "Account": [ground.account],
            "Keyspace": ["ground"],
            "Environment": ["live"],
            "Scopes": ["labels:create"],
            "Principal": [""],
        }
        assert request.values("Authorization") == [] and request.values("X-API-Key") == []
    finally:
        gateway.stop()


def test_while_bitting_is_away_nobody_gets_in(house, api, issued):
    """First it is silent, then gone."""
    api.received.clear()
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        made = [start(kind, house, "forlorn", f"127.0.0.1:{silent.getsockname()[1]}", api) for kind in gateways.ALL]
        try:
            clients = [Client(gateway.wait(), api, house) for gateway in made]
            # Traefik waits half a minute for whoever it asks, and cannot be told otherwise.
            waiting = [client for client in clients if client.gateway.name != "traefik"]
            with ThreadPoolExecutor() as pool:
                answers = list(pool.map(lambda client: client.call("POST", "/labels", key=issued["secret"]), waiting))
            assert {client.gateway.name: answer.status for client, answer in zip(waiting, answers)} == {
                client.gateway.name: 503 for client in waiting
            }
            silent.close()
            for client in clients:
                answer = client.call("POST", "/labels", key=issued["secret"])
                assert (client.gateway.name, answer.status) == (client.gateway.name, 500 if client.gateway.name == "traefik" else 503)
            assert api.received == []
        finally:
            for gateway in made:
                gateway.stop()
