"""The ready jobs that `edge-orch new` begins from: those of jobs/, which travel inside the distribution."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.words import did_you_mean, names

TEST_SUFFIX = ".test.yaml"
_PACKAGED = Path(__file__).parents[1] / "templates"
_CHECKOUT = Path(__file__).parents[2]
_FILE = re.compile(r"(?<=\bfile: )[\w./-]+")


class Template(msgspec.Struct, frozen=True):
    """A ready job, what it is for in a sentence, and where its file is."""

    name: str
    about: str
    path: Path


def templates() -> list[Template]:
    """All ready jobs, by name."""
    root = _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT
    files = sorted((root / "jobs").glob("*.yaml"))
    return [
        Template(_name(file), _about(file.read_text("utf-8")), file)
        for file in files
        if not file.name.endswith(TEST_SUFFIX)
    ]


def template(name: str) -> Template:
    """The one of that name. Raises `Invalid`."""
    known = {one.name: one for one in templates()}
    if name not in known:
        near = did_you_mean(name, known, "edge-orch new --list")
        raise Invalid(Problem(f"no template `{name}`", None, f"one of: {names(known)}", "", near))
    return known[name]


def files_of(one: Template, name: str) -> dict[str, bytes]:
    """File name → content of a new job called `name`: the job, its tests, and the files that these name.

    Files from elsewhere stand beside the job, and are named so.
    """
    stem = name.replace("-", "_")
    made: dict[str, bytes] = {}
    for source, target in ((one.path, f"{stem}.yaml"), (_tests(one.path), f"{stem}{TEST_SUFFIX}")):
        text = source.read_text("utf-8")
        for path in {match[0] for match in _FILE.finditer(text)}:
            file = source.parent / path
            if file.is_file():
                made[file.name] = file.read_bytes()
                text = text.replace(f"file: {path}", f"file: {file.name}")
        made[target] = text.replace(f"name: {one.name}", f"name: {name}", 1).encode()
    return made


def _tests(job: Path) -> Path:
    return job.with_name(job.name.removesuffix(".yaml") + TEST_SUFFIX)


def _name(file: Path) -> str:
    return file.stem.replace("_", "-")


def _about(text: str) -> str:
    """The first sentence of the comment that the job begins with."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("# "):
            break
        lines.append(line.removeprefix("# "))
    return re.split(r"(?<=[.:]) ", " ".join(lines), maxsplit=1)[0].rstrip(".:")
