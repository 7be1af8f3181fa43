# SPDX-License-Identifier: Apache-2.0
"""What flows through a lent call: tokens as they come, WebSocket, calls in a circle, and the log that tells of them."""

import base64
import hashlib
import json
import os
import subprocess
import tempfile
import threading
import time

import pytest

from server import initialise
from upstream import Upstream, answering
from wire import connect

LOG = os.path.join(tempfile.mkdtemp(prefix="bitting-lend-"), "lend.log")
SERVE_OPTIONS = ("--lend-log", LOG)


@pytest.fixture(scope="module")
def upstream():
    made = Upstream()
    yield made
    made.close()


@pytest.fixture(scope="module")
def key(ground) -> str:
    return ground.issue()["secret"]


@pytest.fixture()
def lent(house, ground, upstream, request):
    """An integration of its own for each test, so that one may be ended; its name and ids."""
    name = "s-" + hashlib.sha256(request.node.name.encode()).hexdigest()[:12]
    ground.provider(name, upstream.origin)
    return {"name": name, "value": (value := house.evidence.hold())} | ground.lend(name, value)


class Caller:
    """A call over a socket of its own, read as it comes."""

    def __init__(self, house, key, lent, *fields, path="/x"):
        self.socket = connect(house.server.data_address)
        self.kept = b""
        head = [f"GET /lend/{lent['name']}{path} HTTP/1.1", "Host: b", f"Authorization: Bearer {key}", *fields]
        self.socket.sendall("\r\n".join(head).encode() + b"\r\n\r\n")

    def until(self, mark: bytes) -> bytes:
        while mark not in self.kept:
            piece = self.socket.recv(65536)
            assert piece, f"the other side closed after {self.kept!r}"
            self.kept += piece
        found, self.kept = self.kept.split(mark, 1)
        return found + mark

    def end(self, seconds: float) -> float:
        """Waits until the other side closes, and tells how long that took."""
        begun = time.monotonic()
        self.socket.settimeout(seconds)
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return time.monotonic() - begun


def records(integration: str, count: int) -> list[dict]:
    """The log's records of an integration, once there are so many."""
    end = time.monotonic() + 10
    while True:
        lines = open(LOG).read().splitlines() if os.path.exists(LOG) else []
        found = [record for record in map(json.loads, lines) if record.get("integration") == integration]
        if len(found) >= count or time.monotonic() > end:
            assert len(found) == count, found
            return found
        time.sleep(0.05)


def test_a_stream_arrives_token_by_token(house, key, lent, upstream):
    go_on = threading.Event()
    tokens = [b"data: %d\n\n" % number for number in range(20)]

    def behave(connection, reader):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for token in tokens:
            connection.sendall(b"%x\r\n%b\r\n" % (len(token), token))
            # The next one is sent when this one has been read at the other end, and not before.
            assert go_on.wait(10)
            go_on.clear()
        connection.sendall(b"0\r\n\r\n")
        return True

    upstream.behave = behave
    caller = Caller(house, key, lent)
    caller.until(b"\r\n\r\n")
    for token in tokens:
        assert token in caller.until(token)
        go_on.set()
    caller.until(b"0\r\n\r\n")


def stream_forever(connection, reader):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
    reader.until(b"never")
    return False


def grant(connection, reader, head):
    """Accepts a WebSocket and sends back all that comes."""
    asked = next(line.split(b": ")[1] for line in head.split(b"\r\n") if line.startswith(b"Sec-WebSocket-Key"))
    accept = base64.b64encode(hashlib.sha1(asked + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    connection.sendall(reader.kept)
    while piece := connection.recv(65536):
        connection.sendall(piece)
    return False


WEBSOCKET = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")


def open_socket(house, key, lent, upstream) -> Caller:
    upstream.behave = lambda connection, reader: grant(connection, reader, upstream.requests[-1].head)
    caller = Caller(house, key, lent, *WEBSOCKET)
    head = caller.until(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 ") and b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
    return caller


def test_a_websocket_carries_bytes_both_ways(house, key, lent, upstream):
    caller = open_socket(house, key, lent, upstream)
    for text in (b"\x81\x05hello", os.urandom(100_000) + b"end"):
        threading.Thread(target=caller.socket.sendall, args=(text,)).start()
        assert caller.until(text[-3:]) == text
    caller.socket.close()
    (record,) = records(lent["integration"], 1)
    assert record["provider_status"] == 101 and record["sent_bytes"] == record["received_bytes"] == 100_010


ENDINGS = {
    "revoking the integration": lambda control, ids, key: control.need(200, "POST", f"/v1/integrations/{ids['integration']}/revoke"),
    "pausing the integration": lambda control, ids, key: control.need(200, "POST", f"/v1/integrations/{ids['integration']}/pause"),
    "revoking the caller's key": lambda control, ids, key: control.need(200, "POST", f"/v1/keys/{key}/revoke", {"reason": "other"}),
}


@pytest.mark.parametrize("kind", ["WebSocket", "stream"])
@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
def test_what_runs_ends_with_the_right_to_it(house, ground, lent, upstream, kind, ending):
    issued = ground.issue()
    if kind == "WebSocket":
        caller = open_socket(house, issued["secret"], lent, upstream)
    else:
        upstream.behave = stream_forever
        caller = Caller(house, issued["secret"], lent)
        caller.until(b"first\r\n")
    ending(house.control(), lent, issued["id"])
    # A second, and what a busy machine adds.
    assert caller.end(10) < 5
    (record,) = records(lent["integration"], 1)
    assert record["code"] in ("integration_revoked", "integration_paused", "revoked")


def test_a_call_in_a_circle_is_refused(house, ground, key):
    ground.provider("circle", f"http://{house.server.data_address}", credential={"in": "header", "name": "Authorization", "format": "Bearer {value}"})
    # The provider is this very server: what it is lent is a key that could go round for ever.
    ids = ground.lend("circle", key)
    door = house.data()
    answer = door.call("GET", "/lend/circle/lend/circle/x", None, {"Authorization": f"Bearer {key}"})
    assert answer.status == 508 and answer.json()["code"] == "loop", answer
    assert ids["integration"]


def test_the_trace_goes_through_and_into_the_log(house, key, lent, upstream):
    upstream.behave = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    upstream.requests.clear()
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    door = house.data()
    fields = {"Authorization": f"Bearer {key}", "traceparent": trace, "tracestate": "congo=t61rcWkgMzE"}
    body = b'{"canary":"in the body"}'
    answer = door.call("POST", f"/lend/{lent['name']}/v1/labels?limit=canary-value&page=2", body, fields)
    assert answer.status == 200
    assert upstream.requests[0].values(b"traceparent") == [trace.encode()]
    assert upstream.requests[0].values(b"tracestate") == [b"congo=t61rcWkgMzE"]
    (record,) = records(lent["integration"], 1)
    assert record["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert (record["method"], record["path"]) == ("POST", f"/lend/{lent['name']}/v1/labels")
    assert record["query"] == ["limit", "page"]
    assert (record["sent_bytes"], record["received_bytes"], record["provider_status"]) == (len(body), 2, 200)
    assert record["app"] and record["credential"] == lent["credential"] and record["version"].startswith("ver_")
    text = open(LOG).read()
    for secret in ("canary", key, lent["value"], "congo"):
        assert secret not in text


def test_a_file_that_cannot_be_written_is_said_at_once(binary, tmp_path):
    initialise(binary, tmp_path / "data")
    told = subprocess.run(
        [binary, "serve", "--data", tmp_path / "data", "--data-address", "127.0.0.1:0", "--control-address", "127.0.0.1:0"]
        + ["--lend-log", tmp_path / "no" / "such.log"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert told.returncode != 0 and "such.log" in told.stderr
