# SPDX-License-Identifier: Apache-2.0
"""A provider's server that keeps the exact bytes it was sent, and answers what the test scripts, however wrong."""

import socket
import ssl
import threading
from typing import Callable, NamedTuple, Optional

from certificates import Certificates

END = b"\r\n\r\n"


class Request(NamedTuple):
    head: bytes
    body: bytes

    @property
    def line(self) -> bytes:
        return self.head.split(b"\r\n")[0]

    @property
    def fields(self) -> list[tuple[bytes, bytes]]:
        lines = self.head[: -len(END)].split(b"\r\n")[1:]
        return [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]

    def values(self, name: bytes) -> list[bytes]:
        return [value for field, value in self.fields if field == name.lower()]

    @property
    def bytes(self) -> bytes:
        return self.head + self.body


Behaviour = Callable[[socket.socket, "Reader"], bool]


class Reader:
    """What the other side sent on one connection, piece by piece."""

    def __init__(self, connection: socket.socket):
        self.connection = connection
        self.kept = b""
        self.request: Optional[Request] = None  # the one being answered

    def until(self, mark: bytes) -> Optional[bytes]:
        while mark not in self.kept:
            piece = self.connection.recv(65536)
            if not piece:
                return None
            self.kept += piece
        found, self.kept = self.kept.split(mark, 1)
        return found + mark

    def exactly(self, count: int) -> bytes:
        while len(self.kept) < count:
            piece = self.connection.recv(65536)
            if not piece:
                raise ConnectionError("the body ended early")
            self.kept += piece
        found, self.kept = self.kept[:count], self.kept[count:]
        return found

    def body(self, head: bytes, take: Callable[[bytes], None]) -> None:
        """Hands over the body's pieces."""
        length = Request(head, b"").values(b"content-length")
        if length:
            left = int(length[0])
            while left > 0:
                piece = self.exactly(min(left, 65536))
                take(piece)
                left -= len(piece)
        elif Request(head, b"").values(b"transfer-encoding"):
            while size := int(self.until(b"\r\n") or b"0", 16):
                take(self.exactly(size))
                self.exactly(2)
            self.until(b"\r\n")


def answering(answer: bytes, keep: bool = True) -> Behaviour:
    """These bytes, then the next request, or the end."""

    def behave(connection: socket.socket, reader: Reader) -> bool:
        connection.sendall(answer)
        return keep

    return behave


OK = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


class Upstream:
    """Serves until closed. `behave` may be replaced at any time; it is called with each whole request read."""

    def __init__(self, certificates: Optional[Certificates] = None, address: str = "127.0.0.1", port: int = 0):
        self.requests: list[Request] = []
        self.connections = 0
        self.behave: Behaviour = OK
        self.reads_body = True
        self.take: Optional[Callable[[bytes], None]] = None
        self.greeting = b""  # sent before anything was asked
        self.says_goodbye = True  # ends TLS with close_notify
        self.context: Optional[ssl.SSLContext] = None
        if certificates is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificates.chain, certificates.key)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.listener = socket.create_server((address, port), family=family, backlog=256)
        self.port: int = self.listener.getsockname()[1]
        host = f"[{address}]" if ":" in address else address
        self.origin = f"{'https' if certificates else 'http'}://{host}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def reset(self, behave: Behaviour = OK) -> None:
        self.requests.clear()
        self.connections = 0
        self.behave, self.reads_body, self.take, self.says_goodbye = behave, True, None, True

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(120)
            if self.greeting:
                connection.sendall(self.greeting)
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            self.connections += 1
            reader = Reader(connection)
            while head := reader.until(END):
                parts: list[bytes] = []
                if self.reads_body:
                    reader.body(head, self.take or parts.append)
                reader.request = Request(head, b"".join(parts))
                self.requests.append(reader.request)
                if not self.behave(connection, reader):
                    if isinstance(connection, ssl.SSLSocket) and self.says_goodbye:
                        connection.unwrap()
                    break
        except (OSError, ValueError):
            pass
        finally:
            connection.close()

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)  # else the thread in accept() would take one more
        self.listener.close()
