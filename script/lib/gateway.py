# SPDX-License-Identifier: Apache-2.0
"""The real gateways, each on the very file in examples/ that a reader copies. Only addresses differ."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(name: str, *elsewhere: str) -> str:
    """From PATH, or from beside this Python, where script/bootstrap put it."""
    beside = Path(sys.executable).parent / name
    found = shutil.which(name) or next((str(path) for path in (beside, *elsewhere) if os.access(path, os.X_OK)), None)
    if found is None:
        raise RuntimeError(f"{name} is not installed; script/bootstrap installs it")
    return found


class Gateway:
    """Guards `api` with the Bitting at `bitting`; both are host:port. Returns before it listens; see `wait`."""

    name: str

    def __init__(self, folder: Path, bitting: str, api: str):
        folder.mkdir(parents=True)
        self.folder = folder.resolve()
        self.example = ROOT / "examples" / self.name
        self.bitting, self.api = bitting, api
        self.address = f"127.0.0.1:{free_port()}"
        self.port = self.address.split(":")[1]
        self.log = self.folder / "gateway.log"
        command, environment = self.prepare(), self.environment()
        with self.log.open("wb") as sink:
            self.process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def prepare(self) -> list[str]:
        """Puts the configuration in place; the command that starts the gateway on it."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    def copy(self, name: str, addresses: dict[str, str]) -> Path:
        """The example's file `name` with its addresses (and a log's folder) replaced by the real ones, nothing else."""
        text = (self.example / name).read_text(encoding="ascii")
        for written, real in addresses.items():
            assert written in text, f"{written} stands nowhere in {name}"
            text = text.replace(written, real)
        path = self.folder / name
        path.write_text(text)
        return path

    def wait(self) -> "Gateway":
        """Until it listens."""
        end = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < end:
            if self.is_ready():
                return self
            time.sleep(0.02)
        self.stop()
        raise RuntimeError(f"{self.name} did not start: {self.log.read_text(errors='replace')[-4000:]}")

    def is_ready(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", int(self.port)), 1).close()
            return True
        except OSError:
            return False

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Nginx(Gateway):
    name = "nginx"

    def prepare(self) -> list[str]:
        addresses = {"127.0.0.1:7100": self.bitting, "127.0.0.1:8080": self.api, "127.0.0.1:8000": self.address}
        self.copy("bitting.conf", addresses | {"/var/log/nginx": str(self.folder)})
        frame = self.folder / "nginx.conf"
        frame.write_text(self._frame())
        return [program("nginx", "/usr/sbin/nginx"), "-p", str(self.folder), "-e", "stderr", "-c", str(frame)]

    def _frame(self) -> str:
        """What a distribution's nginx.conf has around the files of conf.d."""
        user = f"user {getpass.getuser()};" if os.getuid() == 0 else ""
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        paths = "\n".join(f"    {kind}_temp_path {self.folder}/{kind};" for kind in kinds)
        return f"""{user}
daemon off;
worker_processes 1;
pid {self.folder}/nginx.pid;
events {{ worker_connections 256; }}
http {{
{paths}
    include {self.folder}/bitting.conf;
}}
"""


class Caddy(Gateway):
    name = "caddy"

    def prepare(self) -> list[str]:
        return [program("caddy"), "run", "--config", str(self.example / "Caddyfile")]

    def environment(self) -> dict[str, str]:
        return {
            "BITTING_DATA_ADDRESS": self.bitting,
            "API_ADDRESS": self.api,
            "GATEWAY_PORT": self.port,
            "XDG_DATA_HOME": str(self.folder / "data"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
        }


class Traefik(Gateway):
    name = "traefik"

    def prepare(self) -> list[str]:
        start = self.copy("traefik.yaml", {"127.0.0.1:8000": self.address})
        self.copy("routes.yaml", {"127.0.0.1:7100": self.bitting, "127.0.0.1:8080": self.api})
        return [program("traefik"), f"--configFile={start}"]

    def is_ready(self) -> bool:
        """It listens before it has its routes, and answers 404 until then."""
        try:
            with socket.create_connection(("127.0.0.1", int(self.port)), 1) as probe:
                probe.settimeout(1)
                probe.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return not probe.recv(64).startswith(b"HTTP/1.1 404")
        except TimeoutError:
            return True  # it has, and waits for Bitting's answer
        except OSError:
            return False


class HAProxy(Gateway):
    name = "haproxy"

    def prepare(self) -> list[str]:
        return [program("haproxy", "/usr/sbin/haproxy"), "-db", "-f", str(self.example / "haproxy.cfg")]

    def environment(self) -> dict[str, str]:
        return {
            "BITTING_DATA_ADDRESS": self.bitting,
            "API_ADDRESS": self.api,
            "GATEWAY_ADDRESS": self.address,
            "BITTING_LUA": str(self.example / "bitting.lua"),
        }


class Envoy(Gateway):
    name = "envoy"
    file = "envoy.yaml"

    def prepare(self) -> list[str]:
        ports = {"7100": self.bitting.split(":")[1], "8080": self.api.split(":")[1], "8000": self.port}
        written = {f"port_value: {default}": f"port_value: {real}" for default, real in ports.items()}
        path = self.copy(self.file, written)
        return [program("envoy"), "-c", str(path), "--disable-hot-restart", "--concurrency", "1", "-l", "warn"]


class EnvoyOverGRPC(Envoy):
    file = "envoy-grpc.yaml"


ALL: tuple[type[Gateway], ...] = (Nginx, Caddy, Traefik, HAProxy, Envoy, EnvoyOverGRPC)
