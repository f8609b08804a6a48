"""What is asked of a contender."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

Prepare = Callable[[str, Path, Path], Sequence[str] | None]


class Contender(msgspec.Struct, frozen=True):
    """One engine. `present`: whether it is installed.

    `prepare(job, source, folder)`: the command that reads `source`, by its name or from standard input, writes each
    output to `folder`/NAME.ndjson, and ends; None for a job that it cannot do.
    """

    name: str
    present: Callable[[], bool]
    prepare: Prepare


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules, with this interpreter."""
    return [sys.executable, "-m", f"benchmarks.engine.contenders.{module}", *arguments]


def with_end(source: Path, folder: Path) -> Path:
    """A copy with one reading more, ten seconds after the last and not good: it closes the last window.

    For those whose windows of event time end only when something later comes, not when the input does.
    """
    copy = folder / "source"
    text = source.read_bytes()
    if text:
        last = json.loads(text[text.rindex(b"\n", 0, -1) + 1 :])
        text += json.dumps({**last, "ts": last["ts"] + 10, "status": "end"}).encode() + b"\n"
    copy.write_bytes(text)
    return copy
