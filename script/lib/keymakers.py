# SPDX-License-Identifier: Apache-2.0
"""A provider that makes, lists and deletes keys over real sockets, as wrongly as a test asks it to."""

import json
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Optional

TEST = {"method": "GET", "path": "/v1/whoami", "expect": [200], "dead": [401]}
GUIDE = {"link": "https://keys.example/settings", "guide": ["Make a key.", "Paste it."]}
MINTED = GUIDE | {
    "kind": "minted",
    "own": {"method": "GET", "path": "/v1/whoami", "expect": [200], "key": "/id"},
    "describe": {"method": "GET", "path": "/v1/keys/{key}", "expect": [200], "take": {"scopes": "/scopes"}},
    "mint": {
        "method": "POST", "path": "/v1/keys", "content_type": "application/json",
        "body": '{"name":"{label}","scopes":{scopes}}', "expect": [201], "value": "/secret", "key": "/id",
    },
    "list": {
        "method": "GET", "path": "/v1/keys", "expect": [200], "items": "/keys", "key": "/id", "label": "/name",
        "more": "/next", "next": "/v1/keys?cursor={more}",
    },
    "delete": {"method": "DELETE", "path": "/v1/keys/{key}", "expect": [204], "gone": [404]},
}
SET = GUIDE | {
    "kind": "set",
    "set": {
        "method": "PUT", "path": "/v1/password", "content_type": "application/json", "body": '{"password":"{new}"}',
        "expect": [200], "length": 40,
    },
}
BY_HAND = GUIDE | {"kind": "by_hand"}


@dataclass
class Key:
    id: str
    name: str
    secret: str
    made_at: float
    works: bool = True
    listed: bool = True
    ends_at: Optional[float] = None

    def is_good(self) -> bool:
        return self.works and (self.ends_at is None or time.monotonic() < self.ends_at)


@dataclass
class Fault:
    """What goes wrong with the next call, or the next `times` calls, to one endpoint."""

    kind: str
    times: int = 1
    seconds: float = 0.0


@dataclass
class History:
    answers: Counter = field(default_factory=Counter)  # (endpoint, status)
    refused: list[tuple[str, str]] = field(default_factory=list)  # (endpoint, secret shown)


class FakeProvider:
    """`faults["mint"] = [Fault("lost_answer")]` and the like; endpoints are test, thing, mint, list, show, delete, set."""

    def __init__(self, page: int = 1000):
        self.lock = threading.RLock()
        self.keys: list[Key] = []
        self.faults: dict[str, list[Fault]] = {}
        self.history = History()
        self.is_down = False
        self.pace = 0.0  # seconds before each answer
        self.page = page
        self.on_call: Optional[Callable[[str, Optional[Key]], None]] = None
        self.fewest_good = 1
        self.first = self.make("first")
        handler = type("Handler", (_Handler,), {"provider": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def describe(self, rotation: dict[str, Any] = MINTED, **fields: Any) -> dict[str, Any]:
        return {"test": TEST, "rotation": rotation} | fields

    def make(self, name: str) -> Key:
        with self.lock:
            key = Key(f"k{len(self.keys) + 1}", name, "held-" + secrets.token_urlsafe(24), time.monotonic())
            self.keys.append(key)
            return key

    @property
    def good(self) -> list[Key]:
        with self.lock:
            return [key for key in self.keys if key.is_good()]

    def end(self, key: Key) -> None:
        """Somebody deletes it at the provider's own page."""
        with self.lock:
            key.works = key.listed = False

    def fault(self, endpoint: str) -> Fault:
        with self.lock:
            waiting = self.faults.get(endpoint) or []
            if not waiting:
                return Fault("none")
            waiting[0].times -= 1
            return waiting.pop(0) if waiting[0].times <= 0 else waiting[0]

    def by_secret(self, secret: str) -> Optional[Key]:
        with self.lock:
            return next((key for key in self.keys if key.secret == secret and key.is_good()), None)


class _Handler(BaseHTTPRequestHandler):
    provider: FakeProvider
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536

    def log_message(self, *_: Any) -> None:
        pass

    def _endpoint(self) -> str:
        path = self.path.split("?")[0]
        if path == "/v1/keys":
            return "mint" if self.command == "POST" else "list"
        if path.startswith("/v1/keys/"):
            return "delete" if self.command == "DELETE" else "show"
        return {"/v1/whoami": "test", "/v1/password": "set"}.get(path, "thing")

    def _answer(self, status: int, body: Any = None, **fields: str) -> None:
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        self.provider.history.answers[self.endpoint, status] += 1
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(raw)
        self.wfile.flush()

    def _go(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.endpoint = self._endpoint()
        provider = self.provider
        fault = provider.fault(self.endpoint)
        if provider.pace or fault.kind == "slow":
            time.sleep(provider.pace or fault.seconds)
        if fault.kind == "lost_request":
            self.close_connection = True
            return
        if provider.is_down or fault.kind == "503":
            return self._answer(503, {"error": "down"})
        if fault.kind == "500":
            return self._answer(500, {"error": "broken"})
        if fault.kind == "429":
            return self._answer(429, {"error": "slowly"}, Retry_After=str(int(fault.seconds)))
        shown = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        key = provider.by_secret(shown)
        if key is None:
            provider.history.refused.append((self.endpoint, shown))
            return self._answer(401, {"error": "no such key"})
        if provider.on_call:
            provider.on_call(self.endpoint, key)
        status, answer = self._carry_out(key, body, fault)
        if fault.kind == "lost_answer":
            self.close_connection = True
            return
        self._answer(status, answer)

    def _carry_out(self, key: Key, body: bytes, fault: Fault) -> tuple[int, Any]:
        provider = self.provider
        match self.endpoint:
            case "test" | "thing":
                return 200, {"id": key.id}
            case "mint":
                return self._mint(json.loads(body), fault)
            case "list":
                start = int(self.path.partition("cursor=")[2] or 0)
                with provider.lock:
                    listed = [one for one in provider.keys if one.listed]
                shown, rest = listed[start : start + provider.page], listed[start + provider.page :]
                items = [{"id": one.id, "name": one.name} for one in shown]
                return 200, {"keys": items, "next": str(start + provider.page) if rest else None}
            case "set":
                with provider.lock:
                    made = provider.make("set")
                    made.secret = json.loads(body)["password"]
                    for one in provider.keys:
                        if one is not made:
                            one.works = one.listed = False
                return 200, {}
        found = next((one for one in provider.keys if one.id == self.path.split("/")[-1] and one.listed), None)
        if found is None:
            return 404, {"error": "no such key"}
        if self.endpoint == "show":
            return 200, {"id": found.id, "name": found.name, "scopes": ["read", "write"]}
        return self._delete(found, fault)

    def _mint(self, given: dict[str, Any], fault: Fault) -> tuple[int, Any]:
        provider = self.provider
        made = provider.keys[-1] if fault.kind == "same_key" else provider.make(given["name"])
        if fault.kind == "duplicate":
            made = provider.make(given["name"])
        if fault.kind == "lie_dead":
            made.works = False
            if fault.seconds:
                threading.Timer(fault.seconds, lambda: setattr(made, "works", True)).start()
        answer: Any = {"id": made.id, "name": made.name, "secret": made.secret, "scopes": given["scopes"]}
        match fault.kind:
            case "huge":
                answer = json.dumps(answer | {"padding": "x" * (2 << 20)}).encode()
            case "empty":
                answer = b""
            case "not_json":
                answer = b"<html>made</html>"
            case "deep":
                answer = b"[" * 5000 + b"]" * 5000
            case "missing":
                del answer["secret"]
            case "crlf":
                answer["secret"] = made.secret + "\r\nX-Injected: 1"
        return 201, answer

    def _delete(self, found: Key, fault: Fault) -> tuple[int, Any]:
        provider = self.provider
        with provider.lock:
            if fault.kind == "lie_alive":
                if fault.seconds:
                    found.ends_at, found.listed = time.monotonic() + fault.seconds, False
            else:
                found.works = found.listed = False
            provider.fewest_good = min(provider.fewest_good, len(provider.good))
        return 204, None

    do_GET = do_POST = do_PUT = do_DELETE = _go
