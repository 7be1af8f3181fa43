# SPDX-License-Identifier: Apache-2.0
"""Chapter two of script/demo: Stripe's own SDK talks through /lend while the key behind it is replaced."""

import json
import secrets
import threading
from typing import Any

import stripe

from door import Door
from payments import Payments
from story import Story

REPLACEMENTS, CALLERS = 20, 4
CHARGES_ONLY = [{"methods": ["POST"], "path": "/v1/charges"}]
CHARGE = {"amount": 1200, "currency": "eur"}


class Till:
    """The shop's till: Stripe's SDK with another base URL and a Bitting key, calling again and again."""

    def __init__(self, base: str, key: str):
        self.base, self.key = base, key
        self.over = threading.Event()
        self.calls = [0] * CALLERS
        self.failures: list[str] = []
        self.changed = threading.Condition()
        self.threads = [threading.Thread(target=self._sell, args=(number,), daemon=True) for number in range(CALLERS)]

    def client(self) -> stripe.StripeClient:
        return stripe.StripeClient(self.key, base_addresses={"api": self.base}, max_network_retries=0)

    def _sell(self, number: int) -> None:
        client = self.client()
        while not self.over.is_set():
            try:
                client.v1.charges.create(CHARGE)
            except stripe.StripeError as failure:
                self.failures.append(repr(failure))
            with self.changed:
                self.calls[number] += 1
                self.changed.notify_all()

    def open(self) -> None:
        for thread in self.threads:
            thread.start()

    def settle(self) -> None:
        """Until no call is under way that began before: the second one that ends on each thread began after."""
        with self.changed:
            wanted = [count + 2 for count in self.calls]
            self.changed.wait_for(lambda: all(count >= least for count, least in zip(self.calls, wanted)), 30)

    def close(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()


def tell(stage: Any, story: Story) -> dict[str, str]:
    """Plays the steps and gives the secrets that must not be found anywhere. `stage`: what chapter one ran on."""
    held = [f"sk_live_{secrets.token_urlsafe(24)}"]
    payments = Payments(held[0], stage.certificates)
    try:
        story.step("The shop's till takes payments. Bitting holds the payment company's key; the till may make charges, nothing else.")
        credential, key = _grant(stage, payments.origin, held[0])
        till = Till(f"http://{stage.server.data_address}/lend/stripe", key)

        story.step("The till uses Stripe's own SDK, with another base URL and its Bitting key for an API key.")
        _charge(story, till, payments, held[0], key)

        story.step("The same till tries a refund, which the held key could make.")
        _refund(story, till, payments)

        story.step(f"The held key is replaced {REPLACEMENTS} times while {CALLERS} tills call without a break.")
        _replace(stage, story, till, payments, credential, held)
    finally:
        payments.close()
    return {"the till's key": key, "the first key held": held[0], "the last key held": held[-1]}


def _grant(stage: Any, origin: str, value: str) -> tuple[str, str]:
    """The credential's id, and the till's key."""
    control = stage.control
    provider = {
        "title": "Payments",
        "origins": [origin],
        "credential": {"in": "basic", "format": "{value}:"},
        "allow_private_addresses": ["127.0.0.0/8"],
        "tls": {"ca": stage.certificates.authority.read_text()},
    }
    assert control.call("PUT", "/v1/providers/stripe", provider).status in (200, 201)
    (account,) = [item["id"] for item in control.items("/v1/accounts") if item["external_id"] == "corner-shop"]
    app = control.need(201, "POST", f"/v1/accounts/{account}/apps", {"name": "Till"})["id"]
    made = {"account": account, "provider": "stripe", "name": "Payments", "value": value}
    credential = control.need(201, "POST", "/v1/credentials", made)["id"]
    control.need(201, "POST", "/v1/integrations", {"name": "stripe", "app": app, "credential": credential, "allow": CHARGES_ONLY})
    # The one answer that shows the secret is not recorded: it is where the key is handed over.
    desk = Door(stage.server.control_address, stage.management)
    drafted = {"keyspace": "shop", "owner": {"type": "app", "id": app}, "name": "Till", "scopes": []}
    return credential, desk.need(201, "POST", "/v1/keys", drafted)["secret"]


def _charge(story: Story, till: Till, payments: Payments, held: str, key: str) -> None:
    charge = till.client().v1.charges.create(CHARGE, {"idempotency_key": "order-7"})
    story.see("the charge, as the SDK reads it", (charge.id, charge.paid), ("ch_1", True))
    arrived = payments.received[-1]
    story.see("the held key stood in place", payments.used, [0])
    story.see("the SDK's idempotency key came through", arrived.values("Idempotency-Key"), ["order-7"])
    story.see("anything of the till's own key reached the payment company", key in arrived.text, False)


def _refund(story: Story, till: Till, payments: Payments) -> None:
    before = len(payments.received)
    try:
        till.client().v1.refunds.create({"charge": "ch_1"})
        told = None
    except stripe.StripeError as refused:
        told = (refused.http_status, json.loads(refused.http_body)["code"])
    story.see("what the SDK raises", told, (403, "not_allowed"))
    story.see("requests that reached the payment company", len(payments.received) - before, 0)


def _replace(stage: Any, story: Story, till: Till, payments: Payments, credential: str, held: list[str]) -> None:
    probe, next_calls = till.client(), []
    till.open()
    for _ in range(REPLACEMENTS):
        held.append(f"sk_live_{secrets.token_urlsafe(24)}")
        payments.roll(held[-1])
        stage.control.need(201, "POST", f"/v1/credentials/{credential}/versions", {"value": held[-1]})
        charge = probe.v1.charges.create(CHARGE)
        next_calls.append(payments.used[int(charge.id.removeprefix("ch_")) - 1])
        till.settle()  # the payment company takes the key before this one until the next is made
    till.close()
    story.see("the key that the next call after each replacement showed", next_calls, list(range(1, REPLACEMENTS + 1)))
    story.see("calls that failed", till.failures, [])
    story.see("enough calls to tell", sum(till.calls) >= REPLACEMENTS * 2 * CALLERS, True)
