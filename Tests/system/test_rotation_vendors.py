# SPDX-License-Identifier: Apache-2.0
"""Rotations by the files that ship, against what others wrote: AWS's access keys at moto's server, keys of another Bitting,
and stand-ins that answer as SendGrid and Cloudflare describe their keys."""

import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml

import certificates
from amazon import Amazon
from house import Ground, House
from lent import PROVIDERS, shipped
from rotating import QUICK, wait_for


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return certificates.make(tmp_path_factory.mktemp("authority"))


def hold(ground, name: str, provider: dict, value, **fields) -> str:
    answer = ground.control.call("PUT", f"/v1/providers/{name}", provider)
    assert answer.status in (200, 201), answer.body
    held = {"account": ground.account, "provider": name, "name": name, "value": value} | fields
    return ground.control.need(201, "POST", "/v1/credentials", held)["id"]


def rotate(control, credential: str, **terms) -> dict:
    """The rotation, once it is over; every deletion that is asked for is allowed."""
    rotation = control.need(201, "POST", f"/v1/credentials/{credential}/rotations", QUICK | terms)["id"]

    def look():
        now = control.need(200, "GET", f"/v1/rotations/{rotation}")
        if now["task"]:
            control.call("POST", f"/v1/rotations/{rotation}/confirm", {"task": now["task"]["do"]})
        return now if now["ended_at"] else None

    return wait_for(look, 60)


def test_aws_access_keys(house, ground, authority):
    from moto.iam.models import iam_backends

    iam = iam_backends["123456789012"]["aws"]
    iam.create_user("aws", "printer")
    first = iam.create_access_key("printer")

    def secret(access_key):
        keys = {key.access_key_id: key.secret_access_key for key in iam.list_access_keys("printer")}
        return house.evidence.hold(keys[access_key]) if access_key in keys else None

    amazon = Amazon(authority, "AKIANOBODYSKEY000000", secrets.token_urlsafe(30))
    amazon.more_keys = secret
    try:
        credential = hold(
            ground, "aws-iam", shipped("aws", amazon.origin, authority),
            {"access_key_id": first.access_key_id, "secret_access_key": house.evidence.hold(first.secret_access_key)},
            settings={"service": "iam", "region": "us-east-1"},
        )
        over = rotate(ground.control, credential)
        assert (over["stage"], over["proof"], over["former_key"]) == ("done", "refused", first.access_key_id), over
        assert [key.access_key_id for key in iam.list_access_keys("printer")] == [over["successor_key"]]
        # The second one is Bitting's own: nobody is asked.
        again = rotate(ground.control, credential)
        assert again["stage"] == "done" and [key.access_key_id for key in iam.list_access_keys("printer")] == [again["successor_key"]]
    finally:
        amazon.close()


def test_keys_of_another_bitting(house, ground, binary, evidence, tmp_path):
    other = House(binary, evidence.root / "another-bitting", evidence)
    try:
        there = Ground(other.control(), "there")
        first = there.issue()
        data, control = f"http://{other.server.data_address}", f"http://{other.server.control_address}"
        text = (PROVIDERS / "bitting.yaml").read_text()
        text = text.replace("https://data.bitting.example", data).replace("https://control.bitting.example/openapi.yaml", "https://bitting.example")
        provider = yaml.safe_load(text.replace("https://control.bitting.example", control))
        provider["allow_private_addresses"] = ["127.0.0.0/8"]
        keeper = hold(ground, "bitting-there", provider, other.management)
        credential = hold(ground, "bitting-there", provider, first["secret"])
        over = rotate(ground.control, credential, former_key=first["id"], **{"with": keeper})
        assert (over["stage"], over["proof"]) == ("done", "refused"), over
        living = [key for key in there.control.items("/v1/keys?state=active") if key["keyspace"] == "there"]
        assert [key["id"] for key in living] == [over["successor_key"]] and living[0]["scopes"] == first["scopes"]
        assert other.data().call("GET", "/v1/authorize", fields=[("Authorization", f"Bearer {first['secret']}")]).status == 401
    finally:
        assert other.server.stop() == 0


class Documented:
    """A stand-in for a vendor's API of keys; `paths` says where what stands, as the vendor's pages do."""

    def __init__(self, certificates_, answer):
        self.keys = {"id0": {"name": "first", "secret": "first-" + secrets.token_hex(16), "lives": True}}
        me = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def _go(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                shown = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
                own = next((name for name, key in me.keys.items() if key["lives"] and key["secret"] == shown), None)
                status, answer_ = (401, {"errors": []}) if own is None else answer(me, self, own, json.loads(body or b"{}"))
                raw = b"" if answer_ is None else json.dumps(answer_).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST = do_DELETE = _go

        import ssl

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates_.chain, certificates_.key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.origin = f"https://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def make(self, name: str, secret: str = "") -> str:
        made = f"id{len(self.keys)}"
        self.keys[made] = {"name": name, "secret": secret or f"SG.{made}.{secrets.token_hex(16)}", "lives": True}
        return made

    @property
    def living(self) -> list[str]:
        return [name for name, key in self.keys.items() if key["lives"]]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def sendgrid(me, call, own, body):
    """https://www.twilio.com/docs/sendgrid/api-reference/api-keys: made, listed, read and deleted under /v3/api_keys."""
    last = call.path.split("?")[0].split("/")[-1]
    if call.path.startswith("/v3/scopes"):
        return 200, {"scopes": ["mail.send"]}
    if call.command == "POST":
        made = me.make(body["name"])
        return 201, {"api_key": me.keys[made]["secret"], "api_key_id": made, "name": body["name"], "scopes": body["scopes"]}
    if last == "api_keys":
        return 200, {"result": [{"name": key["name"], "api_key_id": name} for name, key in me.keys.items() if key["lives"]]}
    if last not in me.living:
        return 404, {"errors": [{"message": "not found"}]}
    if call.command == "DELETE":
        me.keys[last]["lives"] = False
        return 204, None
    return 200, {"api_key_id": last, "name": me.keys[last]["name"], "scopes": ["mail.send"]}


def cloudflare(me, call, own, body):
    """https://developers.cloudflare.com/api/resources/user/subresources/tokens/: under /client/v4/user/tokens."""
    path = call.path.split("?")[0]
    last = path.split("/")[-1]
    if last == "verify":
        return 200, {"success": True, "errors": [], "result": {"id": own, "status": "active"}}
    if call.command == "POST":
        made = me.make(body["name"])
        return 200, {"success": True, "result": {"id": made, "name": body["name"], "value": me.keys[made]["secret"], "status": "active"}}
    if last == "tokens":
        page = int(call.path.partition("page=")[2].split("&")[0] or 1) if "?page=" in call.path or "&page=" in call.path else 1
        found = [{"id": name, "name": key["name"]} for name, key in me.keys.items() if key["lives"]]
        return 200, {"success": True, "result": found if page == 1 else []}
    if last not in me.living:
        return 404, {"success": False}
    if call.command == "DELETE":
        me.keys[last]["lives"] = False
        return 200, {"success": True, "result": {"id": last}}
    return 200, {"success": True, "result": {"id": last, "name": me.keys[last]["name"], "policies": [{"effect": "allow"}], "condition": {}}}


@pytest.mark.parametrize("name, answer", [("sendgrid", sendgrid), ("cloudflare", cloudflare)], ids=["sendgrid", "cloudflare"])
def test_as_the_vendor_describes_it(house, ground, authority, name, answer):
    vendor = Documented(authority, answer)
    vendor.keys["id0"]["secret"] = "SG.id0." + secrets.token_hex(16)
    try:
        credential = hold(ground, name, shipped(name, vendor.origin, authority), house.evidence.hold(vendor.keys["id0"]["secret"]))
        over = rotate(ground.control, credential)
        assert (over["stage"], over["proof"], over["former_key"]) == ("done", "refused", "id0"), over
        assert vendor.living == [over["successor_key"]]
    finally:
        for key in vendor.keys.values():
            house.evidence.hold(key["secret"])
        vendor.close()
