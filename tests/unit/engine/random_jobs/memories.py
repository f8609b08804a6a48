"""Steps at random that remember records by key."""

from __future__ import annotations

from collections.abc import Callable

from tests.unit.engine.random_jobs.expressions import aggregates, condition
from tests.unit.engine.random_jobs.writing import Stage, Writing, names, pairs, quoted

Made = tuple[str, dict[str, Stage]]


def dedupe(writing: Writing, stage: Stage) -> Made:
    return f"{{keys: {names(writing.keys(stage, 1))}, within: {writing.one(1, 3, 20)}s}}", {"": stage}


def throttle(writing: Writing, stage: Stage) -> Made:
    keys = names(writing.keys(stage))
    return f"{{threshold: {writing.one(1, 2, 3)}, window: {writing.one(2, 5)}s, keys: {keys}}}", {"": stage}


def deadband(writing: Writing, stage: Stage) -> Made | None:
    keys = writing.keys(stage)
    if not (fields := writing.some([field for field in stage.fields if field not in keys])):
        return None
    bands = {
        field: str(writing.one(0, 2) if stage.fields[field] in {"float", "int"} else 0) for field in fields
    }  # fmt: skip
    return f"{{keys: {names(keys)}, fields: {pairs(bands)}, every: {writing.one(3, 30)}s}}", {"": stage}


def sample(writing: Writing, stage: Stage) -> Made:
    keys = writing.keys(stage)
    return f"{{ratio: {writing.one(0.3, 0.7)}{f', keys: {names(keys)}' if keys else ''}}}", {"": stage}


def lag(writing: Writing, stage: Stage) -> Made:
    return _repeated(writing, stage, f", offset: {writing.one(1, 2)}")


def latest(writing: Writing, stage: Stage) -> Made:
    return _repeated(writing, stage, "")


def _repeated(writing: Writing, stage: Stage, more: str) -> Made:
    new = {writing.fresh("p"): field for field in writing.some(list(stage.fields))}
    fields = {**stage.fields, **{field: stage.fields[of] for field, of in new.items()}}
    keys = names(writing.keys(stage))
    body = f"{{keys: {keys}, fields: {pairs(new)}{more}, within: {writing.one(3, 30)}s}}"
    return body, {"": stage._replace(fields=fields)}


def moving(writing: Writing, stage: Stage) -> Made:
    new = aggregates(writing, stage)
    bounds = f"last: {writing.one(1, 2, 4)}, within: {writing.one(3, 30)}s"
    body = f"{{keys: {names(writing.keys(stage))}, {bounds}, compute: {computed(new)}}}"
    return body, {"": with_computed(stage, new)}


def running(writing: Writing, stage: Stage) -> Made:
    new = aggregates(writing, stage, growing=False)
    made = with_computed(stage, new)
    more = "".join(f", {bound}: {quoted(condition(writing, stage))}" for bound in writing.some(["begin", "end"], 0))
    if (floats := stage.of("float")) and writing.often(2):
        level, x = writing.fresh("s"), writing.one(*floats)
        moved = writing.one(f"{level} + {x}", f"clamp({level} + {x}, 0, 9)", f"coalesce({x}, {level} * 2)")
        more += f", state: {{{level}: {{init: {writing.one('0.0', x)}, next: {quoted(moved)}}}}}"
        made.fields[level] = "float"
    return f"{{keys: {names(writing.keys(stage))}, compute: {computed(new)}{more}}}", {"": made}


def computed(new: dict[str, tuple[str, str]]) -> str:
    """Aggregates, in one line."""
    return pairs({name: quoted(sql) for name, (sql, _) in new.items()})


def with_computed(stage: Stage, new: dict[str, tuple[str, str]]) -> Stage:
    """The records with these fields as well."""
    return stage._replace(fields={**stage.fields, **{name: kind for name, (_, kind) in new.items()}})


MEMORIES: dict[str, Callable[[Writing, Stage], Made | None]] = {
    "dedupe": dedupe, "throttle": throttle, "deadband": deadband, "sample": sample, "lag": lag, "latest": latest,
    "moving": moving, "running": running,
}  # fmt: skip
