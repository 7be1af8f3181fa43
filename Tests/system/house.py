# SPDX-License-Identifier: Apache-2.0
"""A real Bitting for one test module, and the evidence that all of them leave for test_secrets_nowhere.py."""

import json
import re
import secrets
import threading
from pathlib import Path
from typing import Any, Optional

from door import Answer, Door
from server import Server, initialise

SHOWS_WEBHOOK_SECRET = re.compile(rb"POST /v1/webhooks(/\{id\}/rotate)?\r\n20[01]\r\n")
SHOWS_TICKET = re.compile(rb"POST /v1/deposits\r\n201\r\n")
TICKET = re.compile(rb'(?<=[#"])[A-Za-z0-9_-]{43}(?=")')
SHOWN_ONCE = re.compile(rb'("secret"\s*:\s*")([^"]+)(")')
REVEALED = re.compile(rb'("value"\s*:\s*)("(?:[^"\\]|\\.)+"|\{[^{}]*\})')


class Evidence:
    """Every data folder, log and answer of this run, and the secrets that must stand in none of them."""

    def __init__(self, root: Path):
        self.root = root
        self.issued: list[str] = []
        self.held: list[str] = []
        self._lock = threading.Lock()
        self._answers = (root / "answers.log").open("ab")

    def answer(self, raw: bytes) -> None:
        """Keeps what was answered. The answers that show secrets are kept without them, and tell us the secrets."""
        if raw.startswith((b"POST /v1/keys\r\n201\r\n", b"POST /v1/keys\r\n200\r\n", b"POST /v1/keys/bulk\r\n200\r\n")):
            shown = [found.group(2).decode() for found in SHOWN_ONCE.finditer(raw)]
            assert shown or b"/bulk" in raw[:20] or b'"secretless":true' in raw, "a key was made and its secret not shown"
            with self._lock:
                self.issued += shown
            raw = SHOWN_ONCE.sub(rb"\1\3", raw)
        elif SHOWS_WEBHOOK_SECRET.match(raw):
            with self._lock:
                self.held += [found.group(2).decode() for found in SHOWN_ONCE.finditer(raw)]
            raw = SHOWN_ONCE.sub(rb"\1\3", raw)
        elif raw.startswith(b"POST /v1/reveal\r\n200\r\n"):
            raw, found = REVEALED.subn(rb'\1""', raw)
            assert found == 1, "a value was to be revealed and is not there"
        if SHOWS_TICKET.match(raw):
            with self._lock:
                self.held += sorted({found.decode() for found in TICKET.findall(raw)})
            raw = TICKET.sub(b"", raw)
        with self._lock:
            self._answers.write(raw + b"\r\n\r\n")
            self._answers.flush()

    def hold(self, value: Optional[str] = None) -> str:
        """A value to be held, no two alike; with characters that each encoding writes differently."""
        value = value or f'held-"\\/+%={secrets.token_urlsafe(24)}'
        self.held.append(value)
        return value


class House:
    """Initialised, serving, and able to be killed and served again."""

    def __init__(self, binary: Path, folder: Path, evidence: Evidence, options: tuple[str, ...] = ()):
        self.binary, self.folder, self.evidence, self.options = binary, folder, evidence, options
        folder.mkdir(parents=True)
        self.data_folder = folder / "data"
        self.management = initialise(binary, self.data_folder)
        evidence.issued.append(self.management)
        self.server = self._serve()

    def _serve(self) -> Server:
        return Server(
            self.binary, self.data_folder, self.folder / "serve.log", options=self.options, record=self.evidence.answer
        )

    def restart(self) -> None:
        """Serves again after a stop or a kill."""
        self.server = self._serve()

    def control(self, key: Optional[str] = "") -> Door:
        """With the management key; None for none."""
        return self.server.control(self.management if key == "" else key)

    def data(self, key: Optional[str] = None) -> Door:
        return self.server.data(key)

    def metric(self, name: str, **labels: str) -> float:
        """The sum of the samples of that name whose labels include these."""
        return metric(self.control(None).call("GET", "/metrics"), name, labels)


def metric(answer: Answer, name: str, labels: dict[str, str]) -> float:
    assert answer.status == 200
    total = 0.0
    for line in answer.body.decode().splitlines():
        found = re.fullmatch(r"([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)", line)
        if found and found.group(1) == name:
            has = dict(re.findall(r'(\w+)="([^"]*)"', found.group(2) or ""))
            if labels.items() <= has.items():
                total += float(found.group(3))
    return total


class Ground:
    """The smallest world that most tests need: a keyspace, an account, an app."""

    def __init__(self, control: Door, name: str = "ground"):
        self.control = control
        self.keyspace = control.need(201, "POST", "/v1/keyspaces", {"name": name, "prefix": name.replace("-", "")})
        self.account = control.need(201, "POST", "/v1/accounts", {"name": f"Account of {name}"})["id"]
        self.app = control.need(201, "POST", f"/v1/accounts/{self.account}/apps", {"name": f"App of {name}"})["id"]
        self.user = control.need(
            201, "POST", f"/v1/accounts/{self.account}/users", {"name": "A Person", "email": "person@ground.example"}
        )["id"]

    def issue(self, scopes: tuple[str, ...] = ("labels:create",), **fields: Any) -> dict[str, Any]:
        return self.control.need(
            201,
            "POST",
            "/v1/keys",
            {
                "keyspace": self.keyspace["name"],
                "owner": {"type": "app", "id": self.app},
                "name": "A key",
                "scopes": list(scopes),
            }
            | fields,
        )

    def management_key(self, *scopes: str, **fields: Any) -> dict[str, Any]:
        """A key of the built-in keyspace, as narrow as told."""
        built_in = next(item for item in self.control.items("/v1/keyspaces") if item["built_in"])
        return self.issue(scopes, keyspace=built_in["name"], **fields)

    def provider(self, name: str, origin: str, **fields: Any) -> None:
        provider = {
            "title": name,
            "origins": [origin],
            "credential": {"in": "header", "name": "Authorization", "format": "Bearer {value}"},
            "allow_private_addresses": ["127.0.0.0/8"],
        }
        answer = self.control.call("PUT", f"/v1/providers/{name}", provider | fields)
        assert answer.status in (200, 201), answer.body

    def lend(
        self, name: str, value: str, allow: Any = None, app: Optional[str] = None, provider: Optional[str] = None
    ) -> dict[str, str]:
        """A credential of `provider`, or of one of the same name, and an integration `name` of the app; their ids."""
        held = {"account": self.account, "provider": provider or name, "name": name, "value": value}
        credential = self.control.need(201, "POST", "/v1/credentials", held)["id"]
        integration = self.control.need(
            201,
            "POST",
            "/v1/integrations",
            {
                "name": name,
                "app": app or self.app,
                "credential": credential,
                "allow": allow or [{"methods": ["*"], "path": "/**"}],
            },
        )["id"]
        return {"credential": credential, "integration": integration}


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
