"""`edge-orch dead`: records that could not be processed or delivered, with their raw bytes and the reason."""

# ruff: noqa: PLC0415 (help must not wait for what only a run needs)

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from edge_orch.cli.options import printed
from edge_orch.cli.render import Output, fields, moment, section, show, table
from edge_orch.time import format_timestamp
from edge_orch_agent.commands.options import local

if TYPE_CHECKING:
    from edge_orch_agent.store.inspection import StoredLetter

_SHOWN = 60


class LetterView(msgspec.Struct, frozen=True):
    """A dead letter for JSON. `text`: its bytes if they are UTF-8, else they stand in `base64`."""

    id: int
    job: str
    version: int
    at: str
    step: str
    field: str
    reason: str
    partition: str
    position: int
    text: str | None = None
    base64: bytes | None = None


@click.group(short_help="Look into dead letters on this device.")
def dead() -> None:
    """Look into dead letters: records that could not be processed or delivered.

    \b
    Examples:
      edge-orch dead list --local ./press-1
      edge-orch dead show 17 --local ./press-1
      edge-orch dead export --local ./press-1 > dead.ndjson
    """


_job = click.option("--job", default="", help="Only of this job.")


@dead.command("list", short_help="The newest dead letters.")
@local
@_job
@click.option("--limit", default=50, show_default=True, help="How many, the newest ones.")
@printed
def list_(folder: Path, job: str, limit: int, output: Output) -> None:
    """The newest dead letters, oldest of them first.

    \b
    Example:
      edge-orch dead list --local ./press-1 --job press-temperature
    """
    from edge_orch_agent.store.inspection import inspecting

    with inspecting(folder) as inspection:
        views = [view(letter) for letter in inspection.letters(job, limit)]
    rows = [(v.id, f"{v.job} v{v.version}", v.step, v.reason, moment(v.at), _preview(v)) for v in views]
    show(views, output, lambda: table(("id", "job", "step", "reason", "at", "record"), rows, nothing="no dead letters"))


@dead.command("show", short_help="One dead letter with its raw bytes.")
@click.argument("number", metavar="ID", type=int)
@local
@printed
def show_(number: int, folder: Path, output: Output) -> None:
    """One dead letter with its raw bytes.

    \b
    Example:
      edge-orch dead show 17 --local ./press-1
    """
    from edge_orch_agent.store.inspection import inspecting

    with inspecting(folder) as inspection:
        letter = inspection.letter(number)
    shown = view(letter)
    facts = [(name, getattr(shown, name)) for name in shown.__struct_fields__ if name not in ("text", "base64")]
    text = section("raw", letter.raw.decode(errors="backslashreplace") or "(empty)")
    show(shown, output, lambda: f"{fields(facts)}\n{text}")


@dead.command(short_help="All dead letters as lines of JSON, or their raw bytes.")
@local
@_job
@click.option("--raw", is_flag=True, help="Only the records as they came, a line each: to be run again.")
def export(folder: Path, job: str, raw: bool) -> None:
    """All dead letters as lines of JSON, or their raw bytes, on standard output. They stay on the device.

    \b
    Examples:
      edge-orch dead export --local ./press-1 > dead.ndjson
      edge-orch dead export --local ./press-1 --job press-temperature --raw > again.ndjson
    """
    from edge_orch_agent.store.inspection import inspecting

    encoder = msgspec.json.Encoder()
    with inspecting(folder) as inspection:
        for letter in inspection.letters(job):
            sys.stdout.buffer.write((letter.raw if raw else encoder.encode(view(letter))) + b"\n")
    sys.stdout.buffer.flush()


@dead.command(short_help="Let dead letters enter again.")
@click.argument("numbers", metavar="[ID]...", type=int, nargs=-1)
@local
@_job
@click.option("--all", "everything", is_flag=True, help="All of them, or all of the job.")
def replay(numbers: tuple[int, ...], folder: Path, job: str, everything: bool) -> None:
    """Let dead letters enter again, through the version of their job that runs now.

    What a step refused goes through the whole pipeline, what a sink refused to that sink. A letter is removed in the
    same transaction; if it fails again, it is a new one. The ledger counts it as entered again, and in the account
    `dead-letters` how many came that way. Works while the agent runs, and on a stopped one's folder.

    \b
    Examples:
      edge-orch dead replay 17 18 --local ./press-1
      edge-orch dead replay --job press-temperature --all --local ./press-1
    """
    from edge_orch.errors import Invalid, Problem
    from edge_orch.wire.api import MOST_REPLAYED
    from edge_orch_agent.store.inspection import inspecting

    if bool(numbers) == everything:
        raise Invalid(Problem("which dead letters?", expected="either numbers or --all"))
    with inspecting(folder) as inspection:
        chosen = [letter.id for letter in inspection.letters(job) if everything or letter.id in numbers]
    if unknown := sorted(set(numbers) - set(chosen)):
        raise Invalid(Problem(f"there is no dead letter {unknown[0]}", next_step="edge-orch dead list"))
    for start in range(0, len(chosen), MOST_REPLAYED):
        _replay(folder, tuple(chosen[start : start + MOST_REPLAYED]))
    click.echo(f"{len(chosen)} entered again" if chosen else "no dead letters")


def _replay(folder: Path, ids: tuple[int, ...]) -> None:
    """Through the agent if one runs, else in its place."""
    from edge_orch.cli.client import Client
    from edge_orch.errors import Unavailable
    from edge_orch.wire.api import ReplayRequest, ReplayView
    from edge_orch_agent.data_folder import AgentFolder
    from edge_orch_agent.offline import replay_offline

    try:
        Client("", local=folder).post(ReplayRequest(ids), "dead", "replays", shape=ReplayView)
    except Unavailable:
        replay_offline(AgentFolder(folder), ids)


def view(letter: StoredLetter) -> LetterView:
    """The letter for JSON."""
    values = msgspec.structs.asdict(letter)
    raw, at_us = values.pop("raw"), values.pop("at_us")
    try:
        return LetterView(**values, at=format_timestamp(at_us), text=raw.decode())
    except UnicodeDecodeError:
        return LetterView(**values, at=format_timestamp(at_us), base64=raw)


def _preview(shown: LetterView) -> str:
    if shown.text is None:
        return "(not UTF-8)"
    line = " ".join(shown.text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
