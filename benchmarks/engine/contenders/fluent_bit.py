"""Fluent Bit, with its Lua filter: J1 and J2. Its stream processor knows no event time and no percentiles."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks.engine.contenders.contender import Contender
from benchmarks.engine.facts import META

_PATTERN = (
    r"^(?<ts>\d+\.\d+) (?<sensor>\S+) TEMP=(?<temp_c>-?\d+(?:\.\d+)?)C VIB=(?<vib>\d+(?:\.\d+)?)"
    r" FW=(?<fw>\S+) st=(?<status>\S+)$"
)
_PARSERS = f"""\
[PARSER]
    Name   j1
    Format json
[PARSER]
    Name   j2
    Format regex
    Regex  {_PATTERN}
    Types  ts:float temp_c:float vib:float
"""
_FILTER = """\
function keep(tag, ts, r)
  local t = r["temp_c"]
  if type(t) == "number" and t > -40 and t < 200 and r["status"] == "ok" then return 0, ts, r end
  return -1, ts, r
end
"""
_CONFIGURATION = """\
[SERVICE]
    flush 0.2
    grace 1
    daemon off
    http_server off
    parsers_file {folder}/parsers.conf
[INPUT]
    name tail
    path {source}
    tag  j
    parser {job}
    read_from_head true
    exit_on_eof true
    buffer_chunk_size 128k
    buffer_max_size 1M
    inotify_watcher false
[FILTER]
    name lua
    match j
    script {folder}/filter.lua
    call keep
{enrich}
[OUTPUT]
    name file
    match j
    path {folder}
    file out.ndjson
    format plain
"""


def _prepare(job: str, source: Path, folder: Path) -> Sequence[str] | None:
    if job not in {"j1", "j2"}:
        return None
    records = "".join(f"    record {name} {value}\n" for name, value in META.items())
    enrich = f"[FILTER]\n    name record_modifier\n    match j\n{records}" if job == "j2" else ""
    (folder / "parsers.conf").write_text(_PARSERS)
    (folder / "filter.lua").write_text(_FILTER)
    configuration = folder / "fluent-bit.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, source=source, job=job, enrich=enrich))
    return ["fluent-bit", "-q", "-c", str(configuration)]


CONTENDER = Contender("Fluent Bit", lambda: shutil.which("fluent-bit") is not None, _prepare)
