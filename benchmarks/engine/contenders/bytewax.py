"""Bytewax: J1 to J3. Its own file source and sink, one worker, msgspec for the JSON; as its documentation shows it.

Its file source stops at bytes that are not UTF-8, which J5 has.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from benchmarks.engine.contenders.contender import Contender, python

JOBS = frozenset({"j1", "j2", "j3"})


def _prepare(job: str, source: Path, folder: Path) -> Sequence[str] | None:
    return python("bytewax_flow", job, str(source), str(folder)) if job in JOBS else None


CONTENDER = Contender("Bytewax", lambda: importlib.util.find_spec("bytewax") is not None, _prepare)
