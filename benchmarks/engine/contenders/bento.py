"""Bento, with its mapping language: J1 and J2."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks.engine.contenders.contender import Contender
from benchmarks.engine.reference import META

_GOOD = 'root = if this.temp_c > -40 && this.temp_c < 200 && this.status == "ok" { this } else { deleted() }'
_PATTERN = (
    r"^(?P<ts>\\d+\\.\\d+) (?P<sensor>\\S+) TEMP=(?P<temp_c>-?\\d+(?:\\.\\d+)?)C VIB=(?P<vib>\\d+(?:\\.\\d+)?)"
    r" FW=(?P<fw>\\S+) st=(?P<status>\\S+)$"
)
_PARSE = (
    f'root = content().string().re_find_object("{_PATTERN}").without("0")\n'
    + "".join(f"root.{name} = root.{name}.number()\n" for name in ("ts", "temp_c", "vib"))
    + "".join(f"root.{name} = {json.dumps(value)}\n" for name, value in META.items())
)


def _prepare(job: str, _source: Path, folder: Path) -> Sequence[str] | None:
    if job not in {"j1", "j2"}:
        return None
    mappings = [_PARSE, _GOOD] if job == "j2" else [_GOOD]
    configuration = folder / "bento.yaml"
    configuration.write_text(
        json.dumps(
            {
                "http": {"enabled": False},
                "logger": {"level": "ERROR"},
                "input": {"stdin": {"scanner": {"lines": {}}}},
                "pipeline": {"threads": 1, "processors": [{"mapping": mapping} for mapping in mappings]},
                "output": {"file": {"path": f"{folder}/out.ndjson", "codec": "lines"}},
            }
        )
    )
    return ["bento", "-c", str(configuration)]


CONTENDER = Contender("Bento", lambda: shutil.which("bento") is not None, _prepare)
