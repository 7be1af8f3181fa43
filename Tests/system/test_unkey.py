# SPDX-License-Identifier: Apache-2.0
"""Somebody who moves from Unkey: the same calls to another base URL, before and after the keys are imported."""

import base64
import hashlib
import json
import secrets
import time

import pytest

from terminal import Program

SDK = {"Accept": "application/json", "User-Agent": "speakeasy-sdk/python 2.0.0 unkey.py"}


@pytest.fixture
def ask(house):
    """The management key stands where Unkey's root key stood."""
    door = house.data(house.management)
    yield lambda **body: door.call("POST", "/v2/keys.verifyKey", body, SDK)
    door.close()


def data(answer) -> dict:
    assert answer.status == 200, answer.body
    told = json.loads(answer.body)
    assert told["meta"]["requestId"]
    return told["data"]


def test_a_move(house, ground, ask, tmp_path):
    """As docs/moving.md tells it: export, import, another base URL."""
    text = "sk_" + secrets.token_urlsafe(18)
    house.evidence.issued.append(text)
    row = {
        "id": "key_old",
        "hash": base64.b64encode(hashlib.sha256(text.encode()).digest()).decode(),
        "start": text[:8],
        "name": "Old one",
        "meta": '{"plan":"pro"}',
        "enabled": 1,
        "external_id": "user_42",
        "remaining_requests": 20,
        "refill_amount": 100,
        "refill_day": None,
        "permissions": ["documents.read", "admin"],
        "ratelimits": [
            {"name": "Requests", "limit": 3, "duration": 3_600_000, "auto_apply": 1, "identity_id": None},
            {"name": "team", "limit": 50, "duration": 60_000, "auto_apply": True, "identity_id": "id_1"},
            {"name": "heavy", "limit": 1, "duration": 60_000, "auto_apply": 0, "identity_id": None},
        ],
    }
    used_up = row | {"id": "key_spent", "hash": base64.b64encode(b"1" * 32).decode(), "remaining_requests": 0, "refill_amount": None}
    assert data(ask(key=text)) == {"valid": False, "code": "NOT_FOUND"}

    file = tmp_path / "unkey.ndjson"
    file.write_text("\n".join(json.dumps(item) for item in (row, used_up)))
    bitting = Program(house.binary, BITTING_URL=f"http://{house.server.control_address}", BITTING_KEY=house.management)
    told = bitting.run("key", "import", str(file), "--from", "unkey", "--keyspace", ground.keyspace["name"], "--open-accounts")
    assert told.out.strip() == "1 imported, 0 here already, 1 left out, 0 refused", told

    before = time.time() * 1000
    first = data(ask(key=text, permissions="documents.read AND (users.view OR admin)", credits={"cost": 5}, tags=["endpoint=/x"], migrationId="m_1"))
    assert first["code"] == "VALID", first
    assert (first["valid"], first["code"], first["credits"], first["enabled"]) == (True, "VALID", 15, True)
    assert first["meta"] == {"plan": "pro", "unkey_id": "key_old"} and first["name"] == "Old one"
    assert first["permissions"] == ["admin.*", "documents.read"]
    assert first["identity"]["externalId"] == "user_42"
    limits = {limit["name"]: limit for limit in first["ratelimits"]}
    assert {name: limit["remaining"] for name, limit in limits.items()} == {"requests": 2, "team": 49}
    assert limits["requests"]["limit"] == 3 and limits["requests"]["duration"] == 3_600_000
    assert before < limits["requests"]["reset"] <= before + 3_700_000

    assert data(ask(key=text, permissions="users.view"))["code"] == "INSUFFICIENT_PERMISSIONS"
    assert data(ask(key=text, credits={"cost": 16}))["code"] == "USAGE_EXCEEDED"
    assert ask(key=text, ratelimits=[{"name": "heavy"}]).status == 412
    heavy = [{"name": "heavy", "limit": 1, "duration": 60_000}]
    assert data(ask(key=text, ratelimits=heavy))["credits"] == 14
    assert data(ask(key=text, ratelimits=heavy))["code"] == "RATE_LIMITED"
    assert data(ask(key=text))["code"] == "VALID"
    assert data(ask(key=text))["code"] == "RATE_LIMITED"


def test_a_revoke_is_in_force_with_the_next_call(house, ground, ask):
    made = ground.issue(("documents:read",))
    assert data(ask(key=made["secret"]))["keyId"] == made["id"]
    ground.control.need(200, "POST", f"/v1/keys/{made['id']}/disable")
    assert data(ask(key=made["secret"]))["code"] == "DISABLED"
    ground.control.need(200, "POST", f"/v1/keys/{made['id']}/enable")
    ground.control.need(200, "POST", f"/v1/keys/{made['id']}/revoke", {"reason": "other"})
    assert data(ask(key=made["secret"])) == {"valid": False, "code": "NOT_FOUND"}


def test_errors_have_the_shape_that_an_sdk_reads(house, ground, ask):
    wrong = ask(key="")
    assert wrong.status == 400 and wrong.field("Content-Type") == "application/json"
    error = json.loads(wrong.body)["error"]
    assert {"title", "detail", "status", "type", "errors"} <= error.keys() and error["status"] == 400
    assert error["errors"][0]["location"] == "body.key"
    bare = house.data()
    assert bare.call("POST", "/v2/keys.verifyKey", {"key": "x"}, SDK).status == 401
    bare.close()
    other = house.data(ground.issue()["secret"])
    assert other.call("POST", "/v2/keys.verifyKey", {"key": "x"}, SDK).status == 403
    other.close()


def test_an_external_id_is_told_as_it_is_now(house, ground, ask):
    made = ground.issue()
    assert data(ask(key=made["secret"]))["identity"]["externalId"] == ground.app
    ground.control.need(200, "PATCH", f"/v1/accounts/{ground.account}", {"external_id": "org_9"})
    assert data(ask(key=made["secret"]))["identity"] == {"id": ground.app, "externalId": "org_9"}
    house.server.stop()
    house.restart()
    door = house.data(house.management)
    assert data(door.call("POST", "/v2/keys.verifyKey", {"key": made["secret"]}, SDK))["identity"]["externalId"] == "org_9"
    door.close()
