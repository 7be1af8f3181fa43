# SPDX-License-Identifier: Apache-2.0
"""script/run: the four commands work as pasted, a second run goes on where the first stopped, and nothing stays behind."""

import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from gateway import free_port

ROOT = Path(__file__).resolve().parents[2]


class Run:
    """script/run on a folder of its own; what it printed up to the last command."""

    def __init__(self, folder: Path, binary: Path, ports: tuple[int, int, int]):
        self.folder = folder
        environment = os.environ | {
            "BITTING_BIN": str(binary), "BITTING_DATA": str(folder / "a var"), "BITTING_DATA_ADDRESS": f"127.0.0.1:{ports[0]}",
            "BITTING_CONTROL_ADDRESS": f"127.0.0.1:{ports[1]}", "CARRIER_PORT": str(ports[2]),
        }  # fmt: skip
        self.process = subprocess.Popen(
            [ROOT / "script/run"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
        self.printed = ""
        for line in self.process.stdout:
            self.printed += line
            if line.startswith("Ctrl-C"):
                return
        raise AssertionError(f"it ended with {self.process.wait()}: {self.printed}")

    def commands(self) -> list[str]:
        return [line for line in self.printed.splitlines() if line.startswith("curl ")]

    def stop(self, number: int) -> int:
        os.killpg(self.process.pid, number)  # as a terminal does
        self.printed += self.process.stdout.read()
        return self.process.wait(30)


def pasted(command: str, folder: Path) -> list[int]:
    """Every status that the command shows."""
    told = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, timeout=30, check=True)
    return [int(status) for status in re.findall(r"^(?:HTTP/1\.1 )?(\d{3})\b", told.stdout, re.MULTILINE)]


def processes_of(folder: Path) -> list[str]:
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in place.read_bytes():
                found.append(place.parent.name)
        except OSError:
            pass
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_four_commands_work_as_pasted_in_each_run(binary, tmp_path, number):
    ports = (free_port(), free_port(), free_port())
    for _ in range(2):
        run = Run(tmp_path, binary, ports)
        try:
            commands = run.commands()
            assert [pasted(command, tmp_path) for command in commands] == [[200], [201], [403], [200, 401]]
            assert pasted(commands[1], tmp_path) == [401], "the revoked key lends nothing either"
        finally:
            status = run.stop(number)
        assert status == 0, run.printed
        assert processes_of(tmp_path) == []
    notes = tmp_path / ".a var-example"
    secrets = [(notes / name).read_text() for name in ("carrier.key", "management.key", "labels.key")]
    assert all(secret not in run.printed for secret in secrets)
    for path in (tmp_path / "a var").iterdir():
        assert not any(secret.encode() in path.read_bytes() for secret in secrets), path
    assert all(path.stat().st_mode & 0o077 == 0 for path in [notes, *notes.glob("*.key")])


def test_a_port_that_is_taken_is_said_plainly(binary, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(AssertionError, match="CARRIER_PORT"):
            Run(tmp_path, binary, (free_port(), free_port(), taken.getsockname()[1]))
