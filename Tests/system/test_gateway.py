# SPDX-License-Identifier: Apache-2.0
"""examples/nginx/bitting.conf holds whatever Bitting answers, also what this version cannot be made to answer.

Bitting is scripted here; test_standard_clients.py has the real one behind the same file.
"""

import pytest

from door import Door
from gateway import Nginx, free_port
from standin import StandIn

IDENTITY = ["Key-Id", "Owner-Type", "Owner-Id", "Account", "Keyspace", "Environment", "Scopes", "Principal"]


class ScriptedBitting(StandIn):
    """Answers the next authorize call with `next`."""

    next = (200, {}, {})

    def answer(self, request):
        return self.next


class Api(StandIn):
    def answer(self, request):
        return (403, {"own": "refusal"}) if request.path == "/addresses/forbidden" else (200, {"reached": True})


@pytest.fixture(scope="module")
def bitting():
    scripted = ScriptedBitting()
    yield scripted
    scripted.close()


@pytest.fixture(scope="module")
def api():
    made = Api()
    yield made
    made.close()


@pytest.fixture(scope="module")
def gateway(bitting, api, tmp_path_factory):
    made = Nginx(tmp_path_factory.mktemp("nginx") / "gateway", f"127.0.0.1:{bitting.port}", f"127.0.0.1:{api.port}").wait()
    yield made
    made.stop()


@pytest.fixture
def door(gateway, bitting, api):
    bitting.received.clear()
    api.received.clear()
    bitting.next = (200, {}, {})
    made = Door(gateway.address)
    yield made
    made.close()


def test_what_bitting_says_of_the_caller_reaches_the_api_and_what_the_client_says_does_not(door, bitting, api):
    bitting.next = (200, {}, {f"X-Bitting-{name}": f"true-{name}" for name in IDENTITY})
    forged = {f"X-Bitting-{name}": "forged" for name in IDENTITY} | {"X-Bitting-Status": "forged"}
    answer = door.call("POST", "/labels", {}, forged | {"Authorization": "Bearer client", "X-API-Key": "client"})
    assert answer.status == 200
    (request,) = api.received
    assert {name: request.values(f"X-Bitting-{name}") for name in IDENTITY} == {name: [f"true-{name}"] for name in IDENTITY}
    assert "forged" not in request.text and "client" not in request.text


def test_an_identity_header_that_bitting_sends_empty_is_not_filled_by_the_client(door, bitting, api):
    bitting.next = (200, {}, {f"X-Bitting-{name}": "" for name in IDENTITY})
    door.call("POST", "/labels", {}, {f"X-Bitting-{name}": "forged" for name in IDENTITY})
    (request,) = api.received
    assert [name for name, _ in request.fields if name.lower().startswith("x-bitting-")] == []


def test_the_original_request_is_told_by_nginx_alone(door, bitting):
    door.call("POST", "/labels?a=b", {"body": "x" * 100}, {
        "X-Original-Method": "GET", "X-Original-URI": "/harmless", "X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer k",
        "X-Forwarded-Method": "GET", "X-Forwarded-Uri": "/harmless",
    })
    (asked,) = bitting.received
    assert asked.values("X-Original-Method") == ["POST"]
    assert asked.values("X-Original-URI") == ["/labels?a=b"]
    assert asked.values("X-Forwarded-For") == ["127.0.0.1"]
    assert asked.values("X-Forwarded-Method") == asked.values("X-Forwarded-Uri") == []
    assert asked.values("Authorization") == ["Bearer k"]
    assert asked.body == b""
    assert asked.path == "/v1/authorize?status=nginx&scope=labels:create"


@pytest.mark.parametrize("method, path", [("GET", "/labels"), ("POST", "/other"), ("DELETE", "/addresses/1")])
def test_a_route_that_the_map_does_not_name_needs_a_scope_that_nobody_has(door, bitting, method, path):
    door.call(method, path)
    assert bitting.received[0].path.endswith("&scope=unlisted:route")


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_passed_on_as_a_problem(door, bitting, api, status):
    bitting.next = (status, {}, {"WWW-Authenticate": 'Bearer realm="bitting"'} if status == 401 else {})
    answer = door.call("POST", "/labels", {})
    assert answer.status == status
    assert answer.field("Content-Type") == "application/problem+json"
    assert answer.json()["fix"]
    assert (answer.field("WWW-Authenticate") is not None) == (status == 401)
    assert api.received == []


def test_a_403_that_stands_for_429_becomes_one_with_the_time_to_wait(door, bitting, api):
    bitting.next = (403, {}, {"X-Bitting-Status": "429", "Retry-After": "17"})
    answer = door.call("POST", "/labels", {})
    assert (answer.status, answer.field("Retry-After")) == (429, "17")
    assert api.received == []


@pytest.mark.parametrize("status", [302, 404, 429, 500, 503])
def test_an_answer_that_is_no_yes_lets_nobody_in(door, bitting, api, status):
    bitting.next = (status, {}, {})
    assert door.call("POST", "/labels", {}).status == 503
    assert api.received == []


def test_the_apis_own_403_is_left_alone(door):
    answer = door.call("GET", "/addresses/forbidden")
    assert (answer.status, answer.json()) == (403, {"own": "refusal"})


@pytest.mark.parametrize(
    "path",
    ["/addresses/../labels", "/addresses/..", "//labels", "/./labels", "/%2e%2e/labels", "/a%2Flabels", "/a%5clabels", "/a\\labels", "/%00", "/labels;x", "/%252e"],
)
def test_a_path_that_two_readers_could_read_differently_reaches_nobody(door, bitting, api, path):
    assert door.call("POST", path, {}).status == 400
    assert api.received == [] and bitting.received == []


def test_a_question_mark_ends_the_path(door, api):
    assert door.call("POST", "/labels?next=//a/../b%2f", {}).status == 200
    assert api.received[0].path == "/labels?next=//a/../b%2f"


def test_nobody_is_let_in_while_bitting_is_away(api, tmp_path):
    gateway = Nginx(tmp_path / "gateway", f"127.0.0.1:{free_port()}", f"127.0.0.1:{api.port}").wait()
    try:
        api.received.clear()
        answer = Door(gateway.address).call("POST", "/labels", {})
        assert (answer.status, answer.json()["title"]) == (503, "The guard is away")
        assert api.received == []
    finally:
        gateway.stop()
