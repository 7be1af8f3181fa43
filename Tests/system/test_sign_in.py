# SPDX-License-Identifier: Apache-2.0
"""A machine that has an identity trades it for a short token under a rule, and so holds no key. The identities are made
by another library (joserfc); the issuer rotates its keys, is slow, lies, redirects, and answers with 10 MB."""

import base64
import concurrent.futures
import itertools
import json
import time
from typing import Any, Optional
from urllib.parse import urlencode

import pytest
from joserfc import jwk

from house import Ground, House
from issuer import DISCOVERY, Issuer, http

SERVE_OPTIONS = ("--issuers-allow-private", "127.0.0.0/8")
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
TYPE = "urn:ietf:params:oauth:token-type:"
NUMBERS = itertools.count()


@pytest.fixture
def issuer():
    made = Issuer()
    yield made
    made.close()


class Desk:
    """Rules made and identities shown."""

    def __init__(self, house: House, ground: Ground):
        self.house, self.ground = house, ground

    def key(self, *scopes: str, **fields: Any) -> str:
        made = self.ground.issue(scopes or ("labels:create", "orders:read"), secretless=True, **fields)
        assert "secret" not in made and made["secretless"] is True
        return made["id"]

    def rule(self, whose: Issuer, status: int = 201, **fields: Any) -> dict[str, Any]:
        body = {
            "name": f"rule-{next(NUMBERS)}",
            "issuer": whose.name,
            "audience": "bitting",
            "claims": {"repository": "acme/shop"},
        } | fields
        if "key" not in body:
            body["key"] = self.key()
        return self.ground.control.need(status, "POST", "/v1/sign-in-rules", body)

    def show(self, token: str, kind: str = "id_token", **form: str) -> Any:
        if len(token) > 200:  # as good as a key until it ends, so it must stand nowhere
            self.house.evidence.held.append(token)
        data = self.house.data()
        body = urlencode(
            {"grant_type": EXCHANGE, "subject_token": token, "subject_token_type": TYPE + kind} | form
        ).encode()
        answer = data.call("POST", "/oauth/token", body, {"Content-Type": "application/x-www-form-urlencoded"})
        data.close()
        return answer

    def granted(self, token: str, **form: str) -> dict[str, Any]:
        answer = self.show(token, **form)
        assert answer.status == 200, answer.body
        return answer.json()

    def refused(self, token: str, **form: str) -> str:
        """The stable reason."""
        answer = self.show(token, **form)
        assert answer.status in (400, 503), (answer.status, answer.body)
        told = answer.json()
        assert told["error_description"] and told["fix"]
        assert token not in answer.body.decode()
        assert answer.field("Cache-Control") == "no-store"
        return told.get("reason", told["error"])

    def allows(self, access: str, scope: str) -> int:
        data = self.house.data()
        status = data.call("GET", f"/v1/authorize?scope={scope}", fields={"Authorization": f"Bearer {access}"}).status
        data.close()
        return status


@pytest.fixture
def desk(house: House, ground: Ground) -> Desk:
    return Desk(house, ground)


@pytest.mark.parametrize(
    "kind, algorithm",
    [
        ("RSA", "RS256"),
        ("RSA", "RS384"),
        ("RSA", "RS512"),
        ("RSA", "PS256"),
        ("EC", "ES256"),
        ("P-384", "ES384"),
        ("OKP", "EdDSA"),
    ],
)
def test_an_identity_becomes_a_token_of_the_rules_key(desk: Desk, kind: str, algorithm: str):
    issuer = Issuer(kind, algorithm)
    rule = desk.rule(issuer, scopes=["labels:create"], lifetime="10m")
    told = desk.granted(issuer.token())
    assert told["token_type"] == "Bearer" and told["scope"] == "labels:create"
    assert 590 <= told["expires_in"] <= 600
    claims = json.loads(base64.urlsafe_b64decode(told["access_token"].split(".")[1] + "=="))
    assert claims["client_id"] == rule["key"] and claims["account"] == desk.ground.account
    assert desk.allows(told["access_token"], "labels:create") == 200
    assert desk.allows(told["access_token"], "orders:read") == 403
    assert issuer.asked == [DISCOVERY, "/keys"]
    issuer.close()


def test_any_jwt_type_and_a_rule_by_name_or_id(desk: Desk, issuer: Issuer):
    first, second = desk.rule(issuer), desk.rule(issuer, claims={"sub": "repo:acme/*"})
    assert desk.refused(issuer.token()) == "several_rules"
    for named in (first["name"], first["id"], second["name"]):
        assert desk.show(issuer.token(), "jwt", rule=named).status == 200
    assert desk.refused(issuer.token(), rule="nobody") == "no_rule"
    assert desk.refused(issuer.token(), rule="r" * 65) == "invalid_request"


def test_a_token_dies_with_its_key_and_at_its_rules_end(desk: Desk, issuer: Issuer):
    rule = desk.rule(issuer)
    control = desk.ground.control
    access = desk.granted(issuer.token())["access_token"]
    control.need(200, "POST", f"/v1/sign-in-rules/{rule['id']}/disable")
    assert desk.refused(issuer.token()) == "no_rule"
    assert desk.allows(access, "orders:read") == 200
    control.need(200, "POST", f"/v1/sign-in-rules/{rule['id']}/enable")
    desk.granted(issuer.token())
    control.need(200, "POST", f"/v1/keys/{rule['key']}/disable")
    assert desk.allows(access, "orders:read") == 401
    assert desk.refused(issuer.token()) == "key_refused"
    control.need(200, "POST", f"/v1/keys/{rule['key']}/enable")
    assert desk.allows(access, "orders:read") == 200
    control.need(200, "POST", f"/v1/keys/{rule['key']}/revoke", {"reason": "other"})
    assert desk.allows(access, "orders:read") == 401
    assert desk.refused(issuer.token()) == "key_refused"
    control.need(200, "POST", f"/v1/sign-in-rules/{rule['id']}/remove")
    assert desk.refused(issuer.token()) == "no_rule"
    assert control.call("GET", f"/v1/sign-in-rules/{rule['id']}").status == 404


def test_a_key_bound_to_addresses_or_about_to_end_binds_its_tokens(desk: Desk, issuer: Issuer):
    desk.rule(issuer, key=desk.key(allowed_addresses=["203.0.113.0/24"]))
    assert desk.refused(issuer.token()) == "key_refused"
    other = Issuer()
    end = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + 100))
    desk.rule(other, key=desk.key(expires_at=end))
    assert desk.granted(other.token())["expires_in"] <= 100
    assert desk.refused(other.token(), expires_in="3000") == "invalid_request"
    other.close()


def test_no_wider_than_the_rule_no_longer_than_it(desk: Desk, issuer: Issuer):
    desk.rule(issuer, key=desk.key("labels:*", "orders:read"), scopes=["labels:*"], lifetime="5m")
    assert desk.granted(issuer.token(), scope="labels:create")["scope"] == "labels:create"
    assert desk.granted(issuer.token(), expires_in="60")["expires_in"] == 60
    for wide in ("orders:read", "*:*", "labels:create orders:read"):
        assert desk.refused(issuer.token(), scope=wide) == "scope_refused"
    assert desk.refused(issuer.token(), expires_in="301") == "invalid_request"
    told = desk.show(issuer.token(), audience="elsewhere").json()
    assert told["error"] == "invalid_target"


def test_whatever_is_wrong_with_a_token(desk: Desk, issuer: Issuer):
    rule = desk.rule(issuer)
    now = int(time.time())
    stranger = jwk.RSAKey.generate_key(2048, {"kid": "one"})
    good = issuer.token().split(".")
    cases = {
        "token_expired": [issuer.token(exp=now - 61), issuer.token(exp=1)],
        "token_not_yet_valid": [issuer.token(nbf=now + 90), issuer.token(iat=now + 90)],
        "token_too_old": [issuer.token(iat=now - 90_000), issuer.token(iat=None, exp=now + 200_000)],
        "audience_mismatch": [issuer.token(aud="other"), issuer.token(aud=["Bitting", "x"])],
        "claims_mismatch": [issuer.token(repository="acme/shop2"), issuer.token(repository=None)],
        "no_rule": [issuer.token(iss=issuer.name + "/"), issuer.token(iss="https://issuer.example")],
        "signature_invalid": [
            issuer.token(stranger),
            ".".join([good[0], issuer.token(repository="acme/bank").split(".")[1], good[2]]),
            ".".join([good[0], good[1], "AAAA"]),
        ],
        "key_mismatch": [issuer.forged({"alg": "ES256", "kid": "one"}, lambda signed: bytes(64))],
        "algorithm_refused": issuer.confused()
        + [issuer.forged({"alg": "none", "kid": "one"}, lambda signed: b"x"), issuer.forged({"alg": "nOnE"}, bytes.upper)],
        "token_malformed": [
            "eyJ",
            "eyJ.eyJ.x",
            issuer.forged({"alg": "none"}),
            issuer.forged({"alg": "RS256", "crit": ["exp"]}, lambda signed: b"x"),
            issuer.token(exp="soon"),
            issuer.token(aud=None),
            ".".join(good[:2]),
            ".".join(good) + ".x",
            "=" + ".".join(good),
        ],
        "token_too_long": [issuer.token(more="x" * 16_384)],
    }
    for reason, tokens in cases.items():
        for token in tokens:
            assert desk.refused(token, rule=rule["name"]) == reason, reason
    desk.granted(issuer.token(aud=["other", "bitting"]))
    assert issuer.asked == [DISCOVERY, "/keys"], "no token made us ask again"


def test_a_token_counts_once_where_the_rule_says_so_even_after_a_crash(desk: Desk, house: House):
    issuer = Issuer("EC", "ES256")
    desk.rule(issuer, replay="refused")
    token = issuer.token()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: desk.show(token).status, range(8)))
    assert sorted(answers) == [200] + [400] * 7
    assert desk.refused(token) == "token_replayed"
    assert desk.show(token).json()["error"] == "invalid_request"
    head, payload, signature = token.split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    other = raw[:32] + (order - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    respelled = ".".join([head, payload, base64.urlsafe_b64encode(other).decode().rstrip("=")])
    assert desk.refused(respelled) == "token_replayed"
    used = issuer.token(jti="before the crash")
    desk.granted(used)
    house.server.process.kill()
    house.server.process.wait()
    house.restart()
    desk.ground.control = house.control()
    assert desk.refused(used) == "token_replayed"
    desk.granted(issuer.token(jti="after the crash"))
    issuer.close()


def test_an_issuer_changes_its_keys(desk: Desk, issuer: Issuer):
    desk.rule(issuer, jwks_uri=issuer.name + "/keys")
    desk.granted(issuer.token())
    old = issuer.keys[0]
    issuer.rotate("RSA", "two")
    assert desk.refused(issuer.token()) == "key_unknown", "an unknown key is reason to ask once a minute"
    desk.granted(issuer.token(old))
    assert issuer.asked == ["/keys"]
    assert b"Accept-Encoding: identity" in issuer.heads[0]


def test_a_rule_may_hold_the_keys_itself(desk: Desk, issuer: Issuer, house: House):
    rule = desk.rule(issuer, jwks=issuer.key_set)
    desk.granted(issuer.token())
    assert issuer.asked == []
    issuer.rotate("RSA", "two")
    assert desk.refused(issuer.token()) == "key_unknown"
    desk.ground.control.need(200, "PATCH", f"/v1/sign-in-rules/{rule['id']}", {"jwks": issuer.key_set})
    desk.granted(issuer.token())
    desk.ground.control.need(200, "PATCH", f"/v1/sign-in-rules/{rule['id']}", {"jwks": None})
    desk.granted(issuer.token())
    assert issuer.asked == [DISCOVERY, "/keys"]


def drip(connection: Any) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(60):
        connection.sendall(b" ")
        time.sleep(0.5)


def flood(connection: Any) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(160):
        connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
    connection.sendall(b"0\r\n\r\n")


LIES: dict[str, Any] = {
    "an error": http({}, "500 Oops"),
    "no JSON": http(b"<html>maintenance</html>"),
    "another issuer": http({"issuer": "https://other.example", "jwks_uri": "http://127.0.0.1:1/keys"}),
    "a file": http({"issuer": "{name}", "jwks_uri": "file:///etc/passwd"}),
    "plain HTTP elsewhere": http({"issuer": "{name}", "jwks_uri": "http://192.0.2.1/keys"}),
    "a redirect": http({}, "302 Found", "Location: {name}/elsewhere"),
    "10 MB announced": b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n" + b" " * 100_000,
    "10 MB unannounced": flood,
    "cut short": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}",
    "no HTTP": b"SSH-2.0-OpenSSH_9.7\r\n\r\n",
    "coded": http(b"{}", "200 OK", "Content-Encoding: gzip"),
    "nothing": lambda connection: None,
}


@pytest.mark.parametrize("lie", LIES)
def test_an_issuer_that_cannot_be_asked_lets_nobody_in(desk: Desk, issuer: Issuer, lie: str):
    said = LIES[lie]
    issuer.routes[DISCOVERY] = said.replace(b"{name}", issuer.name.encode()) if isinstance(said, bytes) else said
    if isinstance(issuer.routes[DISCOVERY], bytes) and b"{name}" in said:
        head, body = issuer.routes[DISCOVERY].split(b"\r\n\r\n")
        grown = len(body) - len(said.split(b"\r\n\r\n")[1])
        length = len(body) - grown
        issuer.routes[DISCOVERY] = head.replace(f"Length: {length}".encode(), f"Length: {len(body)}".encode()) + b"\r\n\r\n" + body
    desk.rule(issuer)
    answer = desk.show(issuer.token())
    assert answer.status == 503 and answer.json()["reason"] == "keys_unavailable"
    assert answer.field("Retry-After") is not None
    assert desk.refused(issuer.token()) == "keys_unavailable"
    assert issuer.asked == [DISCOVERY], "asked once, then left alone for a while, and never led elsewhere"


def test_a_slow_issuer_holds_up_nobody_else(desk: Desk, house: House):
    slow, quick = Issuer(), Issuer()
    slow.routes[DISCOVERY] = drip
    desk.rule(slow)
    desk.rule(quick)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        waiting = [pool.submit(desk.show, slow.token()) for _ in range(5)]
        started = time.monotonic()
        desk.granted(quick.token())
        assert time.monotonic() - started < 5
        assert {future.result().status for future in waiting} == {503}
    assert slow.asked == [DISCOVERY], "five waited for one question"
    slow.close(), quick.close()


def test_an_address_that_is_not_opened_is_not_asked(desk: Desk, house: House, binary, evidence):
    issuer = Issuer()
    shut = House(binary, evidence.root / "issuers-shut", evidence)
    try:
        ground = Ground(shut.control(), "shut")
        other = Desk(shut, ground)
        other.rule(issuer)
        assert other.refused(issuer.token()) == "keys_unavailable"
        assert issuer.asked == []
        assert "refused (loopback)" in shut.server.log.read_text()
    finally:
        shut.server.stop()
        issuer.close()


def test_the_trail_names_who_signed_in_and_who_was_refused(desk: Desk, house: House, issuer: Issuer):
    rule = desk.rule(issuer)
    desk.granted(issuer.token())
    for _ in range(3):
        desk.refused(issuer.token(repository="acme/bank"))
    house.server.stop()
    house.restart()
    desk.ground.control = house.control()
    events = desk.ground.control.need(200, "GET", "/v1/events?limit=200&action=key.sign_in")["items"]
    mine = [event for event in events if event["subject"] == rule["key"]]
    done = next(event for event in mine if event["outcome"] == "done")
    details = done["details"]
    assert done["caller"] == rule["id"] and done["account"] == desk.ground.account
    assert done["address"] == "127.0.0.1"
    assert details["rule"] == rule["name"] and details["sub"] == "repo:acme/shop:ref:refs/heads/main"
    refused = next(event for event in mine if event["outcome"] == "refused")
    assert refused["details"]["reason"] == "claims_mismatch" and refused["details"]["refused"] == "3"


def test_a_secretless_key_stays_so(desk: Desk, ground: Ground):
    key = desk.key()
    shown = ground.control.need(200, "GET", f"/v1/keys/{key}")
    assert shown["secretless"] is True and shown["hint"] == "ground_live_…"
    told = ground.control.need(409, "POST", f"/v1/keys/{key}/rotate", {"grace": "1h"})
    assert "secretless" in told["detail"] and told["fix"]
    assert ground.issue()["secretless"] is False


def test_a_bound_caller_makes_rules_for_keys_it_sees(desk: Desk, house: House, ground: Ground, issuer: Issuer):
    mine = ground.management_key("keys:read", "keys:write", bound_accounts=[ground.account])["secret"]
    other = ground.control.need(201, "POST", "/v1/accounts", {"name": "Another"})["id"]
    foreign = ground.control.need(
        201,
        "POST",
        "/v1/keys",
        {"keyspace": "ground", "owner": {"type": "account", "id": other}, "name": "K", "scopes": [], "secretless": True},
    )["id"]
    theirs = desk.rule(issuer, key=foreign)
    bound = Desk(house, Ground.__new__(Ground))
    bound.ground.control = house.control(mine)
    told = bound.rule(issuer, 422, key=foreign)
    assert told["pointer"] == "/key"
    own = bound.rule(issuer, key=desk.key())
    assert [rule["id"] for rule in bound.ground.control.items("/v1/sign-in-rules")].count(theirs["id"]) == 0
    for verb in ("disable", "enable", "remove"):
        assert bound.ground.control.call("POST", f"/v1/sign-in-rules/{theirs['id']}/{verb}").status == 404
    assert bound.ground.control.call("PATCH", f"/v1/sign-in-rules/{theirs['id']}", {"lifetime": "5m"}).status == 404
    bound.ground.control.need(200, "POST", f"/v1/sign-in-rules/{own['id']}/remove")
    management = ground.management_key("*:*")["id"]
    told = bound.ground.control.call(
        "POST", "/v1/sign-in-rules", {"name": "up", "key": management, "issuer": issuer.name, "audience": "a"}
    )
    assert told.status in (403, 422), "nobody signs in above whoever made the rule"
    narrow = house.control(ground.management_key("keys:write")["secret"])
    told = narrow.call(
        "POST", "/v1/sign-in-rules", {"name": "up", "key": management, "issuer": issuer.name, "audience": "a"}
    )
    assert told.status in (403, 422)


BAD: list[tuple[str, dict[str, Any], Optional[str]]] = [
    ("no claim for everybody's issuer", {"issuer": "https://token.actions.githubusercontent.com", "claims": {}}, "/claims"),
    (
        "half a name",
        {"issuer": "https://token.actions.githubusercontent.com", "claims": {"sub": "repo:acme*"}},
        "/claims",
    ),
    ("plain HTTP", {"issuer": "http://issuer.example"}, "/issuer"),
    ("a query", {"issuer": "https://issuer.example/?a=b"}, "/issuer"),
    ("a number for an address", {"issuer": "https://2130706433/"}, "/issuer"),
    ("two hours", {"lifetime": "2h"}, "/lifetime"),
    ("a second", {"lifetime": "1s"}, "/lifetime"),
    ("more than the key", {"scopes": ["refunds:create"]}, "/scopes"),
    ("no scope", {"scopes": []}, "/scopes"),
    ("no pattern", {"claims": {"sub": []}}, "/claims/sub"),
    ("an empty pattern", {"claims": {"sub": [""]}}, "/claims/sub/0"),
    ("a broken pointer", {"claims": {"/a~2": "x"}}, "/claims/~1a~02"),
    ("no key set", {"jwks": {"keys": []}}, "/jwks"),
    ("a weak key", {"jwks": {"keys": [{"kty": "RSA", "e": "AQAB", "n": "w" * 170}]}}, "/jwks"),
    ("keys in two places", {"jwks": {"keys": []}, "jwks_uri": "https://a.example/k"}, "/jwks_uri"),
    ("an unknown word", {"replay": "maybe"}, "/replay"),
    ("no certificate", {"ca": "-----BEGIN"}, "/ca"),
]


@pytest.mark.parametrize("what, fields, pointer", BAD, ids=[row[0] for row in BAD])
def test_a_rule_that_is_none(desk: Desk, issuer: Issuer, what: str, fields: dict[str, Any], pointer: str):
    told = desk.rule(issuer, 422, **fields)
    assert told["pointer"] == pointer and told["fix"]
