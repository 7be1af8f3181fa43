# SPDX-License-Identifier: Apache-2.0
"""A real nginx on examples/nginx/bitting.conf, with its three addresses replaced."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Gateway:
    """Guards `api` with the Bitting at `bitting`; both are host:port."""

    def __init__(self, folder: Path, bitting: str, api: str):
        folder.mkdir(parents=True)
        self.address = f"127.0.0.1:{free_port()}"
        site = (ROOT / "examples/nginx/bitting.conf").read_text(encoding="ascii")
        for written, real in (("127.0.0.1:7100", bitting), ("127.0.0.1:8080", api), ("127.0.0.1:8000", self.address)):
            assert site.count(written) == 1, f"{written} stands not once in the template"
            site = site.replace(written, real)
        (folder / "site.conf").write_text(site)
        (folder / "nginx.conf").write_text(_frame(folder))
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        self.log = folder / "error.log"
        self.process = subprocess.Popen(
            [program, "-p", folder, "-e", self.log, "-c", folder / "nginx.conf"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait()

    def _wait(self) -> None:
        host, port = self.address.split(":")
        end = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < end:
            try:
                socket.create_connection((host, int(port)), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        self.stop()
        raise RuntimeError(f"nginx did not start: {self.log.read_text() if self.log.exists() else 'no log'}")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(START_SECONDS)


def _frame(folder: Path) -> str:
    user = f"user {getpass.getuser()};" if os.getuid() == 0 else ""
    paths = "\n".join(
        f"    {kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
events {{ worker_connections 256; }}
http {{
{paths}
    access_log {folder}/access.log;
    include {folder}/site.conf;
}}
"""
