# SPDX-License-Identifier: Apache-2.0
"""A payment company whose customers roll their keys: the newest two work, so that nobody has to be quick."""

import base64
import threading
from typing import Any, Optional

from certificates import Certificates
from standin import Received, StandIn


class Payments(StandIn):
    """Speaks as much of Stripe's API as the demo says: charges and refunds. The key is the user of HTTP Basic."""

    def __init__(self, key: str, certificates: Optional[Certificates] = None):
        self._keys = [key]
        self._lock = threading.Lock()
        self.used: list[int] = []  # which key each accepted call showed, the first one being 0
        super().__init__(0, certificates)

    def roll(self, key: str) -> None:
        """From now on this key works too, and of the others only the newest."""
        with self._lock:
            self._keys.append(key)

    def _number(self, shown: list[str]) -> Optional[int]:
        ways = [f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}" for key in self._keys]
        return next((number for number in range(max(0, len(ways) - 2), len(ways)) if shown == [ways[number]]), None)

    def answer(self, request: Received) -> tuple[int, Any]:
        with self._lock:
            number = self._number(request.values("Authorization"))
            if number is None:
                return 401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}}
            self.used.append(number)
            count = len(self.used)
        match request.method, request.path:
            case "POST", "/v1/charges":
                return 200, {"id": f"ch_{count}", "object": "charge", "paid": True}
            case "POST", "/v1/refunds":
                return 200, {"id": f"re_{count}", "object": "refund"}
        return 404, {"error": {"type": "invalid_request_error", "message": "Unrecognized request URL"}}
