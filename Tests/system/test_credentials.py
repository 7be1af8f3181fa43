# SPDX-License-Identifier: Apache-2.0
"""A held key's life over real sockets: replaced under load, taken back, deleted, shown on the record, and who may."""

import subprocess
import threading
from typing import Any

import pytest

from door import Door
from house import Ground
from upstream import Upstream, answering

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Held:
    """An integration to a stand-in provider that tells which value it was sent."""

    def __init__(self, house: Any, ground: Ground, name: str, value: str):
        self.house, self.ground, self.name = house, ground, name
        self.upstream = Upstream(None)
        self.upstream.behave = answering(OK)
        ground.provider(name, self.upstream.origin)
        ids = ground.lend(name, house.evidence.hold(value))
        self.path = f"/v1/credentials/{ids['credential']}"
        self.credential, self.integration = ids["credential"], ids["integration"]
        self.key = ground.issue()["secret"]

    def call(self) -> int:
        data = self.house.data(self.key)
        try:
            return data.call("GET", f"/lend/{self.name}/v1/labels").status
        finally:
            data.close()

    def sent(self) -> bytes:
        """The value that the provider was sent last."""
        assert self.call() == 200
        (value,) = self.upstream.requests[-1].values(b"authorization")
        return value.removeprefix(b"Bearer ")

    def put(self, value: str, **fields: Any) -> Any:
        return self.ground.control.need(
            201, "POST", f"{self.path}/versions", {"value": self.house.evidence.hold(value)} | fields
        )

    def act(self, verb: str, body: Any = None, status: int = 200) -> Any:
        return self.ground.control.need(status, "POST", f"{self.path}/{verb}", body)


@pytest.fixture
def held(house, ground, request):
    made = Held(house, ground, f"c{abs(hash(request.node.name)) % 10**10}", f"first-{request.node.name[:40]}")
    yield made
    made.upstream.close()


def unrecorded(house: Any, key: str) -> Door:
    """A door for answers that show what must stand nowhere else."""
    return Door(house.server.control_address, key)


def test_the_very_next_call_carries_what_was_put_in(held):
    assert held.sent() == b"first-test_the_very_next_call_carries_what_was_p"[:46]
    held.put("second-value")
    assert held.sent() == b"second-value"
    held.act("rollback")
    assert held.sent().startswith(b"first-")
    held.put("third-value", state="pending")
    assert held.sent().startswith(b"first-")
    held.act("promote")
    assert held.sent() == b"third-value"
    held.act("retire")
    held.act("rollback", status=409)
    states = [item["state"] for item in held.ground.control.items(f"{held.path}/versions")]
    assert states == ["current", "retired", "retired"]


def test_no_call_fails_while_values_are_replaced(held):
    allowed = {b"first-test_no_call_fails_while_values_are_replac"[:46]} | {f"value-{n}".encode() for n in range(100)}
    failures: list[int] = []
    ended = threading.Event()

    def caller() -> None:
        data = held.house.data(held.key)
        while not ended.is_set():
            status = data.call("GET", f"/lend/{held.name}/v1/labels").status
            if status != 200:
                failures.append(status)
        data.close()

    threads = [threading.Thread(target=caller) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(100):
        held.put(f"value-{number}", expected_version=number + 1)
    ended.set()
    for thread in threads:
        thread.join()
    assert failures == []
    values = [request.values(b"authorization")[0].removeprefix(b"Bearer ") for request in held.upstream.requests]
    assert set(values) <= allowed
    assert held.sent() == b"value-99"


def test_values_outlive_a_kill(house, ground, held):
    held.put("kept-through-a-kill")
    house.server.kill()
    house.restart()
    held.ground.control = house.control()
    assert held.sent() == b"kept-through-a-kill"
    held.act("rollback")
    assert held.sent().startswith(b"first-")
    ground.control = house.control()


@pytest.mark.parametrize(
    "value",
    ["", "a\r\nHost: evil", "a\nb", "a\0b", "caf\u00e9", "x" * 16_385, 7, {}, {"token": "t"}, {"value": 7}],
    ids=lambda value: repr(value)[:20],
)
def test_bad_values_are_refused_with_a_way_out(held, value):
    answer = held.ground.control.call("POST", f"{held.path}/versions", {"value": value})
    assert answer.status == 422
    problem = answer.json()
    assert problem["pointer"].startswith("/value") and problem["fix"]
    assert held.ground.control.need(200, "GET", held.path)["versions"][-1]["number"] == 1


def test_what_does_not_match_the_present_state_is_refused(held):
    control = held.ground.control
    value = {"value": held.house.evidence.hold("next-value")}
    assert control.call("POST", f"{held.path}/versions", value | {"expected_version": 2}).status == 409
    assert control.call("POST", f"{held.path}/versions", value, {"If-Match": '"9"'}).status == 412
    first = control.need(201, "POST", f"{held.path}/versions", value, {"If-Match": '"1"', "Idempotency-Key": "once"})
    assert control.need(201, "POST", f"{held.path}/versions", value, {"If-Match": '"1"', "Idempotency-Key": "once"}) == first
    assert control.call("POST", f"{held.path}/versions", value).status == 409
    assert control.call("POST", f"{held.path}/versions", value | {"force": True}).status == 201
    assert control.call("POST", f"{held.path}/promote").status == 409


def test_a_deleted_one_is_lent_no_more_and_somebody_who_asks_is_told_of(held):
    control = held.ground.control
    assert held.call() == 200
    deleted = held.act("delete", {"recover_within": "1h"})
    assert deleted["state"] == "deleted" and deleted["recoverable_until"]
    for _ in range(3):
        assert held.call() == 502
    assert held.credential not in [item["id"] for item in control.items("/v1/credentials")]
    assert held.credential in [item["id"] for item in control.items("/v1/credentials?deleted=true")]
    events = control.need(200, "GET", "/v1/events?type=credential.lend.refused&wait=10s")["items"]
    assert [event["subject"] for event in events] == [held.credential]
    assert held.act("restore")["state"] == "active"
    assert held.call() == 200
    assert held.act("delete", {"recover_within": "0s"})["state"] == "destroyed"
    held.act("restore", status=409)


def test_what_a_person_saw_is_one_question(house, ground, held):
    control = ground.control
    door = unrecorded(house, house.management)
    added = door.need(201, "POST", "/v1/operators", {"name": "Ada", "role": "owner"})
    house.evidence.issued.append(added["secret"])
    ada = unrecorded(house, added["secret"])
    shown = ada.call("POST", f"{held.path}/reveal", {"reason": "Comparing with the provider"})
    assert shown.status == 200 and shown.field("Cache-Control") == "no-store"
    assert shown.json()["value"].startswith("first-")
    ada.need(201, "POST", f"{held.path}/versions", {"value": house.evidence.hold("typed-by-ada")})
    seen = control.items(f"/v1/exposures?user={added['id']}")
    assert [(item["kind"], item["version"], item["reason"]) for item in seen] == [
        ("reveal", 1, "Comparing with the provider"),
        ("deposit", 2, None),
    ]
    who = {item["user"] for item in control.items(f"/v1/exposures?credential={held.credential}")}
    assert who == {None, added["id"]}
    table = control.call("GET", f"/v1/exposures?user={added['id']}", fields={"Accept": "text/csv"})
    assert len(table.body.splitlines()) == 3
    event = control.need(200, "GET", f"/v1/events?type=credential.reveal&limit=200")["items"][-1]
    assert event["details"]["user"] == added["id"]
    assert control.call("POST", f"{held.path}/reveal", {}).status == 422


def test_an_app_gets_its_value_only_where_its_integration_says_so(house, ground, held):
    data = Door(house.server.data_address, held.key)
    wish = {"integration": held.name, "reason": "Starting", "kind": "run"}
    assert data.call("POST", "/v1/reveal", wish).status == 409
    ground.control.need(200, "PATCH", f"/v1/integrations/{held.integration}", {"reveal": True})
    shown = data.call("POST", "/v1/reveal", wish)
    assert shown.status == 200 and shown.field("Cache-Control") == "no-store"
    assert shown.json()["value"].startswith("first-")
    (seen,) = ground.control.items(f"/v1/exposures?credential={held.credential}&kind=run")
    assert (seen["app"], seen["reason"]) == (ground.app, "Starting")
    assert data.call("POST", "/v1/reveal", wish | {"integration": "other"}).status == 404
    assert data.call("POST", "/v1/reveal", wish | {"more": 1}).status == 422
    assert data.call("POST", "/v1/reveal", {"integration": held.name}).status == 422
    assert Door(house.server.data_address).call("POST", "/v1/reveal", wish).status == 401
    ground.control.need(200, "POST", f"/v1/integrations/{held.integration}/pause")
    assert data.call("POST", "/v1/reveal", wish).status == 409


def test_a_manager_works_for_their_clients_and_sees_no_value(house, ground, held):
    door = unrecorded(house, house.management)
    added = door.need(201, "POST", "/v1/operators", {"name": "Max", "role": "manager", "accounts": [ground.account]})
    house.evidence.issued.append(added["secret"])
    manager = house.control(added["secret"])
    assert manager.call("POST", f"{held.path}/versions", {"value": house.evidence.hold("put-by-max")}).status == 201
    assert held.sent() == b"put-by-max"
    assert manager.call("POST", f"{held.path}/reveal", {"reason": "Wanting it"}).status == 403
    refused = ground.control.need(200, "GET", "/v1/events?type=credential.reveal.refused&limit=200")["items"]
    assert refused[-1]["caller"] == added["key"]
    integration = f"/v1/integrations/{held.integration}"
    assert manager.call("POST", f"{integration}/pause").status == 200
    assert manager.call("POST", f"{integration}/resume").status == 200
    for path, body in [
        (integration, {"reveal": True}),
        (f"/v1/keys/{added['key']}", {"scopes": ["*:*"]}),
    ]:
        assert manager.call("PATCH", path, body).status == 403
    assert manager.call("POST", "/v1/operators", {"name": "Eve", "role": "owner"}).status == 403
    provider = {"title": "Mine", "origins": ["https://mine.example"], "credential": {"in": "header", "name": "X-Key"}}
    assert manager.call("PUT", f"/v1/providers/{held.name}", provider).status == 403
    other = Ground(ground.control, "elsewhere")
    other.provider("elsewhere", held.upstream.origin)
    theirs = other.lend("elsewhere", house.evidence.hold("value-of-another-client"))
    for path in (f"/v1/credentials/{theirs['credential']}", f"/v1/integrations/{theirs['integration']}"):
        assert manager.call("GET", path).status == 404
    theirs_path = f"/v1/credentials/{theirs['credential']}/versions"
    assert manager.call("POST", theirs_path, {"value": house.evidence.hold("not-mine")}).status == 404
    assert {item["account"] for item in manager.items("/v1/credentials")} == {ground.account}
    assert {item["account"] for item in manager.items("/v1/exposures")} == {ground.account}
    ground.control.need(200, "POST", f"/v1/operators/{added['id']}/remove")
    assert manager.call("GET", held.path).status == 401


def test_a_person_does_it_all_from_the_command_line(binary, house, held):
    house.evidence.hold("typed-at-the-terminal")
    environment = {"BITTING_URL": f"http://{house.server.control_address}", "BITTING_KEY": house.management}

    def run(*words: str, given: str = "") -> str:
        done = subprocess.run(
            [binary, *words], input=given, env=environment, capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout

    run("credential", "put", held.credential, given="typed-at-the-terminal\n")
    assert held.sent() == b"typed-at-the-terminal"
    assert "previous" in run("credential", "versions", held.credential)
    assert run("credential", "reveal", held.credential, "--reason", "Checking") == "typed-at-the-terminal\n"
    assert "Checking" in run("exposure", "list", "--credential", held.credential)
    run("credential", "rollback", held.credential)
    assert held.sent().startswith(b"first-")
    run("credential", "delete", held.credential, "--recover-within", "1h")
    run("credential", "restore", held.credential)
    assert held.call() == 200
