# SPDX-License-Identifier: Apache-2.0
"""The OAuth shapes as software of others uses them, and what a token does, does not, and dies of."""

import base64
import hmac
import json
import time

import jwt
import pytest
import requests
from house import Ground, House

ISSUER = "https://keys.ground.example"
SERVE_OPTIONS = ["--issuer", ISSUER]
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS = "urn:ietf:params:oauth:token-type:access_token"


@pytest.fixture
def url(house: House) -> str:
    return "http://" + house.server.data_address


def trade(url: str, shown: str, **more) -> requests.Response:
    form = {"grant_type": EXCHANGE, "subject_token": shown, "subject_token_type": ACCESS}
    return requests.post(f"{url}/oauth/token", data=form | more, timeout=10)


def token_of(url: str, key: dict, **more) -> str:
    answer = trade(url, key["secret"], **more)
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


def authorize(url: str, token: str, query: str = "") -> requests.Response:
    return requests.get(f"{url}/v1/authorize{query}", headers={"Authorization": f"Bearer {token}"}, timeout=10)


def verified(url: str, token: str, **options) -> dict:
    """As a service does that knows nothing of us but where our keys are."""
    key = jwt.PyJWKClient(f"{url}/.well-known/jwks.json").get_signing_key_from_jwt(token)
    return jwt.decode(token, key, algorithms=["ES256", "EdDSA"], issuer=ISSUER, **options)


def test_others_verify_a_token_with_the_published_keys(url, ground: Ground):
    key = ground.issue(("labels:create", "orders:read"))
    token = token_of(url, key, scope="labels:create", expires_in="60")
    claims = verified(url, token, audience="ground")
    assert claims["client_id"] == key["id"] and claims["scope"] == "labels:create"
    assert claims["sub"] == ground.app and claims["account"] == ground.account
    assert claims["exp"] - claims["iat"] == 60
    with pytest.raises(jwt.InvalidAudienceError):
        verified(url, token, audience="another")


def test_the_key_set_may_be_kept_and_holds_no_private_half(url):
    answer = requests.get(f"{url}/.well-known/jwks.json", timeout=10)
    assert "max-age=300" in answer.headers["Cache-Control"]
    keys = answer.json()["keys"]
    assert {key["alg"] for key in keys} == {"ES256", "EdDSA"} and not any("d" in key for key in keys)
    metadata = requests.get(f"{url}/.well-known/oauth-authorization-server", timeout=10).json()
    assert metadata["issuer"] == ISSUER and metadata["jwks_uri"] == f"{ISSUER}/.well-known/jwks.json"


def test_a_token_is_taken_where_a_key_is_and_never_for_more(url, house: House, ground: Ground):
    key = ground.issue(("labels:*", "orders:read"))
    token = token_of(url, key, scope="labels:create")
    assert authorize(url, token, "?scope=labels:create").headers["X-Bitting-Scopes"] == "labels:create"
    assert authorize(url, token, "?scope=orders:read").status_code == 403
    verify = house.data(ground.management_key("keys:verify")["secret"])
    answer = verify.need(200, "POST", "/v1/verify", {"key": token, "scopes": ["labels:create"]})
    assert answer["valid"] and answer["key_id"] == key["id"] and answer["secret"] == "token"
    assert answer["scopes"] == ["labels:create"]
    for wider in ("orders:write", "*:*"):
        assert trade(url, token, scope=wider).json()["error"] == "invalid_scope"
    assert trade(url, token, expires_in="3600").json()["error"] == "invalid_request"


def test_a_management_token_manages_within_its_scopes(url, house: House, ground: Ground):
    key = ground.management_key("keys:read", "accounts:read")
    token = token_of(url, key, scope="keys:read")
    assert house.control(token).call("GET", "/v1/keys").status == 200
    assert house.control(token).call("GET", "/v1/accounts").status == 403
    house.control().need(200, "POST", f"/v1/keys/{key['id']}/revoke", {"reason": "other"})
    assert house.control(token).call("GET", "/v1/keys").status == 401


@pytest.mark.parametrize("act", ["revoke", "disable", "rotate", "lock"])
def test_a_token_dies_with_what_it_was_traded_for(url, control, act):
    ground = Ground(control, f"dies-{act}")
    key = ground.issue()
    token = token_of(url, key)
    assert authorize(url, token).status_code == 200
    match act:
        case "revoke":
            control.need(200, "POST", f"/v1/keys/{key['id']}/revoke", {"reason": "compromised"})
        case "disable":
            control.need(200, "POST", f"/v1/keys/{key['id']}/disable", {})
        case "rotate":
            control.need(200, "POST", f"/v1/keys/{key['id']}/rotate", {"grace": "0s"})
        case "lock":
            control.need(200, "POST", f"/v1/apps/{ground.app}/lock", {})
    assert authorize(url, token).status_code == 401


def test_a_token_draws_on_its_keys_limits(url, ground: Ground):
    key = ground.issue(limits=[{"name": "few", "limit": 3, "per": "1h"}])
    token = token_of(url, key)
    assert [authorize(url, shown).status_code for shown in (token, key["secret"], token, token)] == [200, 200, 200, 429]


def test_introspection_as_an_oauth_client_asks(url, ground: Ground):
    caller = ground.management_key("keys:verify")
    key = ground.issue()

    def ask(token: str, **options) -> requests.Response:
        return requests.post(f"{url}/oauth/introspect", data={"token": token}, timeout=10, **options)

    basic = {"auth": (caller["id"], caller["secret"])}
    active = ask(key["secret"], **basic)
    assert active.status_code == 200 and active.json()["active"] is True
    assert active.json()["sub"] == ground.app and active.json()["aud"] == "ground"
    assert ask(token_of(url, key), **basic).json()["jti"].startswith("tok_")
    assert ask("no such thing", **basic).json() == {"active": False}
    assert ask(key["secret"]).status_code == 401
    assert ask(key["secret"], auth=("x", "wrong")).status_code == 401
    assert ask(key["secret"], auth=(key["secret"], "")).status_code == 403


def test_a_holder_revokes_its_own_key_with_the_key_alone(url, control, ground: Ground):
    key = ground.issue()
    revoke = f"{url}/oauth/revoke"
    assert requests.post(revoke, data={"token": key["secret"]}, timeout=10).status_code == 200
    assert authorize(url, key["secret"]).status_code == 401
    assert control.need(200, "GET", f"/v1/keys/{key['id']}")["state"] == "revoked"
    assert requests.post(revoke, data={"token": key["secret"]}, timeout=10).status_code == 200
    assert requests.post(revoke, data={"token": "unknown"}, timeout=10).status_code == 200
    event = control.need(200, "GET", f"/v1/events?action=key.revoke&account={ground.account}&limit=200")["items"][-1]
    assert event["subject"] == key["id"] and event["caller"] == key["id"]


def test_a_holder_of_a_retiring_secret_ends_only_that(url, control, ground: Ground):
    key = ground.issue()
    new = control.need(200, "POST", f"/v1/keys/{key['id']}/rotate", {"grace": "1h"})["secret"]
    assert requests.post(f"{url}/oauth/revoke", data={"token": key["secret"]}, timeout=10).status_code == 200
    assert authorize(url, key["secret"]).status_code == 401 and authorize(url, new).status_code == 200


def test_one_token_is_revoked_and_stays_so(url, house: House, ground: Ground):
    key = ground.issue()
    first, second = token_of(url, key), token_of(url, key)
    assert authorize(url, first).status_code == 200
    assert requests.post(f"{url}/oauth/revoke", data={"token": first}, timeout=10).status_code == 200
    assert authorize(url, first).status_code == 401
    assert authorize(url, second).status_code == 200 and authorize(url, key["secret"]).status_code == 200
    house.server.kill()
    house.restart()
    ground.control = house.control()
    url = "http://" + house.server.data_address
    assert authorize(url, first).status_code == 401 and authorize(url, second).status_code == 200


def test_keys_are_followed_by_new_ones_that_are_known_first(house: House, ground: Ground):
    url, control = "http://" + house.server.data_address, house.control()
    key = ground.issue()
    token = token_of(url, key)
    before = control.need(200, "GET", "/v1/token-keys")["items"]
    after = control.need(200, "POST", "/v1/token-keys/rotate", {})["items"]
    assert len(after) == 2 * len(before) and {item["state"] for item in after} == {"current", "next"}
    published = requests.get(f"{url}/.well-known/jwks.json", timeout=10).json()["keys"]
    assert {key["kid"] for key in published} == {item["id"] for item in after}
    # What signs is still the old one, which everybody knows.
    assert jwt.get_unverified_header(token_of(url, key))["kid"] in {item["id"] for item in before}
    assert authorize(url, token).status_code == 200
    control.need(200, "POST", "/v1/token-keys/rotate", {"compromised": True})
    assert authorize(url, token).status_code == 401
    assert verified(url, token_of(url, key), audience="ground")


def test_a_principal_is_verified_by_an_upstream(house: House, ground: Ground):
    url = "http://" + house.server.data_address
    key = ground.issue()
    principal = authorize(url, key["secret"], "?principal=1").headers["X-Bitting-Principal"]
    claims = verified(url, principal, audience="ground")
    assert claims["sub"] == ground.app and claims["exp"] > time.time()
    assert jwt.get_unverified_header(principal)["typ"] == "bitting-principal+jwt"
    assert authorize(url, principal).status_code == 401
    assert authorize(url, key["secret"]).headers["X-Bitting-Principal"] == ""


def text(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def forged(url: str, token: str) -> list[str]:
    """The token's claims under every header that has fooled somebody."""
    head, claims, signature = token.split(".")
    public = requests.get(f"{url}/.well-known/jwks.json", timeout=10).content
    kid = jwt.get_unverified_header(token)["kid"]
    none = text(b'{"alg":"none","typ":"at+jwt"}')
    shared = text(json.dumps({"alg": "HS256", "typ": "at+jwt", "kid": kid}).encode()) + "." + claims
    return [
        f"{none}.{claims}.",
        f"{none}.{claims}.{signature}",
        f"{head}.{claims}.",
        shared + "." + text(hmac.digest(public, shared.encode(), "sha256")),
        f"{head}.{claims}.{signature[:-4]}AAAA",
        f"{head}..{signature}",
        f"{head}.{claims}.{signature}.{signature}",
    ]


def test_forged_tokens_are_garbage(house: House, ground: Ground):
    url = "http://" + house.server.data_address
    token = token_of(url, ground.issue())
    for other in forged(url, token):
        assert authorize(url, other).status_code == 401, other
    assert authorize(url, token).status_code == 200
