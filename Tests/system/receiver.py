# SPDX-License-Identifier: Apache-2.0
"""Somebody who is told of events: keeps what arrives, and behaves as badly as a test wants."""

import json
import socket
import threading
import time
from typing import Any, Callable, Optional

from certificates import Certificates
from standin import Received, StandIn


class Receiver(StandIn):
    """Answers with `status`, or with what `behave` says."""

    def __init__(self, status: int = 204, port: int = 0, certificates: Optional[Certificates] = None):
        self.status = status
        self.behave: Optional[Callable[[Received], Any]] = None
        super().__init__(port, certificates)
        self.url = f"{self.origin}/hook/path-is-s3cret"

    def answer(self, request: Received) -> Any:
        if self.behave is not None:
            return self.behave(request)
        return self.status, {}

    def messages(self, type_: Optional[str] = None) -> list[dict[str, Any]]:
        """What was posted, oldest first; with its id under `webhook-id`."""
        found = []
        for request in list(self.received):
            message = json.loads(request.body) | {"webhook-id": request.values("webhook-id")[0]}
            if type_ is None or message["type"] == type_:
                found.append(message)
        return found

    def wait(self, count: int, type_: Optional[str] = None, seconds: float = 30) -> list[dict[str, Any]]:
        """So many messages, once they are there."""
        return waited(lambda: (found := self.messages(type_)) and len(found) >= count and found, seconds)


class RawReceiver:
    """Takes one request a connection and answers bytes, as a test wants it: slowly, endlessly, not at all."""

    def __init__(self, talk: Callable[[socket.socket, bytes], None]):
        self.talk = talk
        self.requests = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/raw"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(60)
            try:
                data = b""
                while b"\r\n\r\n" not in data:
                    piece = connection.recv(65536)
                    if not piece:
                        return
                    data += piece
                self.requests += 1
                self.talk(connection, data)
            except OSError:
                pass

    def close(self) -> None:
        self.listener.close()


def waited(question: Callable[[], Any], seconds: float = 30) -> Any:
    """What the question gives once it gives anything."""
    end = time.monotonic() + seconds
    while not (found := question()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)
    return found
