# SPDX-License-Identifier: Apache-2.0
"""Whatever is wrong with a call: a 4xx problem that says where and what to do, and nothing changed."""

import base64
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from house import Ground, House, canonical

NO_ID = {
    "keyspaces": "ks_", "accounts": "acc_", "apps": "app_", "users": "usr_", "keys": "key_", "credentials": "cred_", "integrations": "int_",
    "sign-in-rules": "rule_",
}  # fmt: skip
UNUSED = "00000000000000000000000001"
ROUTE = {"methods": ["POST"], "path": "/labels"}
LIMIT = {"name": "burst", "limit": 100, "per": "1m", "shared_by": "owner"}
QUOTA = {"amount": 1000, "refill": {"every": "month", "zone": "Europe/Berlin", "mode": "add"}, "alerts": [80]}


class Everything:
    """What there is, to be compared before and after."""

    LISTS = ("keyspaces", "accounts", "keys", "providers", "credentials", "integrations", "sign-in-rules")

    def __init__(self, control):
        self.control = control

    def look(self) -> str:
        found = {name: self.control.items(f"/v1/{name}") for name in self.LISTS}
        found["keys"] = [key | {"uses": 0, "last_used_at": None, "last_used_from": None} for key in found["keys"]]
        for account in found["accounts"]:
            for kind in ("apps", "users"):
                found[f"{account['id']}/{kind}"] = self.control.items(f"/v1/accounts/{account['id']}/{kind}")
        return canonical(found)


def one_of_each(ground, evidence) -> dict[str, str]:
    """One of each noun: its id."""
    ground.provider("held", "https://127.0.0.1:1")
    ids = ground.lend("held", evidence.hold())
    rule = ground.control.need(201, "POST", "/v1/sign-in-rules", {
        "name": "ci", "key": ground.issue()["id"], "issuer": "https://issuer.example", "audience": "bitting",
    })  # fmt: skip
    return {
        "keyspaces": ground.keyspace["id"],
        "accounts": ground.account,
        "apps": ground.app,
        "users": ground.user,
        "keys": ground.issue()["id"],
        "providers": "held",
        "credentials": ids["credential"],
        "integrations": ids["integration"],
        "sign-in-rules": rule["id"],
    }


def in_days(days: int) -> str:
    return (datetime.now(timezone.utc) + timedelta(days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def calls(ground, things) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """For each call with a body: method, path and a body that would be accepted."""
    account = ground.account
    key = {
        "keyspace": "ground", "owner": {"type": "app", "id": ground.app}, "name": "K", "scopes": ["labels:create"],
        "expires_at": in_days(60), "not_before": in_days(30), "allowed_addresses": ["10.0.0.0/8"],
        "allowed_routes": [ROUTE], "bound_accounts": [], "metadata": {"a": 1}, "limits": [LIMIT], "quota": QUOTA,
    }  # fmt: skip
    patch = {name: key[name] for name in ("name", "scopes", "expires_at", "not_before", "allowed_addresses", "allowed_routes", "metadata", "limits", "quota")}
    return {
        "keyspace": ("POST", "/v1/keyspaces", {"name": "another", "prefix": "other", "default_limits": [LIMIT], "environment": "test", "max_lifetime": "90d", "accept_query_parameter": True}),
        "keyspace change": ("PATCH", f"/v1/keyspaces/{things['keyspaces']}", {"default_limits": [LIMIT], "max_lifetime": "90d", "accept_query_parameter": False}),
        "account": ("POST", "/v1/accounts", {"name": "A", "external_id": "an-account", "metadata": {}, "quota": QUOTA}),
        "account change": ("PATCH", f"/v1/accounts/{account}", {"name": "A", "external_id": "changed-account", "metadata": {}, "quota": QUOTA}),
        "account lock": ("POST", f"/v1/accounts/{account}/lock", {"note": "n"}),
        "app": ("POST", f"/v1/accounts/{account}/apps", {"name": "A", "external_id": "an-app", "metadata": {}, "quota": QUOTA}),
        "app change": ("PATCH", f"/v1/apps/{ground.app}", {"name": "A", "external_id": "changed-app", "metadata": {}, "quota": QUOTA}),
        "user": ("POST", f"/v1/accounts/{account}/users", {"name": "A", "external_id": "an-user", "metadata": {}, "quota": QUOTA, "email": "a@b.example"}),
        "user change": ("PATCH", f"/v1/users/{ground.user}", {"name": "A", "external_id": "changed-user", "metadata": {}, "quota": QUOTA, "email": "a@b.example"}),
        "key": ("POST", "/v1/keys", key),
        "sign-in rule": ("POST", "/v1/sign-in-rules", {
            "name": "new", "key": things["keys"], "issuer": "https://issuer.example", "audience": "bitting", "claims": {"sub": ["a*", "b"]},
            "scopes": ["labels:create"], "lifetime": "5m", "replay": "refused", "jwks_uri": "https://issuer.example/keys", "ca": None,
        }),
        "key change": ("PATCH", f"/v1/keys/{things['keys']}", patch),
        "key rotate": ("POST", f"/v1/keys/{things['keys']}/rotate", {"grace": "1h", "finish_when_idle": "5m", "end_retiring": False}),
        "key retire": ("POST", f"/v1/keys/{things['keys']}/retire", {"grace": "1h"}),
        "key revoke": ("POST", f"/v1/keys/{things['keys']}/revoke", {"reason": "other", "note": "n"}),
        "provider": ("PUT", "/v1/providers/new", {
            "title": "New", "origins": ["https://new.example"], "credential": {"in": "header", "name": "Authorization", "format": "Bearer {value}"},
            "allow_private_addresses": ["10.0.0.0/8"], "tls": {"ca": None}, "permission_sets": {"labels": [ROUTE]},
        }),
        "credential": ("POST", "/v1/credentials", {"account": account, "provider": "held", "name": "C", "value": "a-value-that-would-do"}),
        "integration": ("POST", "/v1/integrations", {
            "name": "new", "app": ground.app, "credential": things["credentials"], "allow": [ROUTE], "expires_at": "2099-01-01T00:00:00.000Z",
        }),
        "integration change": ("PATCH", f"/v1/integrations/{things['integrations']}", {"allow": [ROUTE], "expires_at": None}),
        "sign-in rule change": ("PATCH", f"/v1/sign-in-rules/{things['sign-in-rules']}", {
            "name": "changed", "audience": "b", "claims": {}, "scopes": None, "lifetime": "5m", "replay": "allowed", "jwks_uri": "https://issuer.example/keys",
        }),
    }  # fmt: skip


@pytest.fixture(scope="module")
def things(ground, house):
    return one_of_each(ground, house.evidence)


@pytest.fixture(scope="module")
def good(ground, things):
    return calls(ground, things)


CALLS = [
    "keyspace", "keyspace change", "account", "account change", "account lock", "app", "app change", "user", "user change", "key", "key change",
    "key revoke", "key rotate", "key retire", "provider", "credential", "integration", "integration change", "sign-in rule", "sign-in rule change",
]  # fmt: skip


@pytest.fixture
def nothing_changed(control, things):
    everything = Everything(control)
    before = everything.look()
    yield
    assert everything.look() == before


def problem(answer, statuses, code=None, pointer=None):
    """Holds that the answer is a problem as it should be, and gives it."""
    assert answer.status in statuses, answer
    assert answer.field("Content-Type") == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status
    assert told["type"] and told["title"] and told["detail"] and told["code"] and told["fix"], told
    assert code is None or told["code"] in code, told
    assert pointer is None or told.get("pointer") == pointer, told
    return told


def test_every_call_of_the_table_is_accepted_as_it_stands(house, good):
    """Else the refusals below would prove nothing. In a house of its own, because it changes things."""
    own = House(house.binary, house.folder / "good", house.evidence)
    try:
        control = own.control()
        ground = Ground(control)
        for name, (method, path, body) in calls(ground, one_of_each(ground, house.evidence)).items():
            answer = control.call(method, path, body)
            assert answer.status in (200, 201), (name, answer)
            if name == "account lock":
                control.need(200, "POST", path.replace("lock", "unlock"))
    finally:
        own.server.stop()


BODIES = {
    "no JSON": (b"nonsense", (400,), "invalid_json"),
    "half of it": (b'{"name":', (400,), "invalid_json"),
    "nothing": (b"", (400, 411, 422), None),
    "spaces": (b"  \n ", (400,), "invalid_json"),
    "two values": (b"{} {}", (400,), "invalid_json"),
    "a comma too many": (b'{"name":"A",}', (400,), "invalid_json"),
    "single quotes": (b"{'name':'A'}", (400,), "invalid_json"),
    "a comment": (b'{/* */"name":"A"}', (400,), "invalid_json"),
    "NaN": (b'{"name":NaN}', (400,), "invalid_json"),
    "a number with a leading zero": (b'{"name":01}', (400,), "invalid_json"),
    "a byte-order mark": (b'\xef\xbb\xbf{"name":"A"}', (400,), "invalid_json"),
    "UTF-16": ('{"name":"A"}'.encode("utf-16"), (400,), "invalid_json"),
    "bad UTF-8": (b'{"name":"\xff\xfe"}', (400,), "invalid_json"),
    "overlong UTF-8": (b'{"name":"\xc0\xaf"}', (400,), "invalid_json"),
    "a surrogate in UTF-8": (b'{"name":"\xed\xa0\x80"}', (400,), "invalid_json"),
    "half a surrogate pair": (rb'{"name":"\ud800"}', (400,), "invalid_json"),
    "a control byte in a string": (b'{"name":"a\x01"}', (400,), "invalid_json"),
    "an escape that is none": (rb'{"name":"\x41"}', (400,), "invalid_json"),
    "a name twice": (b'{"name":"A","name":"B"}', (400,), "duplicate_name"),
    "a name twice, once escaped": (rb'{"name":"A","\u006eame":"B"}', (400,), "duplicate_name"),
    "a name twice, deep": (b'{"metadata":{"a":1,"a":2}}', (400,), "duplicate_name"),
    "too deep": (b'{"metadata":' + b"[" * 100 + b"]" * 100 + b"}", (400,), "invalid_json"),
    "very deep": (b"[" * 100_000, (400,), "invalid_json"),
    "a list": (b"[]", (422,), "wrong_type"),
    "a string": (b'"name"', (422,), "wrong_type"),
    "null": (b"null", (422,), "wrong_type"),
    "more than 1 MiB": (b'{"name":"' + b"x" * (1 << 20) + b'"}', (413,), "body_too_large"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("body, statuses, code", BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is_no_json_object_is_refused(control, good, nothing_changed, call, body, statuses, code):
    if call in ("account lock", "key rotate") and body == b"":
        pytest.skip("its body may be left out")
    method, path, _ = good[call]
    problem(control.call(method, path, body), statuses, code and (code,))
    control.close()  # after a body that was not read to its end


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "application/jsonx", "multipart/form-data", "", "application"]
)
def test_a_body_of_another_type_is_refused(control, good, nothing_changed, call, content_type):
    method, path, body = good[call]
    problem(control.call(method, path, body, {"Content-Type": content_type}), (415,), ("unsupported_media_type",))


@pytest.mark.parametrize("call", CALLS)
def test_an_unknown_field_is_refused_by_name(control, good, nothing_changed, call):
    method, path, body = good[call]
    for name, pointer in {"nonsense": "/nonsense", "id": "/id", "a/b~c": "/a~1b~0c", "Name": "/Name", "": "/"}.items():
        problem(control.call(method, path, body | {name: 1}), (422,), ("unknown_field",), pointer)


REQUIRED = {
    "keyspace": ["name", "prefix"],
    "account": ["name"],
    "app": ["name"],
    "user": ["name"],
    "key": ["keyspace", "owner", "name", "scopes"],
    "key revoke": ["reason"],
    "key retire": ["grace"],
    "provider": ["title", "origins", "credential"],
    "credential": ["account", "provider", "name", "value"],
    "integration": ["name", "app", "credential", "allow"],
    "sign-in rule": ["name", "key", "issuer", "audience"],
}


@pytest.mark.parametrize("call, name", [(call, name) for call, names in REQUIRED.items() for name in names])
def test_a_missing_field_is_refused_by_name(control, good, nothing_changed, call, name):
    method, path, body = good[call]
    problem(control.call(method, path, {field: value for field, value in body.items() if field != name}), (422,), ("missing_field",), f"/{name}")


@pytest.mark.parametrize("call", CALLS)
def test_each_field_of_a_wrong_type_is_refused_by_name(control, good, nothing_changed, call):
    method, path, body = good[call]
    for name, value in body.items():
        for wrong in ("a string", 7, 1.5, True, ["a"], {"a": 1}, None):
            clears = wrong is None and (method == "PATCH" or name not in REQUIRED.get(call, []))
            if type(wrong) is type(value) or clears or isinstance(wrong, str) and name in ("expires_at", "max_lifetime"):
                continue
            if name == "metadata":
                continue  # any JSON inside an object; the object itself is held by the types above
            told = problem(control.call(method, path, body | {name: wrong}), (422,), ("wrong_type", "invalid_field", "unknown_field", "missing_field"))
            assert told["pointer"].startswith(f"/{name}"), (name, wrong, told)


def test_metadata_that_is_no_object_is_refused(control, good, nothing_changed):
    for call in ("account", "app", "user", "key"):
        method, path, body = good[call]
        for wrong in ("a", 1, True, []):
            problem(control.call(method, path, body | {"metadata": wrong}), (422,), ("wrong_type",), "/metadata")


LONG = "x" * 201
NUMBERS = [0, -1, 1.5, "1", None, True, [], 2**53, 2**63, -(2**63), 10**300]
LIMITS = [
    LIMIT, [7], [{}], [LIMIT] * 2, [LIMIT] * 10_000, [LIMIT | {"name": "Upper"}], [LIMIT | {"name": "а"}], [LIMIT | {"name": "a\r\nX: b"}],
    [LIMIT | {"in_flight": True}], [{"name": "a", "limit": 1}], [{"name": "a", "limit": 1, "in_flight": False}], [LIMIT | {"x": 1}],
    [LIMIT | {"shared_by": "all"}], *([LIMIT | {"limit": number}] for number in NUMBERS + [10**9 + 1]),
    *([LIMIT | {"per": per}] for per in ("", "0s", "500ms", "367d", "1w", "-1m", 60, None)),
]  # fmt: skip
QUOTAS = [
    7, [], {}, QUOTA | {"x": 1}, QUOTA | {"refill": {}}, QUOTA | {"alerts": [0]}, QUOTA | {"alerts": [101]}, QUOTA | {"alerts": [1] * 11},
    *({"amount": number} for number in NUMBERS), *({"amount": 1, "refill": {"every": "day", "amount": number}} for number in NUMBERS),
    *({"amount": 1, "refill": {"every": every}} for every in ("", "year", "59s", "3661d", "0d", 7)),
    *({"amount": 1, "refill": {"every": "day", "zone": zone}} for zone in ("", "EST", "GMT+3", "Europe/Nowhere", "../etc/passwd", None)),
    {"amount": 1, "refill": {"every": "12h", "zone": "UTC"}}, {"amount": 1, "refill": {"every": "day", "mode": "carry"}},
]  # fmt: skip
WRONG = [
    ("keyspace", "default_limits", LIMITS, "/default_limits"),
    ("keyspace change", "default_limits", LIMITS, "/default_limits"),
    ("key", "limits", LIMITS, "/limits"),
    ("key", "quota", QUOTAS, "/quota"),
    ("key change", "limits", LIMITS, "/limits"),
    ("key change", "quota", QUOTAS, "/quota"),
    ("account", "quota", QUOTAS, "/quota"),
    ("app change", "quota", QUOTAS, "/quota"),
    ("user", "quota", QUOTAS, "/quota"),
    ("keyspace", "name", ["", "Upper", "-a", "1a", "a b", "a_b", "x" * 64, "ä"], "/name"),
    ("keyspace", "prefix", ["", "a", "1a", "A", "a_b", "x" * 17, "ä", "a-b"], "/prefix"),
    ("keyspace", "environment", ["", "1", "A", "a_b", "x" * 17], "/environment"),
    ("keyspace", "max_lifetime", ["", "90", "90x", "-1d", "0d", "1.5d", "d", "99999999999999d", "1 d"], "/max_lifetime"),
    ("keyspace change", "max_lifetime", ["", "90", "-1d"], "/max_lifetime"),
    ("keyspace", "rotate_every", ["", "0d", "86399s", "23h", "90", "-90d", "3661d"], "/rotate_every"),
    ("keyspace", "revoke_when_unused_for", ["", "0s", "1h", "1.5d", "99999999999999d"], "/revoke_when_unused_for"),
    ("keyspace change", "rotate_every", ["", "86399s"], "/rotate_every"),
    ("keyspace change", "revoke_when_unused_for", ["", "86399s"], "/revoke_when_unused_for"),
    ("account", "name", ["", LONG, "a\nb", "a\u0000b", "a\u0085b"], "/name"),
    ("account", "external_id", ["", LONG, "a\tb"], "/external_id"),
    ("account", "metadata", [{"a": "x" * 4097}, {str(number): number for number in range(1000)}], "/metadata"),
    ("account change", "name", ["", LONG, None], "/name"),
    ("account lock", "note", ["", "x" * 1001], "/note"),
    ("app", "name", ["", LONG], "/name"),
    ("user", "email", ["", "a", "@", "a@", "@b", "a@b@c", "x" * 250 + "@b.cc", "a\n@b.c"], "/email"),
    ("key", "keyspace", ["", "nowhere", "ks_" + UNUSED], "/keyspace"),
    ("key", "name", ["", LONG, "a\u0007"], "/name"),
    ("key", "scopes", [["labels"], [""], ["labels:"], [":create"], ["a b:c"], ["labels:create:x"], ["LABELS:create OR x:y"], ["a:b"] * 101, ["x:" + "y" * 300]], "/scopes"),
    ("key", "expires_at", ["", "tomorrow", "2099-01-01", "2099-01-01T00:00:00", "2099-13-01T00:00:00Z", "2099-02-30T00:00:00Z", "2001-01-01T00:00:00Z", "99999-01-01T00:00:00Z"], "/expires_at"),
    ("key", "not_before", ["", "2099-06-01T00:00:00Z", "x"], "/not_before"),
    ("key", "allowed_addresses", [["10.0.0.1/8"], ["10.0.0"], ["300.1.1.1"], ["::1/129"], ["10.0.0.0/33"], ["localhost"], [""], ["010.0.0.0/8"], ["10.0.0.0/08"], ["fe80::1%eth0"], ["10.0.0.0/8"] * 101], "/allowed_addresses"),
    ("key", "allowed_routes", [[{"methods": [], "path": "/a"}], [{"methods": ["G T"], "path": "/a"}], [{"methods": ["GET"], "path": "a"}], [{"methods": ["GET"], "path": "/a/../b"}], [{"methods": ["GET"], "path": "/a/**/b"}], [{"methods": ["GET"], "path": "/a*"}], [{"methods": ["GET"], "path": ""}], [{"methods": ["GET"], "path": "//a"}], [{"path": "/a"}], [{"methods": ["GET"]}], [ROUTE | {"x": 1}], [ROUTE] * 101, [{"methods": [f"M{chr(65 + n)}" for n in range(21)], "path": "/a"}]], "/allowed_routes"),
    ("key", "bound_accounts", [["acc_" + UNUSED], ["nonsense"], ["acc_" + UNUSED] * 101], "/bound_accounts"),
    ("key", "metadata", [{"a": "x" * 4097}], "/metadata"),
    ("key change", "name", ["", LONG, None], "/name"),
    ("key change", "scopes", [["labels"], None], "/scopes"),
    ("key revoke", "reason", ["", "because", "Compromised"], "/reason"),
    ("key revoke", "note", ["", "x" * 1001, "a\u0000"], "/note"),
    ("key rotate", "grace", ["", "1", "-1s", "1.5h", "91d", "90d1s", "7776001s", "999999999999s", "99999999999d", "\u0661d"], "/grace"),
    ("key rotate", "finish_when_idle", ["", "0s", "59s", "91d", "x"], "/finish_when_idle"),
    ("key rotate", "end_retiring", ["true", 1], "/end_retiring"),
    ("key retire", "grace", ["", "1", "-1s", "91d"], "/grace"),
    ("provider", "title", ["", LONG], "/title"),
    ("provider", "origins", [[], ["https://a.example"] * 11, ["ftp://a.example"], ["https://a.example/path"], ["https://u@a.example"], ["a.example"], ["https://"], ["https://a.example:0"], ["https://a.example:99999"], ["https://1.2.3"], ["https://0x7f000001"], [""]], "/origins"),
    ("provider", "credential", [{}, {"in": "body"}, {"in": "header"}, {"in": "header", "name": "Host"}, {"in": "header", "name": "a b"}, {"in": "header", "name": "X", "format": "no value"}, {"in": "header", "name": "X", "format": "{value}{value}"}, {"in": "header", "name": "X", "format": "a\nb{value}"}, {"in": "basic", "name": "X"}, {"in": "query"}, {"in": "query", "name": "a&b"}, {"in": "header", "name": "X", "x": 1}], "/credential"),
    ("provider", "allow_private_addresses", [["0.0.0.0/33"], ["x"]], "/allow_private_addresses"),
    ("provider", "tls", [{"ca": "no PEM"}, {"client_certificate": "x"}, {"x": 1}], "/tls"),
    ("provider", "permission_sets", [{"a": [{"methods": ["GET"], "path": "a"}]}, {"a": "x"}, {"a": [{}]}], "/permission_sets"),
    ("credential", "account", ["acc_" + UNUSED, "nonsense", ""], "/account"),
    ("credential", "provider", ["nowhere", ""], "/provider"),
    ("credential", "name", ["", LONG], "/name"),
    ("credential", "value", ["", "x" * 16385, "a\r\nX-Injected: b", "a\u0000b", "a\tb", "schlüssel", "a\u007f"], "/value"),
    ("integration", "name", ["", "Upper", "-a", "a/b", "a.b", "x" * 64, ".."], "/name"),
    ("integration", "app", ["app_" + UNUSED, "nonsense", "acc_" + UNUSED], "/app"),
    ("integration", "credential", ["cred_" + UNUSED, "nonsense"], "/credential"),
    ("integration", "allow", [[], [ROUTE] * 101, [{"methods": ["GET"], "path": "/a/../b"}], [{"methods": ["GET"], "path": "/%2e%2e/b"}]], "/allow"),
    ("integration", "expires_at", ["x", "2001-01-01T00:00:00Z"], "/expires_at"),
    ("integration change", "allow", [[], None], "/allow"),
]  # fmt: skip


@pytest.mark.parametrize("call, name, values, pointer", WRONG, ids=[f"{row[0]}: {row[1]}" for row in WRONG])
def test_a_value_that_cannot_be_is_refused_at_its_place(control, good, nothing_changed, call, name, values, pointer):
    method, path, body = good[call]
    for value in values:
        told = problem(control.call(method, path, body | {name: value}), (422,), None)
        assert told["pointer"].startswith(pointer), (value, told)


def test_no_refusal_repeats_a_credentials_value(control, good, nothing_changed):
    method, path, body = good["credential"]
    value = "do-not-repeat-me"
    for wrong in (
        canonical(body | {"value": value, "nonsense": 1}).encode(),
        canonical(body | {"value": value + "\n"}).encode(),
        canonical(body | {"value": [value]}).encode(),
        canonical(body | {"value": {value: value}}).encode(),
        canonical(body | {"value": value})[:-2].encode(),
        canonical(body | {"value": value}).replace('"value"', f'"value": "{value}", "value"').encode(),
        canonical(body | {"value": value, "provider": "nowhere"}).encode(),
    ):
        answer = control.call(method, path, wrong)
        assert 400 <= answer.status < 500 and value.encode() not in answer.body, answer


def test_an_owner_must_be_what_it_says(control, ground, good, nothing_changed):
    method, path, body = good["key"]
    for owner, pointer in (
        ({"type": "account", "id": ground.app}, "/owner/type"),
        ({"type": "app", "id": "app_" + UNUSED}, "/owner"),
        ({"type": "app", "id": "nonsense"}, "/owner"),
        ({"type": "machine", "id": ground.app}, "/owner/type"),
        ({"type": "app"}, "/owner/id"),
        ({"id": ground.app}, "/owner/type"),
        ({"type": "app", "id": ground.app, "account": ground.account}, "/owner/account"),
    ):
        told = problem(control.call(method, path, body | {"owner": owner}), (422,))
        assert told["pointer"].startswith(pointer), (owner, told)


def test_what_exists_already_is_not_made_twice(control, ground, things, good, nothing_changed):
    problem(control.call("POST", "/v1/keyspaces", {"name": "ground", "prefix": "another"}), (409,), ("conflict",))
    problem(control.call("POST", "/v1/integrations", {"name": "held", "app": ground.app, "credential": things["credentials"], "allow": [ROUTE]}), (409,), ("conflict",))


PATHS = [
    "keyspaces/{}", "accounts/{}", "accounts/{}/apps", "accounts/{}/users", "apps/{}", "users/{}", "keys/{}", "credentials/{}", "integrations/{}", "sign-in-rules/{}",
]  # fmt: skip
BAD_IDS = ["nonsense", "%20", "..%2f", "x" * 300, "{prefix}", "{prefix}" + UNUSED, "{prefix}" + UNUSED.upper() + "U", "{prefix}" + "z" * 26, "key_" + UNUSED, "%00", "{prefix}" + UNUSED + "0"]


@pytest.mark.parametrize("path", PATHS)
def test_an_id_that_is_none_is_not_found(control, nothing_changed, path):
    prefix = NO_ID[path.split("/")[0]]
    for bad in BAD_IDS:
        answer = control.call("GET", "/v1/" + path.format(bad.format(prefix=prefix)))
        problem(answer, (404,) if "%" not in bad else (404, 400), ("not_found", "invalid_parameter"))


ACTS = ["accounts/{}/lock", "accounts/{}/unlock", "apps/{}/lock", "users/{}/unlock", "keys/{}/disable", "keys/{}/enable", "keys/{}/rotate", "keys/{}/rollback", "integrations/{}/pause", "integrations/{}/resume", "integrations/{}/revoke", "sign-in-rules/{}/disable", "sign-in-rules/{}/enable", "sign-in-rules/{}/remove"]


@pytest.mark.parametrize("path", ACTS)
def test_an_act_on_what_is_not_there_is_not_found(control, nothing_changed, path):
    prefix = NO_ID[path.split("/")[0]]
    for bad in ("nonsense", prefix + UNUSED):
        problem(control.call("POST", "/v1/" + path.format(bad)), (404,), ("not_found",))
    problem(control.call("POST", f"/v1/keys/key_{UNUSED}/revoke", {"reason": "other"}), (404,), ("not_found",))


METHODS = {
    "/v1/keyspaces": {"GET", "HEAD", "POST"},
    "/v1/accounts": {"GET", "HEAD", "POST"},
    "/v1/keys": {"GET", "HEAD", "POST"},
    "/v1/providers": {"GET", "HEAD"},
    "/v1/providers/held": {"GET", "HEAD", "PUT"},
    "/v1/credentials": {"GET", "HEAD", "POST"},
    "/v1/integrations": {"GET", "HEAD", "POST"},
    "/v1/sign-in-rules": {"GET", "HEAD", "POST"},
    "/v1/events": {"GET", "HEAD"},
    "/v1/audit/key": {"GET", "HEAD"},
    "/v1/audit/checkpoints": {"GET", "HEAD"},
    "/v1/keys/{key}/revoke": {"POST"},
    "/v1/keys/{key}/rotate": {"POST"},
    "/v1/keys/{key}": {"GET", "HEAD", "PATCH"},
    "/healthz": {"GET", "HEAD"},
    "/metrics": {"GET", "HEAD"},
}


@pytest.mark.parametrize("path", METHODS)
def test_a_method_that_a_path_does_not_take_is_refused_with_those_it_takes(control, things, nothing_changed, path):
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        if method in METHODS[path]:
            continue
        answer = control.call(method, path.format(key=things["keys"]))
        problem(answer, (405,), ("method_not_allowed",))
        assert set(answer.field("Allow").replace(" ", "").split(",")) == METHODS[path]


def test_a_method_that_nobody_has_is_refused(house, nothing_changed):
    for door in (house.control(), house.data(house.management)):
        for path in ("/v1/keys", "/v1/verify", "/healthz"):
            problem(door.call("BREW", path), (400, 404, 405, 501))
            door.close()


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/", "/v1/keys/", "/v2/keys", "/v1//keys", "/V1/keys", "/v1/keys/../keys", "/v1/%6beys", "/favicon.ico", "/healthz/"])
def test_a_path_that_is_none_is_not_found(control, path):
    problem(control.call("GET", path), (404, 400), ("not_found", "path_not_canonical", "invalid_parameter"))


QUERIES = ["?limit=0", "?limit=201", "?limit=-1", "?limit=x", "?limit=", "?limit=1&limit=1", "?nonsense=1", "?LIMIT=1", "?limit=1.0", "?limit=99999999999999999999", "?cursor=x&cursor=x", "?limit=%ff", "?=", "?limit"]
LISTS = ["keyspaces", "accounts", "accounts/{account}/apps", "accounts/{account}/users", "keys", "providers", "credentials", "integrations", "sign-in-rules", "events"]


@pytest.mark.parametrize("path", LISTS)
def test_a_query_parameter_that_is_unknown_repeated_or_wrong_is_refused(control, ground, path):
    for query in QUERIES:
        problem(control.call("GET", f"/v1/{path.format(account=ground.account)}{query}"), (400,), ("invalid_parameter", "invalid_cursor"))


@pytest.mark.parametrize(
    "query",
    ["keys?state=dead", "keys?owner=nonsense", "keys?account=nonsense", "keys?last_used_before=yesterday", "keys?scope=x%20y", "accounts?locked=maybe", "integrations?state=x", "integrations?app=x", "credentials?account=x", "sign-in-rules?state=x", "sign-in-rules?key=x", "events?after=x", "events?after=-1", "audit/checkpoints?after=x", "audit/checkpoints?limit=0", "audit/key?limit=1"],
)
def test_a_filter_that_cannot_be_is_refused(control, query):
    problem(control.call("GET", f"/v1/{query}"), (400,), ("invalid_parameter",))


def test_a_cursor_that_was_altered_or_is_of_another_list_is_refused(control, ground):
    for number in range(3):
        ground.issue(name=f"page {number}")
        control.need(201, "POST", "/v1/accounts", {"name": f"page {number}"})
    cursor = control.need(200, "GET", "/v1/keys?limit=1")["next_cursor"]
    assert cursor and control.need(200, "GET", f"/v1/keys?limit=1&cursor={cursor}")["items"]
    padded = cursor + "=" * (-len(cursor) % 4)
    inside = bytearray(base64.urlsafe_b64decode(padded))
    altered = []
    for place in range(len(inside)):
        changed = bytes(inside[:place]) + bytes([inside[place] ^ 1]) + bytes(inside[place + 1 :])
        altered.append(base64.urlsafe_b64encode(changed).decode().rstrip("="))
    bad = [*altered, cursor[:-1], cursor + "A", "", "x", "%00", "A" * 5000]
    for wrong in bad:
        problem(control.call("GET", f"/v1/keys?limit=1&cursor={wrong}"), (400,), ("invalid_cursor", "invalid_parameter"))
    for elsewhere in ("accounts?limit=1", "credentials?limit=1", "keys?limit=1&state=active", f"keys?limit=1&account={ground.account}"):
        problem(control.call("GET", f"/v1/{elsewhere}&cursor={cursor}"), (400,), ("invalid_cursor",))


@pytest.mark.parametrize("path", ["keyspaces", "accounts", "apps", "users", "keys", "integrations"])
def test_a_change_that_names_another_revision_is_refused(control, things, nothing_changed, path):
    body = {"keyspaces": {"accept_query_parameter": True}, "integrations": {"allow": [ROUTE]}}.get(path, {"name": "Changed"})
    place = f"/v1/{path}/{things[path]}"
    current = control.call("GET", place).field("ETag")
    assert current.startswith('"')
    problem(control.call("PATCH", place, body, {"If-Match": '"999999"'}), (412,), ("changed_meanwhile",))
    for wrong in ("1", "W/" + current, '"1", "2"', "nonsense", '"', ""):
        assert control.call("PATCH", place, body, {"If-Match": wrong}).status in (400, 412), wrong


@pytest.mark.parametrize("shown", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp4"}, {"Authorization": "Bearer "}, {"Authorization": ""}, {"Authorization": "nonsense"}, {"Authorization": "Bearer " + "x" * 5000}])
def test_without_a_management_key_nothing_is_told(house, good, nothing_changed, shown):
    stranger = house.control(None)
    for method, path, body in [*good.values(), ("GET", "/v1/keys", None), ("GET", f"/v1/keys/key_{UNUSED}", None), ("GET", "/v1/events", None)]:
        answer = stranger.call(method, path, body, shown)
        problem(answer, (401,), ("unauthenticated",))
        assert answer.field("WWW-Authenticate").startswith("Bearer")


def test_a_key_for_ones_own_api_manages_nothing(house, good, valid_key, nothing_changed):
    holder = house.control(valid_key)
    for method, path, body in [*good.values(), ("GET", "/v1/keys", None)]:
        answer = holder.call(method, path, body)
        problem(answer, (401,), ("unauthenticated",))


NEEDS = {
    "keys:read": ["keyspace", "account", "app", "user", "key", "key change", "key revoke", "key rotate", "key retire", "provider", "credential", "integration"],
    "accounts:read": ["keyspace", "account", "account lock", "key", "provider", "credential", "integration"],
}


@pytest.fixture(scope="module")
def narrow_keys(ground):
    """Management keys by what they may do."""
    kinds = [("keys:read",), ("accounts:read",), ("keys:*", "accounts:read")]
    return {kind: ground.management_key(*kind)["secret"] for kind in kinds}


@pytest.mark.parametrize("scope", NEEDS)
def test_a_management_key_without_the_scope_is_refused(house, narrow_keys, good, nothing_changed, scope):
    narrow = house.control(narrow_keys[scope,])
    for call in NEEDS[scope]:
        told = problem(narrow.call(*good[call]), (403,), ("missing_scope",))
        assert told["scope"]


def test_a_management_key_gives_no_more_than_it_has(house, ground, narrow_keys, nothing_changed):
    built_in = next(item for item in ground.control.items("/v1/keyspaces") if item["built_in"])["name"]
    narrow = house.control(narrow_keys["keys:*", "accounts:read"])
    body = {"keyspace": built_in, "owner": {"type": "app", "id": ground.app}, "name": "More"}
    for scopes in (["*:*"], ["credentials:*"], ["keys:*", "settings:write"], ["*:read"]):
        told = problem(narrow.call("POST", "/v1/keys", body | {"scopes": scopes}), (403,), ("would_escalate",))
        assert told["pointer"].startswith("/scopes")


def test_what_belongs_to_another_account_is_not_found(house, control, ground, things):
    other = control.need(201, "POST", "/v1/accounts", {"name": "Another account"})["id"]
    app = control.need(201, "POST", f"/v1/accounts/{other}/apps", {"name": "Theirs"})["id"]
    bound = house.control(ground.management_key("*:*", owner={"type": "account", "id": other}, bound_accounts=[other])["secret"])
    everything = Everything(control)
    before = everything.look()
    for path in (f"accounts/{ground.account}", f"accounts/{ground.account}/apps", f"apps/{ground.app}", f"users/{ground.user}", f"keys/{things['keys']}", f"credentials/{things['credentials']}", f"integrations/{things['integrations']}"):
        problem(bound.call("GET", f"/v1/{path}"), (404,), ("not_found",))
    for method, path, body in (
        ("PATCH", f"accounts/{ground.account}", {"name": "Taken"}),
        ("POST", f"accounts/{ground.account}/lock", None),
        ("POST", f"accounts/{ground.account}/apps", {"name": "Planted"}),
        ("PATCH", f"apps/{ground.app}", {"name": "Taken"}),
        ("POST", f"users/{ground.user}/lock", None),
        ("PATCH", f"keys/{things['keys']}", {"name": "Taken"}),
        ("POST", f"keys/{things['keys']}/revoke", {"reason": "other"}),
        ("POST", f"keys/{things['keys']}/disable", None),
        ("POST", f"keys/{things['keys']}/rotate", None),
        ("POST", f"keys/{things['keys']}/retire", {"grace": "1h"}),
        ("POST", f"keys/{things['keys']}/rollback", None),
        ("PATCH", f"integrations/{things['integrations']}", {"allow": [ROUTE]}),
        ("POST", f"integrations/{things['integrations']}/revoke", None),
    ):
        problem(bound.call(method, f"/v1/{path}", body), (404,), ("not_found",))
    for path, body in (
        ("keys", {"keyspace": "ground", "owner": {"type": "app", "id": ground.app}, "name": "Planted", "scopes": []}),
        ("credentials", {"account": ground.account, "provider": "held", "name": "Planted", "value": "x"}),
        ("integrations", {"name": "planted", "app": ground.app, "credential": things["credentials"], "allow": [ROUTE]}),
        ("integrations", {"name": "planted", "app": app, "credential": things["credentials"], "allow": [ROUTE]}),
    ):
        problem(bound.call("POST", f"/v1/{path}", body), (422, 404))
    for path in ("accounts", "keys", "credentials", "integrations", "events"):
        assert ground.account not in canonical(bound.items(f"/v1/{path}") if path != "events" else bound.need(200, "GET", "/v1/events"))
    assert bound.call("GET", f"/v1/keys?account={ground.account}").json().get("items", []) == []
    assert everything.look() == before


def test_the_accounts_own_bound_key_can_work(house, control, ground):
    """Else the test above would prove nothing."""
    bound = house.control(ground.management_key("*:*", bound_accounts=[ground.account])["secret"])
    assert bound.need(200, "GET", f"/v1/accounts/{ground.account}")["id"] == ground.account
    assert [item["id"] for item in bound.items("/v1/accounts")] == [ground.account]


@pytest.fixture(scope="module")
def valid_key(ground):
    return ground.issue(("*:*",))["secret"]


VERIFY = {"key": "ground_live_nothing"}
WRONG_VERIFY = [
    ({}, "/key"), ({"key": 7}, "/key"), ({"key": None}, "/key"), (VERIFY | {"nonsense": 1}, "/nonsense"), (VERIFY | {"scopes": 7}, "/scopes"),
    (VERIFY | {"scopes": [7]}, "/scopes"), (VERIFY | {"scopes": "a:b AND"}, "/scopes"), (VERIFY | {"scopes": ["a"]}, "/scopes"),
    (VERIFY | {"address": "nowhere"}, "/address"), (VERIFY | {"address": 7}, "/address"), (VERIFY | {"method": 7}, "/method"), (VERIFY | {"path": 7}, "/path"),
    *((VERIFY | {"cost": cost}, "/cost") for cost in (-1, 10**9 + 1, 2**63, -(2**63), 10**300, 1.5, "1", None, True, [1])),
    *((VERIFY | {"tags": tags}, "/tags") for tags in ("a", [7], [""], ["a\n"], ["x" * 65], ["a"] * 11, {"a": 1})),
    *((VERIFY | {"reserve_for": length}, "/reserve_for") for length in ("", "0s", "61m", "1d", "x", "-1s", 60, None)),
    (VERIFY | {"user_agent": 7}, "/user_agent"), (VERIFY | {"user_agent": "x" * 513}, "/user_agent"),
]  # fmt: skip


@pytest.mark.parametrize("body, pointer", WRONG_VERIFY)
def test_verify_refuses_what_it_cannot_read(house, valid_key, body, pointer):
    """With a key that is valid: a question that cannot be read has no answer."""
    body = body | ({"key": valid_key} if body.get("key") == VERIFY["key"] else {})
    door = house.data(house.management)
    told = problem(door.call("POST", "/v1/verify", body), (422, 400))
    assert told["pointer"].startswith(pointer), told
    told = problem(door.call("POST", "/v1/verify/batch", {"items": [VERIFY, body]}), (422, 400))
    assert told["pointer"].startswith(f"/items/1{pointer}"), told


@pytest.mark.parametrize("body, statuses, code", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("path", ["/v1/verify", "/v1/verify/batch"])
def test_verify_refuses_a_body_that_is_no_json_object(house, path, body, statuses, code):
    """It reads no further than the first thing that is wrong, so that may be a type or a name before it is the JSON."""
    statuses = (413,) if 413 in statuses else (400, 411, 422)
    door = house.data(house.management)
    problem(door.call("POST", path, body.replace(b'"name"', b'"key"').replace(rb'"\u006eame"', rb'"\u006bey"')), statuses)


@pytest.mark.parametrize("rest", [b"{}", b"x", b",", b"}", b"\0", b'{"key":"x"}'])
def test_verify_refuses_what_follows_the_body(house, valid_key, rest):
    door = house.data(house.management)
    whole = json.dumps({"key": valid_key}).encode()
    assert door.call("POST", "/v1/verify", whole + b" \n").json()["valid"]
    problem(door.call("POST", "/v1/verify", whole + rest), (400,), ("invalid_json",))


@pytest.mark.parametrize("second", ["key", "\\u006bey"])
def test_verify_refuses_two_keys_under_one_name(house, valid_key, second):
    body = f'{{"key":"{valid_key}","{second}":"{valid_key}"}}'.encode()
    problem(house.data(house.management).call("POST", "/v1/verify", body), (400,), ("duplicate_name",))


@pytest.mark.parametrize("items", [[], [VERIFY] * 1001, "x", {}, None, [7], [None]])
def test_a_batch_of_a_wrong_size_or_kind_is_refused(house, items):
    problem(house.data(house.management).call("POST", "/v1/verify/batch", {"items": items}), (422, 400))


def test_verify_needs_a_key_with_the_scope(house, ground):
    problem(house.data().call("POST", "/v1/verify", VERIFY), (401,))
    problem(house.data("nonsense").call("POST", "/v1/verify", VERIFY), (401,))
    problem(house.data(ground.issue(("*:*",))["secret"]).call("POST", "/v1/verify", VERIFY), (401, 403))
    problem(house.data(ground.management_key("keys:read")["secret"]).call("POST", "/v1/verify", VERIFY), (403,))


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/v1/verify", "/v1/verify/batch"])
def test_verify_takes_post_only(house, method, path):
    answer = house.data(house.management).call(method, path)
    problem(answer, (405,))
    assert answer.field("Allow") == "POST"


@pytest.mark.parametrize("query", ["?scope=", "?scope=a", "?scope=a:b&scope=c:d", "?nonsense=1", "?status=apache", "?scope=%zz", "?scope=a:b%20AND"])
def test_authorize_refuses_a_question_it_cannot_read(house, ground, query):
    answer = house.data(ground.issue(("*:*",))["secret"]).call("GET", f"/v1/authorize{query}")
    problem(answer, (400,))
