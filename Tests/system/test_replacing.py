# SPDX-License-Identifier: Apache-2.0
"""10,000 lent calls while the value is replaced 100 times: none fails, and none begun after a replacement was
acknowledged carries an older value. The provider accepts its newest two, as one that rotates does."""

import threading
from collections import deque

import pytest

import certificates
from upstream import Upstream

CALLS, REPLACEMENTS, THREADS = 10_000, 100, 8


class Rotating(Upstream):
    """Counts what it accepts and keeps what it would not have."""

    def __init__(self, authority, first: str):
        self.order: dict[bytes, int] = {}
        self.accepted: deque[bytes] = deque(maxlen=2)
        self.served = 0
        self.faults: list[str] = []
        self.progress = threading.Condition()
        super().__init__(authority)
        self.mint(first)
        self.behave = self.judge

    def mint(self, value: str) -> None:
        shown = b"Bearer " + value.encode()
        self.order[shown] = len(self.order)
        self.accepted.append(shown)

    def judge(self, connection, reader) -> bool:
        (shown,) = reader.request.values(b"authorization")
        (acknowledged,) = reader.request.values(b"x-acknowledged")
        with self.progress:
            if shown not in self.accepted:
                self.faults.append(f"value {self.order.get(shown)} after {len(self.order)} were minted")
            elif self.order[shown] < int(acknowledged):
                self.faults.append(f"value {self.order[shown]} in a call begun after {int(acknowledged)} was acknowledged")
            self.served += 1
            self.requests.clear()  # 10,000 of them are of no use to anybody
            self.progress.notify_all()
            status = b"200 OK" if shown in self.accepted else b"401 Unauthorized"
        connection.sendall(b"HTTP/1.1 %b\r\nContent-Length: 2\r\n\r\n%02d" % (status, self.order.get(shown, 99) % 100))
        return True


class Callers:
    """Threads with one keep-alive connection each, until the calls are made."""

    def __init__(self, house, key: str):
        self.left = CALLS
        self.changed = threading.Condition()
        self.acknowledged = 0
        self.under_way: dict[threading.Thread, int] = {}  # what was acknowledged when each call began
        self.failures: list[str] = []
        self.house, self.key = house, key
        self.threads = [threading.Thread(target=self._call) for _ in range(THREADS)]
        for thread in self.threads:
            thread.start()

    def _call(self) -> None:
        door = self.house.data(self.key)
        while True:
            with self.changed:
                self.under_way.pop(threading.current_thread(), None)
                self.changed.notify_all()
                if self.left == 0:
                    break
                self.left -= 1
                begun = self.under_way[threading.current_thread()] = self.acknowledged
            try:
                answer = door.call("GET", "/lend/rotating/v1/labels", None, {"X-Acknowledged": str(begun)})
                if answer.status != 200:
                    self.failures.append(f"{answer.status} {answer.field('X-Bitting-Error')}")
            except OSError as failure:
                self.failures.append(repr(failure))
        door.close()

    def acknowledge(self, number: int) -> None:
        """From now on no call may begin with less. Returns when no call is under way that began with less."""
        with self.changed:
            self.acknowledged = number
            assert self.changed.wait_for(lambda: min(self.under_way.values(), default=number) >= number, 60), "a call hangs"

    def join(self) -> None:
        for thread in self.threads:
            thread.join()


@pytest.fixture
def rotating(house, ground, tmp_path):
    authority = certificates.make(tmp_path / "authority")
    value = house.evidence.hold()
    made = Rotating(authority, value)
    ground.provider("rotating", made.origin, tls={"ca": authority.authority.read_text()})
    made.credential = ground.lend("rotating", value)["credential"]
    yield made
    made.close()


def test_no_call_fails_while_the_value_is_replaced_and_the_next_one_carries_the_new(house, control, ground, rotating):
    key = ground.issue()["secret"]
    callers = Callers(house, key)
    probe = house.data(key)
    for number in range(1, REPLACEMENTS + 1):
        with rotating.progress:
            reached = rotating.progress.wait_for(lambda: rotating.served >= number * (CALLS // (REPLACEMENTS + 1)), 60)
        assert reached, f"the calls stopped at {rotating.served}: {callers.failures[:3]}"
        value = house.evidence.hold()
        with rotating.progress:
            rotating.mint(value)
        told = control.call("POST", f"/v1/credentials/{rotating.credential}/versions", {"value": value})
        assert told.status in (200, 201), told
        answer = probe.call("GET", "/lend/rotating/v1/labels", None, {"X-Acknowledged": str(number)})
        assert (answer.status, answer.body) == (200, b"%02d" % (number % 100))
        callers.acknowledge(number)
    callers.join()
    assert callers.failures == []
    assert rotating.faults == []
    assert rotating.served == CALLS + REPLACEMENTS
    versions = control.need(200, "GET", f"/v1/credentials/{rotating.credential}")["versions"]
    states = [version["state"] for version in sorted(versions, key=lambda version: version["number"])]
    assert states[-2:] == ["previous", "current"] and set(states[:-2]) <= {"retired"}
