# SPDX-License-Identifier: Apache-2.0
"""How script/demo tells what it does."""

from typing import Any

from door import Answer


class Story:
    """Tells each step and stops at the first that is not as it should be."""

    def __init__(self) -> None:
        self.chapters = self.steps = 0

    def chapter(self, title: str) -> None:
        self.chapters += 1
        print(f"\n== Chapter {self.chapters}. {title}", flush=True)

    def step(self, text: str) -> None:
        self.steps += 1
        print(f"\n{self.steps}. {text}", flush=True)

    def see(self, told: str, seen: Any, wanted: Any) -> None:
        if seen != wanted:
            raise SystemExit(f"   FAILED: {told}: {seen!r}, and should be {wanted!r}")
        print(f"   {told}: {seen}", flush=True)

    def answered(self, told: str, answer: Answer, status: int) -> Answer:
        if answer.status != status:
            print(f"   {answer.body.decode(errors='replace')}")
        self.see(told, answer.status, status)
        return answer
