"""eKuiper: J1 to J3, J5 and J6, as `kuiperd` with a rule for each output; it ends when its rules are done.

Nothing is thrown away (its default is to drop when a step is slower than the one before), and a record is a batch of
its own, so that J6 is J1. J2: its regular expressions give no groups; the line is split at spaces, which is less
work. J3: two rules, and so the file is read twice, for a stream that rules share may drop. Its own percentile
is another one, but an array can be sorted and looked into. Fields must be named: with event time, a stream without
schema finds none of them. J5: it takes what is no UTF-8 for U+FFFD, which a text of ours does not have.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.engine.contenders.contender import Contender, python, with_end
from benchmarks.engine.facts import META
from benchmarks.kuiperd import Kuiperd, present

LOOK_S = 0.1

_GOOD = "temp_c > -40 AND temp_c < 200 AND status = 'ok'"
_READING = "(ts FLOAT, sensor STRING, line STRING, temp_c FLOAT, vib FLOAT, fw STRING, status STRING)"
_TEXT = (
    "cast(col0, 'float') AS ts, col1 AS sensor, cast(substring(col2, 5, length(col2) - 1), 'float') AS temp_c, "
    "cast(substring(col3, 4), 'float') AS vib, substring(col4, 3) AS fw, substring(col5, 3) AS status"
)
_P95 = (
    "array_sort(collect(temp_c)) AS temps, (n - 1) * 0.95 AS place, floor(place) AS low, element_at(temps, low) AS p, "
    "p + (element_at(temps, ceil(place)) - p) * (place - low) AS p95"
)
_MOMENT = "format_time(cast(round(ts * 1000), 'datetime'), 'yyyy-MM-ddTHH:mm:ssSSSSSS')"
_HOT = f"regexp_replace(concat({_MOMENT}, 'Z'), '[.]000000Z$', 'Z') AS ts, sensor, line, temp_c, vib, fw, status"


def _whole(seconds: str) -> str:
    return f"concat(format_time(cast({seconds} * 1000, 'datetime'), 'yyyy-MM-ddTHH:mm:ss'), 'Z')"


class Rule(NamedTuple):
    """What is written to one file."""

    select: str
    where: str = _GOOD
    fields: tuple[str, ...] = ()
    """Those of `select` that are written; all, if none is named."""
    options: Mapping[str, Any] = {}


_STREAMS: dict[str, tuple[str, str]] = {
    "j1": ("()", 'FORMAT="json"'),
    "j2": ("()", 'FORMAT="delimited", DELIMITER=" "'),
    "j3": (_READING, 'FORMAT="json", TIMESTAMP="ts"'),
    "j5": (_READING, 'FORMAT="json", STRICT_VALIDATION="true"'),
}
_RULES: dict[str, dict[str, Rule]] = {
    "j1": {"out": Rule("*")},
    "j2": {"out": Rule(", ".join((_TEXT, *(f"'{value}' AS {name}" for name, value in META.items()))))},
    "j3": {
        "hot": Rule(_HOT, f"{_GOOD} AND temp_c > 90"),
        "windows": Rule(
            f"{_whole('window_start()')} AS window_start, {_whole('window_end()')} AS window_end, 0 AS revision, "
            f"sensor, count(*) AS n, avg(temp_c) AS avg, max(temp_c) AS max, {_P95}",
            # ts counts seconds, which it takes for milliseconds: its windows of 10 ms are ours of 10 s
            f"{_GOOD} GROUP BY sensor, TUMBLINGWINDOW(ms, 10)",
            ("window_start", "window_end", "revision", "sensor", "n", "avg", "max", "p95"),
            {"isEventTime": True, "lateTolerance": 0},
        ),
    },
    "j5": {"out": Rule("*", f"{_GOOD} AND regexp_matches(sensor, '\ufffd') = false")},
}
_SAME = {"j6": "j1"}


def main(job: str, source: str, folder: str) -> None:
    """Do the job over the file."""
    path = Path(source)
    with Kuiperd(Path(folder, "kuiperd"), {"file": {"fileType": "lines", "path": str(path.parent)}}) as kuiperd:
        fields, settings = _STREAMS[job]
        kuiperd.create_stream(f'CREATE STREAM s {fields} WITH (TYPE="file", DATASOURCE="{path.name}", {settings})')
        for name, rule in _RULES[job].items():
            sql = " ".join(("SELECT", rule.select, "FROM s WHERE", rule.where))
            kuiperd.create_rule(name, sql, Path(folder, f"{name}.ndjson"), fields=rule.fields, **rule.options)
        while any(kuiperd.status(name)["status"] == "running" for name in _RULES[job]):
            time.sleep(LOOK_S)


def _prepare(job: str, source: Path, folder: Path) -> Sequence[str] | None:
    job = _SAME.get(job, job)
    if job not in _RULES:
        return None
    if job == "j3":
        source = with_end(source, folder)
    return python("ekuiper", job, str(source), str(folder))


CONTENDER = Contender("eKuiper", present, _prepare)

if __name__ == "__main__":
    main(*sys.argv[1:])
