# SPDX-License-Identifier: Apache-2.0
"""The small example world: a shop, its order app, a key that may only create labels, a carrier key lent to the app.

Every step looks first whether it was done, so making the world again changes nothing.
"""

from dataclasses import dataclass
from typing import Any, Optional

from door import Door

# At the shop's own API, labels only. At the carrier, whatever the integration allows, which is labels only too.
LABELS_ONLY = [{"methods": ["POST"], "path": "/labels"}, {"methods": ["*"], "path": "/lend/carrier/**"}]
LENT = [{"methods": ["POST"], "path": "/v1/labels"}]
LOOPBACK = ["127.0.0.0/8"]


@dataclass
class World:
    account: str
    app: str
    credential: str
    integration: str


def make(control: Door, origin: str, authority: Optional[str], carrier_key: str) -> World:
    """`origin` and `authority` (PEM) are the carrier's; `carrier_key` is what Bitting shall hold."""
    _one(control, "/v1/keyspaces", {"name": "shop", "prefix": "shop"}, "name")
    account = _one(
        control, "/v1/accounts", {"name": "Corner Shop", "external_id": "corner-shop"}, "external_id"
    )["id"]
    app = _one(control, f"/v1/accounts/{account}/apps", {"name": "Order app", "external_id": "order-app"}, "external_id")["id"]
    put_carrier(control, origin, authority)
    credential = _one(
        control,
        "/v1/credentials",
        {"account": account, "provider": "carrier", "name": "Carrier key", "value": carrier_key},
        "name",
        f"?account={account}&provider=carrier",
    )["id"]
    integration = _one(
        control,
        "/v1/integrations",
        {"name": "carrier", "app": app, "credential": credential, "allow": LENT},
        "name",
        f"?app={app}",
    )["id"]
    return World(account, app, credential, integration)


def put_carrier(control: Door, origin: str, authority: Optional[str]) -> None:
    provider = {
        "title": "Example carrier",
        "origins": [origin],
        "credential": {"in": "header", "name": "Authorization", "format": "Bearer {value}"},
        "allow_private_addresses": LOOPBACK,
        "tls": {"ca": authority},
        "permission_sets": {"labels": LENT},
    }
    answer = control.call("PUT", "/v1/providers/carrier", provider)
    assert answer.status in (200, 201), answer.body


def issue_labels_key(control: Door, world: World) -> dict[str, Any]:
    """The key with its secret."""
    return control.need(
        201,
        "POST",
        "/v1/keys",
        {
            "keyspace": "shop",
            "owner": {"type": "app", "id": world.app},
            "name": "Labels only",
            "scopes": ["labels:create"],
            "allowed_routes": LABELS_ONLY,
        },
    )


def _one(control: Door, path: str, made: dict[str, Any], unique: str, query: str = "") -> dict[str, Any]:
    """The item whose `unique` field is that of `made`, or `made` made now."""
    for item in control.items(path + query):
        if item[unique] == made[unique]:
            return item
    return control.need(201, "POST", path, made)
