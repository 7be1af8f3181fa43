# SPDX-License-Identifier: Apache-2.0
"""A throw-away authority and a certificate of it, made with openssl at run time."""

import subprocess
from pathlib import Path
from typing import NamedTuple


class Certificates(NamedTuple):
    authority: Path  # what clients trust
    chain: Path  # what the stand-in shows
    key: Path


def make(folder: Path, names: str = "DNS:localhost,IP:127.0.0.1,IP:::1") -> Certificates:
    """Makes them in `folder`, or gives those that are there."""
    made = Certificates(folder / "authority.pem", folder / "chain.pem", folder / "chain.key")
    if all(path.exists() for path in made):
        return made
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    authority_key = folder / "authority.key"
    _openssl(
        ["req", "-x509", *curve, "-days", "365", "-subj", "/CN=Throw-away authority"]
        + ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"]
        + ["-keyout", authority_key, "-out", made.authority]
    )
    _openssl(
        ["req", "-x509", *curve, "-days", "365", "-subj", "/CN=Stand-in"]
        + ["-CA", made.authority, "-CAkey", authority_key]
        + ["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth"]
        + ["-addext", f"subjectAltName={names}", "-keyout", made.key, "-out", made.chain]
    )
    authority_key.unlink()
    return made


def _openssl(arguments: list) -> None:
    told = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if told.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]} failed: {told.stderr}")
