# SPDX-License-Identifier: Apache-2.0
"""The whole story, each step checked: what script/demo ends in."""

import os
import secrets
import sys
import tempfile
from pathlib import Path
from typing import Any

import certificates
import demo_leaving
import demo_lending
import world
from carrier import Carrier
from door import Door
from gateway import Nginx
from search import find_in_files, writings
from server import Server, initialise
from standin import Received, StandIn
from story import Story

BINARY = Path(os.environ["BITTING_BIN"])


class Shop(StandIn):
    """The shop's own API, behind nginx."""

    def answer(self, request: Received) -> tuple[int, Any]:
        return 201, {"label": "made by the shop's own API", "for": request.values("X-Bitting-Owner-Id")}


class Stage:
    """Everything that runs: Bitting, nginx, the shop's API, the carrier."""

    def __init__(self, folder: Path):
        self.folder, self.binary = folder, BINARY
        self.answers: list[bytes] = []
        self.carrier_key = f"carrier-{secrets.token_urlsafe(32)}"
        self.certificates = certificates.make(folder / "certificates")
        self.management = initialise(BINARY, folder / "var")
        self.server = Server(BINARY, folder / "var", folder / "serve.log", record=self.answers.append)
        self.shop = Shop()
        self.carrier = Carrier(self.carrier_key, 0, self.certificates)
        self.gateway = Nginx(folder / "nginx", self.server.data_address, f"127.0.0.1:{self.shop.port}").wait()
        self.control = self.server.control(self.management)
        self.data = self.server.data()
        self.nginx = Door(self.gateway.address, None, self.answers.append)

    def close(self) -> None:
        self.gateway.stop()
        self.server.stop()
        self.shop.close()
        self.carrier.close()

    def lookups(self) -> float:
        """How often the index was asked, as /metrics says."""
        text = self.control.call("GET", "/metrics").body.decode()
        (sample,) = [line for line in text.splitlines() if line.startswith("bitting_lookups_total ")]
        return float(sample.split()[-1])


def altered(key: str) -> str:
    """The key with one character of its random part changed."""
    place = len(key) - 20
    return key[:place] + ("A" if key[place] != "A" else "B") + key[place + 1 :]


def tell(stage: Stage, story: Story) -> dict[str, str]:
    """Plays all steps and gives the secrets that must not be found anywhere."""
    story.step("A shop with an order app. It gets a key that may create labels and nothing else; Bitting holds the carrier's key.")
    made = world.make(stage.control, stage.carrier.origin, stage.certificates.authority.read_text(), stage.carrier_key)
    # The one answer that shows the secret is not recorded: it is where the key is handed over.
    issued = world.issue_labels_key(Door(stage.server.control_address, stage.management), made)
    key: str = issued["secret"]
    bearer = {"Authorization": f"Bearer {key}"}
    story.see("the key's scopes", issued["scopes"], ["labels:create"])
    story.see("how people recognise it", key.endswith(issued["hint"][-4:]), True)

    story.step("nginx guards the shop's API. The key creates a label.")
    story.answered("POST /labels through nginx", stage.nginx.call("POST", "/labels", {}, bearer | {"X-Bitting-Account": "forged"}), 201)
    reached = stage.shop.received[-1]
    story.see("who calls, as the API is told", reached.values("X-Bitting-Owner-Id"), [made.app])
    story.see("the account, though the client forged one", reached.values("X-Bitting-Account"), [made.account])
    story.see("the key itself reaches the API", key in reached.text, False)

    story.step("The same key asks for an address. The API never hears of it.")
    story.answered("GET /addresses/42 through nginx", stage.nginx.call("GET", "/addresses/42", None, bearer), 403)
    story.see("requests that reached the API", len(stage.shop.received), 1)

    story.step("The key, altered in one character, is refused without a look-up.")
    before = stage.lookups()
    story.answered("POST /labels with the altered key", stage.nginx.call("POST", "/labels", {}, {"Authorization": f"Bearer {altered(key)}"}), 401)
    story.see("look-ups made", stage.lookups() - before, 0.0)

    story.step("The app calls the carrier with its own key. Bitting puts the carrier's key where its own stood.")
    lent = story.answered("POST /lend/carrier/v1/labels", stage.data.call("POST", "/lend/carrier/v1/labels", {"to": "A. Customer"}, bearer | {"X-API-Key": key, "X-Forwarded-For": "10.0.0.1"}), 201)
    arrived = stage.carrier.received[-1]
    story.see("the carrier's answer came through", lent.json()["from"], "the carrier")
    story.see("the held key stood in place", arrived.values("Authorization") == [f"Bearer {stage.carrier_key}"], True)
    story.see("anything of the app's credentials reached the carrier", key in arrived.text or arrived.values("X-API-Key") != [], False)

    story.step("The app asks the carrier for an address, which the carrier's own key could read.")
    refused = story.answered("GET /lend/carrier/v1/addresses/42", stage.data.call("GET", "/lend/carrier/v1/addresses/42", None, bearer), 403)
    story.see("why", refused.field("X-Bitting-Error"), "not_allowed")
    story.see("requests that reached the carrier", len(stage.carrier.received), 1)

    story.step("The key leaks, so it is revoked. The very next call is refused, at both doors.")
    revoked = stage.control.need(200, "POST", f"/v1/keys/{issued['id']}/revoke", {"reason": "compromised", "note": "found in a public repository"})
    story.see("its state", revoked["state"], "revoked")
    story.answered("POST /labels through nginx", stage.nginx.call("POST", "/labels", {}, bearer), 401)
    story.answered("POST /lend/carrier/v1/labels", stage.data.call("POST", "/lend/carrier/v1/labels", {}, bearer), 401)
    story.see("requests that reached the API and the carrier since", (len(stage.shop.received), len(stage.carrier.received)), (1, 1))
    return {"the labels key": key, "the carrier's key": stage.carrier_key}


def search(stage: Stage, story: Story, hidden: dict[str, str]) -> None:
    story.step("Bitting and nginx are stopped. No secret stands in the data, a log or an answer.")
    (stage.folder / "answers.log").write_bytes(b"\r\n\r\n".join(stage.answers))
    for name, secret in hidden.items():
        places = find_in_files(stage.folder, {name: writings(secret)})
        story.see(f"where {name} is found, however written", places, [])
    searched = [path for path in stage.folder.rglob("*") if path.is_file()]
    story.see("files searched, the database and both logs among them", len(searched) >= 5, True)


def main() -> None:
    story = Story()
    with tempfile.TemporaryDirectory(prefix="bitting-demo-") as name:
        stage = Stage(Path(name))
        try:
            story.chapter("Keys you hand out, and one that is lent")
            hidden = tell(stage, story)
            story.chapter("Keys you hold: a program that knows nothing of Bitting")
            hidden |= demo_lending.tell(stage, story)
            story.chapter("When keys change and clients leave")
            hidden |= demo_leaving.tell(stage, story)
        finally:
            stage.close()
        search(stage, story, hidden)
    print(f"\n{story.steps} steps, all as they should be.")


if __name__ == "__main__":
    sys.exit(main())
