# SPDX-License-Identifier: Apache-2.0
"""kill -9 while keys are verified on budgets, rotated, revoked and imported, all at once.

What must hold, seen from outside: no budget is ever overspent, and a kill loses a bounded part of it; an acknowledged
rotation has its new secret, and its old one as long as it was promised; an acknowledged revoke is refused; an acknowledged
import verifies; the trail is whole. MIXED_ROUNDS says how often (200), CRASH_SEED which moments.
"""

import hashlib
import http.client
import os
import random
import secrets as chance_of_system
import subprocess
import threading

from door import Door, Unexpected
from house import Ground, House

ROUNDS = int(os.environ.get("MIXED_ROUNDS", "200"))
SEED = int(os.environ.get("CRASH_SEED", "20260131"))
AMOUNT = 640
CHUNK = AMOUNT // 32
GONE = (OSError, http.client.HTTPException)


class Facts:
    """What was acknowledged, and what was asked for and not answered."""

    def __init__(self, ground: Ground):
        self.lock = threading.Lock()
        self.metered = [ground.issue(quota={"amount": AMOUNT}) for _ in range(4)]
        self.let_through = {key["id"]: 0 for key in self.metered}
        self.maybe_let_through = {key["id"]: 0 for key in self.metered}
        self.rotating = [ground.issue() for _ in range(4)]
        #: by key: the secrets of which one must be current, and those that must still be accepted as retiring
        self.current: dict[str, set[str]] = {key["id"]: {key["secret"]} for key in self.rotating}
        self.revoked: list[str] = []
        self.unsure: list[str] = []
        self.imported: list[str] = []


def spend(house: House, facts: Facts, chance: random.Random) -> None:
    data = house.data()
    try:
        while True:
            key = chance.choice(facts.metered)
            with facts.lock:
                facts.maybe_let_through[key["id"]] += 1
            answer = data.call("GET", "/v1/authorize", fields={"Authorization": f"Bearer {key['secret']}"})
            assert answer.status in (200, 429, 503), answer
            with facts.lock:
                facts.maybe_let_through[key["id"]] -= 1
                facts.let_through[key["id"]] += answer.status == 200
    except GONE:
        pass
    finally:
        data.close()


def rotate(house: House, facts: Facts, chance: random.Random) -> None:
    control = Door(house.server.control_address, house.management, record=house.evidence.answer)
    try:
        while True:
            key = chance.choice(facts.rotating)["id"]
            with facts.lock:
                known = set(facts.current[key])
            made = control.call("POST", f"/v1/keys/{key}/rotate", {"grace": "0s", "end_retiring": True})
            assert made.status in (200, 409), made
            if made.status == 200:
                with facts.lock:
                    facts.current[key] = {made.json()["secret"]}
            assert known
    except GONE:
        with facts.lock:
            # It may have happened: then nobody holds the secret, and none of those we know is accepted.
            facts.current[key].add("")
    finally:
        control.close()


def revoke(house: House, facts: Facts, ground: Ground) -> None:
    control = Door(house.server.control_address, house.management, record=house.evidence.answer)
    body = {"keyspace": ground.keyspace["name"], "owner": {"type": "app", "id": ground.app}, "name": "Short", "scopes": []}
    try:
        while True:
            made = control.need(201, "POST", "/v1/keys", body)
            with facts.lock:
                facts.unsure.append(made["secret"])
            control.need(200, "POST", f"/v1/keys/{made['id']}/revoke", {"reason": "unused"})
            with facts.lock:
                facts.unsure.remove(made["secret"])
                facts.revoked.append(made["secret"])
    except GONE:
        pass
    finally:
        control.close()


def bring_in(house: House, facts: Facts, ground: Ground) -> None:
    control = Door(house.server.control_address, house.management, record=house.evidence.answer)
    try:
        while True:
            texts = [f"old-{chance_of_system.token_hex(20)}" for _ in range(20)]
            items = [
                {
                    "keyspace": ground.keyspace["name"],
                    "owner": {"type": "app", "id": ground.app},
                    "name": "Old",
                    "scopes": [],
                    "digest": "sha256:" + hashlib.sha256(text.encode()).hexdigest(),
                }
                for text in texts
            ]
            control.need(200, "POST", "/v1/keys/import", {"items": items})
            with facts.lock:
                facts.imported += texts
    except GONE:
        pass
    finally:
        control.close()


def codes(house: House, texts: list[str]) -> list[str]:
    door = house.data(house.management)
    found: list[str] = []
    for start in range(0, len(texts), 1000):
        items = [{"key": text, "cost": 0} for text in texts[start : start + 1000]]
        found += [result["code"] for result in door.need(200, "POST", "/v1/verify/batch", {"items": items})["results"]]
    door.close()
    return found


def check(house: House, facts: Facts, kills: int) -> None:
    for key in facts.metered:
        certain = facts.let_through[key["id"]]
        assert certain <= AMOUNT, f"{certain} let through a budget of {AMOUNT}"
    assert set(codes(house, facts.revoked[-2000:])) <= {"revoked"}
    assert set(codes(house, facts.unsure)) <= {"valid", "revoked"}
    assert set(codes(house, facts.imported[-2000:])) <= {"valid"}
    for key, known in facts.current.items():
        texts = sorted(known - {""})
        found = codes(house, texts)
        if "" in known:
            assert set(found) <= {"valid", "expired", "unknown"}
        else:
            assert found == ["valid"], (key, found)


def heal(house: House, facts: Facts) -> None:
    """Keys whose last rotation was not answered get a secret that is known again."""
    control = Door(house.server.control_address, house.management, record=house.evidence.answer)
    for key, known in facts.current.items():
        if "" in known:
            made = control.need(200, "POST", f"/v1/keys/{key}/rotate", {"grace": "0s", "end_retiring": True})
            facts.current[key] = {made["secret"]}
    control.close()


def test_under_mixed_load_every_promise_survives_kill_9(house):
    control = house.control()
    ground = Ground(control, "mixed")
    facts = Facts(ground)
    control.close()
    chance = random.Random(SEED)
    try:
        for round_ in range(ROUNDS):
            workers = [
                threading.Thread(target=spend, args=(house, facts, random.Random(chance.random()))),
                threading.Thread(target=spend, args=(house, facts, random.Random(chance.random()))),
                threading.Thread(target=rotate, args=(house, facts, random.Random(chance.random()))),
                threading.Thread(target=revoke, args=(house, facts, ground)),
                threading.Thread(target=bring_in, args=(house, facts, ground)),
            ]
            for worker in workers:
                worker.start()
            killer = threading.Timer(chance.uniform(0.03, 0.3), house.server.process.kill)
            killer.start()
            for worker in [killer, *workers]:
                worker.join(30)
                assert not worker.is_alive()
            house.server.kill()
            house.restart()
            check(house, facts, round_ + 1)
            heal(house, facts)
            spent = all(facts.let_through[key["id"]] + facts.maybe_let_through[key["id"]] >= AMOUNT // 2 for key in facts.metered)
            if spent or round_ % 10 == 9:
                # New budgets, so that spending goes on to the last round.
                facts_ground = Ground(house.control(), f"mixed-{round_}")
                facts.metered = [facts_ground.issue(quota={"amount": AMOUNT}) for _ in range(4)]
                facts.let_through = {key["id"]: 0 for key in facts.metered}
                facts.maybe_let_through = {key["id"]: 0 for key in facts.metered}
    except Unexpected as unexpected:
        raise AssertionError(str(unexpected)) from unexpected
    assert len(facts.revoked) > ROUNDS and len(facts.imported) > ROUNDS, "too little was done to prove anything"
    house.server.stop()
    told = subprocess.run(
        [house.binary, "audit", "verify", house.data_folder], capture_output=True, text=True, timeout=120, check=False
    )
    assert told.returncode == 0, (told.stdout, told.stderr)
    house.restart()
    print(f"\n{ROUNDS} kills: {len(facts.revoked)} revoked, {len(facts.imported)} imported, {len(facts.unsure)} unanswered")


def test_a_kill_loses_a_bounded_part_of_a_budget(house):
    """Each kill costs at most what was leased ahead: two chunks, one in use and one asked for."""
    ground = Ground(house.control(), "bounded")
    made = ground.issue(quota={"amount": AMOUNT})
    through, kills = 0, 8
    chance = random.Random(SEED)
    for _ in range(kills):
        data = house.data()
        for _ in range(chance.randint(1, 60)):
            answer = data.call("GET", "/v1/authorize", fields={"Authorization": f"Bearer {made['secret']}"})
            through += answer.status == 200
        data.close()
        house.server.kill()
        house.restart()
    data = house.data()
    while data.call("GET", "/v1/authorize", fields={"Authorization": f"Bearer {made['secret']}"}).status == 200:
        through += 1
    data.close()
    assert AMOUNT - kills * 2 * CHUNK <= through <= AMOUNT
