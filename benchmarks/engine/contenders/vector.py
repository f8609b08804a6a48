"""Vector, with its remap language: J1 and J2."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.engine.contenders.contender import Contender
from benchmarks.engine.facts import FIELDS, META

_GOOD = 'float(.temp_c) ?? -100.0 > -40.0 && float(.temp_c) ?? 300.0 < 200.0 && .status == "ok"'
_PATTERN = (
    r"^(?P<ts>\d+\.\d+) (?P<sensor>\S+) TEMP=(?P<temp_c>-?\d+(?:\.\d+)?)C VIB=(?P<vib>\d+(?:\.\d+)?)"
    r" FW=(?P<fw>\S+) st=(?P<status>\S+)$"
)
_PARSE = (
    f". = parse_regex!(.message, r'{_PATTERN}')\n"
    + "".join(f".{name} = to_float!(.{name})\n" for name in ("ts", "temp_c", "vib"))
    + "".join(f".{name} = {json.dumps(value)}\n" for name, value in META.items())
)


def _prepare(job: str, _source: Path, folder: Path) -> Sequence[str] | None:
    if job not in {"j1", "j2"}:
        return None
    columns = FIELDS if job == "j1" else (*(name for name in FIELDS if name != "line"), *META)
    source = {"type": "stdin", "decoding": {"codec": "json" if job == "j1" else "bytes"}}
    transforms: dict[str, Any] = {}
    if job == "j2":
        transforms["parse"] = {"type": "remap", "inputs": ["in"], "source": _PARSE}
    transforms["good"] = {"type": "filter", "inputs": ["parse" if job == "j2" else "in"], "condition": _GOOD}
    sink = {
        **{"type": "file", "inputs": ["good"], "path": f"{folder}/out.ndjson"},
        "encoding": {"codec": "json", "only_fields": list(columns)},
    }
    configuration = folder / "vector.json"
    configuration.write_text(
        json.dumps(
            {"data_dir": str(folder), "sources": {"in": source}, "transforms": transforms, "sinks": {"out": sink}}
        )
    )
    return ["vector", "--quiet", "--config", str(configuration)]


CONTENDER = Contender("Vector", lambda: shutil.which("vector") is not None, _prepare)
