# SPDX-License-Identifier: Apache-2.0
"""HTTP that two readers could read differently is refused and the connection closed, on both listeners."""

import json
import threading
import time

import pytest

from wire import connect, talk

KIB = 1024
# Behind each malformed request: if it is ever answered, a request was smuggled in.
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n"


class Listener:
    """A listener with a request that takes a body and is answered 2xx when it is well formed."""

    def __init__(self, address: str, path: str, key: str, body: bytes, status: int):
        self.address, self.path, self.key, self.body, self.status = address, path, key, body, status
        assert len(body) == 0x1D == 29, "so that LENGTH and the sizes of CHUNKS are true of both"

    def head(self, *lines: str, start: str = "", host: bool = True) -> bytes:
        fields = (["Host: bitting"] if host else []) + [f"Authorization: Bearer {self.key}", "Content-Type: application/json"]
        text = [start or f"POST {self.path} HTTP/1.1", *fields, *lines]
        return "\r\n".join(text).encode("latin-1") + b"\r\n\r\n"

    def whole(self, *lines: str) -> bytes:
        return self.head(f"Content-Length: {len(self.body)}", *lines) + self.body


@pytest.fixture(scope="module", params=["data plane", "control plane"])
def listener(request, house, ground):
    if request.param == "data plane":
        return Listener(house.server.data_address, "/v1/verify", house.management, b'{"key":"ground_live_nothing"}', 200)
    body = json.dumps({"name": "By raw bytes only"}).encode()
    return Listener(house.server.control_address, f"/v1/accounts/{ground.account}/apps", house.management, body, 201)


@pytest.fixture
def unchanged(control):
    """Nothing that was refused left anything behind."""
    before = control.items("/v1/accounts"), [control.items(f"/v1/accounts/{one['id']}/apps") for one in control.items("/v1/accounts")]
    yield
    after = control.items("/v1/accounts"), [control.items(f"/v1/accounts/{one['id']}/apps") for one in control.items("/v1/accounts")]
    assert before == after


def refused(listener: Listener, evidence, sent: bytes, statuses: tuple[int, ...]) -> None:
    """One answer of these, then the end; what followed the request was never read as another."""
    told = talk(listener.address, sent + SMUGGLED)
    for answer in told.answers:
        evidence.answer(b"RAW\r\n" + answer.raw)
    assert told.is_closed, f"the connection stayed open after {told.statuses}"
    assert len(told.answers) == 1 and told.rest == b"", told
    assert told.statuses[0] in statuses
    (answer,) = told.answers
    assert (answer.field("Connection") or "").lower() == "close"


def test_the_request_that_the_others_are_made_from_is_accepted(listener):
    told = talk(listener.address, listener.whole(), until=1)
    assert told.statuses == [listener.status], told


LENGTH = "Content-Length: 29"
HEADS = {
    "both lengths": ["Content-Length: 5", "Transfer-Encoding: chunked"],
    "both lengths, the other way round": ["Transfer-Encoding: chunked", "Content-Length: 5"],
    "two lengths that differ": ["Content-Length: 5", "Content-Length: 6"],
    "two lengths that agree": ["Content-Length: 5", "Content-Length: 5"],
    "a list of lengths": ["Content-Length: 5, 5"],
    "a length with a sign": ["Content-Length: +5"],
    "a negative length": ["Content-Length: -1"],
    "a hexadecimal length": ["Content-Length: 0x5"],
    "a length with a space inside": ["Content-Length: 5 5"],
    "an empty length": ["Content-Length: "],
    "a length beyond 64 bits": ["Content-Length: 99999999999999999999999"],
    "a length that wraps 64 bits": ["Content-Length: 18446744073709551621"],
    "space before the colon": [LENGTH, "X-A : b"],
    "tab before the colon": [LENGTH, "X-A\t: b"],
    "space before the colon of a length": ["Content-Length : 29"],
    "space before the colon of an encoding": ["Transfer-Encoding : chunked"],
    "a folded line": [LENGTH, "X-A: b", " c"],
    "a line folded with a tab": [LENGTH, "X-A: b", "\tc"],
    "a folded first line": [" X-A: b", LENGTH],
    "a field without a colon": [LENGTH, "nonsense"],
    "a field without a name": [LENGTH, ": b"],
    "a field name that is no token": [LENGTH, "X(A): b"],
    "a field name beyond ASCII": [LENGTH, "X-\xe4: b"],
    "NUL in a value": [LENGTH, "X-A: b\0c"],
    "NUL in a name": [LENGTH, "X-\0A: b"],
    "a control byte in a value": [LENGTH, "X-A: b\x01c"],
    "DEL in a value": [LENGTH, "X-A: b\x7fc"],
    "bare CR in a value": [LENGTH, "X-A: b\rc"],
    "bare CR before a length": ["X-A: b\rContent-Length: 29"],
    "bare LF between fields": [LENGTH, "X-A: b\nX-B: c"],
    "bare LF before an encoding": [LENGTH, "X-A: b\nTransfer-Encoding: chunked"],
    "two hosts": [LENGTH, "Host: other"],
}


@pytest.mark.parametrize("lines", HEADS.values(), ids=HEADS.keys())
def test_a_head_that_can_be_read_in_two_ways_is_refused(listener, evidence, unchanged, lines):
    refused(listener, evidence, listener.head(*lines) + listener.body, (400,))


ENCODINGS = [
    "gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "identity", "xchunked", "chunked;q=1", '"chunked"', "\x0bchunked", "chunked\x0b", "",
]  # fmt: skip


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_transfer_encoding_other_than_chunked_is_refused(listener, evidence, unchanged, encoding):
    sent = listener.head(f"Transfer-Encoding: {encoding}") + b"0\r\n\r\n"
    refused(listener, evidence, sent, (400, 501))


def test_transfer_encoding_twice_is_refused(listener, evidence, unchanged):
    sent = listener.head("Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + b"0\r\n\r\n"
    refused(listener, evidence, sent, (400, 501))


def test_transfer_encoding_in_http_1_0_is_refused(listener, evidence, unchanged):
    sent = listener.head("Transfer-Encoding: chunked", start=f"POST {listener.path} HTTP/1.0") + b"0\r\n\r\n"
    refused(listener, evidence, sent, (400,))


STARTS = {
    "no version": ("POST {path}", (400, 505)),
    "a version to come": ("POST {path} HTTP/2.0", (400, 505)),
    "version 1.2": ("POST {path} HTTP/1.2", (400, 505)),
    "a version in lower case": ("POST {path} http/1.1", (400, 505)),
    "two spaces after the method": ("POST  {path} HTTP/1.1", (400,)),
    "two spaces before the version": ("POST {path}  HTTP/1.1", (400,)),
    "a tab for a space": ("POST\t{path} HTTP/1.1", (400,)),
    "a space at the end": ("POST {path} HTTP/1.1 ", (400, 505)),
    "a space in the target": ("POST {path} x HTTP/1.1", (400, 505)),
    "NUL in the target": ("POST {path}\0 HTTP/1.1", (400,)),
    "a byte beyond ASCII in the target": ("POST {path}\xff HTTP/1.1", (400,)),
    "bare CR in the target": ("POST {path}\rx HTTP/1.1", (400,)),
    "a method that is no token": ("PO(ST {path} HTTP/1.1", (400,)),
    "a space before the method": (" POST {path} HTTP/1.1", (400,)),
}


@pytest.mark.parametrize("start, statuses", STARTS.values(), ids=STARTS.keys())
def test_a_malformed_first_line_is_refused(listener, evidence, unchanged, start, statuses):
    sent = listener.head(LENGTH, start=start.format(path=listener.path)) + listener.body
    refused(listener, evidence, sent, statuses)


def test_a_request_without_a_host_is_refused(listener, evidence, unchanged):
    sent = listener.head(f"Content-Length: {len(listener.body)}", host=False) + listener.body
    refused(listener, evidence, sent, (400,))


def test_lines_that_end_in_a_bare_line_feed_are_refused(listener, evidence, unchanged):
    refused(listener, evidence, listener.whole().replace(b"\r\n", b"\n"), (400,))


CHUNKS = {
    "a size beyond 64 bits": b"fffffffffffffffff\r\n",
    "a size that wraps 64 bits": b"1000000000000001d\r\n",
    "a size of zeros without end": b"0" * 300 + b"1d\r\n",
    "a negative size": b"-1d\r\n",
    "a size with a sign": b"+1d\r\n",
    "a size with 0x": b"0x1d\r\n",
    "a size with an underscore": b"1_d\r\n",
    "an empty size": b"\r\n",
    "a size that is no number": b"zz\r\n",
    "a space before the size": b" 1d\r\n",
    "a size that ends in a bare LF": b"1d\n",
    "an extension that ends in a bare LF": b"1d;a=b\n",
    "an extension with a bare CR": b"1d;a=\rb\r\n",
    "an extension with NUL": b"1d;a=\0\r\n",
    "an extension without end": b"1d;a=" + b"x" * 8192 + b"\r\n",
}  # fmt: skip


@pytest.mark.parametrize("size_line", CHUNKS.values(), ids=CHUNKS.keys())
def test_a_malformed_chunk_size_is_refused(listener, evidence, unchanged, size_line):
    sent = listener.head("Transfer-Encoding: chunked") + size_line + listener.body + b"\r\n0\r\n\r\n"
    refused(listener, evidence, sent, (400,))


@pytest.mark.parametrize("end", [b"\n", b"\r", b"x", b"0\r\n\r\n", b"\r\r\n"])
def test_a_chunk_that_does_not_end_where_its_size_says_is_refused(listener, evidence, unchanged, end):
    chunk = f"{len(listener.body):x}\r\n".encode() + listener.body
    sent = listener.head("Transfer-Encoding: chunked") + chunk + end + b"0\r\n\r\n"
    refused(listener, evidence, sent, (400,))


def test_a_chunked_body_is_read_across_any_pieces(listener):
    half = len(listener.body) // 2
    pieces = [f"{half:X};name=value\r\n".encode(), listener.body[:half], b"\r\n"]
    pieces += [f"00{len(listener.body) - half:x}\r\n".encode(), listener.body[half:], b"\r\n0\r\nTrailer: x\r\n\r\n"]
    told = talk(listener.address, listener.head("Transfer-Encoding: chunked"), *pieces, until=1)
    assert told.statuses == [listener.status], told


def test_a_head_of_17_kib_is_refused(listener, evidence, unchanged):
    filler = [f"X-Filler-{number}: {'x' * 1000}" for number in range(17)]
    refused(listener, evidence, listener.head(LENGTH, *filler) + listener.body, (431,))


def test_one_field_of_17_kib_is_refused(listener, evidence, unchanged):
    refused(listener, evidence, listener.head(LENGTH, "X-Filler: " + "x" * 17 * KIB) + listener.body, (431,))


def test_a_head_without_an_end_is_refused_at_its_limit(listener):
    told = talk(listener.address, f"GET / HTTP/1.1\r\nHost: a\r\nX-A: {'x' * 64 * KIB}".encode())
    assert told.is_closed and told.statuses in ([431], [])


def test_a_target_of_17_kib_is_refused(listener, evidence, unchanged):
    start = f"POST {listener.path}?{'x' * 17 * KIB} HTTP/1.1"
    refused(listener, evidence, listener.head(LENGTH, start=start) + listener.body, (414, 431))


def test_a_body_said_to_be_2_mib_is_refused_before_it_is_sent(listener, unchanged):
    told = talk(listener.address, listener.head(f"Content-Length: {2 * KIB * KIB}"), until=1)
    assert told.statuses == [413]


def test_a_body_that_turns_out_to_be_2_mib_is_refused(listener, unchanged):
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    told = talk(listener.address, listener.head("Transfer-Encoding: chunked"), *[chunk] * 32, b"0\r\n\r\n")
    # The refusal may be lost when the connection is reset under a sender that keeps sending.
    assert told.statuses in ([413], []) and told.is_closed


def test_pipelined_requests_are_answered_in_order(listener):
    missing = listener.head("Content-Length: 0", start="GET /nowhere HTTP/1.1")
    health = listener.head(start="GET /healthz HTTP/1.1")
    told = talk(listener.address, (health + missing + listener.whole()) * 20, until=60)
    assert told.statuses == [200, 404, listener.status] * 20


def test_a_pipeline_ends_at_the_first_request_that_is_refused(listener):
    health = listener.head(start="GET /healthz HTTP/1.1")
    told = talk(listener.address, health + health + listener.head("Content-Length: 1, 1") + health)
    assert told.statuses == [200, 200, 400] and told.is_closed


def test_a_request_in_single_bytes_is_answered(listener):
    told = talk(listener.address, *(bytes([byte]) for byte in listener.whole()), until=1)
    assert told.statuses == [listener.status]


@pytest.mark.parametrize("lines, is_closed", [(["Connection: close"], True), (["Connection: keep-alive"], False), ([], False)])
def test_the_connection_stays_as_the_request_asks(listener, lines, is_closed):
    assert talk(listener.address, listener.whole(*lines), seconds=2).is_closed == is_closed


def test_garbage_that_is_no_http_is_refused(listener):
    for sent in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\r\n\r\n", b"\0" * 100, b"SSH-2.0-x\r\n\r\n", b"GET\r\n\r\n"):
        told = talk(listener.address, sent, seconds=25)
        assert told.is_closed and told.statuses in ([400], [505], []), (sent, told)


def first_word(address: str, sent: bytes, drip: bytes, seconds: float) -> float:
    """How long a connection lives that sends a head one byte each second."""
    began = time.monotonic()
    with connect(address, seconds) as connection:
        connection.sendall(sent)
        connection.settimeout(1)
        while time.monotonic() - began < seconds:
            try:
                if connection.recv(65536) == b"":
                    break
            except TimeoutError:
                try:
                    connection.sendall(drip)
                except OSError:
                    break
            except ConnectionResetError:
                break
    return time.monotonic() - began


def test_a_head_that_does_not_arrive_within_ten_seconds_is_cut(house):
    lives: dict[str, float] = {}
    starts = {"within a field": (b"GET /healthz HTTP/1.1\r\nX-A: ", b"x"), "within the first line": (b"GET /", b"x")}

    def live(name, address, sent, drip):
        lives[name] = first_word(address, sent, drip, 40)

    threads = [
        threading.Thread(target=live, args=(f"{plane}, {name}", address, *what))
        for plane, address in (("data", house.server.data_address), ("control", house.server.control_address))
        for name, what in starts.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lives) == 4
    # Generous on both sides: the point is that it ends, and not before an honest slow client is through.
    assert {name: seconds for name, seconds in lives.items() if not 8 < seconds < 25} == {}


def test_a_slow_body_is_waited_for_and_holds_up_nobody(listener):
    with connect(listener.address) as slow:
        slow.sendall(listener.head(f"Content-Length: {len(listener.body)}"))
        for byte in listener.body:
            slow.sendall(bytes([byte]))
            assert talk(listener.address, listener.head(start="GET /healthz HTTP/1.1"), until=1).statuses == [200]
        slow.settimeout(10)
        assert slow.recv(65536).startswith(f"HTTP/1.1 {listener.status} ".encode())


def test_a_client_that_goes_away_in_the_middle_leaves_nothing(listener, unchanged):
    for cut in range(0, len(listener.whole()) - 1, 7):
        with connect(listener.address) as connection:
            connection.sendall(listener.whole()[:cut])
    assert talk(listener.address, listener.head(start="GET /healthz HTTP/1.1"), until=1).statuses == [200]


def test_after_all_that_both_listeners_are_well(house):
    for door in (house.control(None), house.data()):
        assert door.call("GET", "/healthz").status == 200
