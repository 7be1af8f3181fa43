# SPDX-License-Identifier: Apache-2.0
"""Envoy's Check over gRPC, asked by grpcio with Google's protobuf: what is allowed, refused and told, as over HTTP."""

import base64
import json
import re
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from check import Checker, headers, request, types
from house import metric

SERVE_OPTIONS = ("--trusted-peer", "127.0.0.1/32")
IDENTITY = ["account", "environment", "key-id", "keyspace", "owner-id", "owner-type", "principal", "scopes"]


@pytest.fixture(scope="module")
def checker(house):
    made = Checker(house.server.data_address)
    yield made
    made.close()


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def denied(answer) -> tuple[int, int, str]:
    """gRPC's code, the client's status, and the code of the problem."""
    assert not answer.HasField("ok_response")
    return answer.status.code, answer.denied_response.status.code, json.loads(answer.denied_response.body)["code"]


@pytest.mark.parametrize("raw", [False, True], ids=["headers", "header_map"])
def test_a_good_key_says_who_calls(checker, ground, raw):
    made = ground.issue(("labels:create", "orders:read"))
    answer = checker.check(request("POST", "/labels?x=1", bearer(made["secret"]), raw=raw, scope="labels:create"))
    assert answer.status.code == 0 and answer.HasField("ok_response")
    ok = answer.ok_response
    told = headers(ok.headers)
    assert sorted(told) == [f"x-bitting-{name}" for name in IDENTITY]
    assert told == {
        "x-bitting-key-id": made["id"],
        "x-bitting-owner-type": "app",
        "x-bitting-owner-id": ground.app,
        "x-bitting-account": ground.account,
        "x-bitting-keyspace": "ground",
        "x-bitting-environment": "live",
        "x-bitting-scopes": "labels:create orders:read",
        "x-bitting-principal": "",
    }
    assert all(option.keep_empty_value for option in ok.headers)
    assert list(ok.headers_to_remove) == ["authorization"] and not ok.response_headers_to_add


def test_it_says_the_same_as_over_http(house, checker, ground):
    made = ground.issue(limits=[{"name": "burst", "limit": 1000, "per": "1h"}])
    data = house.data()
    over_http = data.call("GET", "/v1/authorize?principal=1&cost=0", None, bearer(made["secret"]))
    over_grpc = checker.check(request(headers=bearer(made["secret"]), principal="1", cost="0"))
    plain = {name.lower(): value for name, value in over_http.fields}
    told = headers(over_grpc.ok_response.headers)
    # Signed once for each event loop.
    assert told.pop("x-bitting-principal").count(".") == plain["x-bitting-principal"].count(".") == 2
    assert {name: plain[name] for name in told} == told
    assert headers(over_grpc.ok_response.response_headers_to_add) == {name: plain[name] for name in ("ratelimit-policy", "ratelimit")}
    data.close()


def test_where_the_key_stands(house, checker, ground):
    secret, other = ground.issue()["secret"], ground.issue()["secret"]
    basic = "Basic " + base64.b64encode(f"{secret}:".encode()).decode()
    rows = [
        (bearer(secret), ["authorization"]),
        ({"x-api-key": secret}, ["x-api-key"]),
        ({"authorization": basic}, ["authorization"]),
        ({"authorization": "Bearer of.the.application", "x-api-key": secret}, ["x-api-key"]),
        (bearer(secret) | {"x-api-key": secret}, ["authorization", "x-api-key"]),
        ({"authorization": basic, "x-api-key": secret}, ["authorization", "x-api-key"]),
    ]
    for fields, removed in rows:
        answer = checker.check(request(headers=fields))
        assert (answer.status.code, list(answer.ok_response.headers_to_remove)) == (0, removed), fields
    assert denied(checker.check(request(headers=bearer(secret) | {"x-api-key": other})))[1] in (400, 401)
    assert denied(checker.check(request(headers={})))[:2] == (16, 401)
    assert denied(checker.check(request(headers=bearer(f"{secret},Bearer {other}"))))[:2] == (16, 401)
    twice = request(headers=bearer(secret))
    twice.attributes.request.http.headers.add(key="Authorization", value=f"Bearer {other}")
    assert not checker.check(twice).HasField("ok_response")


def test_a_key_in_the_query_only_where_its_keyspace_says_so(control, checker, ground):
    control.need(201, "POST", "/v1/keyspaces", {"name": "open", "prefix": "open", "accept_query_parameter": True})
    made = ground.issue(keyspace="open")
    answer = checker.check(request(path=f"/a?api_key={made['secret']}&b=1"))
    assert answer.status.code == 0 and list(answer.ok_response.query_parameters_to_remove) == ["api_key"]
    assert denied(checker.check(request(path=f"/a?api_key={ground.issue()['secret']}")))[:2] == (16, 401)


def test_refusals_tell_the_client_what_to_do(control, checker, ground):
    made = ground.issue(("labels:create",), limits=[{"name": "one", "limit": 1, "per": "1h"}])
    missing = checker.check(request(headers=bearer(made["secret"]), scope="labels:read"))
    assert denied(missing) == (7, 403, "insufficient_scope")
    told = headers(missing.denied_response.headers)
    assert told["content-type"] == "application/problem+json" and "insufficient_scope" in told["www-authenticate"]
    assert json.loads(missing.denied_response.body)["fix"]

    first = checker.check(request(headers=bearer(made["secret"])))
    assert headers(first.ok_response.response_headers_to_add)["ratelimit"].startswith('"one";r=0;')
    second = checker.check(request(headers=bearer(made["secret"])))
    assert denied(second) == (8, 429, "rate_limited")
    told = headers(second.denied_response.headers)
    assert int(told["retry-after"]) > 3000 and told["ratelimit-policy"] == '"one";q=1;w=3600' and "ratelimit" in told

    control.need(200, "POST", f"/v1/keys/{made['id']}/revoke", {"reason": "other"})
    assert denied(checker.check(request(headers=bearer(made["secret"])))) == (16, 401, "revoked")
    assert denied(checker.check(request(headers=bearer("nonsense")))) == (16, 401, "unknown")


def test_routes_and_addresses_are_those_that_envoy_sees(checker, ground):
    made = ground.issue(allowed_routes=[{"methods": ["POST"], "path": "/labels"}], allowed_addresses=["192.0.2.0/24"])
    fields = bearer(made["secret"])
    assert checker.check(request("POST", "/labels?size=a4", fields)).status.code == 0
    for method, path in (("GET", "/labels"), ("POST", "/addresses"), ("POST", "/labels/../addresses"), ("POST", ""), ("", "/labels")):
        assert denied(checker.check(request(method, path, fields)))[2] == "route_denied", (method, path)
    for address in ("198.51.100.7", "not an address", "", None):
        assert denied(checker.check(request("POST", "/labels", fields, address=address)))[2] == "address_denied", address
    # What the client itself says of its call or its address is not looked at.
    forged = fields | {"x-original-method": "POST", "x-original-uri": "/labels", "x-forwarded-for": "192.0.2.7", "x-bitting-key-id": "key_x"}
    assert denied(checker.check(request("GET", "/addresses", forged)))[2] == "route_denied"
    assert denied(checker.check(request("POST", "/labels", forged, address="198.51.100.7")))[2] == "address_denied"


@pytest.mark.parametrize("extensions", [{"scopes": "a:b"}, {"scope": "labels"}, {"scope": ""}, {"cost": "x"}, {"cost": "-1"}, {"tag": "x" * 65}, {"status": "nginx"}])
def test_an_option_that_cannot_be_read_lets_nobody_in(checker, ground, extensions):
    answer = checker.check(request(headers=bearer(ground.issue(("*:*",))["secret"]), **extensions))
    assert denied(answer)[:2] == (3, 400)


def test_a_rotated_secret_is_told_so(control, checker, ground):
    made = ground.issue()
    control.need(200, "POST", f"/v1/keys/{made['id']}/rotate", {"grace": "1h"})
    told = headers(checker.check(request(headers=bearer(made["secret"]))).ok_response.response_headers_to_add)
    assert re.fullmatch(r"@\d{10}", told["deprecation"]) and told["sunset"].endswith("GMT")


def test_a_budget_is_spent_exactly_by_many_calls_at_a_time(house, ground):
    made = ground.issue(quota={"amount": 40})
    asked = request(headers=bearer(made["secret"]))
    checkers = [Checker(house.server.data_address) for _ in range(4)]
    with ThreadPoolExecutor(16) as pool:
        codes = [answer.status.code for answer in pool.map(lambda number: checkers[number % 4].check(asked), range(120))]
    for made_checker in checkers:
        made_checker.close()
    assert (codes.count(0), codes.count(8)) == (40, 80)


def test_other_methods_and_health(checker):
    assert checker.health() == 1
    for path in ("/grpc.health.v1.Health/Watch", "/envoy.service.auth.v2.Authorization/Check", "/x"):
        with pytest.raises(grpc.RpcError) as told:
            checker.method(path, "HealthCheckRequest", "HealthCheckResponse")(types["HealthCheckRequest"](), timeout=20)
        assert told.value.code() == grpc.StatusCode.UNIMPLEMENTED, path


def test_compressed_and_oversized_messages_are_refused(checker, ground):
    asked = request(headers=bearer(ground.issue()["secret"]) | {"x-long": "x" * 3000})
    with pytest.raises(grpc.RpcError) as told:
        checker.check(asked, compression=grpc.Compression.Gzip)
    assert told.value.code() == grpc.StatusCode.UNIMPLEMENTED
    asked.attributes.request.http.body = "x" * 60_000
    assert checker.check(asked).status.code == 0
    asked.attributes.request.http.body = "x" * 66_000
    with pytest.raises(grpc.RpcError) as told:
        checker.check(asked)
    assert told.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert checker.health() == 1


def test_a_long_answer_comes_whole(checker, ground):
    """More than one frame holds, and more than fits where the other side has little room."""
    scopes = [f"{'r' * 60}{number:02}:{'a' * 60}" for number in range(100)]
    made = ground.issue(scopes)
    told = headers(checker.check(request(headers=bearer(made["secret"]))).ok_response.headers)
    assert told["x-bitting-scopes"].split() == sorted(scopes)


def test_calls_are_counted(house, checker, ground):
    secret = ground.issue()["secret"]
    before = metric(house.control(None).call("GET", "/metrics"), "bitting_requests_total", {"route": "check", "code": "200"})
    for _ in range(5):
        checker.check(request(headers=bearer(secret)))
    after = metric(house.control(None).call("GET", "/metrics"), "bitting_requests_total", {"route": "check", "code": "200"})
    assert after - before == 5


def test_a_connection_is_ended_in_good_order_when_the_server_stops(house):
    """Last of all: it is another server afterwards."""
    open_ones = [Checker(house.server.data_address) for _ in range(3)]
    assert [checker.health() for checker in open_ones] == [1, 1, 1]
    assert house.server.stop() == 0
    for checker in open_ones:
        with pytest.raises(grpc.RpcError) as told:
            checker.health()
        assert told.value.code() == grpc.StatusCode.UNAVAILABLE
        checker.close()
    house.restart()
    again = Checker(house.server.data_address)
    assert again.health() == 1
    again.close()
