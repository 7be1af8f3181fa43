# SPDX-License-Identifier: Apache-2.0
"""Bytes to a socket and bytes back, for what no HTTP client would send."""

import socket
import time
from typing import NamedTuple, Optional

from door import Answer


class Talk(NamedTuple):
    """What came back: whole answers, what was left over, and whether the other side closed."""

    answers: list[Answer]
    rest: bytes
    is_closed: bool

    @property
    def statuses(self) -> list[int]:
        return [answer.status for answer in self.answers]


def connect(address: str, seconds: float = 20, source: Optional[str] = None) -> socket.socket:
    """From the loopback address `source`, if one is told."""
    host, port = address.rsplit(":", 1)
    made = socket.create_connection((host, int(port)), seconds, source_address=(source, 0) if source else None)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def talk(
    address: str, *pieces: bytes, seconds: float = 20, until: Optional[int] = None, source: Optional[str] = None
) -> Talk:
    """Sends the pieces and reads until the other side closes, `until` answers are there, or `seconds` are over."""
    with connect(address, seconds, source) as connection:
        came = b""
        is_closed = False
        end = time.monotonic() + seconds
        try:
            for piece in pieces:
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all was sent; what it said first may still be there
        try:
            while time.monotonic() < end:
                if until is not None and len(read(came)[0]) >= until:
                    break
                connection.settimeout(max(0.01, end - time.monotonic()))
                piece = connection.recv(65536)
                if not piece:
                    is_closed = True
                    break
                came += piece
        except ConnectionResetError:
            is_closed = True
        except TimeoutError:
            pass
    answers, rest = read(came, is_closed)
    return Talk(answers, rest, is_closed)


def read(came: bytes, is_closed: bool = False) -> tuple[list[Answer], bytes]:
    """The answers in `came`, to requests that are no HEAD, and what is left."""
    answers: list[Answer] = []
    while (end := came.find(b"\r\n\r\n")) >= 0:
        lines = came[:end].decode("latin-1").split("\r\n")
        assert lines[0].startswith("HTTP/1.1 "), f"no answer begins with {lines[0]!r}"
        fields = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
        answer = Answer(int(lines[0].split(" ")[1]), fields, b"")
        taken = _body(answer, came[end + 4 :], is_closed)
        if taken is None:
            break
        body, used = taken
        answers.append(answer._replace(body=body))
        came = came[end + 4 + used :]
    return answers, came


def _body(answer: Answer, bytes_: bytes, is_closed: bool) -> Optional[tuple[bytes, int]]:
    if answer.status in (204, 304) or answer.status < 200:
        return b"", 0
    if (answer.field("Transfer-Encoding") or "").lower() == "chunked":
        return _chunks(bytes_)
    length = answer.field("Content-Length")
    if length is None:
        return (bytes_, len(bytes_)) if is_closed else None
    return (bytes_[: int(length)], int(length)) if len(bytes_) >= int(length) else None


def _chunks(bytes_: bytes) -> Optional[tuple[bytes, int]]:
    body, position = b"", 0
    while (end := bytes_.find(b"\r\n", position)) >= 0:
        size = int(bytes_[position:end].split(b";")[0], 16)
        position = end + 2 + size + 2
        if position > len(bytes_):
            return None
        if size == 0:
            return body, position
        body += bytes_[end + 2 : end + 2 + size]
    return None
