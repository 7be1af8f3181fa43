# SPDX-License-Identifier: Apache-2.0
"""Who can use what is held, and who did: over real sockets, and across a restart."""

import time

import pytest

from house import Ground
from upstream import Upstream, answering


@pytest.fixture(scope="module")
def upstream():
    made = Upstream(None)
    yield made
    made.close()


@pytest.fixture(scope="module")
def lent(house, ground: Ground, upstream):
    ground.provider("carrier", upstream.origin)
    allow = [{"methods": ["GET"], "path": "/labels"}, {"methods": ["*"], "path": "/**"}]
    return ground.lend("carrier", house.evidence.hold(), allow)


def call(house, secret: str, address: str, path: str = "/labels", name: str = "carrier") -> int:
    data = house.data(secret)
    status = data.call("GET", f"/lend/{name}{path}", fields={"X-Forwarded-For": address}).status
    data.close()
    return status


def status_line(status: int) -> bytes:
    return f"HTTP/1.1 {status} As told\r\nContent-Length: 2\r\n\r\nok".encode()


def test_a_credential_tells_who_may_use_it_and_who_did(house, ground, control, upstream, lent):
    uses = f"/v1/credentials/{lent['credential']}/uses"
    (unused,) = control.items(uses)
    assert (unused["integration"], unused["app"], unused["calls"]) == (lent["integration"], ground.app, 0)
    assert unused["last_used_at"] is None and unused["on_current_version"] is None
    made = ground.issue()
    for _ in range(3):
        assert call(house, made["secret"], "203.0.113.1") == 200
    try:
        for status in (401, 403, 503):
            upstream.behave = answering(status_line(status))
            time.sleep(0.01)  # which of two calls was the last is told by the millisecond
            assert call(house, made["secret"], "203.0.113.2", "/other") == status
    finally:
        upstream.reset()
    (use,) = control.items(uses)
    assert [use[name] for name in ("calls", "errors", "unauthorized", "forbidden", "last_status")] == [6, 3, 1, 1, 503]
    assert use["on_current_version"] is True
    assert [(place["address"], place["calls"]) for place in use["addresses"]] == [("203.0.113.1", 3), ("203.0.113.2", 3)]
    assert [(part["key"], part["calls"], part["version_state"]) for part in use["versions"]] == [(made["id"], 6, "current")]
    assert control.items(f"/v1/apps/{ground.app}/held") == [use]
    assert control.need(200, "GET", f"/v1/integrations/{lent['integration']}")["last_used_at"] == use["last_used_at"]
    (version,) = control.need(200, "GET", f"/v1/credentials/{lent['credential']}")["versions"]
    assert version["last_used_at"] == use["last_used_at"]


def test_calls_that_bitting_refuses_are_nobodys_use_and_a_lost_answer_is_an_error(house, ground, control, upstream):
    ground.provider("quiet", upstream.origin)
    ids = ground.lend("quiet", house.evidence.hold(), [{"methods": ["GET"], "path": "/labels"}])
    made = ground.issue()
    assert call(house, made["secret"], "203.0.113.3", "/refunds", "quiet") == 403
    uses = f"/v1/credentials/{ids['credential']}/uses"
    assert control.items(uses)[0]["calls"] == 0

    def hang_up(connection, reader):
        connection.close()
        return False

    upstream.behave = hang_up
    try:
        assert call(house, made["secret"], "203.0.113.3", name="quiet") == 502
    finally:
        upstream.reset()
    (use,) = control.items(uses)
    assert (use["calls"], use["errors"], use["last_status"]) == (1, 1, None)
    assert house.metric("bitting_lent_calls_total", code="upstream_unreachable") >= 1
    assert house.metric("bitting_lent_calls_total", code="not_allowed") >= 1
    assert house.metric("bitting_lent_calls_total", code="lent", provider_status="2xx") >= 3


def test_after_a_new_value_it_is_seen_who_has_not_switched(house, ground, control, upstream):
    ground.provider("switching", upstream.origin)
    ids = ground.lend("switching", house.evidence.hold())
    made = ground.issue()
    assert call(house, made["secret"], "203.0.113.4", name="switching") == 200
    path = f"/v1/credentials/{ids['credential']}"
    control.need(201, "POST", f"{path}/versions", {"value": house.evidence.hold()})
    (use,) = control.items(f"{path}/uses")
    assert use["on_current_version"] is False
    assert call(house, made["secret"], "203.0.113.5", name="switching") == 200
    (use,) = control.items(f"{path}/uses")
    assert use["on_current_version"] is True
    assert [part["version_number"] for part in use["versions"]] == [2, 1]
    assert {place["address"]: place["version_number"] for place in use["addresses"]} == {"203.0.113.4": 1, "203.0.113.5": 2}


def test_uses_over_time_are_whole_across_a_stop(house, ground, upstream, lent):
    path = f"/v1/integrations/{lent['integration']}/uses"

    def counted() -> dict[str, int]:
        found: dict[str, int] = {}
        for item in house.control().items(f"{path}?step=day"):
            found[item["outcome"]] = found.get(item["outcome"], 0) + item["calls"]
        return found

    before = counted()
    made = ground.issue()
    for _ in range(4):
        assert call(house, made["secret"], "2001:db8::1") == 200
    house.server.stop()
    house.restart()
    ground.control = house.control()
    after = counted()
    assert after["2xx"] == before.get("2xx", 0) + 4
    assert {name: count for name, count in after.items() if name != "2xx"} == {k: v for k, v in before.items() if k != "2xx"}
    table = house.control().call("GET", path, fields={"Accept": "text/csv"})
    assert table.field("Content-Type").startswith("text/csv")
    assert table.body.splitlines()[0] == b"at,step,outcome,calls"


def test_another_accounts_uses_do_not_exist(house, ground, lent):
    control = house.control()
    other = control.need(201, "POST", "/v1/accounts", {"name": "Other"})["id"]
    ground.control = control
    bound = house.control(ground.management_key("*:*", bound_accounts=[other])["secret"])
    for path in (
        f"/v1/credentials/{lent['credential']}/uses",
        f"/v1/apps/{ground.app}/held",
        f"/v1/integrations/{lent['integration']}/uses",
    ):
        assert control.call("GET", path).status == 200
        assert bound.call("GET", path).status == 404
    bound.close()
