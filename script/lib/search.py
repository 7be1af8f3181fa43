# SPDX-License-Identifier: Apache-2.0
"""Looks for secrets in files, in each way in which one could have been written down."""

import base64
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Iterable
from urllib.parse import quote


def writings(secret: str) -> dict[str, bytes]:
    """How the secret would look: as it is, in hex, percent-encoded, in JSON, in base64 at each of three alignments."""
    plain = secret.encode()
    found = {
        "plain": plain,
        "hex": plain.hex().encode(),
        "hex, upper case": plain.hex().upper().encode(),
        "percent": quote(secret, safe="").encode(),
        "percent, every byte": "".join(f"%{byte:02X}" for byte in plain).encode(),
        "json": json.dumps(secret)[1:-1].encode(),
        "json, with escaped slashes": json.dumps(secret)[1:-1].replace("/", "\\/").encode(),
        "json, every character": "".join(f"\\u{byte:04x}" for byte in plain).encode(),
    }
    for shift in range(3):
        # What depends on the neighbours is cut off: characters that do not lie whole within the secret's bits.
        text = base64.b64encode(b"\0" * shift + plain)[(0, 2, 3)[shift] : (shift + len(plain)) * 8 // 6]
        found[f"base64, shifted by {shift}"] = text
        found[f"base64url, shifted by {shift}"] = text.replace(b"+", b"-").replace(b"/", b"_")
    return {way: text for way, text in found.items() if way == "plain" or text != plain}


def find_in_bytes(content: bytes, secrets: dict[str, dict[str, bytes]]) -> Iterable[str]:
    for name, ways in secrets.items():
        for way, text in ways.items():
            if text in content:
                yield f"{name} ({way})"


def find_in_files(folder: Path, secrets: dict[str, dict[str, bytes]]) -> list[str]:
    """`file: name (way)` for each find below `folder`. One pass over the files, however many secrets there are."""
    names = {text: f"{name} ({way})" for name, ways in secrets.items() for way, text in ways.items()}
    with tempfile.NamedTemporaryFile() as texts:
        texts.write(b"\n".join(names))
        texts.flush()
        found = subprocess.run(
            ["grep", "--recursive", "--text", "--only-matching", "--null", "--fixed-strings", "--file", texts.name, "."],
            cwd=folder, env={"LC_ALL": "C", "PATH": os.environ["PATH"]}, capture_output=True, check=False,
        )
    assert found.returncode in (0, 1), found.stderr
    finds = [line.split(b"\0", 1) for line in found.stdout.splitlines()]
    return sorted({f"{path.decode().removeprefix('./')}: {names[text]}" for path, text in finds})
