# SPDX-License-Identifier: Apache-2.0
"""A shipping carrier that sells one all-powerful key: who shows it can make labels and read where customers live."""

import hmac
from typing import Any, Optional

from certificates import Certificates
from standin import Received, StandIn


class Carrier(StandIn):
    def __init__(self, key: str, port: int = 0, certificates: Optional[Certificates] = None):
        self._key = key
        self.labels = 0
        super().__init__(port, certificates)

    def answer(self, request: Received) -> tuple[int, Any]:
        shown = request.values("Authorization")
        if len(shown) != 1 or not hmac.compare_digest(shown[0].encode(), f"Bearer {self._key}".encode()):
            return 401, {"error": "The carrier does not know this key."}
        match request.method, request.path.split("?")[0].strip("/").split("/"):
            case "POST", ["v1", "labels"]:
                self.labels += 1
                return 201, {"label": f"LBL-{self.labels:06}", "from": "the carrier"}
            case "GET", ["v1", "addresses", customer]:
                return 200, {"customer": customer, "street": "12 Quiet Lane", "city": "Elsewhere"}
        return 404, {"error": "The carrier has nothing there."}
