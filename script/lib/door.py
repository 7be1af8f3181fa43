# SPDX-License-Identifier: Apache-2.0
"""A plain HTTP client for one listener: what is sent is what stands in the call, nothing is followed or retried."""

import http.client
import json
from typing import Any, Callable, NamedTuple, Optional

Fields = dict[str, str]


class Answer(NamedTuple):
    status: int
    fields: list[tuple[str, str]]
    body: bytes

    def field(self, name: str) -> Optional[str]:
        """The one field of that name; two are a fault of whoever answered."""
        values = [value for field, value in self.fields if field.lower() == name.lower()]
        assert len(values) < 2, f"{name} stands twice in the answer"
        return values[0] if values else None

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def raw(self) -> bytes:
        head = "".join(f"{name}: {value}\r\n" for name, value in self.fields)
        return f"{self.status}\r\n{head}\r\n".encode("latin-1") + self.body


class Unexpected(Exception):
    """An answer that is not the one that the story needs."""


class Door:
    """One keep-alive connection to `address`; for one thread."""

    def __init__(self, address: str, key: Optional[str] = None, record: Optional[Callable[[bytes], None]] = None):
        self.address = address
        self.key = key
        self.record = record or (lambda answer: None)
        self.connection = http.client.HTTPConnection(address, timeout=30)

    def call(self, method: str, path: str, body: Any = None, fields: Optional[Fields] = None) -> Answer:
        sent = dict(fields or {})
        if self.key is not None and "Authorization" not in sent:
            sent["Authorization"] = f"Bearer {self.key}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None and "Content-Type" not in sent:
            sent["Content-Type"] = "application/json"
        answer = self._send(method, path, body, {name: value for name, value in sent.items() if value is not None})
        # Only what was answered is evidence: what a test wrote into a path is its own.
        is_made = path in ("/v1/keys", "/v1/operators") or (path.startswith("/v1/keys/") and path.endswith("/rotate"))
        is_hook = path == "/v1/webhooks" or (path.startswith("/v1/webhooks/") and path.endswith("/rotate"))
        is_revealed = path.endswith("/reveal")
        shows_secrets = method == "POST" and (is_made or is_hook or is_revealed or path in ("/v1/keys/bulk", "/v1/deposits"))
        shown_as = "/v1/keys" if is_made else "/v1/webhooks" if is_hook else "/v1/reveal" if is_revealed else path
        self.record((f"POST {shown_as}\r\n".encode() if shows_secrets else b"\r\n") + answer.raw)
        return answer

    def _send(self, method: str, path: str, body: Optional[bytes], fields: Fields) -> Answer:
        try:
            self.connection.request(method, path, body=body, headers=fields)
            came = self.connection.getresponse()
            return Answer(came.status, came.getheaders(), came.read())
        except BaseException:
            self.connection.close()
            raise

    def need(self, status: int, method: str, path: str, body: Any = None, fields: Optional[Fields] = None) -> Any:
        """The JSON of an answer that has to be this one."""
        answer = self.call(method, path, body, fields)
        if answer.status != status:
            raise Unexpected(f"{method} {path} was answered {answer.status}, not {status}: {answer.body.decode(errors='replace')}")
        return answer.json() if answer.body else None

    def items(self, path: str) -> list[Any]:
        """All items of a list, page by page."""
        found: list[Any] = []
        cursor = None
        while True:
            joint = "&" if "?" in path else "?"
            page = self.need(200, "GET", f"{path}{joint}limit=200" + (f"&cursor={cursor}" if cursor else ""))
            found += page["items"]
            cursor = page["next_cursor"]
            if not cursor:
                return found

    def close(self) -> None:
        self.connection.close()
