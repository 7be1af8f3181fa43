# SPDX-License-Identifier: Apache-2.0
"""The program as a person has it: on a terminal, typed into; and as a script has it: through pipes."""

import os
import pty
import select
import signal
import subprocess
import termios
import time
from pathlib import Path
from typing import NamedTuple


class Told(NamedTuple):
    status: int
    out: str
    err: str


class Program:
    """`bitting` with its environment; nothing of the caller's own."""

    def __init__(self, binary: Path, **settings: str):
        self.binary = binary
        self.environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"} | settings

    def run(self, *arguments: str, said: str = "") -> Told:
        told = subprocess.run(
            [self.binary, *arguments], input=said, capture_output=True, text=True, timeout=60, check=False, env=self.environment
        )
        return Told(told.returncode, told.stdout, told.stderr)

    def on_terminal(self, *arguments: str, typed: dict[str, str], columns: int = 100) -> Told:
        """What a person sees who types each answer when its prompt has appeared and the terminal hides what is typed."""
        pid, terminal = pty.fork()
        if pid == 0:
            try:
                os.execve(self.binary, [str(self.binary), *arguments], self.environment | {"TERM": "xterm", "COLUMNS": str(columns)})
            finally:
                os._exit(127)
        seen = b""
        open_prompts = dict(typed)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if select.select([terminal], [], [], 0.2)[0]:
                try:
                    piece = os.read(terminal, 65536)
                except OSError:  # Linux's way to say that the other end is closed
                    break
                if not piece:
                    break
                seen += piece
            for prompt in [prompt for prompt in open_prompts if prompt.encode() in seen and hides(terminal)]:
                os.write(terminal, open_prompts.pop(prompt).encode() + b"\n")
        else:
            os.kill(pid, signal.SIGKILL)
        _, state = os.waitpid(pid, 0)
        os.close(terminal)
        assert not open_prompts, f"never asked: {list(open_prompts)}; seen: {seen!r}"
        return Told(os.waitstatus_to_exitcode(state), seen.decode().replace("\r\n", "\n"), "")


def hides(terminal: int) -> bool:
    """Whether what is typed is not echoed."""
    return not termios.tcgetattr(terminal)[3] & termios.ECHO
