"""Steps at random: what stands behind the kind's name, and what they pass on."""

from __future__ import annotations

from collections.abc import Callable

from tests.unit.engine.random_jobs.expressions import condition, value
from tests.unit.engine.random_jobs.memories import MEMORIES
from tests.unit.engine.random_jobs.windows import aggregate
from tests.unit.engine.random_jobs.writing import DATES, Fields, Stage, Writing, names, pairs, quoted

Made = tuple[str, dict[str, Stage]]
"""The step's options, and its ports: what is put behind its name, and their records."""


def passing(body: str, stage: Stage, fields: Fields | None = None) -> Made:
    """A step with one port."""
    return body, {"": stage if fields is None else stage._replace(fields=fields)}


def map_(writing: Writing, stage: Stage) -> Made:
    made: dict[str, tuple[str, str]] = {}
    for _ in range(writing.one(1, 2, 3)):
        sql, kind = value(writing, stage)
        known = [field for field in stage.of(kind) if field not in DATES]
        made[writing.one(*known, writing.fresh("m"), writing.fresh("m"))] = (sql, kind)
    fields = {**stage.fields, **{field: kind for field, (_, kind) in made.items()}}
    return passing(pairs({field: quoted(sql) for field, (sql, _) in made.items()}), stage, fields)


def filter_(writing: Writing, stage: Stage) -> Made:
    return passing(quoted(condition(writing, stage)), stage)


def select(writing: Writing, stage: Stage) -> Made:
    kept = writing.some(list(stage.fields), 1, 6)
    kept += [field for field in DATES if field in stage.fields and field not in kept]
    return passing(names(kept), stage, {field: stage.fields[field] for field in kept})


def drop(writing: Writing, stage: Stage) -> Made | None:
    gone = writing.some([field for field in stage.fields if field not in DATES], 1, 2)
    kept = {field: kind for field, kind in stage.fields.items() if field not in gone}
    return passing(names(gone), stage, kept) if gone and kept else None


def route(writing: Writing, stage: Stage) -> Made:
    routes = pairs({name: quoted(condition(writing, stage)) for name in ("hot", "odd")})
    rest = writing.one([], ["rest"])
    body = f"{{routes: {routes}{', default: rest' if rest else ''}}}"
    return body, {f".{branch}": stage for branch in ("hot", "odd", *rest)}


def mask(writing: Writing, stage: Stage) -> Made | None:
    methods = {}
    for field in writing.some(stage.of("string", "int", "float")):
        texts = ("redact", "{truncate: 1}", "{hash: '${secret:KEY}'}")
        methods[field] = writing.one(*texts) if stage.fields[field] == "string" else "{generalize: 5}"
    return passing(pairs(methods), stage) if methods else None


def lookup(writing: Writing, stage: Stage) -> Made | None:
    if not (texts := stage.of("string")):
        return None
    new = writing.fresh("u")
    table = 'csv: "key,v\\na,1.5\\nß,\\n"'
    body = f"{{keys: {{{writing.one(*texts)}: key}}, {table}, fields: {{{new}: {{type: float, column: v}}}}}}"
    return passing(body, stage, {**stage.fields, new: "float"})


def explode(writing: Writing, stage: Stage) -> Made | None:
    if not (known := stage.of("json", "string")):
        return None
    field, new, index = writing.one(*known), writing.fresh("e"), writing.fresh("n")
    kept = {name: kind for name, kind in stage.fields.items() if name != field}
    if stage.fields[field] == "string":
        body = f"{{field: {field}, separator: '|', index: {index}, fields: {{{new}: string}}}}"
        return passing(body, stage, {**kept, index: "int", new: "string"})
    of = writing.one("int", "string", "float")
    rule = writing.one("", ", required: false", ", default: 7" if of != "string" else ", default: z")
    return passing(f"{{field: {field}, fields: {{{new}: {{type: {of}, path: ${rule}}}}}}}", stage, {**kept, new: of})


def parse(writing: Writing, stage: Stage) -> Made | None:
    if not (texts := stage.of("string")):
        return None
    one, other = writing.fresh("g"), writing.fresh("g")
    maybe, text = "required: false", f"'(?P<{one}>[a-zß]*)[|]?(?P<{other}>.*)'"
    form, new = writing.one(
        (f"json: {{}}, fields: {{{one}: {{type: int, path: a, {maybe}}}}}", {one: "int"}),
        (f"regex: {text}, fields: {{{one}: string, {other}: {{type: int, {maybe}}}}}", {one: "string", other: "int"}),
        (f"csv: {{columns: [{one}], delimiter: '|'}}, fields: {{{one}: {{type: string, {maybe}}}}}", {one: "string"}),
        (f"logfmt: {{}}, fields: {{{one}: {{type: string, path: a, {maybe}}}}}", {one: "string"}),
        (
            f"first_of: [{{json: {{}}, fields: {{{one}: {{type: int, path: a}}}}}}, "
            f"{{logfmt: {{}}, fields: {{{other}: {{type: string, path: a, {maybe}}}}}}}]",
            {one: "int", other: "string"},
        ),
    )
    return passing(f"{{field: {writing.one(*texts)}, {form}}}", stage, {**stage.fields, **new})


def sort(writing: Writing, stage: Stage) -> Made | None:
    dated = stage.rows or any(step.startswith("{name: read") and "time: t" in step for step in writing.steps)
    body = f"{{grace: {writing.one(1, 3, 20)}s, on_late: {writing.one('drop', 'dead_letter')}}}"
    return passing(body, stage._replace(rows=True)) if dated else None


def alert(writing: Writing, stage: Stage) -> Made:
    key = names(writing.keys(stage))
    if writing.often(3):
        return f"{{absent: {writing.one(3, 20)}s, key: {key}, summary: '{{key}} {{count}}'}}", {}
    more = writing.one("", f", hold: {writing.one(1, 3)}s")
    clear = f"{{when: {quoted(condition(writing, stage))}, hold: {writing.one(0, 3)}s}}"
    more += writing.one("", f", clear: {clear}")
    texts = [name for name in stage.of("string") if name not in key]
    if texts and writing.often(3):
        more += f", quorum: {{distinct: {writing.one(*texts)}, at_least: 2, within: 5s}}"
    shown = writing.one(*stage.fields)
    return f"{{when: {quoted(condition(writing, stage))}, key: {key}{more}, summary: '{{{shown}}} {{key}}'}}", {}


PLAIN: dict[str, Callable[[Writing, Stage], Made | None]] = {
    "map": map_, "filter": filter_, "select": select, "drop": drop,
}  # fmt: skip
UNTIMED = {**PLAIN, "route": route, "mask": mask, "lookup": lookup, "explode": explode, "parse": parse}
"""Steps that need no event time."""
TIMED = {**MEMORIES, "sort": sort, "aggregate": aggregate, "alert": alert}
