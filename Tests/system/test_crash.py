# SPDX-License-Identifier: Apache-2.0
"""kill -9 while keys are created and revoked: what was acknowledged is so, and the audit chain is whole.

CRASH_ROUNDS says how often (50), CRASH_SEED which moments.
"""

import http.client
import os
import random
import subprocess
import threading

from door import Door
from house import Ground, House

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "50"))
SEED = int(os.environ.get("CRASH_SEED", "20260131"))
WRITERS = 4


class Ledger:
    """What was acknowledged, and what was asked for and not answered."""

    def __init__(self):
        self.lock = threading.Lock()
        self.living: dict[str, str] = {}  # id to secret
        self.revoked: dict[str, str] = {}
        self.unsure: dict[str, str] = {}  # a revoke was asked for and not answered: either is right

    def take(self, chance: random.Random) -> tuple[str, str] | None:
        """A living key to be revoked; unsure until that is answered."""
        with self.lock:
            if not self.living:
                return None
            key = chance.choice(list(self.living))
            self.unsure[key] = self.living.pop(key)
            return key, self.unsure[key]

    def settle(self, key: str) -> None:
        with self.lock:
            self.revoked[key] = self.unsure.pop(key)


def write(house: House, ground: Ground, ledger: Ledger, chance: random.Random) -> None:
    """Creates and revokes until the server is gone."""
    control = Door(house.server.control_address, house.management)
    body = {"keyspace": ground.keyspace["name"], "owner": {"type": "app", "id": ground.app}, "name": "Load", "scopes": ["a:b"]}
    try:
        while True:
            made = control.need(201, "POST", "/v1/keys", body)
            with ledger.lock:
                ledger.living[made["id"]] = made["secret"]
            if chance.random() < 0.5 and (taken := ledger.take(chance)):
                revoked = control.need(200, "POST", f"/v1/keys/{taken[0]}/revoke", {"reason": "unused"})
                assert revoked["state"] == "revoked"
                ledger.settle(taken[0])
    except (OSError, http.client.HTTPException):
        pass  # killed
    finally:
        control.close()


def codes(house: House, secrets: list[str]) -> list[str]:
    door = house.data(house.management)
    found: list[str] = []
    for start in range(0, len(secrets), 1000):
        items = [{"key": secret} for secret in secrets[start : start + 1000]]
        found += [result["code"] for result in door.need(200, "POST", "/v1/verify/batch", {"items": items})["results"]]
    door.close()
    return found


def check(house: House, ledger: Ledger) -> None:
    wrong = {
        "acknowledged and not valid": [code for code in codes(house, list(ledger.living.values())) if code != "valid"],
        "revoked and not refused": [code for code in codes(house, list(ledger.revoked.values())) if code != "revoked"],
        "neither": [code for code in codes(house, list(ledger.unsure.values())) if code not in ("valid", "revoked")],
    }
    assert not any(wrong.values()), wrong
    # What the database says must be what the index says.
    control = house.control()
    for key in random.Random(len(ledger.living)).sample(list(ledger.living), min(20, len(ledger.living))):
        assert control.need(200, "GET", f"/v1/keys/{key}")["state"] == "active"
    control.close()


def chain(house: House) -> subprocess.CompletedProcess:
    return subprocess.run([house.binary, "audit", "verify", house.data_folder], capture_output=True, text=True, timeout=120, check=False)


def test_what_was_acknowledged_survives_kill_9(house):
    control = house.control()
    ground = Ground(control, "crash")
    control.close()
    chance, ledger = random.Random(SEED), Ledger()
    for round_ in range(ROUNDS):
        writers = [
            threading.Thread(target=write, args=(house, ground, ledger, random.Random(chance.random()))) for _ in range(WRITERS)
        ]
        before = len(ledger.living) + len(ledger.revoked)
        for writer in writers:
            writer.start()
        killer = threading.Timer(chance.uniform(0.05, 0.6), house.server.process.kill)
        killer.start()
        for writer in [killer, *writers]:
            writer.join(30)
            assert not writer.is_alive()
        house.server.kill()
        if round_ % 10 == 0:
            told = chain(house)
            assert told.returncode == 0, (round_, told.stdout, told.stderr)
        house.restart()
        check(house, ledger)
        assert round_ == 0 or len(ledger.living) + len(ledger.revoked) >= before
    assert len(ledger.living) > ROUNDS and len(ledger.revoked) > ROUNDS, "too little was written to prove anything"
    house.server.stop()
    told = chain(house)
    assert told.returncode == 0, (told.stdout, told.stderr)
    house.restart()
    print(f"\n{ROUNDS} kills: {len(ledger.living)} keys live, {len(ledger.revoked)} revoked, {len(ledger.unsure)} unanswered")


def test_every_change_has_its_event_after_the_crashes(house):
    """An acknowledged change without its line in the trail would be a hole that the chain cannot show."""
    control = house.control()
    created, revoked, after = set(), set(), "0"
    while True:
        page = control.need(200, "GET", f"/v1/events?after={after}&limit=200")
        for event in page["items"]:
            {"key.create": created, "key.revoke": revoked}.get(event["action"], set()).add(event["subject"])
        if not page["next_cursor"]:
            break
        after = page["next_cursor"]
    for key in control.items("/v1/keys?keyspace=crash"):
        assert key["id"] in created
        assert (key["state"] == "revoked") == (key["id"] in revoked), key["id"]
