"""`edge-orch outbox`: what waits for sinks on this device, whether it is sound, and what to do if it is not."""

# ruff: noqa: PLC0415 (help must not wait for what only a run needs)

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from edge_orch.cli.options import printed
from edge_orch.cli.render import Output, moment, show, table
from edge_orch.errors import ExitCode, Invalid, Problem, StorageError
from edge_orch.time import format_timestamp
from edge_orch_agent.commands.options import local

if TYPE_CHECKING:
    from edge_orch_agent.core.ledger import Account
    from edge_orch_agent.core.stored_state import StoredState
    from edge_orch_agent.core.transaction import LedgerEntry, SegmentInfo


class StreamView(msgspec.Struct, frozen=True):
    """What waits for one sink. `bytes`: before compression. `oldest`: empty if no trusted clock stamped it."""

    stream: str
    first: int
    last: int
    segments: int
    records: int
    bytes: int
    oldest: str


class VerifyView(msgspec.Struct, frozen=True):
    """What is wrong; nothing, if all is well."""

    segments: int
    problems: list[str]


@click.group(short_help="Look into what waits for sinks on this device.")
def outbox() -> None:
    """Look into what waits for sinks on this device.

    \b
    Examples:
      edge-orch outbox inspect --local ./press-1
      edge-orch outbox verify --local ./press-1
      edge-orch outbox export press/raw/lake --local ./press-1 > raw.ndjson
    """


@outbox.command(short_help="How much waits for each sink, and since when.")
@local
@printed
def inspect(folder: Path, output: Output) -> None:
    """How much waits for each sink, and since when.

    \b
    Example:
      edge-orch outbox inspect --local ./press-1
    """
    from edge_orch_agent.store.inspection import inspecting

    with inspecting(folder) as inspection:
        views = _streams(inspection.state().segments)
    rows = [
        (v.stream, f"{v.first}-{v.last}", v.segments, v.records, v.bytes, moment(v.oldest) or "unknown") for v in views
    ]
    headers = ("stream", "sequence", "segments", "records", "bytes", "oldest")
    show(views, output, lambda: table(headers, rows, nothing="nothing waits"))


@outbox.command(short_help="Read all of it and compare checksums, counts and the ledger.")
@local
@printed
def verify(folder: Path, output: Output) -> None:
    """Read all of it and compare checksums, counts and the ledger. Ends with 1 if anything is wrong.

    \b
    Example:
      edge-orch outbox verify --local ./press-1
    """
    from edge_orch_agent.store.inspection import inspecting

    with inspecting(folder) as inspection:
        state = inspection.state()
        problems = [*inspection.findings(), *_gaps(state)]
    view = VerifyView(len(state.segments), problems)
    show(view, output, lambda: "\n".join(problems) or f"{view.segments} segments, all sound")
    if problems:
        click.get_current_context().exit(int(ExitCode.FAILED))


@outbox.command(short_help="Write off what is missing, so that the ledger balances.")
@local
def repair(folder: Path) -> None:
    """Write off what is missing, so that the ledger balances.

    Records that are gone are counted as dropped, with the reason `missing`; where damage has taken the count of those
    that came in, they are counted as having come. For a stopped agent. Damaged segments need no repair: a running
    agent makes dead letters of them by itself.

    \b
    Example:
      edge-orch outbox repair --local ./press-1
    """
    from edge_orch_agent.clock import SystemClock
    from edge_orch_agent.core.ledger import MISSING, Ledger
    from edge_orch_agent.core.transaction import Transaction
    from edge_orch_agent.data_folder import AgentFolder
    from edge_orch_agent.store.inspection import inspecting
    from edge_orch_agent.store.sqlite_store import SqliteStore

    with inspecting(folder):  # a folder without a database is refused before it is locked
        pass
    data = AgentFolder(folder)
    with data.locked():
        store = SqliteStore(data.database, SystemClock().now().wall_us)
        try:
            state = store.load()
            written_off = [_settled(account) for account in Ledger(state).accounts() if account.gap]
            if written_off:
                store.commit(Transaction(ledger=written_off), essential=True)
        finally:
            store.close()
    if state.report:
        click.echo(state.report)
    for entry in written_off:
        what = "missing records written off" if entry.fate == MISSING else "records counted as having come"
        click.echo(f"{entry.job}/{entry.stream}, version {entry.version}: {entry.count} {what}")
    if not written_off:
        click.echo("nothing is missing")


def _settled(account: Account) -> LedgerEntry:
    """What makes the account balance."""
    from edge_orch_agent.core.ledger import MISSING
    from edge_orch_agent.core.transaction import LedgerEntry

    came = "out" if "/" in account.stream else "entered"
    fate, count = (MISSING, account.gap) if account.gap > 0 else (came, -account.gap)
    return LedgerEntry(account.job, account.version, account.stream, fate, count)


@outbox.command(short_help="The records that wait, as lines of JSON.")
@click.argument("stream", metavar="[JOB/OUTPUT/SINK]", required=False)
@local
def export(stream: str | None, folder: Path) -> None:
    """The records that wait for one sink, or for all, on standard output. They stay in the outbox.

    \b
    Example:
      edge-orch outbox export press/raw/lake --local ./press-1 > raw.ndjson
    """
    from edge_orch_agent.store.inspection import inspecting

    damaged: list[Problem] = []
    with inspecting(folder) as inspection:
        state = inspection.state()
        known = {str(segment.stream) for segment in state.segments}
        known |= {f"{entry.job}/{entry.stream}" for entry in state.ledger if "/" in entry.stream}
        if stream is not None and stream not in known:
            raise Invalid(
                Problem(
                    f"there is no stream {stream} on this device",
                    expected=", ".join(sorted(known)) or "none yet: nothing has gone to a sink",
                    next_step="edge-orch ledger",
                )
            )
        for segment in state.segments:
            if stream in (None, str(segment.stream)):
                try:
                    sys.stdout.buffer.write(inspection.records(segment))
                except StorageError as error:  # the others are sound
                    damaged += error.problems
    sys.stdout.buffer.flush()
    if damaged:
        raise StorageError(*damaged)


def _streams(segments: list[SegmentInfo]) -> list[StreamView]:
    streams: dict[str, list[SegmentInfo]] = {}
    for segment in segments:
        streams.setdefault(str(segment.stream), []).append(segment)
    return [
        StreamView(
            stream=name,
            first=own[0].since,
            last=own[-1].sequence,
            segments=len(own),
            records=sum(segment.count for segment in own),
            bytes=sum(segment.size for segment in own),
            oldest=format_timestamp(own[0].created_us) if own[0].created_us > 0 else "",
        )
        for name, own in streams.items()
    ]


def _gaps(state: StoredState) -> list[str]:
    from edge_orch_agent.core.ledger import Ledger

    return [
        f"the ledger of {account.job}/{account.stream}, version {account.version}: {account.gap} records missing"
        for account in Ledger(state).accounts()
        if account.gap
    ]
