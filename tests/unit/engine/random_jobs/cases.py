"""Jobs at random, of every kind of step, window and format, and what comes to them."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from tests.unit.engine.random_jobs.formats import (
    FORMATS,
    HEADER,
    JSON,
    KINDS,
    RUBBISH,
    RULES,
    VALUES,
    as_record,
    fields,
)
from tests.unit.engine.random_jobs.steps import PLAIN, TIMED, UNTIMED
from tests.unit.engine.random_jobs.writing import Draw, Stage, Writing

HEAD = """apiVersion: edge-orch/v1
kind: Job
metadata: {name: random}
spec:
  params: {warm: {type: float, default: 10.0}, word: {type: string, default: a}}
  source: {mqtt: {topic: a}}
  sinks: {s: {file: {path: y}}}
  limits: {state: STATE}
  steps:
"""


class Event(NamedTuple):
    """Records of one partition that come at that second; or, without a partition, a parameter's new value or time
    alone.
    """

    second: float
    partition: str = ""
    records: tuple[bytes, ...] = ()
    warm: float | None = None


class Case(NamedTuple):
    """A job in that format, and what comes to it."""

    kind: str
    text: str
    events: tuple[Event, ...]


@st.composite
def cases(draw: Draw) -> Case:
    """A job of up to eight steps, perhaps only such as the engine has a faster way for, and up to five events."""
    writing = Writing(draw)
    kind = writing.one(*FORMATS)
    _begin(writing, kind)
    plain = writing.often(4)
    for _ in range(draw(st.integers(1, 8))):
        _add_step(writing, plain=plain)
    outputs = [list(writing.ports)[-1]] if plain else writing.some(list(writing.ports), 1, 4)
    outputs += ["dead_letters"] if writing.often(4) else []
    outputs = [_as_line(writing, port) if port in writing.ports and writing.often(5) else port for port in outputs]
    written = "".join(f"    - {step}\n" for step in writing.steps)
    named = "".join(f"    o{place}: {{from: {port}, to: s}}\n" for place, port in enumerate(outputs))
    head = HEAD.replace("STATE", writing.one("64MiB", "64MiB", "64KiB", "16KiB"))
    return Case(kind, f"{head}{written}  outputs:\n{named}", tuple(_events(writing, kind)))


def _begin(writing: Writing, kind: str) -> None:
    """The step that reads the source."""
    known = fields(kind, {name: writing.one(*rules) for name, rules in RULES.items()})
    time = "" if writing.often(6) else ", time: t"
    if kind == "raw":
        writing.steps.append("{name: line, schematize: {raw: {}, fields: {line: string}}}")
        writing.steps.append(f"{{name: read, parse: {{field: line, json: {{}}, fields: {known}{time}}}}}")
    else:
        writing.steps.append(f"{{name: read, schematize: {{{FORMATS[kind]}, fields: {known}{time}}}}}")
    more = {"line": "string"} if kind == "raw" else {}
    writing.ports["read"] = Stage({**KINDS, "l": "json" if kind in JSON else "string", **more})


def _add_step(writing: Writing, *, plain: bool) -> None:
    """One more, behind any other or several, if there is one that fits; `plain`: behind the last."""
    came = [list(writing.ports)[-1] if plain else writing.one(*writing.ports)]
    if not plain and len(writing.ports) > 1 and writing.often(4):
        came = writing.some(list(writing.ports), 2, 3)
    stage = writing.together(came)
    if stage is None:
        return
    makers = PLAIN if plain else {**UNTIMED, **TIMED} if stage.time else UNTIMED
    kind = writing.one(*makers)
    made = makers[kind](writing, stage)
    if made is not None:
        name = writing.fresh(kind)
        source = came[0] if len(came) == 1 else f"[{', '.join(came)}]"
        writing.steps.append(f"{{name: {name}, from: {source}, {kind}: {made[0]}}}")
        writing.ports.update({f"{name}{port}": passed for port, passed in made[1].items()})


def _as_line(writing: Writing, port: str) -> str:
    """An output of one of its texts, as it is."""
    texts = writing.ports[port].of("string")
    if not texts:
        return port
    name = writing.fresh("text")
    writing.steps.append(f"{{name: {name}, from: {port}, map: {{text: \"coalesce({writing.one(*texts)}, '-')\"}}}}")
    return f"{name}, line: text"


def _events(writing: Writing, kind: str) -> list[Event]:
    events: list[Event] = []
    second, begun = 0.0, set()
    record = st.one_of(VALUES.map(lambda values: as_record(kind, values)), RUBBISH)
    for _ in range(writing.one(1, 2, 3, 5)):
        second += writing.one(0.0, 1.0, 20.0, 61.0)
        if writing.often(6):
            events.append(Event(second, warm=writing.one(None, 1.0, 20.0)))
            continue
        partition = writing.one("p", "q")
        header = [HEADER] if kind == "csv_header" and partition not in begun else []
        begun.add(partition)
        events.append(Event(second, partition, (*header, *writing.draw(st.lists(record, min_size=1, max_size=8)))))
    return events
