"""The import ladder: who may import whom, and which rooms stay pure. ARCHITECTURE.md shows it as a picture."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# A room may import itself and the rooms listed; longer names win (`edge_orch.twin.facts` before `edge_orch.twin`).
WORDS = {"edge_orch.errors", "edge_orch.size", "edge_orch.time", "edge_orch.machine"}
PLAN = WORDS | {"edge_orch.plan"}
ENGINE = PLAN | {"edge_orch.engine"}
TWIN = PLAN | {"edge_orch.twin", "edge_orch.wire", "edge_orch.trust"}
AUTHORING = PLAN | {"edge_orch.spec", "edge_orch.expr", "edge_orch.compile"}
RUNTIME = ENGINE | TWIN
EVERYTHING = {"edge_orch", "edge_orch_agent", "edge_orch_controller"}

MAY_IMPORT: dict[str, set[str]] = {
    "edge_orch.errors": set(),
    "edge_orch.size": {"edge_orch.errors"},
    "edge_orch.time": {"edge_orch.errors"},
    "edge_orch.machine": {"edge_orch.time"},
    "edge_orch.plan": PLAN,
    "edge_orch.spec": AUTHORING - {"edge_orch.compile"},
    "edge_orch.expr": PLAN | {"edge_orch.expr", "edge_orch.spec"},
    "edge_orch.compile": AUTHORING,
    "edge_orch.engine": ENGINE | {"edge_orch.trust.encryption"},
    "edge_orch.trust": PLAN | {"edge_orch.trust"},
    "edge_orch.wire": WORDS | {"edge_orch.wire", "edge_orch.twin.change", "edge_orch.twin.facts"},
    "edge_orch.twin": TWIN,
    "edge_orch.jobtest": AUTHORING | ENGINE | {"edge_orch.jobtest"},
    "edge_orch.testing": RUNTIME | {"edge_orch.testing"},
    "edge_orch.host": WORDS | {"edge_orch.host"},
    "edge_orch.cli": AUTHORING | RUNTIME | {"edge_orch", "edge_orch.cli", "edge_orch.jobtest"},
    "edge_orch": set(),
    "edge_orch_agent": RUNTIME | {"edge_orch", "edge_orch.host", "edge_orch_agent", "edge_orch.cli"},
    "edge_orch_agent.core": RUNTIME | {"edge_orch_agent.core"},
    "edge_orch_controller": AUTHORING
    | RUNTIME
    | {"edge_orch", "edge_orch.host", "edge_orch_controller", "edge_orch.cli"},
    "edge_orch_controller.core": RUNTIME | {"edge_orch_controller.core"},
}

# Pure rooms take events and time and return commands: they reach no clock, randomness, thread, file or socket.
SHELLS = {"edge_orch.cli", "edge_orch.host", "edge_orch_agent", "edge_orch_controller"}
PURE = [room for room in MAY_IMPORT if room not in SHELLS]
IMPURE_MODULES = {
    "aiohttp",
    "asyncio",
    "concurrent",
    "http",
    "io",
    "os",
    "paho",
    "pathlib",
    "random",
    "secrets",
    "select",
    "signal",
    "socket",
    "sqlite3",
    "sqlite_utils",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
    "uuid",
}
# The one place for each heavy dependency; everyone else goes through it.
ONLY_IN = {
    "automerge": {"edge_orch.twin.document"},
    "sqlglot": {"edge_orch.expr"},
    "yaml": {"edge_orch.spec"},
    "cryptography": {"edge_orch.trust.encryption", "edge_orch.trust.expiry"},
    "nacl": {"edge_orch.trust.keys"},
}
# Reasons stand beside each exception.
EXCEPTIONS = {
    ("edge_orch.testing", "random"),  # the simulated world's one seeded generator
    ("edge_orch_agent.core", "random"),  # jitter from a generator seeded by the shell
}


def modules() -> Iterator[tuple[str, Path]]:
    for base in (ROOT, ROOT / "agent", ROOT / "controller"):
        for package in ("edge_orch", "edge_orch_agent", "edge_orch_controller"):
            for path in sorted((base / package).rglob("*.py")):
                parts = path.relative_to(base).with_suffix("").parts
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def inside(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


def room_of(module: str) -> str:
    return max((room for room in MAY_IMPORT if inside(module, room)), key=len)


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
    return found


MODULES = dict(modules())


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_lower_rungs(module: str) -> None:
    allowed = MAY_IMPORT[room_of(module)]
    for name in imports(MODULES[module]):
        if name.split(".")[0] in EVERYTHING:
            assert inside(name, room_of(module)) or any(inside(name, room) for room in allowed), (
                f"{module} may not import {name}"
            )


@pytest.mark.parametrize("module", [name for name in MODULES if room_of(name) in PURE])
def test_a_pure_module_reaches_no_clock_randomness_file_or_socket(module: str) -> None:
    for name in imports(MODULES[module]):
        top = name.split(".")[0]
        assert top not in IMPURE_MODULES or (room_of(module), top) in EXCEPTIONS, f"{module} imports {name}"


@pytest.mark.parametrize("module", MODULES)
def test_each_heavy_dependency_has_one_room(module: str) -> None:
    for name in imports(MODULES[module]):
        rooms = ONLY_IN.get(name.split(".")[0])
        assert rooms is None or any(inside(module, room) for room in rooms), f"{module} imports {name}"
