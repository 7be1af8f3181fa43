# SPDX-License-Identifier: Apache-2.0
"""Limits and budgets over real sockets: exact under parallel calls, whole across a stop, bounded across a kill."""

import json
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from house import Ground, House
from upstream import OK, Upstream

THREADS = 8


@pytest.fixture(scope="module")
def upstream():
    made = Upstream(None)
    yield made
    made.close()


def ask(data, secret: str, query: str = ""):
    return data.call("GET", f"/v1/authorize{query}", fields={"Authorization": f"Bearer {secret}"})


def storm(house: House, secret: str, calls: int, query: str = "") -> list[int]:
    """The statuses of so many calls, made by several connections at once."""
    begin = threading.Barrier(THREADS)

    def hammer(_: int) -> list[int]:
        data = house.data()
        begin.wait()
        statuses = [ask(data, secret, query).status for _ in range(calls // THREADS)]
        data.close()
        return statuses

    with ThreadPoolExecutor(THREADS) as pool:
        return [status for statuses in pool.map(hammer, range(THREADS)) for status in statuses]


def test_a_burst_of_parallel_calls_lets_exactly_the_limit_through(house, ground):
    made = ground.issue(limits=[{"name": "burst", "limit": 57, "per": "30d"}, {"name": "wide", "limit": 900, "per": "30d"}])
    statuses = storm(house, made["secret"], 400)
    assert sorted(set(statuses)) == [200, 429]
    assert statuses.count(200) == 57


def test_60_cents_are_not_let_through_a_45_cent_budget_by_parallel_calls(house, ground):
    made = ground.issue(quota={"amount": 45})
    assert storm(house, made["secret"], 64, "?cost=15").count(200) == 3
    assert ground.control.need(200, "GET", f"/v1/keys/{made['id']}")["quota"]["remaining"] == 0


def test_a_limit_is_429_and_never_401(house, ground):
    made = ground.issue(limits=[{"name": "one", "limit": 1, "per": "1h"}])
    data = house.data()
    first, second = ask(data, made["secret"]), ask(data, made["secret"])
    assert (first.status, second.status) == (200, 429)
    assert second.field("WWW-Authenticate") is None
    assert second.json()["violated-policies"] == ["one"]
    wait = int(second.field("Retry-After"))
    told = re.fullmatch(r'"one";r=0;t=(\d+)', second.field("RateLimit"))
    assert told and wait >= int(told.group(1)) > 3590
    data.close()


def test_waiting_as_long_as_retry_after_says_is_enough(house, ground):
    made = ground.issue(limits=[{"name": "slow", "limit": 2, "per": "4s"}])
    data = house.data()
    assert [ask(data, made["secret"]).status for _ in range(3)] == [200, 200, 429]
    wait = int(ask(data, made["secret"]).field("Retry-After"))
    time.sleep(wait)
    assert ask(data, made["secret"]).status == 200
    data.close()


def test_an_account_s_keys_share_its_limit_and_its_budget(house, ground):
    shared = [{"name": "all", "limit": 30, "per": "30d", "shared_by": "account"}]
    keys = [ground.issue(limits=shared)["secret"] for _ in range(4)]
    other = ground.control.need(201, "POST", "/v1/accounts", {"name": "Other"})["id"]
    alone = ground.issue(owner={"type": "account", "id": other}, limits=shared)["secret"]
    with ThreadPoolExecutor(4) as pool:
        statuses = [status for part in pool.map(lambda key: storm(house, key, 16), keys) for status in part]
    assert statuses.count(200) == 30
    data = house.data()
    assert ask(data, alone).status == 200
    data.close()


def test_a_changed_limit_holds_from_the_next_call_and_keeps_what_was_used(house, ground):
    control = ground.control
    made = ground.issue(limits=[{"name": "burst", "limit": 10, "per": "30d"}])
    data = house.data()
    assert [ask(data, made["secret"]).status for _ in range(12)].count(200) == 10
    control.need(200, "PATCH", f"/v1/keys/{made['id']}", {"limits": [{"name": "burst", "limit": 13, "per": "30d"}]})
    assert [ask(data, made["secret"]).status for _ in range(6)].count(200) == 3
    control.need(200, "PATCH", f"/v1/keys/{made['id']}", {"limits": []})
    answer = ask(data, made["secret"])
    assert answer.status == 200 and answer.field("RateLimit") is None
    control.need(200, "PATCH", f"/v1/keys/{made['id']}", {"limits": [{"name": "burst", "limit": 13, "per": "30d"}]})
    assert ask(data, made["secret"]).status == 429, "what was used is not forgotten by taking the limit away"
    data.close()


def test_the_default_limits_of_a_keyspace_are_in_force_with_the_next_call(house, ground):
    control = ground.control
    space = control.need(201, "POST", "/v1/keyspaces", {"name": "metered", "prefix": "metered"})
    made = ground.issue(keyspace="metered")
    own = ground.issue(keyspace="metered", limits=[{"name": "own", "limit": 100, "per": "1h"}])
    data = house.data()
    assert ask(data, made["secret"]).field("RateLimit-Policy") is None
    limits = [{"name": "base", "limit": 2, "per": "1h"}]
    control.need(200, "PATCH", f"/v1/keyspaces/{space['id']}", {"default_limits": limits})
    assert [ask(data, made["secret"]).status for _ in range(3)] == [200, 200, 429]
    assert ask(data, own["secret"]).field("RateLimit-Policy") == '"own";q=100;w=3600'
    data.close()


def test_a_budget_is_whole_across_a_stop_and_never_overspent_across_a_kill(house, ground):
    made = ground.issue(quota={"amount": 320})
    chunk = 320 // 32
    data = house.data()
    assert [ask(data, made["secret"]).status for _ in range(50)] == [200] * 50
    data.close()
    house.server.stop()
    house.restart()
    control = house.control()
    assert control.need(200, "GET", f"/v1/keys/{made['id']}")["quota"]["remaining"] == 270, "nothing is lost by a stop"
    kills, spent = 4, 50
    for _ in range(kills):
        data = house.data()
        assert [ask(data, made["secret"]).status for _ in range(20)] == [200] * 20
        spent += 20
        data.close()
        house.server.kill()
        house.restart()
    data = house.data()
    left = 0
    while ask(data, made["secret"]).status == 200:
        left += 1
    assert spent + left <= 320, "never overspent"
    assert spent + left >= 320 - kills * 2 * chunk, "what a kill loses is bounded"
    ground.control = house.control()
    data.close()


def test_an_alert_is_told_once(house, ground):
    control = house.control()
    made = Ground(control, "alerts").issue(quota={"amount": 100, "alerts": [50, 80]})
    data = house.data()
    for cost in (40, 20, 5):
        assert ask(data, made["secret"], f"?cost={cost}").status == 200
    events = []
    for _ in range(100):
        events = [e for e in control.need(200, "GET", "/v1/events?action=quota.threshold&limit=200")["items"] if e["subject"] == made["id"]]
        if events:
            break
        time.sleep(0.1)
    time.sleep(2.2)
    events = [e for e in control.need(200, "GET", "/v1/events?action=quota.threshold&limit=200")["items"] if e["subject"] == made["id"]]
    assert len(events) == 1 and "50" in json.dumps(events[0])
    data.close()


def test_a_reservation_that_nobody_settles_settles_itself(house, ground):
    made = ground.issue(quota={"amount": 10}, limits=[{"name": "at-once", "limit": 1, "in_flight": True}])
    data = house.data(house.management)
    question = {"key": made["secret"], "cost": 4, "reserve_for": "1s"}
    first = data.need(200, "POST", "/v1/verify", question)
    assert first["valid"] and first["quota"]["remaining"] == 6
    assert data.need(200, "POST", "/v1/verify", question)["code"] == "rate_limited"
    deadline = time.time() + 10
    while (again := data.need(200, "POST", "/v1/verify", question))["code"] == "rate_limited":
        assert time.time() < deadline
        time.sleep(0.1)
    assert again["quota"]["remaining"] == 2, "it settled at its estimate"
    done = data.need(200, "POST", "/v1/verify/settle", {"reservation": again["reservation"]["id"], "cost": 0})
    assert done == {"settled": True, "code": "settled"}
    assert data.need(200, "POST", "/v1/verify", {"key": made["secret"], "cost": 0})["quota"]["remaining"] == 6
    data.close()


def test_a_lent_call_counts_in_flight_and_is_charged_only_when_it_leaves(house, ground, upstream):
    ground.provider("metered", upstream.origin)
    ground.lend("metered", house.evidence.hold(), [{"methods": ["GET"], "path": "/**"}])
    made = ground.issue(limits=[{"name": "calls", "limit": 2, "per": "30d"}])
    data = house.data(made["secret"])
    assert data.call("POST", "/lend/metered/hello").status == 403, "not allowed, and not charged"
    assert [data.call("GET", "/lend/metered/hello").status for _ in range(3)][2] == 429
    refused = data.call("GET", "/lend/metered/hello")
    assert refused.field("X-Bitting-Error") == "rate_limited" and refused.field("Retry-After")
    data.close()


def test_lent_calls_in_flight_are_bounded_until_they_end_whoever_ends_them(house, ground, upstream):
    may_answer, under_way = threading.Event(), threading.Semaphore(0)

    def wait_then_answer(connection, reader) -> bool:
        under_way.release()
        may_answer.wait(30)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        return True

    ground.provider("slow", upstream.origin)
    ground.lend("slow", house.evidence.hold())
    made = ground.issue(limits=[{"name": "at-once", "limit": 1, "in_flight": True}])
    upstream.behave = wait_then_answer
    try:
        first, statuses = house.data(made["secret"]), []
        caller = threading.Thread(target=lambda: statuses.append(first.call("GET", "/lend/slow/a").status))
        caller.start()
        assert under_way.acquire(timeout=10)
        second = house.data(made["secret"])
        refused = second.call("GET", "/lend/slow/b")
        assert (refused.status, refused.field("X-Bitting-Error")) == (429, "rate_limited")
        assert refused.json()["violated-policies"] == ["at-once"]
        may_answer.set()
        caller.join(10)
        assert statuses == [200]
        assert second.call("GET", "/lend/slow/c").status == 200
        # A caller that goes away in the middle frees its place too.
        may_answer.clear()
        while under_way.acquire(blocking=False):
            pass
        gone = socket.create_connection(tuple(house.server.data_address.rsplit(":", 1)))
        gone.sendall(f"GET /lend/slow/d HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {made['secret']}\r\n\r\n".encode())
        assert under_way.acquire(timeout=10)
        assert second.call("GET", "/lend/slow/e").status == 429
        gone.close()
        may_answer.set()
        deadline = time.time() + 10
        while second.call("GET", "/lend/slow/f").status != 200:
            assert time.time() < deadline
            time.sleep(0.05)
        first.close()
        second.close()
    finally:
        may_answer.set()
        upstream.behave = OK


@pytest.mark.parametrize(
    "limits",
    [
        [{"name": f"l{n}", "limit": 1, "per": "1h"} for n in range(10_000)],
        [{"name": "a", "limit": 0, "per": "1h"}],
        [{"name": "a", "limit": -1, "per": "1h"}],
        [{"name": "a", "limit": 1.5, "per": "1h"}],
        [{"name": "a", "limit": 10**18, "per": "1h"}],
        [{"name": "a", "limit": 1, "per": "0s"}],
        [{"name": "a", "limit": 1, "per": "9999d"}],
        [{"name": "a\r\nX-Bitting-Scopes: *:*", "limit": 1, "per": "1h"}],
        [{"name": "а", "limit": 1, "per": "1h"}],  # Cyrillic
        [{"name": "a", "limit": 1, "per": "1h"}, {"name": "a", "limit": 2, "per": "1h"}],
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_bad_limits_are_refused_with_the_field_that_is_wrong(ground, limits):
    body = {"keyspace": ground.keyspace["name"], "owner": {"type": "app", "id": ground.app}, "name": "bad", "scopes": []}
    answer = ground.control.call("POST", "/v1/keys", body | {"limits": limits})
    assert answer.status == 422 and answer.json()["pointer"].startswith("/limits") and answer.json()["fix"]
