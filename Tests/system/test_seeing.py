# SPDX-License-Identifier: Apache-2.0
"""Who used what, from where, how often, over real sockets; and what is counted survives a restart."""

from typing import Any

from house import Ground, House


def ask(house: House, secret: str, scope: str = "", address: str = "", agent: str = "", tag: str = "") -> int:
    """One call as a gateway makes it; its status."""
    data = house.data()
    fields = {"Authorization": f"Bearer {secret}", "User-Agent": agent, "X-Forwarded-For": address}
    query = "&".join(f"{name}={value}" for name, value in {"scope": scope, "tag": tag}.items() if value)
    path = f"/v1/authorize?{query}" if query else "/v1/authorize"
    status = data.call("GET", path, fields={name: value for name, value in fields.items() if value}).status
    data.close()
    return status


def uses(control: Any, key: str, query: str = "") -> dict[str, int]:
    """How often by code."""
    found: dict[str, int] = {}
    for item in control.items(f"/v1/keys/{key}/usage?step=minute{query}"):
        found[item["code"]] = found.get(item["code"], 0) + item["uses"]
    return found


def test_uses_are_counted_by_code_tag_and_account_with_the_last_visitor(house: House, ground: Ground, control):
    made = ground.issue()
    for number in range(5):
        assert ask(house, made["secret"], "labels:create", f"203.0.113.{number}", "printer/2", "eu") == 200
    assert ask(house, made["secret"], "refunds:create", "203.0.113.99", "thief/1") == 403
    key = control.need(200, "GET", f"/v1/keys/{made['id']}")
    assert key["uses"] == 5
    assert key["last_used_from"] == {"address": "203.0.113.4", "user_agent": "printer/2"}
    assert uses(control, made["id"]) == {"valid": 5, "insufficient_scope": 1}
    assert uses(control, made["id"], "&tag=eu") == {"valid": 5}
    table = control.call("GET", f"/v1/keys/{made['id']}/usage?step=day", fields={"Accept": "text/csv"})
    assert table.field("Content-Type").startswith("text/csv")
    assert table.body.splitlines()[0] == b"at,step,code,uses,cost"
    sums = {item["of"]: item for item in control.items(f"/v1/usage?by=account&account={ground.account}")}
    assert (sums[ground.account]["accepted"], sums[ground.account]["refused"]) == (5, 1)
    refusals = control.items(f"/v1/usage/refusals?account={ground.account}")
    assert [(item["key"], item["code"], item["count"]) for item in refusals] == [(made["id"], "insufficient_scope", 1)]


def test_whoever_still_shows_the_retiring_secret_is_named_and_nobody_else(house: House, ground: Ground, control):
    made = ground.issue()
    stragglers = f"/v1/keys/{made['id']}/stragglers"
    assert control.need(200, "GET", stragglers) == {"retiring": None, "items": [], "next_cursor": None}
    rotated = control.need(200, "POST", f"/v1/keys/{made['id']}/rotate", {"grace": "1h"})
    for _ in range(3):
        assert ask(house, made["secret"], address="203.0.113.7", agent="old-worker/1") == 200
    assert ask(house, rotated["secret"], address="203.0.113.8", agent="new-worker/2") == 200
    found = control.need(200, "GET", stragglers)
    assert found["retiring"]["grace_expires_at"] == rotated["retiring"]["grace_expires_at"]
    assert [(item["address"], item["user_agent"], item["uses"]) for item in found["items"]] == [
        ("203.0.113.7", "old-worker/1", 3)
    ]
    assert control.need(200, "GET", f"/v1/keys/{made['id']}")["uses"] == 4


def test_what_was_counted_is_there_after_a_restart(house: House, ground: Ground, control):
    made = ground.issue()
    for _ in range(25):
        assert ask(house, made["secret"], "labels:create", "203.0.113.5", "steady/1") == 200
    assert house.server.stop() == 0
    house.restart()
    ground.control = house.control()
    again = house.control()
    key = again.need(200, "GET", f"/v1/keys/{made['id']}")
    assert key["uses"] == 25
    assert key["last_used_from"] == {"address": "203.0.113.5", "user_agent": "steady/1"}
    assert uses(again, made["id"]) == {"valid": 25}
    again.close()


def test_a_user_agent_is_cut_and_made_printable(house: House):
    control = house.control()
    made = Ground(control, "agents").issue()
    assert ask(house, made["secret"], agent="x\u00ff" + "y" * 1000) == 200
    agent = control.need(200, "GET", f"/v1/keys/{made['id']}")["last_used_from"]["user_agent"]
    assert agent == "x?" + "y" * 254
    control.close()


def test_a_finding_is_mended_by_the_call_it_names(house: House):
    control = house.control()
    made = Ground(control, "mended").issue()
    finding = next(item for item in control.items("/v1/hygiene?kind=no_expiry") if item["subject"] == made["id"])
    fix = finding["fix"]
    control.need(200, fix["method"], fix["path"], fix["body"])
    assert not [item for item in control.items("/v1/hygiene?kind=no_expiry") if item["subject"] == made["id"]]
    other = next(item for item in control.items("/v1/hygiene?kind=no_max_lifetime") if item["name"] == "mended")
    mended = control.need(200, "POST", "/v1/hygiene/apply", {"kind": "no_max_lifetime", "subject": other["subject"]})
    assert mended["keyspace"]["max_lifetime"] == "365d"
    control.close()
