# SPDX-License-Identifier: Apache-2.0
"""Every module gets its own server, started from the binary that BITTING_BIN names."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "script/lib"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from house import Evidence, Ground, House  # noqa: E402


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The search for secrets comes last: it looks at what all others left."""
    items.sort(key=lambda item: item.path.name == "test_secrets_nowhere.py")


@pytest.fixture(scope="session")
def binary() -> Path:
    named = os.environ.get("BITTING_BIN")
    path = Path(named or "").resolve()
    if not named or not os.access(path, os.X_OK) or not path.is_file():
        pytest.exit(f"BITTING_BIN must name the program to test, and names {named!r}; script/test builds it", returncode=3)
    return path


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return Evidence(tmp_path_factory.mktemp("evidence"))


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest, binary: Path, evidence: Evidence):
    options = tuple(getattr(request.module, "SERVE_OPTIONS", ()))
    made = House(binary, evidence.root / request.module.__name__, evidence, options)
    yield made
    was_running = made.server.is_running()
    status = made.server.stop()
    assert was_running, f"the server was gone before the end, status {status}; see {made.server.log}"
    assert status == 0, f"the server did not drain after SIGTERM: status {status}; see {made.server.log}"


@pytest.fixture(scope="module")
def control(house: House):
    """The control plane with the management key."""
    return house.control()


@pytest.fixture(scope="module")
def ground(control) -> Ground:
    return Ground(control)
