# SPDX-License-Identifier: Apache-2.0
"""A small HTTP/1.1 server in this process that stands in for somebody else's and remembers what it was sent."""

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Optional

from certificates import Certificates


class Received(NamedTuple):
    method: str
    path: str
    fields: list[tuple[str, str]]
    body: bytes

    def values(self, name: str) -> list[str]:
        return [value for field, value in self.fields if field.lower() == name.lower()]

    @property
    def text(self) -> str:
        """All of it, to search in."""
        lines = [f"{self.method} {self.path}"] + [f"{name}: {value}" for name, value in self.fields]
        return "\n".join(lines) + "\n\n" + self.body.decode("latin-1")


class StandIn:
    """Answers what `answer` says. Port 0 takes a free one."""

    def __init__(self, port: int = 0, certificates: Optional[Certificates] = None):
        self.received: list[Received] = []
        self.server = _Server(("127.0.0.1", port), _handler(self))
        if certificates is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificates.chain, certificates.key)
            self.server.context = context
        self.port: int = self.server.server_address[1]
        self.origin = f"{'https' if certificates else 'http'}://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def answer(self, request: Received) -> tuple[int, Any] | tuple[int, Any, dict[str, str]]:
        """Status, JSON, and further fields if there are any."""
        raise NotImplementedError

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    context: Optional[ssl.SSLContext] = None

    def get_request(self):
        connection, peer = super().get_request()
        connection.settimeout(60)
        if self.context is not None:
            # The handshake waits for the connection's own thread, so that a slow peer holds up nobody.
            connection = self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, peer

    def handle_error(self, request, client_address) -> None:
        """A peer that goes away is no news."""


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def respond(self) -> None:
            body = self._body()
            # `self.path` would have lost a slash of `//`.
            path = self.requestline.split(" ")[1]
            request = Received(self.command, path, list(self.headers.items()), body)
            stand_in.received.append(request)
            status, content, *further = stand_in.answer(request)
            sent = json.dumps(content).encode() + b"\n"
            self.send_response(status)
            for name, value in further[0].items() if further else ():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(sent)

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def log_message(self, *arguments) -> None:
            """Says nothing: `received` remembers."""

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = respond

    return Handler
