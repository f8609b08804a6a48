"""`edge-orch lineage`: what went into an output that this device has sent, or still holds."""

# ruff: noqa: PLC0415 (help must not wait for what only a run needs)

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from edge_orch.cli.options import printed
from edge_orch.cli.render import Output, fields, section, show, table
from edge_orch.errors import Invalid, Problem
from edge_orch.time import format_timestamp
from edge_orch_agent.commands.options import local

if TYPE_CHECKING:
    from edge_orch_agent.core.lineage import Input, Lineage, Made

_MERGED = re.compile(r"(?P<stretch>.+)/\w+\.(?P<first>\d+)-(?P<last>\d+)")
_PART = re.compile(r"/\d+-\d+$")


class LineageView(msgspec.Struct, frozen=True):
    """A segment, and what it was made of. `at`: when it became durable, empty if no trusted clock said so."""

    job: str
    output: str
    sink: str
    sequence: int
    records: int
    version: int
    digest: str
    params: dict[str, Any]
    run: str
    at: str
    inputs: list[Input]


@click.command(short_help="What went into an output of this device.")
@click.argument("what", metavar="KEY | JOB/OUTPUT/SINK")
@click.argument("sequence", required=False, type=int)
@local
@printed
def lineage(what: str, sequence: int | None, folder: Path, output: Output) -> None:
    """What went into a segment: name it by its idempotency key, or by stream and sequence.

    Shown are the records that were read since the job's previous segments, by partition and number; of a window's rows
    also earlier records are part, back to the window's beginning. Kept for the latest 100,000 commits, and 30 days.

    Of a segment that was merged while it waited, each part is shown as it was made.

    \b
    Examples:
      edge-orch lineage press-1/press/3/raw/lake/5f0c12ab.17 --local ./press-1
      edge-orch lineage press/raw/lake 17 --local ./press-1
    """
    from edge_orch_agent.store.inspection import inspecting

    with inspecting(folder) as inspection:
        found = [
            _view(one, made)
            for one in inspection.lineage()
            for made in one.made
            if (
                _is_of(one, made, _asked(what))
                if sequence is None
                else (_stream(one, made), made.sequence) == (what, sequence)
            )
        ]
    if not found:
        raise Invalid(
            Problem(
                f"nothing is known of {what}" + ("" if sequence is None else f" {sequence}"),
                expected="an idempotency key, or JOB/OUTPUT/SINK and a sequence number, of the last 30 days",
                next_step="`edge-orch outbox inspect` names streams and sequences",
            )
        )
    show(found, output, lambda: "\n\n".join(map(_text, found)))


def _asked(key: str) -> str:
    """A key without the agent's name and without the part of the segment."""
    return _PART.sub("", key.partition("/")[2])


def _stream(lineage: Lineage, made: Made) -> str:
    return f"{lineage.maker.job}/{made.output}/{made.sink}"


def _is_of(lineage: Lineage, made: Made, key: str) -> bool:
    """Whether it is the segment of this key, or a part of it; that may have been made in an earlier run."""
    maker = lineage.maker
    stretch = f"{maker.job}/{maker.version}/{made.output}/{made.sink}"
    merged = _MERGED.fullmatch(key)
    if merged is not None:
        return merged["stretch"] == stretch and int(merged["first"]) <= made.sequence <= int(merged["last"])
    return key == f"{stretch}/{maker.run}.{made.sequence}"


def _view(lineage: Lineage, made: Made) -> LineageView:
    maker = lineage.maker
    return LineageView(
        job=maker.job,
        output=made.output,
        sink=made.sink,
        sequence=made.sequence,
        records=made.count,
        version=maker.version,
        digest=maker.digest,
        params=dict(maker.params),
        run=maker.run,
        at=format_timestamp(lineage.at_us) if lineage.at_us else "",
        inputs=list(lineage.inputs),
    )


def _text(view: LineageView) -> str:
    facts = [(name, getattr(view, name)) for name in view.__struct_fields__ if name not in ("params", "inputs")]
    params = ", ".join(f"{name} = {value}" for name, value in view.params.items()) or "none"
    rows = [(one.partition or "others", one.first, one.first + one.count - 1, one.count) for one in view.inputs]
    inputs = table(("partition", "first", "last", "records"), rows, nothing="no records: time has passed")
    return f"{fields([*facts, ('params', params)])}\n{section('made of', inputs)}"
