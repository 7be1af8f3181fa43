# SPDX-License-Identifier: Apache-2.0
"""kill -9 at every step of rotations of held keys: whatever was under way goes on, no call that is answered is refused, and the
provider is left with one key for each credential.

ROTATION_CRASHES says how often (25), ROTATION_SEED which moments.
"""

import http.client
import os
import random
import threading

from house import Ground, House
from keymakers import Fault
from rotating import HeldKey, wait_for

CRASHES = int(os.environ.get("ROTATION_CRASHES", "25"))
SEED = int(os.environ.get("ROTATION_SEED", "20261124"))
FAULTS = ["lost_answer", "lost_request", "503", "duplicate", "lie_alive"]


class Patient:
    """Calls on and on; while the program is gone it waits. An answer other than 200 is kept."""

    def __init__(self, house: House, names: list[str], key: str):
        self.house, self.names, self.key = house, names, key
        self.faults: list[tuple[str, int, bytes]] = []
        self.calls = 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self.thread.join()

    def _run(self) -> None:
        door = self.house.data(self.key)
        while not self.stopping.wait(0.01):
            for name in self.names:
                try:
                    answer = door.call("GET", f"/lend/{name}/v1/thing")
                except (OSError, http.client.HTTPException):
                    door.close()
                    door = self.house.data(self.key)
                    self.stopping.wait(0.05)
                    continue
                self.calls += 1
                if answer.status != 200:
                    self.faults.append((name, answer.status, answer.body[:200]))


def test_killed_at_any_moment(binary, evidence):
    chance = random.Random(SEED)
    house = House(binary, evidence.root / "rotation-crash", evidence)
    try:
        ground = Ground(house.control())
        key = ground.issue()["secret"]
        held = [HeldKey(house, ground, f"crash-{number}") for number in range(4)]
        for one in held:
            ground.control.need(200, "PATCH", f"/v1/credentials/{one.credential}", {"key_id": "k1"})
        caller = Patient(house, [one.name for one in held], key)
        rotations: dict[str, str] = {}
        finished = 0

        def begin(one: HeldKey) -> None:
            terms = {"share": 50, "first_look": "0s", "watch": "1s", "wait_for_holders": "0s"}
            one.provider.faults[chance.choice(["mint", "delete", "test", "list"])] = [Fault(chance.choice(FAULTS), 1, 1.0)]
            rotations[one.name] = one.control.need(201, "POST", f"/v1/credentials/{one.credential}/rotations", terms)["id"]

        def tend() -> bool:
            """Begins where none is under way, allows what is asked; whether all are over."""
            nonlocal finished
            for one in held:
                now = one.read(rotations[one.name])
                if now["ended_at"]:
                    finished += 1
                    if not closing:
                        begin(one)
                elif now["task"]:
                    one.control.call("POST", f"/v1/rotations/{now['id']}/confirm", {"task": now["task"]["do"]})
            return all(one.read(rotations[one.name])["ended_at"] for one in held)

        closing = False
        for one in held:
            one.control = house.control()
            begin(one)
        for _ in range(CRASHES):
            threading.Event().wait(chance.uniform(0.05, 1.2))
            house.server.kill()
            house.restart()
            for one in held:
                one.control = house.control()
            tend()
        closing = True
        wait_for(tend, 90)
        caller.stop()
        assert caller.faults == [] and caller.calls > 100
        assert finished > 4
        for one in held:
            over = one.read(rotations[one.name])
            assert over["stage"] == "done", over
            assert [good.id for good in one.provider.good] == [over["successor_key"]]
            assert one.provider.fewest_good >= 1
        for one in held:
            for each in one.provider.keys:
                evidence.hold(each.secret)
            one.provider.stop()
    finally:
        house.server.stop()
