"""Aggregates over windows of every kind, at random."""

from __future__ import annotations

from tests.unit.engine.random_jobs.expressions import aggregates, condition
from tests.unit.engine.random_jobs.memories import computed
from tests.unit.engine.random_jobs.writing import DATES, Stage, Writing, names, quoted

ALIGNED = ("tumbling", "sliding", "calendar")


def aggregate(writing: Writing, stage: Stage) -> tuple[str, dict[str, Stage]]:
    """Its options, and its rows."""
    window = _window(writing, stage)
    by = writing.some([field for field in stage.of("string", "int", "bool") if field not in {*DATES, "revision"}], 0)
    new = aggregates(writing, stage)
    more = ""
    if not window.startswith(("{count", "{cycle")):
        late = writing.one("dead_letter", "drop", "revise" if "session" not in window else "drop")
        more += f", grace: {writing.one(0, 1, 4)}s, on_late: {late}"
    if window.startswith(("{tumbling", "{sliding")):
        more += writing.one("", "", ", empty: 12s")
    early = {"{tumbling": ", early: 1s", "{calendar": ", early: 10m"}.get(window.split(":", 1)[0], "")
    time = "window_start"
    if early and "empty" not in more and writing.often(3):
        more, time = more + early, "window_end"
    fields = {"window_start": "timestamp", "window_end": "timestamp", "revision": "int"}
    fields |= {field: stage.fields[field] for field in by} | {field: kind for field, (_, kind) in new.items()}
    rows = Stage(fields, True, time, stage.aligned and window[1:].startswith(ALIGNED))
    return f"{{window: {window}, by: {names(by)}, compute: {computed(new)}{more}}}", {"": rows}


def _window(writing: Writing, stage: Stage) -> str:
    size = writing.one(2, 5, 10)
    begin, end = (f"{bound}: {quoted(condition(writing, stage))}" for bound in ("begin", "end"))
    return str(
        writing.one(
            f"{{tumbling: {size}s}}",
            f"{{sliding: {{size: {size * 2}s, every: {size}s}}}}",
            f"{{sliding: {{size: {size}s, every: {writing.one(1, 2)}s}}}}",
            f"{{session: {size}s}}",
            f"{{session: {{gap: {size}s, max: {size * 2}s}}}}",
            f"{{count: {writing.one(1, 2, 3)}}}",
            "{calendar: {unit: hour, zone: Europe/Vienna}}",
            "{calendar: {unit: day, at: ['00:00', '00:30'], zone: Asia/Kolkata}}",
            f"{{cycle: {{{begin}, timeout: {size}s}}}}",
            f"{{cycle: {{{end}, timeout: {size}s, max: {size * 2}s}}}}",
            f"{{cycle: {{{begin}, {end}, timeout: {size}s}}}}",
        )
    )
