# SPDX-License-Identifier: Apache-2.0
"""Following changes over real sockets: a change waits for those who keep verdicts, and for the dead at most a lease."""

import hashlib
import http.client
import json
import threading
import time
from typing import Any, Optional

import pytest

from house import Ground, House

LEASE = 1.0


class Follower:
    """A client of /v1/follow that does one step at a time."""

    def __init__(self, house: House, key: str):
        self.door = house.data(key)
        self.id: Optional[str] = None
        self.after = 0

    def step(self, **fields: Any) -> dict[str, Any]:
        told = self.door.need(200, "POST", "/v1/follow", {"follower": self.id, "after": self.after} | fields)
        self.id, self.after = told["follower"], told["sequence"]
        return told


class Revoke(threading.Thread):
    """A revocation on its way."""

    def __init__(self, house: House, key: str):
        super().__init__(daemon=True)
        self.door, self.key = house.control(), key
        self.took: Optional[float] = None
        self.start()

    def run(self) -> None:
        begin = time.monotonic()
        self.door.need(200, "POST", f"/v1/keys/{self.key}/revoke", {"reason": "other"})
        self.took = time.monotonic() - begin


@pytest.fixture
def manager(house: House, ground: Ground) -> str:
    ground.control = house.control()  # some tests restart the server
    return ground.management_key("keys:verify")["secret"]


@pytest.fixture
def alone():
    """What was lent to followers of other tests is over: a lease is a matter of time."""
    time.sleep(LEASE + 0.1)


def test_a_revocation_returns_when_every_follower_has_said_that_it_knows(
    house: House, ground: Ground, manager: str, alone
):
    key = ground.issue()
    followers = [Follower(house, manager) for _ in range(3)]
    for follower in followers:
        first = follower.step()
        assert first["reset"] and first["changes"] == [] and first["lease"] == "1s"
    revoke = Revoke(house, key["id"])
    for follower in followers:
        assert follower.step()["changes"] == [{"kind": "key", "subject": key["id"]}]
    # It is in force before anybody knows, and has not returned.
    assert house.data(manager).need(200, "POST", "/v1/verify", {"key": key["secret"]})["code"] == "revoked"
    assert revoke.is_alive()
    for follower in followers:
        assert revoke.took is None
        threading.Thread(target=follower.step, daemon=True).start()
    revoke.join(10)
    assert revoke.took is not None and revoke.took < LEASE


def test_a_follower_that_died_delays_it_by_a_lease_at_most(house: House, ground: Ground, manager: str, alone):
    keys = [ground.issue()["id"] for _ in range(2)]
    Follower(house, manager).step()
    revoke = Revoke(house, keys[0])
    revoke.join(10)
    assert 0.3 < revoke.took < LEASE + 0.7
    again = Revoke(house, keys[1])
    again.join(10)
    assert again.took < 0.5, "it is waited for once"


def test_nothing_to_tell_is_told_within_the_lease(house: House, manager: str):
    follower = Follower(house, manager)
    follower.step()
    begin = time.monotonic()
    told = follower.step()
    assert told["changes"] == [] and not told["reset"]
    assert 0.2 < time.monotonic() - begin < LEASE


def test_who_comes_back_after_its_lease_begins_anew(house: House, manager: str):
    follower = Follower(house, manager)
    before = follower.step()["follower"]
    time.sleep(LEASE + 0.1)
    told = follower.step()
    assert told["reset"] and told["follower"] != before


@pytest.mark.parametrize("change", ["disable", "rotate", "narrow", "lock", "keyspace", "quota"])
def test_every_change_that_takes_something_is_told(house: House, ground: Ground, control, manager: str, change: str):
    key = ground.issue()
    user = control.need(201, "POST", f"/v1/accounts/{ground.account}/users", {"name": "U", "email": "u@x.example"})["id"]
    follower = Follower(house, manager)
    follower.step()
    calls = {
        "disable": (("POST", f"/v1/keys/{key['id']}/disable", {}), ("key", key["id"])),
        "rotate": (("POST", f"/v1/keys/{key['id']}/rotate", {}), ("key", key["id"])),
        "narrow": (("PATCH", f"/v1/keys/{key['id']}", {"scopes": []}), ("key", key["id"])),
        "lock": (("POST", f"/v1/users/{user}/lock", {}), ("owner", user)),
        "keyspace": (
            ("PATCH", f"/v1/keyspaces/{ground.keyspace['id']}", {"rotate_every": "90d"}),
            ("keyspace", ground.keyspace["name"]),
        ),
        "quota": (("PATCH", f"/v1/apps/{ground.app}", {"quota": {"amount": 1000}}), ("owner", ground.app)),
    }
    (method, path, body), (kind, subject) = calls[change]
    door = house.control()
    acting = threading.Thread(target=lambda: door.call(method, path, body), daemon=True)
    acting.start()
    assert {"kind": kind, "subject": subject} in follower.step()["changes"]
    follower.step()
    acting.join(10)
    if change == "quota":
        control.call("PATCH", f"/v1/apps/{ground.app}", {"quota": None})


def test_a_follower_bound_to_accounts_hears_of_theirs_only(house: House, ground: Ground, control, alone):
    other = control.need(201, "POST", "/v1/accounts", {"name": "Elsewhere"})["id"]
    bound = Follower(house, ground.management_key("keys:verify", bound_accounts=[other])["secret"])
    key = ground.issue()
    bound.step()
    revoke = Revoke(house, key["id"])
    told = bound.step()
    revoke.join(10)
    assert told["changes"] == [] and revoke.took < 0.5


def test_uses_of_kept_verdicts_are_counted(house: House, ground: Ground, control, manager: str):
    key = ground.issue()
    digest = "sha256:" + hashlib.sha256(key["secret"].encode()).hexdigest()
    follower = Follower(house, manager)
    follower.step(uses=[{"digest": digest, "count": 41, "scopes": "labels:create", "address": "192.0.2.7", "user_agent": "kept/1"}])
    shown = control.need(200, "GET", f"/v1/keys/{key['id']}")
    assert shown["uses"] == 41
    assert shown["last_used_from"] == {"address": "192.0.2.7", "user_agent": "kept/1"}
    house.data(manager).need(200, "POST", "/v1/verify", {"key": key["secret"]})
    assert sum(item["uses"] for item in control.items(f"/v1/keys/{key['id']}/usage?step=minute")) == 42


@pytest.mark.parametrize(
    "body, status, pointer",
    [
        (b"[]", 422, ""),
        (b"{", 400, None),
        ({"follower": "fol_x"}, 422, "/follower"),
        ({"follower": 1}, 422, "/follower"),
        ({"after": -1}, 422, "/after"),
        ({"more": 1}, 422, "/more"),
        ({"uses": [{"digest": "sha256:00", "count": 1}]}, 422, "/uses/0"),
        ({"uses": [{"digest": "sha256:" + "0" * 64, "count": 0}]}, 422, "/uses/0/count"),
        ({"uses": [{"digest": "sha256:" + "0" * 64, "count": 1, "address": "here"}]}, 422, "/uses/0/address"),
        ({"uses": [{"digest": "sha256:" + "0" * 64, "count": 1, "scopes": "((("}]}, 422, "/uses/0/scopes"),
        ({"uses": [{"digest": "sha256:" + "0" * 64, "count": 1}] * 1001}, 422, "/uses"),
    ],
)
def test_what_cannot_be_read_is_refused(house: House, manager: str, body: Any, status: int, pointer: Optional[str]):
    answer = house.data(manager).call("POST", "/v1/follow", body)
    assert answer.status == status and answer.field("content-type") == "application/problem+json"
    assert answer.json()["fix"]
    if pointer:
        assert answer.json()["pointer"] == pointer


def test_only_who_may_verify_may_follow(house: House, ground: Ground):
    assert house.data(None).call("POST", "/v1/follow", {}).status == 401
    assert house.data(ground.management_key("keys:read")["secret"]).call("POST", "/v1/follow", {}).status == 403
    assert house.data(ground.issue()["secret"]).call("POST", "/v1/follow", {}).status == 403
    assert house.data("x").call("GET", "/v1/follow").status == 405


def test_a_chunked_question_and_one_after_the_other_on_a_connection(house: House, manager: str):
    connection = http.client.HTTPConnection(house.server.data_address, timeout=10)
    for _ in range(3):
        connection.request(
            "POST", "/v1/follow", iter([b'{"follower"', b": null}"]), encode_chunked=True,
            headers={"Authorization": f"Bearer {manager}", "Content-Type": "application/json", "Transfer-Encoding": "chunked"},
        )
        answer = connection.getresponse()
        assert answer.status == 200 and json.loads(answer.read())["reset"]


def test_the_server_after_this_one_waits_out_what_it_lent(house: House, ground: Ground, manager: str):
    key = ground.issue()
    Follower(house, manager).step()
    house.server.kill()
    begin = time.monotonic()
    house.restart()
    revoke = Revoke(house, key["id"])
    revoke.join(10)
    assert time.monotonic() - begin > LEASE - 0.05
    house.server.stop()
    house.restart()
    again = Revoke(house, Ground(house.control(), "later").issue()["id"])
    again.join(10)
    assert again.took < LEASE / 2, "nobody followed in between"


def test_a_held_question_does_not_hold_up_the_end(house: House, manager: str):
    follower = Follower(house, manager)
    follower.step()
    asking = http.client.HTTPConnection(house.server.data_address, timeout=10)
    body = json.dumps({"follower": follower.id, "after": follower.after})
    fields = {"Authorization": f"Bearer {manager}", "Content-Type": "application/json"}
    asking.request("POST", "/v1/follow", body, fields)
    begin = time.monotonic()
    assert house.server.stop() == 0
    assert time.monotonic() - begin < 5
    asking.close()
    house.restart()
