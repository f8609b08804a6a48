"""Fluent Bit, with its Lua filter: J1 to J3 and J5.

Its stream processor knows no event time and no percentiles: J3's windows are a program in Lua, and each output takes
its own kind of record. (What `rewrite_tag` sends round again is lost when the input ends.) J5: the Lua filter checks
types, but the JSON parser lets bytes pass that are no UTF-8, and what follows an object on its line.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.engine.contenders.contender import Contender, with_end
from benchmarks.engine.facts import META, NUMBERS, TEXTS

_PATTERN = (
    r"^(?<ts>\d+\.\d+) (?<sensor>\S+) TEMP=(?<temp_c>-?\d+(?:\.\d+)?)C VIB=(?<vib>\d+(?:\.\d+)?)"
    r" FW=(?<fw>\S+) st=(?<status>\S+)$"
)
_PARSERS = f"""\
[PARSER]
    Name   json
    Format json
[PARSER]
    Name   text
    Format regex
    Regex  {_PATTERN}
    Types  ts:float temp_c:float vib:float
"""
_GOOD = """\
local function good(r)
  local t = r["temp_c"]
  return type(t) == "number" and t > -40 and t < 200 and r["status"] == "ok"
end
"""
_KEEP = """\
function keep(tag, ts, r)
  if good(r) then return 0, ts, r end
  return -1, ts, r
end
"""
_CHECK = "\n".join(
    f'  if type(r["{name}"]) ~= "{kind}" then return -1, ts, r end'
    for kind, names in (("number", NUMBERS), ("string", TEXTS))
    for name in names
)
_WINDOWS = """\
local current, temps = nil, {}
local floor = math.floor
local function moment(seconds)
  return os.date("!%Y-%m-%dT%H:%M:%S", seconds)
end
local function close(out)
  for sensor, v in pairs(temps) do
    local n, sum = #v, 0
    for i = 1, n do sum = sum + v[i] end
    table.sort(v)
    local place = (n - 1) * 0.95
    local low = floor(place)
    local upper = v[math.min(low + 2, n)]
    out[#out + 1] = {
      kind = "windows", window_start = moment(current) .. "Z", window_end = moment(current + 10) .. "Z", revision = 0,
      sensor = sensor, n = n, avg = sum / n, max = v[n], p95 = v[low + 1] + (upper - v[low + 1]) * (place - low)
    }
  end
  temps = {}
end
function keep(tag, ts, r)
  local out = {}
  local start = floor(r["ts"] / 10) * 10
  if start ~= current then
    if current then close(out) end
    current = start
  end
  if good(r) then
    local sensor, t = r["sensor"], r["temp_c"]
    local v = temps[sensor]
    if v then v[#v + 1] = t else temps[sensor] = { t } end
    if t > 90 then
      local whole = floor(r["ts"])
      local ms = floor((r["ts"] - whole) * 1000 + 0.5)
      r["ts"] = moment(whole) .. (ms == 0 and "Z" or string.format(".%06dZ", ms * 1000))
      r["kind"] = "hot"
      out[#out + 1] = r
    end
  end
  if #out == 0 then return -1, ts, r end
  return 2, ts, out
end
"""
_SCRIPTS = {
    "j1": _GOOD + _KEEP,
    "j2": _GOOD + _KEEP,
    "j3": _GOOD + _WINDOWS,
    "j5": _GOOD + _KEEP.replace("  if good", f"{_CHECK}\n  if good"),
}
_TAIL = {
    **{"name": "tail", "tag": "j", "read_from_head": True, "exit_on_eof": True, "inotify_watcher": False},
    **{"buffer_chunk_size": "128k", "buffer_max_size": "1M"},
}


def _prepare(job: str, source: Path, folder: Path) -> Sequence[str] | None:
    if job not in _SCRIPTS:
        return None
    filters: list[dict[str, Any]] = [{"name": "lua", "match": "j", "script": f"{folder}/filter.lua", "call": "keep"}]
    outputs = [_file(folder, "out")]
    if job == "j2":
        metadata = [f"{name} {value}" for name, value in META.items()]
        filters.append({"name": "record_modifier", "match": "j", "record": metadata})
    if job == "j3":
        source = with_end(source, folder)
        outputs = [
            {**_file(folder, kind), "processors": {"logs": [{"name": "grep", "regex": f"kind {kind}"}]}}
            for kind in ("hot", "windows")
        ]
    tail = {**_TAIL, "path": str(source), "parser": "text" if job == "j2" else "json"}
    service = {
        "flush": 0.2,
        "grace": 1,
        "daemon": False,
        "http_server": False,
        "parsers_file": f"{folder}/parsers.conf",
    }
    (folder / "parsers.conf").write_text(_PARSERS)
    (folder / "filter.lua").write_text(_SCRIPTS[job])
    configuration = folder / "fluent-bit.yaml"
    pipeline = {"inputs": [tail], "filters": filters, "outputs": outputs}
    configuration.write_text(json.dumps({"service": service, "pipeline": pipeline}))
    return ["fluent-bit", "-q", "-c", str(configuration)]


def _file(folder: Path, name: str) -> dict[str, Any]:
    return {"name": "file", "match": "j", "path": str(folder), "file": f"{name}.ndjson", "format": "plain"}


CONTENDER = Contender("Fluent Bit", lambda: shutil.which("fluent-bit") is not None, _prepare)
