# SPDX-License-Identifier: Apache-2.0
"""Clients that know nothing of Bitting work with nothing but another base URL."""

import json
import subprocess

import httpx
import pytest
import requests

from standin import StandIn
from upstream import Upstream

BIG = 3 * 1024 * 1024


class Vendor(StandIn):
    """A provider whose SDK sends its key as the user name of HTTP Basic."""

    def answer(self, request):
        return 200, {"method": request.method, "path": request.path, "size": len(request.body), "encoding": request.values("Transfer-Encoding")}


@pytest.fixture(scope="module")
def key(ground):
    return ground.issue(allowed_routes=[{"methods": ["POST"], "path": "/labels"}])


@pytest.fixture(scope="module")
def app_key(ground):
    return ground.issue()["secret"]


@pytest.fixture(scope="module")
def base(house, ground):
    vendor = Vendor()
    ground.provider("vendor", vendor.origin, credential={"in": "basic"})
    ground.lend("vendor", house.evidence.hold("basic-user-0123456789"))
    yield f"http://{house.server.data_address}/lend/vendor"
    vendor.close()


@pytest.fixture(scope="module")
def authorize(house):
    return f"http://{house.server.data_address}/v1/authorize"


def curl(*arguments: str, data: bytes = b"") -> tuple[int, bytes]:
    told = subprocess.run(
        ["curl", "-sS", "--max-time", "30", "-w", "\n%{http_code}", *arguments], input=data, capture_output=True, check=True
    )
    body, _, status = told.stdout.rpartition(b"\n")
    return int(status), body


def test_curl_asks_in_each_place_where_a_key_may_stand(authorize, key):
    secret = key["secret"]
    original = ["-H", "X-Original-Method: POST", "-H", "X-Original-URI: /labels?a=b"]
    for shown in (["-H", f"Authorization: Bearer {secret}"], ["-H", f"X-API-Key: {secret}"], ["-u", f"{secret}:"]):
        assert curl(authorize + "?scope=labels:create", *original, *shown) == (200, b"")
    assert curl(authorize, *original)[0] == 401
    assert curl(authorize + "?scope=addresses:read", *original, "-u", f"{secret}:")[0] == 403
    assert curl(authorize, "-H", "X-Original-Method: GET", "-H", "X-Original-URI: /labels", "-u", f"{secret}:")[0] == 403


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
def test_authorize_answers_every_method(authorize, app_key, method):
    assert curl(authorize, "-X", method, "-u", f"{app_key}:")[0] == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"X-Original-Method": "POST", "X-Original-URI": "/labels"},
        {"X-Forwarded-Method": "POST", "X-Forwarded-Uri": "/labels", "X-Forwarded-For": "203.0.113.7"},
        {"X-Forwarded-Method": "POST", "X-Forwarded-Uri": "/labels?x", "X-Forwarded-Host": "a", "X-Forwarded-Proto": "https"},
    ],
    ids=["nginx", "Traefik", "Caddy"],
)
def test_each_gateways_way_to_tell_the_original_request_is_read(authorize, key, fields):
    bearer = {"Authorization": f"Bearer {key['secret']}"}
    answer = httpx.get(authorize, headers=fields | bearer)
    assert answer.status_code == 200
    for name in ("Key-Id", "Owner-Type", "Owner-Id", "Account", "Keyspace", "Environment", "Scopes", "Principal"):
        assert f"X-Bitting-{name}" in answer.headers, name
    other = {name: value.replace("labels", "orders") for name, value in fields.items()}
    assert httpx.get(authorize, headers=other | bearer).status_code == 403


def test_envoy_appends_the_original_path(authorize, key):
    bearer = {"Authorization": f"Bearer {key['secret']}"}
    assert httpx.post(authorize + "/labels", headers=bearer).status_code == 200
    assert httpx.post(authorize + "/orders", headers=bearer).status_code == 403
    # Behind the longer path the query is the client's own, and grants nothing.
    assert httpx.post(authorize + "/labels?scope=", headers=bearer).status_code == 200


def test_an_sdk_with_another_base_url_works(base, app_key):
    for send in (
        lambda: requests.post(base + "/v1/charges", auth=(app_key, ""), json={"amount": 1}, timeout=10).json(),
        lambda: httpx.post(base + "/v1/charges", auth=(app_key, ""), json={"amount": 1}).json(),
        lambda: json.loads(curl(base + "/v1/charges", "-u", f"{app_key}:", "-d", "amount=1")[1]),
    ):
        assert send() | {"size": 0, "encoding": []} == {"method": "POST", "path": "/v1/charges", "size": 0, "encoding": []}


def test_uploads_of_each_kind_arrive(base, app_key):
    body = b"x" * BIG
    with requests.Session() as session:
        session.auth = (app_key, "")
        for _ in range(3):
            assert session.put(base + "/v1/file", data=body, timeout=30).json()["size"] == BIG
            assert session.put(base + "/v1/file", data=iter([body[: BIG // 2], body[BIG // 2 :]]), timeout=30).json()["size"] == BIG
    assert json.loads(curl(base + "/v1/file", "-u", f"{app_key}:", "-T", "-", data=body)[1])["size"] == BIG
    assert json.loads(curl(base + "/v1/file", "-u", f"{app_key}:", "-H", "Expect: 100-continue", "--data-binary", "@-", data=body)[1])["size"] == BIG


def test_a_client_that_follows_redirects_does_not_take_the_held_key_along(house, ground, app_key):
    elsewhere, provider = Upstream(), Upstream()

    def redirect(connection, reader):
        connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.origin}/x\r\nContent-Length: 0\r\n\r\n".encode())
        return True

    provider.behave = redirect
    ground.provider("redirecting", provider.origin)
    value = house.evidence.hold("never-elsewhere-0123456789")
    ground.lend("redirecting", value)
    answer = httpx.get(f"http://{house.server.data_address}/lend/redirecting/v1", headers={"X-API-Key": app_key}, follow_redirects=True)
    assert answer.status_code == 200
    (request,) = elsewhere.requests
    assert value.encode() not in request.bytes
    elsewhere.close()
    provider.close()


def test_keep_alive_is_kept_by_each_client(house, app_key):
    with httpx.Client() as client:
        streams = {client.get(f"http://{house.server.data_address}/healthz").extensions["network_stream"] for _ in range(5)}
    assert len(streams) == 1


def test_openapi_and_metrics_are_what_their_readers_expect(house):
    control = f"http://{house.server.control_address}"
    described = httpx.get(control + "/openapi.yaml")
    assert described.headers["content-type"].startswith("application/yaml") and described.text.startswith(("openapi: 3.1", "#"))
    counted = httpx.get(control + "/metrics")
    assert counted.headers["content-type"].startswith("text/plain; version=0.0.4")
    for line in counted.text.splitlines():
        assert line.startswith("#") or len(line.rsplit(" ", 1)) == 2 and float(line.rsplit(" ", 1)[1]) >= 0
