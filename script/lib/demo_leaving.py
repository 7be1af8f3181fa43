# SPDX-License-Identifier: Apache-2.0
"""Chapter three of script/demo: a held key is rotated while an app calls, then a client leaves within the deadline."""

import subprocess
import threading
import time
from typing import Any, Callable

from door import Door
from keymakers import BY_HAND, MINTED, FakeProvider
from story import Story

QUICK = {"share": 50, "first_look": "1s", "watch": "1s", "wait_for_holders": "0s", "former_key": "k1"}


def tell(stage: Any, story: Story) -> dict[str, str]:
    """Plays the steps and gives the secrets that must not be found anywhere. `stage`: what chapter one ran on."""
    client = Client(stage)
    try:
        story.step("An agency holds three keys of a client: of a provider that makes keys by API, and of two where people do.")
        story.see("calls through all three", client.call_all(), [200, 200, 200])

        story.step("The first one is replaced while an app calls without a break: half of the calls first, then all.")
        _rotate(story, client)

        story.step("The client leaves. One command; the deadline is five minutes from now.")
        _leave(stage, story, client)
    finally:
        client.close()
    return {"the client app's key": client.key} | {
        f"a key of {name}": key.secret for name, maker in client.makers.items() for key in maker.keys
    }


class Client:
    """An account with an app and three held keys, each at a provider of its own."""

    def __init__(self, stage: Any):
        self.stage, self.control = stage, stage.control
        self.makers = {"mails": FakeProvider(), "ads": FakeProvider(), "maps": FakeProvider()}
        need = self.control.need
        self.account = need(201, "POST", "/v1/accounts", {"name": "Leaving Client"})["id"]
        self.app = need(201, "POST", f"/v1/accounts/{self.account}/apps", {"name": "Campaigns"})["id"]
        self.credentials: dict[str, str] = {}
        for name, maker in self.makers.items():
            provider = {
                "title": name, "origins": [maker.origin], "allow_private_addresses": ["127.0.0.0/8"],
                "credential": {"in": "header", "name": "Authorization", "format": "Bearer {value}"},
            } | maker.describe(MINTED if name == "mails" else BY_HAND)  # fmt: skip
            assert self.control.call("PUT", f"/v1/providers/{name}", provider).status == 201
            held = {"account": self.account, "provider": name, "name": name, "value": maker.first.secret}
            self.credentials[name] = need(201, "POST", "/v1/credentials", held)["id"]
            allow = [{"methods": ["GET"], "path": "/v1/thing"}]
            granted = {"name": name, "app": self.app, "credential": self.credentials[name], "allow": allow}
            need(201, "POST", "/v1/integrations", granted)
        desk = Door(stage.server.control_address, stage.management)
        drafted = {"keyspace": "shop", "owner": {"type": "app", "id": self.app}, "name": "Campaigns", "scopes": []}
        self.key: str = desk.need(201, "POST", "/v1/keys", drafted)["secret"]
        self.door = stage.server.data(self.key)

    def call(self, name: str) -> int:
        return self.door.call("GET", f"/lend/{name}/v1/thing").status

    def call_all(self) -> list[int]:
        return [self.call(name) for name in self.makers]

    def close(self) -> None:
        for maker in self.makers.values():
            maker.stop()


def _until(look: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while not (answer := look()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return answer


def _confirm(control: Door, rotation: dict[str, Any]) -> None:
    control.call("POST", f"/v1/rotations/{rotation['id']}/confirm", {"task": rotation["task"]["do"]})


def _rotate(story: Story, client: Client) -> None:
    control, maker = client.control, client.makers["mails"]
    answers: list[int] = []
    over = threading.Event()

    def app() -> None:
        while not over.is_set():
            answers.append(client.call("mails"))

    thread = threading.Thread(target=app, daemon=True)
    thread.start()
    id = control.need(201, "POST", f"/v1/credentials/{client.credentials['mails']}/rotations", QUICK)["id"]

    def look() -> Any:
        now = control.need(200, "GET", f"/v1/rotations/{id}")
        if now["task"]:
            story.see("what a person is asked, since Bitting did not make the old key", now["task"]["do"], "allow_deletion")
            _confirm(control, now)
        return now if now["ended_at"] else None

    told = _until(look)
    over.set()
    thread.join()
    story.see("how it ended", told["stage"], "done")
    story.see("how it is known that the old key is dead", told["proof"], "refused")
    story.see("keys that work at the provider", [key.id for key in maker.good], ["k2"])
    story.see("calls that failed", [status for status in answers if status != 200], [])
    story.see("enough calls to tell", len(answers) > 50, True)


def _leave(stage: Any, story: Story, client: Client) -> None:
    control = client.control
    subject = {"type": "account", "id": client.account}
    begun = control.need(201, "POST", "/v1/offboardings", {"subject": subject, "deadline": "5m", "reason": "The contract ended."})
    story.see("what ends: keys, integrations, credentials", begun["progress"]["total"], 1 + 3 + 3)
    story.see("calls of its app, at once", set(client.call_all()) & {200}, set())
    late = {"keyspace": "shop", "owner": {"type": "app", "id": client.app}, "name": "Late", "scopes": []}
    story.answered("a new key for its app", control.call("POST", "/v1/keys", late), 409)

    story.step("Two providers have no API for keys: a person gets the page and the steps, and hands the new keys in.")
    names = {credential: name for name, credential in client.credentials.items()}
    provided: list[str] = []

    def work() -> Any:
        for rotation in control.items(f"/v1/rotations?account={client.account}&over=false"):
            maker = client.makers[names[rotation["credential"]]]
            if rotation["task"] and rotation["task"]["do"] == "provide":
                made = maker.make("by hand")
                provided.append(names[rotation["credential"]])
                control.need(200, "POST", f"/v1/rotations/{rotation['id']}/provide", {"value": made.secret})
            elif rotation["task"]:
                for key in maker.good[:-1]:
                    maker.end(key)
                _confirm(control, rotation)
        now = control.need(200, "GET", f"/v1/offboardings/{begun['id']}")
        return now if now["ended_at"] else None

    over = _until(work, 120)
    story.see("keys that a person made", sorted(provided), ["ads", "maps"])
    story.see("how it ended", over["state"], "done")
    story.see("items that came late", [item["name"] for item in over["items"] if item["is_late"]], [])
    story.see("keys that work, at each provider", [len(maker.good) for maker in client.makers.values()], [1, 1, 1])
    story.see("of those that the agency had seen", [maker.first in maker.good for maker in client.makers.values()], [False] * 3)
    _report(stage, story, begun["id"])


def _report(stage: Any, story: Story, offboarding: str) -> None:
    story.step("The report is signed. It is checked without the server, and so is a copy of which one word was changed.")
    raw = stage.control.call("GET", f"/v1/offboardings/{offboarding}/report").body
    key = stage.control.need(200, "GET", "/v1/audit/key")["verifier_key"]
    for told, body, status in (("as it is", raw, 0), ("changed", raw.replace(b'"refused"', b'"word"', 1), 1)):
        file = stage.folder / f"report-{status}.json"
        file.write_bytes(body)
        run = subprocess.run([stage.binary, "offboarding", "verify", file, "--key", key], capture_output=True, check=False)
        story.see(f"bitting offboarding verify, {told}", run.returncode, status)
