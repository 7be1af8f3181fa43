# SPDX-License-Identifier: Apache-2.0
"""A provider that sends the credential back, in each writing, cut anywhere: no caller reads it, and the trail tells of it."""

import gzip
import time
import zlib

import pytest

from search import writings
from upstream import Upstream, answering

VALUE = 'held-"\\/+%=:&#~Zq07'


@pytest.fixture(scope="module")
def upstream():
    made = Upstream()
    yield made
    made.close()


@pytest.fixture(scope="module")
def key(ground) -> str:
    return ground.issue()["secret"]


@pytest.fixture(scope="module")
def lent(house, ground, upstream):
    """A value lent out under the name `echo`; its ids."""
    ground.provider("echo", upstream.origin)
    return ground.lend("echo", house.evidence.hold(VALUE))


def call(house, key, name="echo"):
    door = house.data()
    try:
        return door.call("GET", f"/lend/{name}/x", None, {"Authorization": f"Bearer {key}", "Accept-Encoding": "gzip"})
    finally:
        door.close()


def chunked(body: bytes, size: int, fields: bytes = b"") -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    coded = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + fields + b"\r\n" + coded + b"0\r\n\r\n"


def sized(body: bytes, fields: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%b\r\n%b" % (len(body), fields, body)


@pytest.mark.parametrize("way, text", writings(VALUE).items())
def test_each_writing_is_read_as_stars_of_its_length(house, key, lent, upstream, way, text):
    body = b'{"before":"' + text + b'","after":1}'
    expected = b'{"before":"' + b"*" * len(text) + b'","after":1}'
    for raw in [sized(body), *(chunked(body, size) for size in (1, 2, 5, 11, 64))]:
        upstream.behave = answering(raw)
        assert call(house, key).body == expected, raw


@pytest.mark.parametrize("way", ["plain", "hex", "percent", "base64, shifted by 0"])
def test_a_header_that_holds_it_is_read_as_stars(house, key, lent, upstream, way):
    text = writings(VALUE)[way]
    upstream.behave = answering(sized(b"ok", b"X-Echo: was %b here\r\n" % text))
    answer = call(house, key)
    assert answer.field("X-Echo") == f"was {'*' * len(text)} here"


@pytest.mark.parametrize("name, code", [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", lambda body: zlib.compress(body)[2:-4])])
def test_a_compressed_answer_is_decoded_and_looked_through(house, key, lent, upstream, name, code):
    body = b"x" * 100_000 + VALUE.encode() + b"y" * 100_000
    fields = b"Content-Encoding: " + name.encode() + b"\r\n"
    for raw in (sized(code(body), fields), chunked(code(body), 3, fields)):
        upstream.behave = answering(raw)
        answer = call(house, key)
        assert answer.body == b"x" * 100_000 + b"*" * len(VALUE) + b"y" * 100_000
        assert answer.field("Content-Encoding") is None


def test_an_answer_in_a_coding_that_cannot_be_undone_is_refused(house, key, lent, upstream):
    upstream.behave = answering(sized(VALUE.encode(), b"Content-Encoding: br\r\n"))
    answer = call(house, key)
    assert (answer.status, answer.field("X-Bitting-Error")) == (502, "upstream_encoding")


def test_the_provider_is_asked_for_plain_answers(house, key, lent, upstream):
    upstream.behave = answering(sized(b"ok"))
    upstream.requests.clear()
    call(house, key)
    assert upstream.requests[0].values(b"accept-encoding") == [b"identity"]


def test_the_trail_tells_of_an_echo_once_a_minute_and_the_metric_of_each(house, ground, key, upstream):
    ground.provider("told", upstream.origin)
    ids = ground.lend("told", house.evidence.hold("told-" + VALUE))
    upstream.behave = answering(sized(b"told-" + VALUE.encode()))
    before = house.metric("bitting_lend_echoes_total")
    for _ in range(3):
        call(house, key, "told")
    assert house.metric("bitting_lend_echoes_total") == before + 3
    control = house.control()
    end = time.monotonic() + 10
    while time.monotonic() < end:
        events = [event for event in control.items("/v1/events") if event["action"] == "credential.echoed" and event["subject"] == ids["credential"]]
        if events:
            break
        time.sleep(0.1)
    (event,) = events
    details = event["details"]
    details = details if isinstance(details, dict) else {item["name"]: item["value"] for item in details}
    assert (details["integration"], details["where"], details["form"]) == (ids["integration"], "body", "plain")
    assert details["version"].startswith("ver_")
    assert event["account"] == ground.account
