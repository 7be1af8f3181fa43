# SPDX-License-Identifier: Apache-2.0
"""The providers that ship: put into a real server by program and by file, read back the same, and lent through."""

import base64
import json
from pathlib import Path

import pytest
import yaml

import certificates
from terminal import Program
from upstream import Upstream, answering

FILES = sorted((Path(__file__).resolve().parents[2] / "providers").glob("*.yaml"))
SHIPPED = sorted(file.stem for file in FILES if file.stem != "example-carrier")


@pytest.fixture(scope="module")
def bitting(house):
    return Program(house.binary, BITTING_URL=f"http://{house.server.control_address}", BITTING_KEY=house.management)


def described(file: Path) -> dict:
    return yaml.safe_load(file.read_text())


def holds(shown, said) -> bool:
    """Whether all that was said is shown; what was left out may stand there as a default."""
    if isinstance(said, dict) and isinstance(shown, dict):
        return all(name in shown and holds(shown[name], value) for name, value in said.items())
    if isinstance(said, list) and isinstance(shown, list):
        return len(said) == len(shown) and all(map(holds, shown, said))
    return shown == said


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_is_put_and_read_back(control, file):
    said = described(file)
    answer = control.call("PUT", f"/v1/providers/{file.stem}", said)
    assert answer.status in (200, 201), answer.body
    shown = control.need(200, "GET", f"/v1/providers/{file.stem}")
    assert holds(shown, said)
    again = {name: value for name, value in shown.items() if name not in ("name", "created_at", "updated_at")}
    assert control.call("PUT", f"/v1/providers/{file.stem}", again).status == 200
    new = control.need(200, "GET", f"/v1/providers/{file.stem}")
    assert {**new, "updated_at": None} == {**shown, "updated_at": None}


def test_the_catalogue_is_in_the_program(bitting, control):
    listed = json.loads(bitting.run("provider", "catalog", "--json").out)["items"]
    assert [item["name"] for item in listed] == SHIPPED
    told = bitting.run("provider", "add", "--replace", *SHIPPED, "--json")
    assert (told.status, told.err) == (0, "")
    for name in SHIPPED:
        file = next(file for file in FILES if file.stem == name)
        assert holds(control.need(200, "GET", f"/v1/providers/{name}"), described(file))
        assert bitting.run("provider", "catalog", name).out == file.read_text()


def test_what_is_there_already_is_left(bitting, control):
    control.call("PUT", "/v1/providers/stripe", described(FILES[0]) | {"title": "Ours"})
    told = bitting.run("provider", "add", "stripe", "resend")
    assert told.status == 1 and "--replace" in told.err
    assert control.need(200, "GET", "/v1/providers/stripe")["title"] == "Ours"
    assert bitting.run("provider", "add", "stripe", "--replace").status == 0
    assert control.need(200, "GET", "/v1/providers/stripe")["title"] == "Stripe"


def test_all_files_are_right_offline(house):
    told = Program(house.binary).run("provider", "check", *map(str, FILES))
    assert (told.status, told.out, told.err) == (0, f"{len(FILES)} of {len(FILES)} right\n", "")


BAD = {
    "unknown.yaml": ("title: T\norigins: [https://a.example]\ncredential: {in: basic}\nnope: 1\n", 1, "/nope"),
    "elsewhere.yaml": ("title: T\norigins: ['https://api.{x}.com']\nsettings: {x: {title: X}}\ncredential: {in: basic}\n", 1, "/origins/0"),
    "unused.yaml": ("title: T\norigins: [https://a.example]\nparts: {a: {title: A}}\ncredential: {in: header, name: X, format: '{value}'}\n", 1, "/credential/format"),
    "large.yaml": ("title: T\n" + "#" * (1 << 20), 2, None),
    "deep.yaml": ("a: " + "[" * 400_000, 2, None),
    "bomb.yaml": ("a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)), 2, None),
    "loop.yaml": ("title: &a [*a]\n", 2, None),
    "no.json": ("{", 2, None),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_told_from_a_good_one(house, control, bitting, tmp_path, name):
    text, status, pointer = BAD[name]
    file = tmp_path / name
    file.write_text(text)
    told = Program(house.binary).run("provider", "check", str(file))
    assert told.status == status and told.err.startswith("error: ") and "\nfix: " in told.err, told
    put = bitting.run("provider", "put", "bad", str(file))
    assert put.status == status, put
    if pointer:
        assert f"\nfield: {pointer}\n" in told.err and f"\nfield: {pointer}\n" in put.err
        answer = control.call("PUT", "/v1/providers/bad", yaml.safe_load(text))
        assert (answer.status, answer.json()["pointer"]) == (422, pointer)
    assert control.call("GET", "/v1/providers/bad").status == 404


def test_a_key_goes_where_the_shipped_file_says(house, ground, tmp_path):
    """One provider of the catalogue, its origin alone changed to a stand-in."""
    certificate = certificates.make(tmp_path)
    stripe = described(next(file for file in FILES if file.stem == "stripe"))
    value = house.evidence.hold("sk_live_of_the_test_0123456789")
    upstream = Upstream(certificate)
    try:
        ground.provider(
            "like-stripe", upstream.origin, credential=stripe["credential"], tls={"ca": certificate.authority.read_text()}
        )
        ground.lend("like-stripe", value, stripe["permission_sets"]["read charges"])
        lent = house.data(ground.issue()["secret"])
        assert lent.call("GET", "/lend/like-stripe/v1/charges").status == 200
        assert lent.call("POST", "/lend/like-stripe/v1/charges").status == 403
        [request] = upstream.requests
        assert request.values(b"authorization") == [b"Basic " + base64.b64encode(value.encode() + b":")]
    finally:
        upstream.close()


ANSWERS = [
    # What the provider's test says beside its call, what the provider answers, and what that means.
    ({}, 200, b"{}", ("works", 200)),
    ({}, 401, b'{"error":"held-canary-answer"}', ("dead", 401)),
    ({}, 403, b"", ("unclear", 403)),
    ({}, 500, b"", ("unclear", 500)),
    ({}, 302, b"", ("unclear", 302)),
    ({"answer": {"ok": [True]}, "dead_answer": {"error": ["invalid_auth"]}}, 200, b'{"ok":true}', ("works", 200)),
    ({"answer": {"ok": [True]}, "dead_answer": {"error": ["invalid_auth"]}}, 200, b'{"ok":false,"error":"invalid_auth"}', ("dead", 200)),
    ({"answer": {"ok": [True]}, "dead_answer": {"error": ["invalid_auth"]}}, 200, b'{"ok":false,"error":"slow"}', ("unclear", 200)),
    ({"answer": {"ok": [True]}}, 200, b"no JSON", ("unclear", 200)),
    ({}, 200, b"x" * 300_000, ("works", 200)),
]


@pytest.fixture(scope="module")
def asked(house, ground, tmp_path_factory):
    """A provider at a stand-in, and a credential for it."""
    certificate = certificates.make(tmp_path_factory.mktemp("asked"))
    upstream = Upstream(certificate)
    value = house.evidence.hold("held-and-tested-0123456789")

    def describe(**test):
        test = {"method": "GET", "path": "/v1/me?fields=id", "expect": [200], "dead": [401]} | test
        ground.provider("asked", upstream.origin, tls={"ca": certificate.authority.read_text()}, test=test)

    describe()
    credential = ground.lend("asked", value)["credential"]
    yield upstream, describe, f"/v1/credentials/{credential}/test", value
    upstream.close()


@pytest.mark.parametrize("more, status, body, meaning", ANSWERS)
def test_a_key_is_tested_at_its_provider(control, asked, more, status, body, meaning):
    upstream, describe, path, value = asked
    describe(headers={"X-Version": "7"}, **more)
    upstream.reset(answering(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)))
    told = control.need(200, "POST", path, {})
    assert (told["verdict"], told["status"], told["reason"]) == (*meaning, None)
    assert b"canary" not in json.dumps(told).encode()
    [request] = upstream.requests
    assert request.line == b"GET /v1/me?fields=id HTTP/1.1"
    assert request.values(b"authorization") == [b"Bearer " + value.encode()]
    assert request.values(b"x-version") == [b"7"]
    event = control.need(200, "GET", "/v1/events?limit=200")["items"]
    event = [item for item in event if item["action"] == "credential.test"][0]
    assert "canary" not in json.dumps(event) and value not in json.dumps(event)


def test_a_test_call_may_have_a_body(control, asked):
    upstream, describe, path, value = asked
    describe(method="POST", path="/graphql", content_type="application/json", body='{"query":"{ me }"}')
    upstream.reset(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    assert control.need(200, "POST", path, {})["verdict"] == "works"
    [request] = upstream.requests
    assert request.line == b"POST /graphql HTTP/1.1" and request.body == b'{"query":"{ me }"}'
    assert request.values(b"content-type") == [b"application/json"]


def test_a_provider_that_is_not_there_is_unclear(control, ground, asked):
    _, _, path, _ = asked
    ground.provider("asked", "https://127.0.0.1:1", test={"method": "GET", "path": "/", "expect": [200], "dead": [401]})
    told = control.need(200, "POST", path, {})
    assert (told["verdict"], told["status"]) == ("unclear", None) and told["reason"]
    ground.provider(
        "asked", "https://127.0.0.1:1", allow_private_addresses=[], test={"method": "GET", "path": "/", "expect": [200], "dead": [401]}
    )
    assert "address refused" in control.need(200, "POST", path, {})["reason"]


def test_a_provider_without_a_test_cannot_be_asked(control, ground, asked):
    _, _, path, _ = asked
    ground.provider("asked", "https://127.0.0.1:1")
    assert control.call("POST", path, {}).status == 409


def test_what_was_put_is_there_after_a_restart(control, house):
    before = {item["name"]: item for item in control.items("/v1/providers")}
    assert set(before) >= {file.stem for file in FILES}
    house.server.stop()
    house.restart()
    assert {item["name"]: item for item in house.control().items("/v1/providers")} == before
