# SPDX-License-Identifier: Apache-2.0
"""What the pages name is there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
SYMBOL = re.compile(r"`([A-Z][A-Za-z]+)(?:[.(][^`]*)?`")
# Words in code type that are no symbols of ours.
OTHERS = {"PATH", "RETURNING", "SLOTS", "String", "Codable"}


@pytest.fixture(scope="module")
def sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "Sources").rglob("*.swift"))


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_each_symbol_that_a_page_names_exists(page, sources):
    named = {found for found in SYMBOL.findall((ROOT / page).read_text(encoding="utf-8"))} - OTHERS
    paths = {path.name for path in ROOT.glob("Sources/*")} | {"Sources", "Tests", "Benchmarks"}
    declared = set(re.findall(r"\b(?:struct|class|enum|protocol|actor|extension) ([A-Z]\w+)", sources))
    assert named - paths - declared == set()


@pytest.mark.parametrize("page", PAGES)
def test_each_file_that_a_page_links_to_exists(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("page, most", [("ARCHITECTURE.md", 200), ("CONTRIBUTING.md", 60)])
def test_a_page_stays_short(page, most):
    assert len((ROOT / page).read_text(encoding="utf-8").splitlines()) <= most


def test_the_drawing_is_todays():
    told = subprocess.run([ROOT / "script/walls", "--check-drawing"], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr


def test_the_example_for_swift_servers_is_the_one_that_is_compiled():
    page = (ROOT / "docs/swift.md").read_text()
    compiled = (ROOT / "Tests/BittingHummingbirdTests/PageExample.swift").read_text()
    examples = [part.split("```")[0] for part in page.split("```swift\n")[1:]]
    assert any(example and compiled.endswith(example) for example in examples), "docs/swift.md shows other code"
