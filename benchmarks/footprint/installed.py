"""What installing the agent adds to a fresh virtual environment, bytecode included."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

MIB = 1 << 20


def installed(folder: Path, root: Path) -> dict[str, float]:
    """MiB on the disk, as `du` counts: in all, and what each of the largest packages takes of it. `root`: the sources.

    The exact versions of `requirements/agent.lock`, and wheels of the sources; the empty environment has pip already.
    """
    place = folder / "installed"
    _run(sys.executable, "-m", "venv", str(place))
    python, packages = str(place / "bin" / "python"), next((place / "lib").glob("python*/site-packages"))
    before = _size(place)
    found = {path.name: -_size(path) for path in packages.iterdir()}
    uv = str(Path(sys.prefix) / "bin" / "uv")
    for source in (root, root / "agent"):
        _run(
            uv, "build", "--quiet", "--wheel", "--no-build-isolation", "--out-dir", str(folder / "wheels"), str(source)
        )
    wheels = [str(path) for path in sorted((folder / "wheels").glob("*.whl"))]
    install = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--link-mode", "copy", "--python", python]
    _run(*install, "--require-hashes", "-r", str(root / "requirements" / "agent.lock"))
    _run(*install, "--no-deps", *wheels)
    for path in packages.iterdir():
        found[path.name] = found.get(path.name, 0) + _size(path)
    largest = sorted(found.items(), key=lambda one: -one[1])[:6]
    return {"installed": _mib(_size(place) - before), **{f"installed.{name}": _mib(size) for name, size in largest}}


def _size(path: Path) -> int:
    """Bytes of the blocks that it takes."""
    return sum(file.lstat().st_blocks * 512 for file in (path, *path.rglob("*")))


def _mib(size: int) -> float:
    return round(size / MIB, 1)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
