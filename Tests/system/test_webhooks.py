# SPDX-License-Identifier: Apache-2.0
"""Webhooks told by the real program to real servers, checked with the official library of Standard Webhooks."""

import base64
import json
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import standardwebhooks
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

import certificates
from house import Ground, House
from receiver import RawReceiver, Receiver, waited

SERVE_OPTIONS = ("--webhooks-allow-private", "127.0.0.0/8")


@pytest.fixture()
def receiver():
    made = Receiver()
    yield made
    made.close()


@pytest.fixture()
def hooks(control):
    """Makes webhooks, and removes them at the end so that no test hears of another."""
    made = []

    def make(url: str, **fields):
        hook = control.need(201, "POST", "/v1/webhooks", {"url": url, "types": ["key.*"]} | fields)
        made.append(hook["id"])
        return hook

    yield make
    for identity in made:
        control.call("POST", f"/v1/webhooks/{identity}/remove")


def read(control, hook):
    return control.need(200, "GET", f"/v1/webhooks/{hook['id']}")


def deliveries(control, hook, state=""):
    return control.need(200, "GET", f"/v1/webhooks/{hook['id']}/deliveries{state and '?state=' + state}")["items"]


def headers(request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.fields}


def verify(secret: str, request) -> dict:
    return standardwebhooks.Webhook(secret).verify(request.body, headers(request))


def test_the_official_library_accepts_ours_and_refuses_an_altered_one(control, ground, receiver, hooks):
    hook = hooks(receiver.url)
    assert hook["secret"].startswith("whsec_") and 24 <= len(base64.b64decode(hook["secret"][6:])) <= 64
    key = ground.issue()
    message = receiver.wait(1)[0]
    assert message["type"] == "key.create" and message["data"]["subject"] == key["id"]
    assert message["data"]["account"] == ground.account and message["webhook-id"] == message["data"]["id"]
    assert key["secret"] not in receiver.received[0].text
    request = receiver.received[0]
    assert verify(hook["secret"], request) == json.loads(request.body)
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        verify(hook["secret"], request._replace(body=request.body.replace(b"key.create", b"key.revoke")))
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        verify("whsec_" + base64.b64encode(b"x" * 32).decode(), request)
    assert "secret" not in read(control, hook)


def test_ed25519_needs_the_public_key_only(control, ground, receiver, hooks):
    hook = hooks(receiver.url, signing="ed25519")
    assert hook["secret"] is None
    public = read(control, hook)["secrets"][0]["public_key"]
    assert public.startswith("whpk_")
    ground.issue()
    receiver.wait(1)
    request = receiver.received[0]
    signed = headers(request)
    version, signature = signed["webhook-signature"].split(",")
    assert version == "v1a"
    said = f"{signed['webhook-id']}.{signed['webhook-timestamp']}.".encode() + request.body
    Ed25519PublicKey.from_public_bytes(base64.b64decode(public[5:])).verify(base64.b64decode(signature), said)


def test_while_secrets_overlap_both_verify_and_then_only_the_new_one(control, ground, receiver, hooks):
    hook = hooks(receiver.url)
    rotated = control.need(200, "POST", f"/v1/webhooks/{hook['id']}/rotate", {"overlap": "2s"})
    assert rotated["secret"] not in (None, hook["secret"]) and len(rotated["secrets"]) == 2
    ground.issue()
    receiver.wait(1)
    assert len(headers(receiver.received[0])["webhook-signature"].split(" ")) == 2
    for secret in (hook["secret"], rotated["secret"]):
        verify(secret, receiver.received[0])
    end = waited(lambda: rotated["secrets"][0]["ends_at"])
    waited(lambda: time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) > end[:19])
    ground.issue()
    receiver.wait(2)
    verify(rotated["secret"], receiver.received[1])
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        verify(hook["secret"], receiver.received[1])


def test_it_is_told_of_its_types_and_its_account_only(control, ground, receiver, hooks):
    other = Ground(control, "otherground")
    hooks(receiver.url, types=["key.revoke", "account.*"], account=ground.account)
    for world in (ground, other):
        control.need(200, "POST", f"/v1/keys/{world.issue()['id']}/revoke", {"reason": "other"})
        control.need(200, "POST", f"/v1/accounts/{world.account}/lock")
        control.need(200, "POST", f"/v1/accounts/{world.account}/unlock")
    told = receiver.wait(3)
    assert {message["data"]["account"] for message in told} == {ground.account}
    assert sorted(message["type"] for message in told) == ["account.lock", "account.unlock", "key.revoke"]


def test_a_refused_act_has_a_type_of_its_own(control, ground, house, receiver, hooks):
    hooks(receiver.url, types=["key.*.refused"])
    weak = house.control(ground.management_key("keys:read")["secret"])
    key = ground.issue()
    assert weak.call("POST", f"/v1/keys/{key['id']}/revoke", {"reason": "other"}).status == 403
    assert [message["type"] for message in receiver.wait(1)] == ["key.revoke.refused"]


def test_a_message_not_taken_comes_again_with_the_same_id(control, ground, receiver, hooks):
    receiver.status = 500
    hook = hooks(receiver.url)
    ground.issue()
    receiver.wait(1)
    waiting = waited(lambda: deliveries(control, hook, "waiting"))[0]
    assert waiting["attempts"] == 1 and waiting["status"] == 500 and waiting["type"] == "key.create"
    receiver.status = 200
    told = receiver.wait(2)
    assert told[0]["webhook-id"] == told[1]["webhook-id"]
    waited(lambda: not deliveries(control, hook))
    waited(lambda: read(control, hook)["failing_since"] is None)


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 503])
def test_redirects_are_not_followed_and_everything_else_is_a_failure(control, ground, receiver, hooks, status):
    elsewhere = Receiver()
    receiver.behave = lambda _: (status, {}, {"Location": elsewhere.url})
    hook = hooks(receiver.url)
    ground.issue()
    assert waited(lambda: deliveries(control, hook))[0]["status"] == status
    assert elsewhere.received == []
    elsewhere.close()


def test_410_disables_and_enabling_sends_what_was_missed(control, ground, receiver, hooks):
    receiver.status = 410
    hook = hooks(receiver.url)
    ground.issue()
    off = waited(lambda: (now := read(control, hook))["state"] == "disabled" and now)
    assert off["disabled_reason"] == "gone"
    assert control.need(200, "GET", "/v1/events?action=webhook.disable&limit=200")["items"][-1]["details"]["reason"] == "gone"
    ground.issue()
    assert len(receiver.received) == 1
    receiver.status = 204
    control.need(200, "POST", f"/v1/webhooks/{hook['id']}/enable")
    told = receiver.wait(3)
    assert len({message["webhook-id"] for message in told}) == 2
    waited(lambda: not deliveries(control, hook))


def test_enabling_can_skip_what_was_missed(control, ground, receiver, hooks):
    hook = hooks(receiver.url)
    control.need(200, "POST", f"/v1/webhooks/{hook['id']}/disable")
    ground.issue()
    control.need(200, "POST", f"/v1/webhooks/{hook['id']}/enable", {"skip_missed": True})
    key = ground.issue()
    assert [message["data"]["subject"] for message in receiver.wait(1)] == [key["id"]]


def test_a_test_is_answered_with_how_it_went(control, receiver, hooks):
    hook = hooks(receiver.url, types=["account.lock"])
    told = control.need(200, "POST", f"/v1/webhooks/{hook['id']}/test")
    assert told["delivered"] is True and told["status"] == 204
    assert receiver.messages("webhook.test")[0]["webhook-id"] == told["message"]
    verify(hook["secret"], receiver.received[0])
    receiver.status = 500
    assert control.need(200, "POST", f"/v1/webhooks/{hook['id']}/test")["delivered"] is False
    nobody = hooks("http://127.0.0.1:9/none")
    assert control.need(200, "POST", f"/v1/webhooks/{nobody['id']}/test")["reason"] == "connect"


def test_everything_since_a_sequence_is_sent_again(control, ground, receiver, hooks):
    hook = hooks(receiver.url)
    keys = [ground.issue()["id"] for _ in range(3)]
    first = receiver.wait(3)
    start = min(message["data"]["sequence"] for message in first)
    control.need(200, "POST", f"/v1/webhooks/{hook['id']}/replay", {"after": start - 1})
    again = receiver.wait(6)[3:]
    assert sorted(message["data"]["subject"] for message in again) == sorted(keys)
    assert {message["webhook-id"] for message in again} == {message["webhook-id"] for message in first}


def test_a_delivery_can_be_sent_again_by_hand(control, ground, receiver, hooks):
    receiver.status = 500
    hook = hooks(receiver.url)
    ground.issue()
    event = waited(lambda: deliveries(control, hook))[0]["event"]
    waited(lambda: (found := deliveries(control, hook)) and found[0]["attempts"] == 2)
    receiver.status = 204
    count = len(receiver.received)
    control.need(200, "POST", f"/v1/webhooks/{hook['id']}/deliveries/{event}/replay")
    assert receiver.wait(count + 1)[-1]["webhook-id"] == event
    waited(lambda: not deliveries(control, hook))
    assert control.call("POST", f"/v1/webhooks/{hook['id']}/deliveries/{event}/replay").status == 404


def test_ten_megabytes_of_an_answer_are_not_read(control, ground, house, hooks):
    sent = []

    def talk(connection, _):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10485760\r\n\r\n")
        total = 0
        try:
            while total < 10 << 20:
                total += connection.send(b"x" * 65536)
        finally:
            sent.append(total)

    raw = RawReceiver(talk)
    hook = hooks(raw.url)
    ground.issue()
    assert waited(lambda: sent)[0] < 10 << 20
    waited(lambda: read(control, hook)["position"] >= control.need(200, "GET", "/v1/events?action=key.create&limit=200")["items"][-1]["sequence"])
    assert deliveries(control, hook) == [] and raw.requests == 1
    raw.close()


def test_one_that_never_answers_delays_no_other(control, ground, receiver, hooks):
    raw = RawReceiver(lambda connection, _: time.sleep(25))
    for _ in range(3):
        hooks(raw.url)
    hooks(receiver.url)
    for _ in range(5):
        ground.issue()
    began = time.monotonic()
    receiver.wait(5, seconds=10)
    assert time.monotonic() - began < 10
    raw.close()


def test_a_certificate_must_be_trusted_and_of_that_name(control, ground, tmp_path, hooks):
    right = certificates.make(tmp_path / "right")
    wrong = certificates.make(tmp_path / "wrong", "DNS:elsewhere.example")
    trusted, other_name = Receiver(certificates=right), Receiver(certificates=wrong)
    good = hooks(trusted.url, certificate_authority=right.authority.read_text())
    unknown = hooks(trusted.url)
    misnamed = hooks(other_name.url, certificate_authority=wrong.authority.read_text())
    ground.issue()
    trusted.wait(1)
    verify(good["secret"], trusted.received[0])
    for hook in (unknown, misnamed):
        assert waited(lambda: deliveries(control, hook))[0]["reason"] in ("certificate", "handshake")
    assert other_name.received == [] and len(trusted.received) == 1
    trusted.close()
    other_name.close()


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/latest/meta-data", "https://0.0.0.0/",
        "https://[::ffff:10.0.0.1]/", "https://user:pass@hook.example/", "https://hook.example/#part", "ftp://hook.example/",
        "https://2130706433/", "https://hook.example/a b", "", "hook.example", "https://hook.example/" + "x" * 3000,
    ],
)  # fmt: skip
def test_addresses_that_are_none_or_not_public_are_refused_when_given(control, url):
    answer = control.call("POST", "/v1/webhooks", {"url": url})
    assert answer.status == 422 and answer.json()["pointer"] == "/url" and answer.json()["fix"]


def test_a_name_that_leads_inside_is_refused_when_dialed(binary, evidence):
    """`localhost` is a name: what it leads to is known only then. Without the flag nothing private is dialed."""
    house = House(binary, evidence.root / "test_webhooks_public", evidence)
    control = house.control()
    ground = Ground(control)
    assert control.call("POST", "/v1/webhooks", {"url": "http://hook.example/"}).json()["pointer"] == "/url"
    hook = control.need(201, "POST", "/v1/webhooks", {"url": "https://localhost:9/x"})
    ground.issue()
    reasons = {item["reason"] for item in waited(lambda: deliveries(control, hook))}
    assert reasons == {"address refused: loopback"}
    assert house.server.stop() == 0


def test_a_bound_key_makes_and_sees_only_its_own(control, ground, house, receiver, hooks):
    other = Ground(control, "boundground")
    bound = house.control(ground.management_key("*:*", bound_accounts=[ground.account])["secret"])
    foreign = hooks(receiver.url, account=other.account)
    everything = hooks(receiver.url)
    for fields in ({}, {"account": other.account}):
        answer = bound.call("POST", "/v1/webhooks", {"url": receiver.url} | fields)
        assert answer.status == 422 and answer.json()["pointer"] == "/account"
    own = bound.need(201, "POST", "/v1/webhooks", {"url": receiver.url, "account": ground.account})
    assert [hook["id"] for hook in bound.items("/v1/webhooks")] == [own["id"]]
    for hook in (foreign, everything):
        for method, path in (("GET", ""), ("GET", "/deliveries"), ("POST", "/disable"), ("POST", "/rotate"), ("POST", "/test"), ("POST", "/remove")):
            assert bound.call(method, f"/v1/webhooks/{hook['id']}{path}").status == 404
    bound.need(200, "POST", f"/v1/webhooks/{own['id']}/remove")


def test_who_may_not_read_events_may_not_have_them_sent(control, ground, house, receiver):
    weak = house.control(ground.management_key("settings:*")["secret"])
    answer = weak.call("POST", "/v1/webhooks", {"url": receiver.url})
    assert answer.status == 403 and answer.json()["code"] == "would_escalate"


def test_neither_the_path_nor_the_secret_is_in_log_or_trail(control, house, ground, receiver, hooks):
    hook = hooks(receiver.url)
    ground.issue()
    receiver.wait(1)
    trail = json.dumps(control.need(200, "GET", "/v1/events?limit=200&type=webhook.*"))
    log = house.server.log.read_text()
    for text in ("path-is-s3cret", hook["secret"], hook["secret"][6:]):
        assert text not in trail and text not in log


def test_a_repeated_creation_shows_the_same_secret(control, receiver):
    body, field = {"url": receiver.url}, {"Idempotency-Key": "hook-once"}
    first, second = (control.call("POST", "/v1/webhooks", body, field).json() for _ in range(2))
    assert first == second and first["secret"].startswith("whsec_")
    control.need(200, "POST", f"/v1/webhooks/{first['id']}/remove")


def test_the_command_line_tells_the_same_story(binary, house, ground, receiver):
    def run(*words: str, status: int = 0) -> dict:
        environment = os.environ | {"BITTING_URL": f"http://{house.server.control_address}", "BITTING_KEY": house.management}
        told = subprocess.run([binary, *words, "--json"], env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert told.returncode == status, told.stderr
        return json.loads(told.stdout)

    hook = run("webhook", "create", "--to", receiver.url, "--type", "key.*", "--name", "From the shell")
    house.evidence.held.append(hook["secret"])
    assert run("webhook", "test", hook["id"])["delivered"] is True
    verify(hook["secret"], receiver.received[0])
    receiver.status = 500
    assert run("webhook", "test", hook["id"], status=1)["status"] == 500
    ground.issue()
    waiting = waited(lambda: run("webhook", "deliveries", hook["id"], "--state", "waiting")["items"])
    receiver.status = 204
    run("webhook", "replay", hook["id"], "--event", waiting[0]["event"])
    waited(lambda: not run("webhook", "deliveries", hook["id"])["items"])
    rotated = run("webhook", "rotate", hook["id"], "--overlap", "1h")
    house.evidence.held.append(rotated["secret"])
    assert run("webhook", "disable", hook["id"])["state"] == "disabled"
    assert run("webhook", "enable", hook["id"], "--skip-missed")["state"] == "active"
    assert [item["id"] for item in run("webhook", "list", "--state", "active")["items"]] == [hook["id"]]
    run("webhook", "remove", hook["id"])
    assert run("event", "list", "--type", "webhook.remove", "--all")["items"][-1]["subject"] == hook["id"]


def test_no_event_is_lost_to_a_kill(binary, evidence):
    """Killed again and again while it tells: everything arrives at least once."""
    receiver = Receiver()
    house = House(binary, evidence.root / "test_webhooks_kill", evidence, SERVE_OPTIONS)
    control = house.control()
    ground = Ground(control)
    control.need(201, "POST", "/v1/webhooks", {"url": receiver.url, "types": ["key.create"]})
    made = []
    for _ in range(4):
        ground.control = control
        made += [ground.issue()["id"] for _ in range(20)]
        house.server.kill()
        house.restart()
        control = house.control()
    waited(lambda: set(made) <= {message["data"]["subject"] for message in receiver.messages()})
    assert house.server.stop() == 0
    receiver.close()


def test_a_call_that_waits_is_answered_when_something_happens(house, ground):
    reader = house.control()
    last = reader.need(200, "GET", "/v1/events?limit=200&wait=0s")
    while last["next_cursor"]:
        last = reader.need(200, "GET", f"/v1/events?limit=200&after={last['next_cursor']}")
    after = last["items"][-1]["sequence"]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(reader.need, 200, "GET", f"/v1/events?after={after}&wait=30s&type=key.*")
        ground.control.need(200, "POST", f"/v1/accounts/{ground.account}/lock")
        ground.control.need(200, "POST", f"/v1/accounts/{ground.account}/unlock")
        key = ground.issue()
        got = waiting.result(timeout=20)
    assert [event["subject"] for event in got["items"]] == [key["id"]]
    assert int(got["next_cursor"]) >= got["items"][-1]["sequence"]
    began = time.monotonic()
    empty = reader.need(200, "GET", f"/v1/events?after={got['next_cursor']}&wait=1s")
    assert empty["items"] == [] and int(empty["next_cursor"]) >= int(got["next_cursor"])
    assert time.monotonic() - began >= 0.9


def test_so_many_calls_may_wait_and_no_more(house):
    readers = [house.control() for _ in range(18)]
    with ThreadPoolExecutor(18) as pool:
        answers = list(pool.map(lambda reader: reader.call("GET", "/v1/events?after=999999999&wait=3s"), readers))
    statuses = sorted(answer.status for answer in answers)
    assert statuses == [200] * 16 + [429] * 2
    refused = next(answer for answer in answers if answer.status == 429)
    assert refused.json()["code"] == "too_many_waiting"


@pytest.mark.parametrize("query", ["wait=61s", "wait=-1s", "wait=1", "type=key", "type=", "type=key.*,,", "type=" + ",".join(["a.b"] * 51)])
def test_bad_filters_are_refused(control, query):
    assert control.call("GET", f"/v1/events?{query}").status == 400


def test_stopping_answers_calls_that_wait(binary, evidence):
    house = House(binary, evidence.root / "test_webhooks_stop", evidence, SERVE_OPTIONS)
    reader = house.control()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(reader.call, "GET", "/v1/events?after=999999&wait=60s")
        waited(lambda: house.metric("bitting_requests_total", route="listEvents") == 0 and time.sleep(0.5) is None)
        began = time.monotonic()
        assert house.server.stop() == 0
        assert waiting.result(timeout=10).status == 200
    assert time.monotonic() - began < 15
