"""Bento, or Benthos of which it is a fork, with its mapping language: J1 to J3, J5 and J6.

A line is a message of its own, and so J6 is J1; larger batches of messages did not cost it less. J3: its windows
follow the system's clock, and lose what is older. It is given batches of 10,000 lines instead, which in this input
are the windows of ten seconds: less work than to tell times apart. J5: it takes what is no UTF-8 for U+FFFD, which a
text of ours does not have.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.engine.contenders.contender import Contender
from benchmarks.engine.data import PER_SECOND
from benchmarks.engine.facts import META, NUMBERS, TEXTS

PROGRAMS = ("bento", "redpanda-connect", "benthos")

_GOOD = 'if this.temp_c > -40 && this.temp_c < 200 && this.status == "ok" { this } else { deleted() }'
_PATTERN = (
    r"^(?P<ts>\\d+\\.\\d+) (?P<sensor>\\S+) TEMP=(?P<temp_c>-?\\d+(?:\\.\\d+)?)C VIB=(?P<vib>\\d+(?:\\.\\d+)?)"
    r" FW=(?P<fw>\\S+) st=(?P<status>\\S+)$"
)
_PARSE = (
    f'root = content().string().re_find_object("{_PATTERN}").without("0")\n'
    + "".join(f"root.{name} = root.{name}.number()\n" for name in ("ts", "temp_c", "vib"))
    + "".join(f"root.{name} = {json.dumps(value)}\n" for name, value in META.items())
)
_CHECK = f"""\
root = if [{", ".join(f"this.{name}" for name in NUMBERS)}].all(v -> v.type() == "number") &&
  [{", ".join(f"this.{name}" for name in TEXTS)}].all(v -> v.type() == "string" && !v.contains("\\ufffd"))
{{ {_GOOD} }} else {{ throw("no reading") }}
"""
_HOT = """\
root = if this.temp_c > 90 {
  this.assign({"ts": (this.ts + 0.0000005).ts_format("2006-01-02T15:04:05.000000Z", "UTC").replace(".000000Z", "Z")})
} else { deleted() }
"""
_SORTED = """\
root = if batch_index() == 0 {
  {"sensor": this.sensor, "ts": this.ts, "temps": json("temp_c").from_all().sort()}
} else { deleted() }
"""
_ROW = """\
let n = this.temps.length()
let place = ($n - 1) * 0.95
let low = $place.floor()
let lower = this.temps.index($low)
let upper = this.temps.index([$low + 1, $n - 1].min())
let start = (this.ts / 10).floor() * 10
root = {
  "window_start": $start.ts_format("2006-01-02T15:04:05Z", "UTC"),
  "window_end": ($start + 10).ts_format("2006-01-02T15:04:05Z", "UTC"),
  "revision": 0, "sensor": this.sensor, "n": $n, "avg": this.temps.sum() / $n, "max": this.temps.index(-1),
  "p95": $lower + ($upper - $lower) * ($place - $low)
}
"""
_MAPPINGS = {"j1": [f"root = {_GOOD}"], "j2": [_PARSE, f"root = {_GOOD}"], "j3": [f"root = {_GOOD}"]}
_MAPPINGS |= {"j5": [_CHECK, "root = if errored() { deleted() }"], "j6": _MAPPINGS["j1"]}


def _prepare(job: str, _source: Path, folder: Path) -> Sequence[str] | None:
    if job not in _MAPPINGS:
        return None
    source: dict[str, Any] = {"stdin": {"scanner": {"lines": {}}}}
    target = _file(folder, "out")
    if job == "j3":
        source = {"batched": {"child": source, "policy": {"count": 10 * PER_SECOND}}}
        by_sensor = {"group_by_value": {"value": '${! json("sensor") }'}}
        windows = _file(folder, "windows", by_sensor, {"mapping": _SORTED}, {"mapping": _ROW})
        target = {"broker": {"pattern": "fan_out", "outputs": [_file(folder, "hot", {"mapping": _HOT}), windows]}}
    configuration = folder / "bento.yaml"
    configuration.write_text(
        json.dumps(
            {
                "http": {"enabled": False},
                "logger": {"level": "OFF" if job == "j5" else "ERROR"},
                "input": source,
                "pipeline": {"threads": 1, "processors": [{"mapping": mapping} for mapping in _MAPPINGS[job]]},
                "output": target,
            }
        )
    )
    return [_program() or PROGRAMS[0], "-c", str(configuration)]


def _file(folder: Path, name: str, *processors: Mapping[str, Any]) -> dict[str, Any]:
    file = {"file": {"path": f"{folder}/{name}.ndjson", "codec": "lines"}}
    return {**file, "processors": processors} if processors else file


def _program() -> str | None:
    return next(filter(shutil.which, PROGRAMS), None)


CONTENDER = Contender("Bento", lambda: _program() is not None, _prepare)
