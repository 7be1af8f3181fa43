# SPDX-License-Identifier: Apache-2.0
"""Plays the transcripts of a page, so that they cannot rot.

A block begins with ```console. `$ ` begins a command, `> ` goes on with it, the rest is what it prints. In what is printed
`…` stands for any text, and a line of nothing else for any lines. In a command `acc_…` stands for the last text printed
that begins with `acc_`.
"""

import re
import subprocess
from pathlib import Path
from typing import NamedTuple

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ELLIPSIS = "…"


class Step(NamedTuple):
    command: str
    printed: list[str]


def steps(block: str) -> list[Step]:
    found: list[Step] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append(Step(line[2:], []))
        elif line.startswith("> ") and not found[-1].printed:
            found[-1] = Step(found[-1].command + "\n" + line[2:], [])
        else:
            found[-1].printed.append(line)
    return found


def blocks(page: Path) -> list[list[Step]]:
    return [steps(block) for block in BLOCK.findall(page.read_text(encoding="utf-8"))]


def expectation(lines: list[str]) -> re.Pattern:
    parts = []
    for line in lines:
        if line.strip() == ELLIPSIS:
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*?".join(re.escape(part) for part in line.split(ELLIPSIS)) + r"[ \t]*\n")
    return re.compile("".join(parts))


class Player:
    """Runs steps in one folder; remembers what was printed."""

    def __init__(self, folder: Path, environment: dict[str, str], addresses: dict[str, str]):
        self.folder, self.environment, self.addresses = folder, environment, addresses
        self.printed = ""

    def play(self, step: Step) -> None:
        command = re.sub(r"\b([a-z][a-z0-9]*_(?:[a-z]+_)?)" + ELLIPSIS, lambda found: self._last(found.group(1)), step.command)
        for written, real in self.addresses.items():
            command = command.replace(written, real)
        told = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False,
        )  # fmt: skip
        seen = told.stdout.replace("\r\n", "\n")
        for written, real in self.addresses.items():
            seen = seen.replace(real, written)
        self.printed += seen
        text = seen if seen.endswith("\n") or not seen else seen + "\n"
        assert expectation(step.printed).fullmatch(text), f"$ {command}\nprinted\n{text}\nand the page shows\n" + "\n".join(step.printed)

    def _last(self, prefix: str) -> str:
        found = re.findall(re.escape(prefix) + r"[0-9A-Za-z]+", self.printed)
        assert found, f"nothing printed so far begins with {prefix}"
        return found[-1]
