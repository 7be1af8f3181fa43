# SPDX-License-Identifier: Apache-2.0
"""Serves ./var with the example world until it is stopped. What script/run ends in."""

import os
import secrets
import signal
import sys
from pathlib import Path
from shlex import quote

import certificates
import world
from carrier import Carrier
from door import Door, Unexpected
from server import NotStarted, Server, initialise

BINARY = Path(os.environ["BITTING_BIN"])
DATA = Path(os.environ.get("BITTING_DATA", "var")).resolve()
# What a person would have written down, so it stands beside the data, never in it: no secret is stored under DATA.
NOTES = DATA.with_name(f".{DATA.name}-example")
CARRIER_PORT = int(os.environ.get("CARRIER_PORT", "7180"))


def note(name: str) -> Path:
    return NOTES / name


def keep(name: str, text: str) -> str:
    with open(os.open(note(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(text)
    return text


def management_key() -> str:
    """From the first run, or of a data folder made now."""
    if not DATA.exists() or not any(DATA.iterdir()):
        return keep("management.key", initialise(BINARY, DATA))
    if not note("management.key").exists():
        raise NotStarted(f"{DATA}/ was not made by script/run: name another folder in BITTING_DATA, or move it away")
    return note("management.key").read_text()


def carrier_key() -> str:
    path = note("carrier.key")
    return path.read_text() if path.exists() else keep(path.name, f"carrier-{secrets.token_urlsafe(32)}")


def labels_key(control: Door, made: world.World) -> str:
    """The id of the key of the last run, or of a new one when that was revoked."""
    path = note("labels.id")
    if path.exists():
        found = control.call("GET", f"/v1/keys/{path.read_text()}")
        if found.status == 200 and found.json()["state"] == "active":
            return path.read_text()
    issued = world.issue_labels_key(control, made)
    keep("labels.key", issued["secret"])
    return keep("labels.id", issued["id"])


def commands(server: Server, key: str) -> str:
    data, control = f"http://{server.data_address}", f"http://{server.control_address}"
    app = f'-H "Authorization: Bearer $(cat {quote(str(note("labels.key")))})"'
    management = f'-H "Authorization: Bearer $(cat {quote(str(note("management.key")))})"'
    ask = f"curl -i '{data}/v1/authorize?scope=labels:create' {app} -H 'X-Original-Method: POST' -H 'X-Original-URI: /labels'"
    return f"""
Bitting runs. The data plane is {data}, the control plane {control}, the data {DATA}/.
A shop has an order app; its key may create labels and nothing else. Paste into another terminal:

1. A gateway asks whether the key may create a label: 200, and who it is.
{ask}

2. The app calls the carrier with its own key. Bitting puts the carrier's key in its place: 201.
curl -i {data}/lend/carrier/v1/labels {app} -H 'Content-Type: application/json' -d '{{"to": "A. Customer"}}'

3. The same key asks the carrier where a customer lives: 403, and the carrier never hears of it.
curl -i {data}/lend/carrier/v1/addresses/42 {app}

4. Revoke the key, then ask again: 401 from the very next call on.
curl -sS -o /dev/null -w '%{{http_code}}\\n' -X POST {control}/v1/keys/{key}/revoke {management} -H 'Content-Type: application/json' -d '{{"reason": "other"}}' && {ask}

Ctrl-C stops Bitting and the stand-in carrier. The next run continues with the same data, and a new key after a revoke.
"""


def stand_in(held: str, certificate: certificates.Certificates) -> Carrier:
    try:
        return Carrier(held, CARRIER_PORT, certificate)
    except OSError as failure:
        raise NotStarted(f"port {CARRIER_PORT} for the stand-in carrier: {failure.strerror}; name another in CARRIER_PORT") from None


def serve() -> int:
    NOTES.mkdir(mode=0o700, exist_ok=True)
    management = management_key()
    held = carrier_key()
    certificate = certificates.make(NOTES / "carrier")
    carrier = stand_in(held, certificate)
    server = Server(
        BINARY,
        DATA,
        NOTES / "serve.log",
        data_address=os.environ.get("BITTING_DATA_ADDRESS", "127.0.0.1:7100"),
        control_address=os.environ.get("BITTING_CONTROL_ADDRESS", "127.0.0.1:7101"),
    )
    try:
        control = server.control(management)
        made = world.make(control, carrier.origin, certificate.authority.read_text(), held)
        key = labels_key(control, made)
        control.close()
        print(commands(server, key), flush=True)
        return server.process.wait()
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        stopped = server.stop()
        carrier.close()
        print(f"Stopped; bitting ended with {stopped}." if stopped else "Stopped.", flush=True)


def stop(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        sys.exit(serve())
    except KeyboardInterrupt:
        sys.exit(0)
    except (NotStarted, Unexpected, OSError) as failure:
        sys.exit(f"run: {failure}")
