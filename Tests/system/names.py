# SPDX-License-Identifier: Apache-2.0
"""A name server that says what a test wants, and a Bitting that believes it and a hosts file of the test's own.

Only that Bitting does: it runs in a mount namespace in which /etc/hosts and /etc/resolv.conf are others. That takes
root, and so does port 53, the only one that resolv.conf can name.
"""

import ipaddress
import random
import shlex
import socket
import struct
import subprocess
import threading
from collections import Counter
from pathlib import Path
from typing import Callable, Optional

A, CNAME, AAAA = 1, 5, 28


class NameServer:
    """`names` has the addresses of each name, or what gives them for the n-th question; `aliases` other names for it."""

    def __init__(self):
        self.names: dict[str, list[str] | Callable[[int], list[str]]] = {}
        self.aliases: dict[str, str] = {}
        self.asked: Counter[tuple[str, int]] = Counter()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.address = f"127.{random.randint(64, 250)}.{random.randint(1, 250)}.{random.randint(1, 250)}"
        self.socket.bind((self.address, 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self.socket.close()

    def _serve(self) -> None:
        while True:
            try:
                question, peer = self.socket.recvfrom(4096)
            except OSError:
                return
            self.socket.sendto(self._answer(question), peer)

    def _answer(self, question: bytes) -> bytes:
        """RFC 1035 section 4.1: the one question and its answers, all to be kept for 0 seconds."""
        name, end = self._name(question)
        kind = struct.unpack("!H", question[end : end + 2])[0]
        self.asked[name, kind] += 1
        records, known = b"", name in self.aliases or name in self.names
        owner, count = b"\xc0\x0c", 0
        if name in self.aliases:
            target = _written(self.aliases[name])
            records += owner + struct.pack("!HHIH", CNAME, 1, 0, len(target)) + target
            owner, count, name = target, 1, self.aliases[name]
        addresses = self.names.get(name, [])
        for text in addresses(self.asked[name, kind]) if callable(addresses) else addresses:
            address = ipaddress.ip_address(text)
            if (A if address.version == 4 else AAAA) == kind:
                records += owner + struct.pack("!HHIH", kind, 1, 0, len(address.packed)) + address.packed
                count += 1
        flags = 0x8580 if known else 0x8583
        return question[:2] + struct.pack("!HHHHH", flags, 1, count, 0, 0) + question[12 : end + 4] + records

    @staticmethod
    def _name(question: bytes) -> tuple[str, int]:
        labels, place = [], 12
        while length := question[place]:
            labels.append(question[place + 1 : place + 1 + length].decode())
            place += 1 + length
        return ".".join(labels).lower(), place + 1


def _written(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def believing(binary: Path, folder: Path, hosts: str, server: Optional[NameServer]) -> Path:
    """A program that is `binary` where these hosts stand and this server is asked; its process is the binary's own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hosts").write_text(f"127.0.0.1 localhost\n::1 localhost\n{hosts}")
    (folder / "resolv.conf").write_text(f"nameserver {server.address}\noptions timeout:2 attempts:2\n" if server else "")
    mounts = [f"mount --bind {shlex.quote(str(folder / name))} /etc/{name}" for name in ("hosts", "resolv.conf")]
    inner = " && ".join([*mounts, f'exec {shlex.quote(str(binary))} "$@"'])
    program = folder / "bitting"
    program.write_text(f"#!/bin/sh\nexec unshare --mount sh -c {shlex.quote(inner)} bitting \"$@\"\n")
    program.chmod(0o755)
    return program


def can_believe(folder: Path) -> Optional[str]:
    """Why not, if this machine does not let us."""
    try:
        server = NameServer()
    except OSError as failure:
        return f"port 53 cannot be had: {failure}"
    server.close()
    program = believing(Path("/bin/cat"), folder, "203.0.113.1 tried.example\n", None)
    told = subprocess.run([program, "/etc/hosts"], capture_output=True, text=True, check=False)
    return None if "tried.example" in told.stdout else f"no mount namespace: {told.stderr.strip()}"
