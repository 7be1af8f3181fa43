# SPDX-License-Identifier: Apache-2.0
"""Starts and stops the real program."""

import json
import os
import re
import signal
import subprocess
import threading
from pathlib import Path
from typing import Callable, Optional

from door import Door

KEY = re.compile(r"\b[a-z][a-z0-9]{1,15}_[a-z][a-z0-9]{0,15}_[0-9A-Za-z]{38}\b")
START_SECONDS = 60
STOP_SECONDS = 30


class NotStarted(Exception):
    """The program did not come up; the text says what it wrote."""


def initialise(binary: Path, data: Path) -> str:
    """`bitting init`, and the management key that it shows once."""
    told = subprocess.run(
        [binary, "init", "--data", data, "--json"], capture_output=True, text=True, timeout=START_SECONDS, check=False
    )
    if told.returncode != 0:
        raise NotStarted(f"bitting init ended with {told.returncode}: {told.stderr}")
    found = KEY.search(told.stdout)
    if found is None:
        raise NotStarted("bitting init printed no management key")
    return found.group()


class Server:
    """`bitting serve` over one data directory, on ports of its own choice unless told."""

    def __init__(
        self,
        binary: Path,
        data: Path,
        log: Path,
        *,
        data_address: str = "127.0.0.1:0",
        control_address: str = "127.0.0.1:0",
        options: tuple[str, ...] = (),
        environment: Optional[dict[str, str]] = None,
        record: Optional[Callable[[bytes], None]] = None,
    ):
        self.record = record
        self.log = log
        with log.open("ab") as sink:
            self.process = subprocess.Popen(
                [binary, "serve", "--data", data, "--data-address", data_address, "--control-address", control_address]
                + list(options),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=sink,
                env=None if environment is None else os.environ | environment,
                start_new_session=True,  # Ctrl-C is for whoever started us, who then stops it
            )
        ready = self._ready()
        self.data_address: str = ready["data_address"]
        self.control_address: str = ready["control_address"]
        self.proxy_address: Optional[str] = ready.get("proxy_address")
        self._later = threading.Thread(target=self._keep_output, daemon=True)
        self._later.start()

    def _ready(self) -> dict:
        timer = threading.Timer(START_SECONDS, self.process.kill)
        timer.start()
        try:
            line = self.process.stdout.readline()
        finally:
            timer.cancel()
        try:
            ready = json.loads(line)
            assert ready["ready"] is True
            return ready
        except (ValueError, KeyError, AssertionError):
            self.kill()
            written = self.log.read_text(errors="replace")[-4000:]
            raise NotStarted(f"bitting serve said {line!r} instead of being ready; its log ends:\n{written}") from None

    def _keep_output(self) -> None:
        """Whatever follows the ready line belongs to the logs too."""
        with self.log.open("ab") as sink:
            for line in self.process.stdout:
                sink.write(line)

    def control(self, key: Optional[str]) -> Door:
        return Door(self.control_address, key, self.record)

    def data(self, key: Optional[str] = None) -> Door:
        return Door(self.data_address, key, self.record)

    @property
    def memory(self) -> int:
        """Resident bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * 1024

    def is_running(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> int:
        """SIGTERM, and the exit status after draining."""
        if self.is_running():
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
