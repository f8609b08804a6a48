"""Job files on disk, and the files that ship with them."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from edge_orch.cli.inputs import STDIN
from edge_orch.errors import Invalid, Location, Problem

if TYPE_CHECKING:
    from edge_orch.plan.plan import Plan
    from edge_orch.spec.assets import AssetPath, Assets

LARGEST = 1 << 20
"""Bytes: what a controller takes. A larger file is a mistake, such as a log, and YAML would chew on it for minutes."""


def read_job_file(path: Path) -> str:
    """The text of a job file, of standard input for `-`.

    Raises `Invalid` when it is missing, unreadable, too large or not UTF-8.
    """
    return _text_of(path, "a job file")


def yaml_files(path: Path, suffix: str = ".yaml") -> list[Path]:
    """The files of a folder and those below it that end so, in order, but for hidden ones; a file is its own list."""
    if not path.is_dir():
        return [path]
    found = (file for file in sorted(path.rglob(f"*{suffix}")) if file.is_file())
    return [file for file in found if not any(part.startswith(".") for part in file.relative_to(path).parts)]


def compile_file(path: Path) -> Plan:
    """The plan of the job in a file and of the files that ship with it. Raises `Invalid` with all problems."""
    from edge_orch.compile import compile_job  # noqa: PLC0415 -- help must not wait for the compiler

    return compile_job(read_job_file(path), str(path), assets_beside(path))


def assets_beside(path: Path) -> Assets:
    """The files that ship with the job in `path`, which lie beside it."""
    return lambda asset: _asset(path.parent, asset)


def assets_of(path: Path, text: str) -> dict[str, str]:
    """The files that ship with the job `text`, which was read from `path`; none if the job is not of sound form.

    Raises `Invalid`, at the place that names it, for one that cannot be read.
    """
    if "lookup" not in text:
        return {}
    from edge_orch.spec.job import read_job  # noqa: PLC0415 -- most jobs ship alone, and are sent without reading YAML
    from edge_orch.spec.reading import gathered  # noqa: PLC0415
    from edge_orch.spec.steps import Lookup  # noqa: PLC0415

    try:
        steps = read_job(text, str(path)).spec.steps
    except Invalid:
        return {}
    paths = [step.body.file for step in steps if isinstance(step.body, Lookup) and step.body.file]
    return dict(gathered(paths, lambda asset: (asset.value, _placed(path.parent, asset))))


def _placed(folder: Path, asset: AssetPath) -> str:
    try:
        return _asset(folder, asset.value)
    except Invalid as error:
        raise Invalid(*(structs.replace(problem, where=asset.where) for problem in error.problems)) from None


def _asset(folder: Path, name: str) -> str:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise Invalid(Problem(f"{path} leads out of the folder of the job", None, "a file, or a link, inside it"))
    return _text_of(path, "an asset")


def _text_of(path: Path, kind: str) -> str:
    try:
        with nullcontext(sys.stdin.buffer) if str(path) == STDIN else path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        found = error.strerror or str(error)
        next_step = _in_place_of_a_folder(path) if path.is_dir() else "check the path"
        raise Invalid(Problem(f"cannot read {path}", None, kind, found, next_step)) from None
    if len(data) > LARGEST:
        raise Invalid(Problem(f"{path} is too large for {kind}", None, f"at most {LARGEST} bytes", "more"))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if kind_of_bytes := _kind_of(data):
            next_step = "save the file as UTF-8" if kind_of_bytes.startswith("UTF") else f"name {kind}, which is text"
            raise Invalid(Problem("not UTF-8", Location(str(path), 1, 1), "", kind_of_bytes, next_step)) from None
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        where = Location(str(path), line, column)
        found = f"the byte 0x{data[error.start]:02x}"
        raise Invalid(Problem("not UTF-8", where, found=found, next_step="save the file as UTF-8")) from None


def _kind_of(data: bytes) -> str:
    """What bytes are that are no UTF-8, if that can be told; empty else."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "UTF-16"
    return "a binary file" if b"\0" in data[:4096] or data[:2] in {b"\x1f\x8b", b"\x89P"} else ""


def _in_place_of_a_folder(path: Path) -> str:
    holds_some = any(path.glob("*.yaml"))
    return f"name its files: {path / '*.yaml'}" if holds_some else "it holds no .yaml files: name another, or a file"
