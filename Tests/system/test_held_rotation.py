# SPDX-License-Identifier: Apache-2.0
"""Rotation of held keys at a provider that is slow, forgetful and lies: an app calls all the while, and no call fails."""

import json

import pytest

from keymakers import BY_HAND, MINTED, SET, Fault
from rotating import Caller, HeldKey, wait_for

NAMES = iter(f"maker-{number}" for number in range(1000))


@pytest.fixture
def key(ground) -> str:
    return ground.issue()["secret"]


@pytest.fixture
def make(house, ground):
    made: list[HeldKey] = []

    def make(rotation=MINTED) -> HeldKey:
        made.append(HeldKey(house, ground, next(NAMES), rotation))
        return made[-1]

    yield make
    for held in made:
        for one in held.provider.keys:
            house.evidence.hold(one.secret)
        held.provider.stop()


def test_minted_from_mint_to_dead_and_no_call_fails(house, make, key):
    held = make()
    with Caller(house, [held.name], key) as caller:
        rotation = held.start(share=30)
        waiting = held.until_task(rotation, "allow_deletion")
        assert waiting["former_key"] == "k1" and waiting["successor_key"] == "k2"
        assert {one.id for one in held.provider.good} == {"k1", "k2"}
        held.confirm(rotation, "allow_deletion")
        over = held.until(rotation, "done")
    assert caller.faults == [] and caller.calls > 50
    assert over["proof"] == "refused" and [one.id for one in held.provider.good] == ["k2"]
    events = held.events(rotation)
    for step in ("start", "begin", "mint", "make", "test", "promote", "delete", "confirm_dead"):
        assert f"rotation.{step}" in events
    versions = held.control.need(200, "GET", f"/v1/credentials/{held.credential}")["versions"]
    assert [version["state"] for version in versions] == ["retired", "current"]
    # The next one is Bitting's own key: nobody has to be asked.
    assert held.until(held.start(), "done")["proof"] == "refused"
    assert [one.id for one in held.provider.good] == ["k3"]


@pytest.mark.parametrize(
    "endpoint, kind, seconds",
    [
        ("mint", "lost_answer", 0), ("mint", "lost_request", 0), ("mint", "duplicate", 0), ("mint", "500", 0),
        ("mint", "503", 0), ("mint", "429", 1), ("mint", "slow", 0.5), ("mint", "lie_dead", 3), ("mint", "huge", 0),
        ("mint", "empty", 0), ("mint", "not_json", 0), ("mint", "deep", 0), ("mint", "missing", 0), ("mint", "crlf", 0),
        ("mint", "same_key", 0), ("list", "lost_answer", 0), ("show", "503", 0), ("test", "lost_answer", 0),
        ("delete", "lost_answer", 0), ("delete", "lost_request", 0), ("delete", "429", 1), ("delete", "lie_alive", 2),
        ("delete", "lie_alive", 0),
    ],
)
def test_a_fault_is_overcome_and_no_key_is_left_behind(house, make, key, endpoint, kind, seconds):
    held = make()
    held.until(held.start(former_key="k1", first_look="0s", watch="0s"), "deleting", "done")
    rotation = held.control.need(200, "GET", f"/v1/credentials/{held.credential}")["rotation"]
    held.confirm(rotation, "allow_deletion")
    held.until(rotation, "done")
    held.provider.faults[endpoint] = [Fault(kind, 1, seconds)]
    with Caller(house, [held.name], key) as caller:
        over = held.until(held.start(), "done", seconds=40)
    assert caller.faults == []
    assert over["proof"] == "refused"
    assert [one.id for one in held.provider.good] == [over["successor_key"]]


def test_a_provider_that_is_down_is_waited_for(make):
    held = make()
    held.provider.is_down = True
    rotation = held.start(former_key="k1")
    wait_for(lambda: held.read(rotation)["fault"] == "down")
    assert held.read(rotation)["tries"] >= 1
    held.provider.is_down = False
    held.until_task(rotation, "allow_deletion", seconds=40)


def test_a_new_key_that_is_refused_later_falls_back_and_no_call_fails(house, make, key):
    held = make()
    with Caller(house, [held.name], key) as caller:
        rotation = held.start(former_key="k1", first_look="2s", watch="60s")
        held.until(rotation, "watching")
        held.provider.end(held.provider.keys[1])
        # Another key is tried, and after that a third one.
        wait_for(lambda: "rotation.fall_back" in held.events(rotation))
        held.until(rotation, "watching", seconds=40)
    assert caller.faults == []
    assert {one.id for one in held.provider.good} == {"k1", "k3"}


def test_cancelled_while_calls_carry_both_it_goes_back_and_deletes_what_it_made(house, make, key):
    held = make()
    with Caller(house, [held.name], key) as caller:
        rotation = held.start(former_key="k1", first_look="60s")
        held.until(rotation, "switching")
        held.control.need(200, "POST", f"/v1/rotations/{rotation}/cancel")
        held.until(rotation, "cancelled")
    assert caller.faults == []
    assert [one.id for one in held.provider.good] == ["k1"]
    assert held.control.call("POST", f"/v1/rotations/{rotation}/cancel").status == 409


def test_by_hand_a_bad_key_is_refused_and_a_dead_one_is_seen_to_be_dead(house, ground, make, key):
    held = make(BY_HAND)
    with Caller(house, [held.name], key) as caller:
        rotation = held.start()
        waiting = held.until_task(rotation, "provide")
        assert waiting["task"]["link"] == "https://keys.example/settings" and waiting["task"]["guide"][0] == "Make a key."
        path = f"/v1/rotations/{rotation}"
        assert held.control.call("POST", path + "/provide", {"value": held.provider.first.secret}).status == 409
        held.control.need(200, "POST", path + "/provide", {"value": house.evidence.hold("held-that-works-nowhere-at-all")})
        wait_for(lambda: held.read(rotation)["fault"] == "new_refused")
        made = held.provider.make("by hand")
        held.control.need(200, "POST", path + "/provide", {"value": house.evidence.hold(made.secret), "key_id": made.id})
        assert held.control.call("POST", path + "/provide", {"value": "another"}).status == 409
        held.until_task(rotation, "delete_key")
        # A tick alone is not believed.
        held.confirm(rotation, "delete_key")
        wait_for(lambda: held.read(rotation)["fault"] == "still_alive")
        held.provider.end(held.provider.first)
        held.confirm(rotation, "delete_key")
        assert held.until(rotation, "done")["proof"] == "refused"
    assert caller.faults == []
    assert held.control.call("POST", path + "/provide", {"value": "another"}).status == 409


@pytest.mark.parametrize("kind", ["none", "lost_answer", "lost_request", "503"])
def test_set_by_us_the_old_value_dies_at_once_and_no_call_fails(house, make, key, kind):
    held = make(SET)
    held.provider.faults["set"] = [Fault(kind)]
    with Caller(house, [held.name], key) as caller:
        over = held.until(held.start(), "done", seconds=40)
    assert caller.faults == []
    assert over["proof"] == "refused" and len(held.provider.good[-1].secret) == 40


def test_holders_are_named_and_waited_for(house, ground, make):
    held = make()
    assert held.reveal("A script of ours.") == held.provider.first.secret
    rotation = held.start(former_key="k1", wait_for_holders="1h")
    waiting = held.until_task(rotation, "move_holders")
    assert [holder["kind"] for holder in waiting["holders"]] == ["reveal"]
    # Whoever has got the new one in their hands has moved.
    held.reveal("The same script.")
    held.until_task(rotation, "allow_deletion", seconds=45)


def test_a_dry_run_shows_every_request_and_does_nothing(make):
    held = make()
    plan = held.control.need(200, "POST", f"/v1/credentials/{held.credential}/rotations", {"dry_run": True})
    assert [request["step"] for request in plan["requests"]] == [
        "identify", "describe", "mint", "test", "find", "delete", "confirm_dead",
    ]
    assert held.provider.first.secret not in json.dumps(plan) and "<scopes>" in json.dumps(plan)
    assert len(held.provider.keys) == 1 and held.provider.history.answers == {}


def test_frozen_it_waits_and_thawed_it_goes_on(ground, make):
    held = make()
    control = held.control
    control.need(200, "POST", "/v1/rotation-freezes", {"subject": ground.account, "reason": "Black Friday"})
    rotation = held.start(former_key="k1")
    assert [freeze["subject"] for freeze in control.need(200, "GET", "/v1/rotation-freezes")["items"]] == [ground.account]
    assert control.call("POST", "/v1/rotation-freezes/thaw", {"subject": "provider:nobody"}).status == 404
    control.need(200, "POST", "/v1/rotation-freezes/thaw", {"subject": ground.account})
    held.until_task(rotation, "allow_deletion", seconds=40)


def test_a_policy_begins_it_and_versions_are_its_own_meanwhile(make):
    held = make()
    path = f"/v1/credentials/{held.credential}"
    changed = held.control.need(200, "PATCH", path, {"rotation_policy": {"after_exposure": True, "every": "90d"}, "key_id": "k1"})
    assert changed["rotation_policy"]["after_exposure"] and changed["rotate_at"]
    held.reveal("A look.")
    rotation = wait_for(lambda: held.control.need(200, "GET", path)["rotation"], 45)
    assert held.read(rotation)["reason"] == "exposed"
    assert held.control.call("POST", path + "/versions", {"value": "another"}).status == 409
    assert held.control.call("POST", path + "/rotations", {}).status == 409
    assert held.control.call("POST", path + "/rollback", {}).status == 409


@pytest.mark.parametrize(
    "body, status",
    [
        ({"kind": "set"}, 422), ({"kind": "nobody"}, 422), ({"share": 0}, 422), ({"share": 101}, 422),
        ({"due_at": "2020-01-01T00:00:00Z"}, 422), ({"due_at": "3650d"}, 422), ({"assignee": "usr_0" + "0" * 25}, 422),
        ({"with": "cred_0" + "0" * 25}, 422), ({"window": {"from": "22:00", "to": "22:00"}}, 422),
        ({"window": {"from": "25:00", "to": "22:00"}}, 422), ({"former_key": "a b"}, 422), ({"unknown": 1}, 422),
    ],
)
def test_what_cannot_be_begun_says_why(make, body, status):
    held = make()
    answer = held.control.call("POST", f"/v1/credentials/{held.credential}/rotations", body)
    assert answer.status == status, answer.body
    assert answer.json()["fix"]
    assert held.control.items(f"/v1/rotations?credential={held.credential}") == []
