"""The pages of docs/reference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from edge_orch.jobtest.case import CaseBody
from edge_orch.spec.catalogue import SAMPLE, Component, Kind, Option, components, options_of
from edge_orch.spec.job import Job
from reference.running import run, values

TITLES = {
    Kind.SOURCE: ("sources", "Sources", "Where records come from: exactly one under `spec.source`."),
    Kind.FORMAT: ("formats", "Formats", "How raw records are read: exactly one in a `schematize`."),
    Kind.STEP: ("steps", "Steps", "What is done with records: each item of `spec.steps` has exactly one kind."),
    Kind.MASKING: ("maskings", "Maskings", "What a `mask` step does to a field: exactly one for each."),
    Kind.WINDOW: (
        "windows",
        "Windows",
        "Which records an `aggregate` folds together: exactly one kind. The rows below are those of "
        "`by: [sensor], compute: {n: count(*)}`.",
    ),
    Kind.AGGREGATE: (
        "aggregates",
        "Aggregates",
        "What `aggregate`, `moving` and `running` compute, perhaps with `FILTER`.",
    ),
    Kind.FUNCTION: ("functions", "Functions", "What expressions may call."),
    Kind.SINK: ("sinks", "Sinks", "Where records and alerts go: entries of `spec.sinks`."),
}
_NOTE = "<!-- Written by `make docs` from the components themselves; a test holds it equal to them. -->"
_RUNNABLE = {Kind.FORMAT, Kind.STEP, Kind.MASKING, Kind.WINDOW}


def pages() -> dict[str, str]:
    """File name → text."""
    all_of = components()
    made = {
        "job.md": _page("The job file", "All keys of a job.", _options_table(options_of(Job))),
        "tests.md": _page(
            "The test file", "All keys of a case in `name.test.yaml`; what they mean together is in [job tests]"
            "(../job-tests.md).", _options_table(options_of(CaseBody)),
        ),
    }  # fmt: skip
    for kind, (file, title, intro) in TITLES.items():
        body = _table_page if kind in {Kind.AGGREGATE, Kind.FUNCTION} else _section_page
        made[f"{file}.md"] = _page(title, intro, body([one for one in all_of if one.kind is kind]))
    links = [f"- [{text.splitlines()[1].removeprefix('# ')}]({file})" for file, text in made.items()]
    intro = "Every key, step, function and sink. The guide is [job-language.md](../job-language.md); the same on the "
    intro += "command line: `edge-orch list components`."
    made["README.md"] = _page("Reference of the job language", intro, links)
    return made


def _page(title: str, intro: str, body: Iterable[str]) -> str:
    return "\n".join([_NOTE, f"# {title}", intro, "", *body]) + "\n"


def _section_page(found: list[Component]) -> Iterator[str]:
    for one in found:
        yield f"## {one.name}"
        yield one.doc + (f" Carries {' and '.join(one.carries)}." if one.carries else "")
        yield ""
        if one.options:
            yield from _options_table(one.options)
            yield ""
        if one.shorthand:
            yield f"`{one.name}: x` is short for `{one.name}: {{{one.shorthand}: x}}`."
            yield ""
        yield from _fenced("yaml", one.example.splitlines())
        if one.kind in _RUNNABLE:
            yield "makes of these bytes" if one.binary else "makes of"
            yield from _fenced("", one.sample.splitlines())
            yield from _fenced("", run(one) or ["(nothing passes)"])
        yield ""


def _table_page(found: list[Component]) -> Iterator[str]:
    yield "The examples see"
    yield from _fenced("", SAMPLE.strip().splitlines())
    yield "| call | | example | gives |"
    yield "|---|---|---|---|"
    for one in found:
        shown = values(one)[-1 if one.kind is Kind.AGGREGATE else 0]  # of all records, or of the first
        yield _row(f"`{one.usage}`", one.doc, f"`{one.example}`", f"`{shown}`")


def _options_table(options: Iterable[Option]) -> Iterator[str]:
    yield "| key | type | default | |"
    yield "|---|---|---|---|"
    for option in options:
        name = f"`{option.name}`" if option.name else "(the value)"
        default = "required" if option.required else f"`{option.default}`" if option.default else ""
        yield _row(name, option.type, default, "" if option.doc == option.type else option.doc)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _fenced(language: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"```{language}"
    yield from lines
    yield "```"
