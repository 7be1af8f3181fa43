# SPDX-License-Identifier: Apache-2.0
"""Limits and budgets of integrations over real sockets: one count for all callers, whole across a stop."""

import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from house import Ground
from upstream import Upstream

THREADS = 8


@pytest.fixture(scope="module")
def upstream():
    made = Upstream(None)
    yield made
    made.close()


class Lent:
    """An integration of its own, with its terms."""

    def __init__(self, house, ground: Ground, upstream: Upstream, name: str, **terms):
        self.house, self.ground, self.name = house, ground, name
        ground.provider(name, upstream.origin)
        self.id = ground.lend(name, house.evidence.hold(), [{"methods": ["GET"], "path": "/**"}])["integration"]
        if terms:
            ground.control.need(200, "PATCH", f"/v1/integrations/{self.id}", terms)

    def call(self, secret: str, path: str = "/hello", method: str = "GET"):
        data = self.house.data(secret)
        try:
            return data.call(method, f"/lend/{self.name}{path}")
        finally:
            data.close()

    def storm(self, secrets: list[str], calls: int) -> list[int]:
        """The statuses of so many calls, made at once with several keys."""
        begin = threading.Barrier(THREADS)

        def hammer(number: int) -> list[int]:
            data = self.house.data(secrets[number % len(secrets)])
            begin.wait()
            statuses = [data.call("GET", f"/lend/{self.name}/hello").status for _ in range(calls // THREADS)]
            data.close()
            return statuses

        with ThreadPoolExecutor(THREADS) as pool:
            return [status for statuses in pool.map(hammer, range(THREADS)) for status in statuses]


def keys(ground: Ground, count: int) -> list[str]:
    return [ground.issue()["secret"] for _ in range(count)]


def test_parallel_calls_with_several_keys_share_the_integrations_limit(house, ground, upstream):
    lent = Lent(house, ground, upstream, "rated", limits=[{"name": "burst", "limit": 37, "per": "30d"}])
    statuses = lent.storm(keys(ground, 3), 160)
    assert sorted(set(statuses)) == [200, 429]
    assert statuses.count(200) == 37


def test_parallel_calls_spend_a_budget_to_the_last_and_no_further(house, ground, upstream):
    lent = Lent(house, ground, upstream, "budgeted", quota={"amount": 45})
    assert lent.storm(keys(ground, 2), 96).count(200) == 45
    assert ground.control.need(200, "GET", f"/v1/integrations/{lent.id}")["quota"]["remaining"] == 0


def test_a_call_that_is_too_many_is_told_whose_limit_it_was_and_is_charged_nowhere(house, ground, upstream):
    lent = Lent(house, ground, upstream, "narrow", limits=[{"name": "burst", "limit": 1, "per": "1h"}])
    secret = ground.issue(limits=[{"name": "burst", "limit": 5, "per": "1h"}])["secret"]
    first = lent.call(secret)
    assert first.status == 200
    assert first.field("RateLimit-Policy") == '"burst";q=5;w=3600, "integration:burst";q=1;w=3600'
    assert re.fullmatch(r'"burst";r=4;t=\d+, "integration:burst";r=0;t=\d+', first.field("RateLimit"))
    for _ in range(3):
        refused = lent.call(secret)
        assert refused.status == 429 and refused.field("X-Bitting-Error") == "rate_limited"
        assert refused.json()["violated-policies"] == ["integration:burst"]
        assert int(refused.field("Retry-After")) > 3500
        assert '"burst";r=4;' in refused.field("RateLimit"), "the key's own limit was not charged"


def test_a_call_that_is_not_allowed_costs_nothing(house, ground, upstream):
    lent = Lent(house, ground, upstream, "free", limits=[{"name": "burst", "limit": 2, "per": "30d"}], quota={"amount": 2})
    (secret,) = keys(ground, 1)
    for _ in range(5):
        assert lent.call(secret, method="POST").status == 403
    assert [lent.call(secret).status for _ in range(3)] == [200, 200, 429]


def test_an_integrations_budget_is_whole_across_a_stop_and_never_overspent_across_a_kill(house, ground, upstream):
    lent = Lent(house, ground, upstream, "durable", quota={"amount": 320})
    (secret,) = keys(ground, 1)
    data = house.data(secret)
    assert [data.call("GET", "/lend/durable/hello").status for _ in range(50)] == [200] * 50
    data.close()
    house.server.stop()
    house.restart()
    control = house.control()
    assert control.need(200, "GET", f"/v1/integrations/{lent.id}")["quota"]["remaining"] == 270
    assert lent.call(secret).status == 200
    house.server.kill()
    house.restart()
    ground.control = house.control()
    spent = 51
    while lent.call(secret).status == 200:
        spent += 1
    assert 320 - 2 * (320 // 32) <= spent <= 320


def test_an_alert_of_an_integrations_budget_is_told_once_with_its_account(house, ground, upstream):
    lent = Lent(house, ground, upstream, "alerting", quota={"amount": 10, "alerts": [50]})
    (secret,) = keys(ground, 1)
    assert [lent.call(secret).status for _ in range(7)] == [200] * 7
    events, deadline = [], time.time() + 20
    while not events and time.time() < deadline:
        found = ground.control.need(200, "GET", "/v1/events?action=quota.threshold&limit=200")["items"]
        events = [event for event in found if event["subject"] == lent.id]
        time.sleep(0.1)
    assert len(events) == 1 and "50" in json.dumps(events[0])
    assert events[0]["account"] == ground.account


def test_calls_in_flight_through_an_integration_are_bounded(house, ground, upstream):
    lent = Lent(house, ground, upstream, "narrow-door", limits=[{"name": "at-once", "limit": 1, "in_flight": True}])
    (secret,) = keys(ground, 1)
    may_answer, arrived = threading.Event(), threading.Event()

    def slow(connection, reader):
        arrived.set()
        may_answer.wait(30)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        return True

    upstream.reset()
    upstream.behave = slow
    try:
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(lent.call, secret)
            assert arrived.wait(30)
            refused = lent.call(secret)
            assert refused.status == 429 and refused.json()["violated-policies"] == ["integration:at-once"]
            may_answer.set()
            assert first.result(30).status == 200
        assert lent.call(secret).status == 200, "the place was given back"
    finally:
        may_answer.set()
        upstream.reset()


def test_a_caller_is_told_what_it_may_do_and_what_is_left(house, ground, upstream):
    lent = Lent(house, ground, upstream, "carded", limits=[{"name": "burst", "limit": 5, "per": "1h"}], quota={"amount": 9})
    (secret,) = keys(ground, 1)
    data = house.data(secret)
    for _ in range(2):
        card = data.call("GET", "/lend/carded")
        assert card.status == 200 and card.field("Cache-Control") == "no-store"
        told = card.json()
        assert (told["name"], told["integration"], told["state"], told["reveal"]) == ("carded", lent.id, "active", False)
        assert told["allow"] == [{"methods": ["GET"], "path": "/**"}]
        assert told["base_url"].endswith("/lend/carded")
        assert [(limit["of"], limit["remaining"]) for limit in told["limits"]] == [("integration", 5)]
        assert [(quota["of"], quota["remaining"]) for quota in told["quotas"]] == [("integration", 9)]
    assert data.call("GET", "/lend/carded/hello").status == 200
    told = data.call("GET", "/lend/carded").json()
    assert [limit["remaining"] for limit in told["limits"]] == [4]
    assert [quota["remaining"] for quota in told["quotas"]] == [8]
    assert "carded" in [item["name"] for item in data.call("GET", "/lend").json()["items"]]
    ground.control.need(200, "POST", f"/v1/integrations/{lent.id}/pause", {})
    assert data.call("GET", "/lend/carded").json()["state"] == "paused"
    unknown = data.call("GET", "/lend/nothing-of-the-kind")
    assert unknown.status == 404 and unknown.field("X-Bitting-Error") == "integration_unknown"
    data.close()
    for path in ("/lend", "/lend/carded"):
        nobody = house.data()
        assert nobody.call("GET", path).status == 401
        nobody.close()


@pytest.mark.parametrize(
    "limits",
    [
        [{"name": "burst", "limit": 5, "per": "1h", "shared_by": "account"}],
        [{"name": "burst", "limit": 0, "per": "1h"}],
        [{"name": "burst", "limit": 5}],
        [{"name": "a", "limit": 5, "per": "1h"}, {"name": "a", "limit": 6, "per": "1h"}],
        [{"name": f"n{number}", "limit": 5, "per": "1h"} for number in range(17)],
    ],
)
def test_limits_that_an_integration_cannot_have_are_refused_with_their_place(house, ground, upstream, limits):
    found = ground.control.items("/v1/integrations")[0]
    refused = ground.control.call("PATCH", f"/v1/integrations/{found['id']}", {"limits": limits})
    assert refused.status == 422
    assert refused.json()["pointer"].startswith("/limits") and refused.json()["fix"]
