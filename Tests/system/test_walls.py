# SPDX-License-Identifier: Apache-2.0
"""script/walls sees every way to write an import, and nothing that is none."""

import importlib.machinery
import importlib.util
from pathlib import Path

import pytest

PLACE = Path(__file__).resolve().parents[2] / "script" / "walls"
LOADER = importlib.machinery.SourceFileLoader("walls", str(PLACE))
walls = importlib.util.module_from_spec(importlib.util.spec_from_loader("walls", LOADER))
LOADER.exec_module(walls)


@pytest.mark.parametrize(
    "line",
    [
        "import NIOCore", "package import NIOCore", "internal import NIOCore", "@testable import NIOCore", "@preconcurrency public import NIOCore",
        "@_spi(Testing) private import NIOCore", "    import NIOCore", "import struct NIOCore.ByteBuffer", "fileprivate import func NIOCore.f",
        "let a = 1; import NIOCore", 'let a = "x" /* b */; import NIOCore', "import\tNIOCore", "import NIOCore // why",
    ],
)  # fmt: skip
def test_an_import_is_seen(line):
    assert [found.group(1) for found in walls.IMPORT.finditer(walls.code_of(line))] == ["NIOCore"]


@pytest.mark.parametrize(
    "line",
    ["// import NIOCore", "/* import NIOCore */", "/*\nimport NIOCore\n*/", '"import NIOCore"', '"""\nimport NIOCore\n"""', "important NIOCore", "let imports = 1"],
)
def test_what_is_no_import_is_not(line):
    assert list(walls.IMPORT.finditer(walls.code_of(line))) == []


def test_the_line_is_right_behind_comments_and_texts():
    code = walls.code_of('// one\n/* two\nthree */\nlet a = """\nfive\n"""\nimport NIOCore')
    (found,) = walls.IMPORT.finditer(code)
    assert code.count("\n", 0, found.start(1)) + 1 == 7


def breaches(room, module, targets=None):
    given = {name: [] for name in walls.ROOMS} | (targets or {})
    return [line for line in walls.breaches([walls.Import(room, module, "here")], given) if line.startswith(("here", "Package.swift"))]


def test_an_import_through_a_wall_is_named():
    assert breaches("Wire", "NIOCore") == ["here: Wire may not import NIOCore (bytes in, values out: nothing from outside)"]
    assert breaches("IssuedKeys", "HeldKeys")
    assert breaches("Access", "Foundation")


def test_an_import_that_the_manifest_does_not_give_is_named():
    assert breaches("Egress", "NIOCore") == ["here: Egress imports NIOCore, which Package.swift does not give it"]
    assert breaches("Egress", "NIOCore", {"Egress": ["NIOCore"]}) == []
    assert breaches("Egress", "Synchronization") == []


def test_a_manifest_that_opens_a_wall_is_named():
    assert breaches("Wire", "Swift", {"Wire": ["NIOCore"]}) == ["Package.swift: Wire may not depend on NIOCore (bytes in, values out: nothing from outside)"]
