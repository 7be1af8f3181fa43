# SPDX-License-Identifier: Apache-2.0
"""What tests of rotations share: a held key at a fake provider, an app that never stops calling, and patience."""

import threading
import time
from typing import Any, Callable, Optional

from door import Door
from house import Ground, House
from keymakers import MINTED, FakeProvider

QUICK = {"share": 50, "first_look": "1s", "watch": "1s", "wait_for_holders": "0s"}


def wait_for(what: Callable[[], Any], seconds: float = 30.0) -> Any:
    """The first true answer; a failure that names the last one else."""
    end = time.monotonic() + seconds
    while True:
        answer = what()
        if answer:
            return answer
        assert time.monotonic() < end, f"waited {seconds} s in vain: {answer!r}"
        time.sleep(0.05)


def actions(control: Door, subject: str) -> list[str]:
    """What the trail says was done to something, in order."""
    found, after = [], 0
    while events := control.need(200, "GET", f"/v1/events?limit=200&after={after}")["items"]:
        found += [event["action"] for event in events if event["subject"] == subject]
        after = events[-1]["sequence"]
    return found


class HeldKey:
    """A key of a provider of its own, held and lent under `name`; or another key of the provider of `beside`."""

    def __init__(
        self, house: House, ground: Ground, name: str, rotation: dict[str, Any] = MINTED, beside: Optional["HeldKey"] = None
    ):
        self.house, self.ground, self.control = house, ground, ground.control
        self.provider = beside.provider if beside else FakeProvider()
        self.first = self.provider.make(f"first of {name}") if beside else self.provider.first
        house.evidence.hold(self.first.secret)
        self.name = name
        self.maker: str = beside.maker if beside else name
        if not beside:
            ground.provider(name, self.provider.origin, **self.provider.describe(rotation))
        held = ground.lend(name, self.first.secret, provider=self.maker)
        self.credential, self.integration = held["credential"], held["integration"]

    def start(self, **terms: Any) -> str:
        return self.control.need(201, "POST", f"/v1/credentials/{self.credential}/rotations", QUICK | terms)["id"]

    def read(self, rotation: str) -> dict[str, Any]:
        return self.control.need(200, "GET", f"/v1/rotations/{rotation}")

    def confirm(self, rotation: str, task: str) -> dict[str, Any]:
        return self.control.need(200, "POST", f"/v1/rotations/{rotation}/confirm", {"task": task})

    def until(self, rotation: str, *stages: str, seconds: float = 30.0) -> dict[str, Any]:
        """The rotation once it is in one of these stages."""
        last: dict[str, Any] = {}

        def look() -> Optional[dict[str, Any]]:
            last.update(self.read(rotation))
            return dict(last) if last["stage"] in stages else None

        try:
            return wait_for(look, seconds)
        except AssertionError:
            told = {name: last.get(name) for name in ("stage", "fault", "cause", "task", "next_at", "tries")}
            raise AssertionError(f"not in {stages} after {seconds} s: {told}") from None

    def until_task(self, rotation: str, task: str, seconds: float = 30.0) -> dict[str, Any]:
        return wait_for(lambda: (now := self.read(rotation))["task"] and now["task"]["do"] == task and now, seconds)

    def events(self, rotation: str) -> list[str]:
        return actions(self.control, rotation)

    def reveal(self, reason: str, key: Optional[str] = None) -> str:
        """The value, by a door that keeps no record of its answers."""
        door = Door(self.house.server.control_address, key or self.house.management)
        return door.need(200, "POST", f"/v1/credentials/{self.credential}/reveal", {"reason": reason})["value"]


class Caller:
    """Calls `/lend/NAME/v1/thing` without a pause, and keeps every answer that is not 200."""

    def __init__(self, house: House, names: list[str], key: str, pause: float = 0.01):
        self.house, self.names, self.key, self.pause = house, names, key, pause
        self.faults: list[tuple[str, int, bytes]] = []
        self.calls = 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Caller":
        self.thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.stopping.set()
        self.thread.join()

    def _run(self) -> None:
        door: Door = self.house.data(self.key)
        while not self.stopping.is_set():
            for name in self.names:
                answer = door.call("GET", f"/lend/{name}/v1/thing")
                self.calls += 1
                if answer.status != 200:
                    self.faults.append((name, answer.status, answer.body[:200]))
            self.stopping.wait(self.pause)
