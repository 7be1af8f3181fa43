# SPDX-License-Identifier: Apache-2.0
"""The data plane on a Unix socket, and the programs that call it there."""

import http.client
import json
import os
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from door import Door
from house import Evidence, House
from server import NotStarted, Server


class LocalConnection(http.client.HTTPConnection):
    """HTTP to a Unix socket."""

    def __init__(self, path: Path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(str(self.path))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("socket") / "data.sock"


@pytest.fixture(scope="module")
def house(binary: Path, evidence: Evidence, place: Path):
    made = House(binary, evidence.root / "test_data_socket", evidence, ("--data-socket", str(place)))
    yield made
    assert made.server.stop() == 0
    assert not place.exists(), "the socket is removed at the end"


def door(house: House, place: Path, key=None) -> Door:
    made = house.data(key)
    made.connection = LocalConnection(place)
    return made


def test_it_answers_there(house: House, ground, place: Path):
    mode = os.lstat(place).st_mode
    assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o660
    key = ground.issue()
    local = door(house, place, house.management)
    assert local.need(200, "POST", "/v1/verify", {"key": key["secret"]})["valid"]
    assert local.call("GET", "/readyz").status == 200


def test_the_cli_calls_it_there(house: House, ground, binary: Path, place: Path):
    key = ground.issue()
    environment = {"BITTING_KEY": house.management, "BITTING_DATA_SOCKET": str(place), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [binary, "verify", "-", "--json"], input=key["secret"], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["key_id"] == key["id"]


def test_a_second_server_leaves_it_to_the_first(house: House, ground, binary: Path, evidence: Evidence, place: Path):
    with pytest.raises(NotStarted, match="Another program answers"):
        House(binary, evidence.root / "test_data_socket_second", evidence, ("--data-socket", str(place)))
    assert door(house, place).call("GET", "/healthz").status == 200


def test_what_a_killed_server_left_is_replaced(house: House, ground, place: Path):
    house.server.kill()
    assert place.exists()
    house.restart()
    assert door(house, place).call("GET", "/healthz").status == 200
