# SPDX-License-Identifier: Apache-2.0
"""A vendor's stand-in behind an integration, with the provider that ships: what an SDK's test starts from."""

from pathlib import Path
from typing import Callable

import yaml

from certificates import Certificates
from house import Ground, House
from search import find_in_bytes, writings
from vendors import Call, Vendor

PROVIDERS = Path(__file__).resolve().parents[2] / "providers"


def shipped(name: str, origin: str, certificates: Certificates) -> dict:
    """The provider as it ships; only where it is and who vouches for it differ."""
    provider = yaml.safe_load((PROVIDERS / f"{name}.yaml").read_text())
    for request in (provider.get("rotation") or {}).values():
        if isinstance(request, dict):
            request.pop("origin", None)
    here = {"origins": [origin], "allow_private_addresses": ["127.0.0.0/8", "::1/128"]}
    return provider | here | {"tls": {"ca": certificates.authority.read_text()}}


class Lent:
    """The vendor `kind`, lent under `name` to the app of `ground`; `shown` is the held key as it must arrive."""

    def __init__(
        self, house: House, ground: Ground, certificates: Certificates, kind: type[Vendor], shown: Callable[[str], bytes], name: str
    ):
        self.value = house.evidence.hold()
        self.vendor = kind(certificates, shown(self.value))
        provider = shipped(name.split("-")[0], self.vendor.origin, certificates)
        answer = ground.control.call("PUT", f"/v1/providers/{name}", provider)
        assert answer.status in (200, 201), answer.body
        self.integration = ground.lend(name, self.value)["integration"]
        self.base = f"http://{house.server.data_address}/lend/{name}"

    @property
    def calls(self) -> list[Call]:
        return self.vendor.calls

    def check(self, key: str) -> None:
        """Nobody came without the held key, nothing of the caller's came with it; then forgets."""
        assert self.vendor.strangers == []
        told = {"the app's key": writings(key)}
        assert [found for request in self.vendor.requests if (found := list(find_in_bytes(request.bytes, told)))] == []
        self.vendor.forget()


def bearer(value: str) -> bytes:
    return b"Bearer " + value.encode()
