# SPDX-License-Identifier: Apache-2.0
"""The search that other suites rely on does find what is there."""

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from search import find_in_bytes, find_in_files, writings

SECRET = 'held-"\\/+%=Zq0_7-fJ'


@pytest.mark.parametrize(
    "written",
    [
        SECRET.encode(),
        SECRET.encode().hex().encode(),
        SECRET.encode().hex().upper().encode(),
        quote(SECRET, safe="").encode(),
        quote_plus(SECRET).encode(),
        json.dumps({"a": SECRET}).encode(),
        json.dumps({"a": SECRET}).replace("/", "\\/").encode(),
        *(base64.b64encode(b"x" * before + SECRET.encode() + b"y" * after) for before in range(4) for after in range(4)),
        *(base64.urlsafe_b64encode(b"x" * before + SECRET.encode()) for before in range(3)),
    ],
)
def test_each_way_of_writing_is_found(written, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "log").write_bytes(b"before\0" + written + b"\nafter")
    assert find_in_files(tmp_path, {"it": writings(SECRET)})


def test_another_secret_is_not_found():
    assert not list(find_in_bytes(SECRET.encode(), {"it": writings(SECRET.replace("Z", "Y"))}))
