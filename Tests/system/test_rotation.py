# SPDX-License-Identifier: Apache-2.0
"""Rotation over real sockets: one balance, nothing before or after its time, nothing dead accepted under load."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from house import Ground, House

HAMMERS = 4
ROTATIONS = 40


def rotate(control, key: str, **terms) -> dict:
    return control.need(200, "POST", f"/v1/keys/{key}/rotate", terms)


def ask(data, secret: str):
    return data.call("GET", "/v1/authorize", fields={"Authorization": f"Bearer {secret}"})


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_credits_are_not_doubled_and_a_rotated_key_has_no_fresh_quota(house, ground, control):
    made = ground.issue(quota={"amount": 20})
    data = house.data()
    assert [ask(data, made["secret"]).status for _ in range(7)] == [200] * 7
    first = rotate(control, made["id"], grace="1h")["secret"]
    both = [ask(data, secret).status for secret in [made["secret"], first] * 5]
    assert both == [200] * 10
    second = rotate(control, made["id"], end_retiring=True)["secret"]
    assert [ask(data, second).status for _ in range(6)] == [200] * 3 + [429] * 3
    data.close()


def test_a_rotated_key_has_no_fresh_limit(house, ground, control):
    made = ground.issue(limits=[{"name": "burst", "limit": 10, "per": "1h"}])
    data = house.data()
    for _ in range(3):
        assert ask(data, made["secret"]).status == 200
    new = rotate(control, made["id"], grace="1h")["secret"]
    statuses = [ask(data, secret).status for secret in [made["secret"], new] * 5]
    assert statuses == [200] * 7 + [429] * 3
    data.close()


def test_a_retiring_secret_is_refused_neither_before_its_time_nor_accepted_after(house, ground, control):
    made = ground.issue()
    answer = rotate(control, made["id"], grace="3s")
    end = moment(answer["retiring"]["grace_expires_at"])
    data = house.data()
    asked = 0
    while True:
        before = time.time()
        status = ask(data, made["secret"]).status
        after = time.time()
        assert ask(data, answer["secret"]).status == 200
        if status == 200:
            asked += 1
            # Moments are cut to milliseconds.
            assert before < end + 0.001, "accepted after its grace"
        else:
            assert status == 401 and after >= end, "refused before its time"
            break
    assert asked > 100
    data.close()


def test_an_old_secret_never_lives_longer_because_of_a_rotation(house, ground, control):
    expiry = datetime.fromtimestamp(int(time.time()) + 3600, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    made = ground.issue(expires_at=expiry)
    answer = rotate(control, made["id"], grace="90d")
    assert answer["retiring"]["grace_expires_at"] == answer["key"]["expires_at"] == expiry
    later = control.need(200, "POST", f"/v1/keys/{made['id']}/retire", {"grace": "90d"})
    assert later["retiring"]["grace_expires_at"] == expiry


def test_stragglers_are_told_since_when_and_until_when(house, ground, control):
    made = ground.issue()
    answer = rotate(control, made["id"], grace="2h")
    data = house.data()
    told, current = ask(data, made["secret"]), ask(data, answer["secret"])
    since, end = (moment(answer["retiring"][name]) for name in ("since", "grace_expires_at"))
    assert told.field("Deprecation") == f"@{int(since)}"
    assert parsedate_to_datetime(told.field("Sunset")).timestamp() == int(end)
    assert current.field("Deprecation") is None and current.field("Sunset") is None
    verified = house.data(house.management).need(200, "POST", "/v1/verify", {"key": made["secret"]})
    assert verified["secret"] == "retiring" and moment(verified["grace_expires_at"]) == end
    data.close()


class Hammer:
    """Asks about dead and living secrets on a connection of its own, both ways, until told to stop."""

    def __init__(self, house: House):
        self.house = house
        self.dead: list[str] = []
        self.living: str = ""
        self.rotation = 0
        self.stop = threading.Event()
        self.accepted_dead: list[str] = []
        self.refused_living: list[str] = []

    @staticmethod
    def code(data, verifier, secret: str, turn: int) -> bool:
        if turn % 2:
            return verifier.need(200, "POST", "/v1/verify", {"key": secret})["valid"]
        return ask(data, secret).status == 200

    def run(self) -> int:
        data, verifier = self.house.data(), self.house.data(self.house.management)
        turn = 0
        while not self.stop.is_set():
            turn += 1
            # Read before the call: what is dead then was dead before it began.
            dead = self.dead[-(1 + turn % 3) :]
            for secret in dead:
                if self.code(data, verifier, secret, turn):
                    self.accepted_dead.append(secret)
            # Between rotations (even), and still the same one after the answer: then it had to be accepted.
            rotation, living = self.rotation, self.living
            if not self.code(data, verifier, living, turn) and rotation % 2 == 0 and rotation == self.rotation:
                self.refused_living.append(living)
        data.close()
        verifier.close()
        return turn


def test_nothing_rotated_away_or_revoked_is_accepted_after_the_call_returned_under_load_or_after_a_restart(house, ground):
    control = house.control()
    made = ground.issue()
    hammer = Hammer(house)
    hammer.living = made["secret"]
    checker = house.data()
    with ThreadPoolExecutor(HAMMERS) as pool:
        running = [pool.submit(hammer.run) for _ in range(HAMMERS)]
        try:
            for _ in range(ROTATIONS):
                old = hammer.living
                hammer.rotation += 1
                secret = rotate(control, made["id"])["secret"]
                hammer.dead.append(old)
                hammer.living = secret
                hammer.rotation += 1
                assert ask(checker, secret).status == 200, "a new secret is found at once"
                assert ask(checker, old).status == 401
            old = hammer.living
            hammer.rotation += 1
            revoked = control.need(200, "POST", f"/v1/keys/{made['id']}/revoke", {"reason": "compromised"})
            hammer.dead.append(old)
            assert revoked["state"] == "revoked" and ask(checker, old).status == 401
        finally:
            hammer.stop.set()
        turns = [future.result() for future in running]
    assert (hammer.accepted_dead, hammer.refused_living) == ([], []) and min(turns) > 10
    kept = ground.issue()
    gone = rotate(control, kept["id"])["secret"]
    last = rotate(control, kept["id"])["secret"]
    for connection in (control, checker):
        connection.close()
    house.server.kill()
    house.restart()
    data = house.data()
    for secret in [*hammer.dead, kept["secret"], gone]:
        assert ask(data, secret).status == 401
    assert ask(data, last).status == 200
    data.close()


def test_the_end_of_a_grace_is_told_by_the_schedule_also_when_it_came_while_nobody_ran(house, ground):
    control, data = house.control(), house.data()
    ground.control = control
    made = ground.issue()
    rotate(control, made["id"], grace="1s")
    while ask(data, made["secret"]).status == 200:
        pass
    for door in (control, data):
        door.close()
    house.server.kill()
    house.restart()
    control, end = house.control(), time.monotonic() + 60
    events: list = []
    while not events and time.monotonic() < end:
        events = [event for event in control.need(200, "GET", "/v1/events?action=key.retired&limit=200")["items"] if event["subject"] == made["id"]]
    assert [(event["caller"], event["details"]["reason"]) for event in events] == [("schedule", "grace_ended")]
    assert control.need(200, "GET", f"/v1/keys/{made['id']}")["retiring"] is None
    control.close()


def test_a_rollback_is_in_force_when_it_returns(house, ground):
    # The server was restarted before.
    control, data = house.control(), house.data()
    ground.control = control
    made = ground.issue()
    new = rotate(control, made["id"], grace="1h")["secret"]
    control.need(200, "POST", f"/v1/keys/{made['id']}/rollback")
    assert [ask(data, secret).status for secret in (made["secret"], new)] == [200, 401]
    data.close()


def test_a_rotation_never_cuts_a_prefix_short(house):
    control = house.control()
    own = Ground(control, "skshort")
    space = control.need(201, "POST", "/v1/keyspaces", {"name": "twoparts", "prefix": "sk", "environment": "live"})
    made = own.issue(keyspace=space["name"])
    texts = [made["secret"]] + [rotate(control, made["id"])["secret"] for _ in range(3)]
    assert all(text.startswith("sk_live_") and len(text) == len(texts[0]) for text in texts) and len(set(texts)) == 4


def test_a_new_key_and_a_new_secret_are_found_at_once(house):
    control, data = house.control(), house.data()
    own = Ground(control, "atonce")
    for _ in range(150):
        made = own.issue()
        assert ask(data, made["secret"]).status == 200, "the very first call"
        assert ask(data, rotate(control, made["id"])["secret"]).status == 200
    data.close()
