# SPDX-License-Identifier: Apache-2.0
"""Offboarding against the real program: the agency's leaving client, the finance hire, a change of mind."""

import json
import subprocess
import threading

import pytest

from house import Ground, House
from keymakers import BY_HAND, MINTED
from rotating import Caller, HeldKey, actions, wait_for

NAMES = iter(f"client-{number}" for number in range(1000))


@pytest.fixture
def client(control) -> Ground:
    return Ground(control, next(NAMES))


@pytest.fixture
def hold(house):
    made: list[HeldKey] = []

    def hold(ground: Ground, rotation=MINTED, beside=None) -> HeldKey:
        made.append(HeldKey(house, ground, f"{ground.keyspace['name']}-{len(made)}", rotation, beside))
        return made[-1]

    yield hold
    for held in made:
        for one in held.provider.keys:
            house.evidence.hold(one.secret)
        held.provider.stop()


def begin(control, kind: str, subject: str, **fields) -> dict:
    return control.need(201, "POST", "/v1/offboardings", {"subject": {"type": kind, "id": subject}} | fields)


def until_over(control, offboarding: str, act=lambda items: None, seconds: float = 60) -> dict:
    def look():
        now = control.need(200, "GET", f"/v1/offboardings/{offboarding}")
        act(now["items"])
        return now if now["ended_at"] else None

    return wait_for(look, seconds)


def work(control, held: dict[str, HeldKey], house):
    """What people do: make keys, delete keys, allow deletions."""

    def act(items):
        for item in items:
            path, one = f"/v1/rotations/{item['rotation']}", held.get(item["id"])
            if item["task"] == "provide":
                made = one.provider.make("by hand")
                control.call("POST", path + "/provide", {"value": house.evidence.hold(made.secret), "key_id": made.id})
            elif item["task"] == "delete_key":
                one.provider.end(one.first)
                control.call("POST", path + "/confirm", {"task": "delete_key"})
            elif item["task"]:
                control.call("POST", path + "/confirm", {"task": item["task"]})

    return act


def test_the_agency(house, control, client, hold, binary, tmp_path):
    """A client leaves: 40 credentials over 12 providers, 25 of them by hand, some providers down for a third of the time;
    done before its deadline, with a report."""
    makers = [hold(client, MINTED if number < 4 else BY_HAND) for number in range(12)]
    held = makers + [hold(client, beside=makers[number % 4]) for number in range(11)]
    held += [hold(client, beside=makers[4 + number % 8]) for number in range(17)]
    by_hand = [one for one in held if int(one.maker.split("-")[-1]) >= 4]
    assert (len(held), len(by_hand)) == (40, 25)
    keys = [client.issue() for _ in range(5)]
    plan = control.need(
        200, "POST", "/v1/offboardings", {"subject": {"type": "account", "id": client.account}, "dry_run": True}
    )
    assert plan["progress"]["total"] == 5 + 40 + 40 and plan["state"] == "planned"
    assert house.data(keys[0]["secret"]).call("GET", f"/lend/{held[1].name}/v1/thing").status == 200
    begun = begin(control, "account", client.account, deadline="3m", reason="The contract ended.")
    # At once: no key is accepted, no call is lent, nothing new is made.
    assert house.data(keys[0]["secret"]).call("GET", f"/lend/{held[1].name}/v1/thing").status in (401, 403)
    late = {"keyspace": client.keyspace["name"], "owner": {"type": "app", "id": client.app}, "name": "Late", "scopes": ["a:b"]}
    assert control.call("POST", "/v1/keys", late).status == 409
    stopping = threading.Event()

    def weather():
        while not stopping.wait(2):
            for is_down, seconds in ((True, 1), (False, 0)):
                for one in makers[::3]:
                    one.provider.is_down = is_down
                stopping.wait(seconds)

    threading.Thread(target=weather, daemon=True).start()
    try:
        over = until_over(control, begun["id"], work(control, {one.credential: one for one in held}, house), seconds=175)
    finally:
        stopping.set()
    assert over["state"] == "done" and over["progress"]["done"] == over["progress"]["total"] == 85
    assert not any(item["is_late"] for item in over["items"])
    good = {key.id for one in makers for key in one.provider.good}
    assert sum(len(one.provider.good) for one in makers) == 40 and good
    assert not any(one.first in one.provider.good for one in held)
    check_report(house, control, begun["id"], binary, tmp_path)
    events = actions(control, begun["id"])
    assert "offboarding.start" in events and "offboarding.done" in events


def check_report(house, control, offboarding, binary, tmp_path):
    raw = control.call("GET", f"/v1/offboardings/{offboarding}/report").body
    file = tmp_path / "report.json"
    file.write_bytes(raw)
    key = control.need(200, "GET", "/v1/audit/key")["verifier_key"]

    def verify(path, by=key):
        return subprocess.run([binary, "offboarding", "verify", path, "--key", by], capture_output=True, text=True)

    told = verify(file)
    assert told.returncode == 0 and "unchanged" in told.stdout, told
    report = json.loads(raw)
    rotated = [item for item in report["report"]["items"] if item["action"] == "rotate"]
    assert all(item["rotation"]["proof"] == "refused" and item["events"] for item in rotated)
    other = tmp_path / "altered.json"
    other.write_bytes(raw.replace(b'"refused"', b'"word"', 1))
    assert verify(other).returncode == 1
    other.write_bytes(b"not a report")
    assert verify(other).returncode == 2
    page = control.call("GET", f"/v1/offboardings/{offboarding}/report", fields=[("Accept", "text/html")])
    assert page.status == 200 and b"<table>" in page.body and b"<script" not in page.body


def test_billing_to_crm(house, control, client, hold):
    """A finance hire who saw keys leaves: those are rotated while an app goes on calling, and no call fails."""
    billing, crm, other = hold(client), hold(client), hold(client)
    key = client.issue()["secret"]
    person = control.need(201, "POST", "/v1/operators", {"name": "Finance Hire", "role": "owner"})
    theirs = house.control(person["secret"])
    for one in (billing, crm):
        one.reveal("Month end.", person["secret"])
        control.need(200, "PATCH", f"/v1/credentials/{one.credential}", {"key_id": "k1"})
    with Caller(house, [billing.name, crm.name, other.name], key, pause=0.02) as caller:
        begun = begin(control, "user", person["id"], deadline="40s", reason="Left.")
        assert {item["name"] for item in begun["items"] if item["kind"] == "credential"} == {billing.name, crm.name}
        assert theirs.call("GET", "/v1/credentials").status == 401
        people = work(control, {one.credential: one for one in (billing, crm)}, house)
        over = until_over(control, begun["id"], people, seconds=60)
    assert caller.faults == [] and caller.calls > 200
    assert over["state"] == "done"
    for one in (billing, crm):
        assert [good.id for good in one.provider.good] == ["k2"]
    assert [good.id for good in other.provider.good] == ["k1"]


def test_cancelled_what_is_dead_stays_dead_and_the_rest_thaws(house, control, client, hold):
    one = hold(client, BY_HAND)
    key = client.issue()
    begun = begin(control, "account", client.account)
    wait_for(lambda: control.need(200, "GET", f"/v1/keys/{key['id']}")["state"] == "revoked")
    wait_for(lambda: control.need(200, "GET", f"/v1/offboardings/{begun['id']}")["progress"]["person"] == 1)
    cancelled = control.need(200, "POST", f"/v1/offboardings/{begun['id']}/cancel", {"reason": "They stay."})
    assert cancelled["state"] == "cancelled" and cancelled["progress"]["kept"] == 1
    assert control.need(200, "GET", f"/v1/credentials/{one.credential}")["rotation"] is None
    assert house.data(key["secret"]).call("GET", f"/lend/{one.name}/v1/thing").status == 401
    fresh = client.issue()
    assert house.data(fresh["secret"]).call("POST", "/v1/verify", {"key": fresh["secret"]}).status in (200, 401, 403)
    assert control.call("POST", f"/v1/offboardings/{begun['id']}/cancel").status == 409
    report = control.need(200, "GET", f"/v1/offboardings/{begun['id']}/report")["report"]
    assert {item["state"] for item in report["items"]} == {"done", "kept"}


def test_two_that_overlap_share_a_rotation(control, client, hold):
    one = hold(client, BY_HAND)
    app = begin(control, "account", client.account)
    rotation = wait_for(lambda: control.need(200, "GET", f"/v1/credentials/{one.credential}")["rotation"])
    person = control.need(201, "POST", f"/v1/accounts/{Ground(control, next(NAMES)).account}/users", {"name": "Somebody"})
    control.need(201, "POST", "/v1/offboardings", {"subject": {"type": "user", "id": person["id"]}})
    assert [r["id"] for r in control.items(f"/v1/rotations?credential={one.credential}")] == [rotation]
    control.need(200, "POST", f"/v1/offboardings/{app['id']}/cancel")


@pytest.mark.parametrize(
    "change, status",
    [
        ({"deadline": "2020-01-01T00:00:00Z"}, 422), ({"deadline": "3650d"}, 422), ({"deadline": "soon"}, 422),
        ({"keys": "burn"}, 422), ({"subject": {"type": "app", "id": "acc_0" + "0" * 25}}, 422),
        ({"subject": {"type": "account", "id": "acc_0" + "0" * 25}}, 404), ({"assignee": "usr_0" + "0" * 25}, 422),
        ({"transfer": {"to": "app_0" + "0" * 25, "keys": ["key_0" + "0" * 25]}}, 422), ({"unknown": True}, 422),
    ],
)
def test_what_cannot_be_begun_says_why(control, ground, change, status):
    body = {"subject": {"type": "account", "id": ground.account}} | change
    answer = control.call("POST", "/v1/offboardings", body)
    assert answer.status == status, answer.body
    assert answer.json()["fix"]


def test_the_installation_itself_and_its_last_owner_are_refused(control):
    house = next(account for account in control.items("/v1/accounts") if account["external_id"] == "bitting")
    answer = control.call("POST", "/v1/offboardings", {"subject": {"type": "account", "id": house["id"]}})
    assert answer.status == 409


def test_it_tells_on_the_way_and_lateness_is_seen(control, client, hold):
    hold(client, BY_HAND)
    begun = begin(control, "account", client.account, deadline="4s")
    wait_for(lambda: "offboarding.deadline" in actions(control, begun["id"]), 15)
    told = [action for action in actions(control, begun["id"]) if action.split(".")[1] in ("half", "three_quarters", "deadline")]
    assert told == ["offboarding.half", "offboarding.three_quarters", "offboarding.deadline"]
    late = [item for item in control.need(200, "GET", f"/v1/offboardings/{begun['id']}")["items"] if item["is_late"]]
    assert [(item["kind"], item["waits_for"]) for item in late] == [("credential", "person")]
    control.need(200, "POST", f"/v1/offboardings/{begun['id']}/cancel")


def test_a_key_outlives_its_owner_and_needs_another_secret(house, control, client):
    owner = {"type": "user", "id": client.user}
    stays, goes = (client.issue(owner=owner, name=name) for name in ("Nightly export", "Their own"))
    begun = begin(control, "user", client.user, transfer={"to": client.app, "keys": [stays["id"]]})
    wait_for(lambda: control.need(200, "GET", f"/v1/keys/{goes['id']}")["state"] == "revoked")
    # It went on working, for its new owner.
    kept = control.need(200, "GET", f"/v1/keys/{stays['id']}")
    assert kept["state"] == "active" and kept["owner"]["id"] == client.app
    assert house.data().call("GET", "/v1/authorize", fields=[("Authorization", f"Bearer {stays['secret']}")]).status == 200
    waiting = wait_for(lambda: [i for i in control.items(f"/v1/offboardings/{begun['id']}/items") if i["waits_for"]])
    assert [(item["id"], item["action"], item["waits_for"]) for item in waiting] == [(stays["id"], "transfer", "owner")]
    control.need(200, "POST", f"/v1/keys/{stays['id']}/rotate", {"grace": "0s"})
    assert until_over(control, begun["id"])["state"] == "done"


def test_at_the_end_the_accounts_secrets_are_destroyed(house, control, client, hold):
    one = hold(client, BY_HAND)
    begun = begin(control, "account", client.account, deadline="30s", erase_after="0s")
    over = until_over(control, begun["id"], work(control, {one.credential: one}, house), seconds=60)
    assert over["state"] == "done"
    erased = wait_for(lambda: control.need(200, "GET", f"/v1/offboardings/{begun['id']}")["erased_at"])
    assert erased and "account.erase" in actions(control, client.account)
    user = control.call("POST", "/v1/offboardings", {"subject": {"type": "user", "id": client.user}, "erase_after": "0s"})
    assert user.status == 422


def test_killed_on_the_way_it_goes_on(binary, evidence, tmp_path):
    own = House(binary, evidence.root / "offboarding-crash", evidence)
    try:
        ground = Ground(own.control())
        held = [HeldKey(own, ground, f"gone-{number}", BY_HAND if number % 2 else MINTED) for number in range(6)]
        for _ in range(30):
            ground.issue()
        begun = begin(own.control(), "account", ground.account, deadline="2m")
        for pause in (0.0, 0.2, 0.5, 1.0, 1.5, 2.0, 3.0):
            threading.Event().wait(pause)
            own.server.kill()
            own.restart()
            people = work(own.control(), {one.credential: one for one in held}, own)
            people(own.control().need(200, "GET", f"/v1/offboardings/{begun['id']}")["items"])
        over = until_over(own.control(), begun["id"], people, seconds=90)
        assert over["state"] == "done" and over["progress"]["done"] == 6 + 6 + 30
        for one in held:
            assert len(one.provider.good) == 1 and one.first not in one.provider.good
            for each in one.provider.keys:
                evidence.hold(each.secret)
            one.provider.stop()
    finally:
        own.server.stop()
