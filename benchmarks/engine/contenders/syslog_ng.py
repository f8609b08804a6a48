"""syslog-ng: J1 and J2. It has no windows by event time, no percentiles, and takes damaged JSON for empty fields."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks.engine.contenders.contender import Contender
from benchmarks.engine.facts import META

_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
_COLUMNS = {
    "j1": "ts=double(${j.ts}) sensor=${j.sensor} line=${j.line} temp_c=double(${j.temp_c}) vib=double(${j.vib})"
    " fw=${j.fw} status=${j.status}",
    "j2": "ts=double(${j.ts}) sensor=${j.sensor} temp_c=double(${j.temp_c}) vib=double(${j.vib}) fw=${j.fw}"
    " status=${j.status} " + " ".join(f"{name}={value}" for name, value in META.items()),
}
_PATTERN = (
    r"^(?<ts>\d+\.\d+) (?<sensor>\S+) TEMP=(?<temp_c>-?\d+(?:\.\d+)?)C VIB=(?<vib>\d+(?:\.\d+)?)"
    r" FW=(?<fw>\S+) st=(?<status>\S+)$"
)
_CONFIGURATION = """\
@version: 3.35
options {{ stats-freq(0); chain-hostnames(no); use-dns(no); keep-hostname(yes); flush-lines(1000);
          log-fifo-size(100000); }};
source s {{ stdin(flags(no-parse) log-msg-size(65536) log-iw-size(50000) log-fetch-limit(1000)); }};
parser p {{ {parser}; }};
filter f {{ "${{j.temp_c}}" > "-40" and "${{j.temp_c}}" < "200" and "${{j.status}}" eq "ok"; }};
destination d {{ file("{folder}/out.ndjson" template("$(format-json {columns})\\n")); }};
log {{ source(s); parser(p); filter(f); destination(d); flags(flow-control); }};
"""


def _prepare(job: str, _source: Path, folder: Path) -> Sequence[str] | None:
    if job not in _COLUMNS:
        return None
    parser = 'json-parser(prefix("j."))' if job == "j1" else f"regexp-parser(prefix(\"j.\") patterns('{_PATTERN}'))"
    configuration = folder / "syslog-ng.conf"
    configuration.write_text(_CONFIGURATION.format(parser=parser, folder=folder, columns=_COLUMNS[job]))
    own = [f"--{option}={folder}/{option}" for option in ("persist-file", "pidfile", "control")]
    program = shutil.which("syslog-ng", path=_PATH) or "syslog-ng"
    command = shlex.join([program, "--foreground", "--no-caps", f"--cfgfile={configuration}", *own])
    return ["sh", "-c", f"cat | {command}"]  # it cannot watch a file as its standard input


CONTENDER = Contender("syslog-ng", lambda: shutil.which("syslog-ng", path=_PATH) is not None, _prepare)
