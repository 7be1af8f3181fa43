# SPDX-License-Identifier: Apache-2.0
"""An installation of a test's own whose vault is rotated, split, backed up and erased, and what can still be opened of it."""

import json
import subprocess
from pathlib import Path
from typing import Optional

from house import Evidence, Ground
from server import Server
from terminal import Program, Told
from upstream import Upstream


class Vaulted:
    """One data folder; served, stopped, killed and served again, each time with the options that a test gives."""

    def __init__(self, binary: Path, folder: Path, evidence: Evidence, *init: str, environment: Optional[dict[str, str]] = None):
        folder.mkdir(parents=True, exist_ok=True)
        self.binary, self.folder, self.evidence = binary, folder, evidence
        self.environment = environment or {}
        self.data = folder / "data"
        told = self.run("init", "--data", str(self.data), "--json", *init)
        assert told.status == 0, told
        self.report = json.loads(told.out)
        self.management = self.report["management_key"]
        evidence.issued.append(self.management)
        self.server: Optional[Server] = None
        self.lent: dict[str, tuple[str, str]] = {}

    @classmethod
    def restored(cls, other: "Vaulted", data: Path) -> "Vaulted":
        """What `other` was, in another data folder."""
        made = cls.__new__(cls)
        made.__dict__ |= other.__dict__ | {"data": data, "server": None}
        return made

    def run(self, *arguments: str, said: str = "") -> Told:
        return Program(self.binary, **self.environment).run(*arguments, said=said)

    def vault(self, *arguments: str) -> Told:
        """A command that talks to the server too."""
        settings = {"BITTING_KEY": self.management} if self.server is None else self.door_settings
        return Program(self.binary, **(self.environment | settings)).run(*arguments)

    @property
    def door_settings(self) -> dict[str, str]:
        return {"BITTING_KEY": self.management, "BITTING_URL": f"http://{self.server.control_address}"}

    def serve(self, *options: str) -> Server:
        self.server = Server(
            self.binary, self.data, self.folder / "serve.log", options=options, environment=self.environment,
            record=self.evidence.answer,
        )
        return self.server

    def stop(self) -> None:
        assert self.server.stop() == 0
        self.server = None

    def kill(self) -> None:
        self.server.kill()
        self.server = None

    def refuses_to_serve(self, *options: str) -> str:
        """What it says where it does not start."""
        told = self.run(
            "serve", "--data", str(self.data), "--data-address", "127.0.0.1:0", "--control-address", "127.0.0.1:0", *options
        )
        assert told.status == 2, told
        return told.err

    def control(self):
        return self.server.control(self.management)

    def lend(self, upstream: Upstream, name: str) -> str:
        """An account of its own with an app that is lent a value; gives the account."""
        ground = Ground(self.control(), name)
        key = ground.issue()["secret"]
        ground.provider(name, upstream.origin)
        value = self.evidence.hold()
        ground.lend(name, value)
        self.lent[name] = (key, value)
        return ground.account

    def carries(self, upstream: Upstream, name: str) -> Optional[str]:
        """The value that reaches the provider; None when the call is refused for want of it."""
        key, _ = self.lent[name]
        before = len(upstream.requests)
        answer = self.server.data(key).call("GET", f"/lend/{name}/v1/labels")
        if answer.field("X-Bitting-Error") is not None:
            assert len(upstream.requests) == before
            assert answer.field("X-Bitting-Error") in ("credential_unavailable", "integration_revoked"), answer
            return None
        (sent,) = upstream.requests[-1].values(b"authorization")
        return sent.decode("latin-1").removeprefix("Bearer ")

    def opens(self, upstream: Upstream, name: str) -> bool:
        """Whether the right value is lent; a wrong one is worse than none."""
        found = self.carries(upstream, name)
        assert found in (None, self.lent[name][1])
        return found is not None


def limited(binary: Path, *arguments: str, bytes_a_file: int) -> Told:
    """The program where no file may grow beyond so many bytes, which is what a full disk is to it."""
    import resource

    told = subprocess.run(
        [binary, *arguments], capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_a_file, bytes_a_file)),
    )
    return Told(told.returncode, told.stdout, told.stderr)
