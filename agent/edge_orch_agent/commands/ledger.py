"""`edge-orch ledger`: what became of every record on this device."""

# ruff: noqa: PLC0415 (help must not wait for what only a run needs)

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from edge_orch.cli.options import printed
from edge_orch.cli.render import Output, section, show, table
from edge_orch.errors import ExitCode
from edge_orch.time import format_timestamp
from edge_orch_agent.commands.options import local

if TYPE_CHECKING:
    from edge_orch_agent.core.ledger import Account
    from edge_orch_agent.core.transaction import Drop, WearDay


class LedgerView(msgspec.Struct, frozen=True):
    """All accounts, whether every one of them balances, which segments were dropped, and the disk's wear by day."""

    balanced: bool
    accounts: list[Account]
    drops: list[Drop]
    wear: list[WearDay]


@click.command(short_help="Show what became of every record on this device.")
@local
@printed
def ledger(folder: Path, output: Output) -> None:
    """Show what became of every record on this device, as far as it is durable.

    A step passes records on, an output delivers them to its sink; `held` waits in the outbox. A gap is a bug, or
    damage: the agent raises an alert of its own for it. Ends with 1 if there is one.

    \b
    Examples:
      edge-orch ledger --local ./press-1
      edge-orch ledger --local ./press-1 -o json
    """
    from edge_orch_agent.core.ledger import Ledger
    from edge_orch_agent.store.inspection import inspecting

    with inspecting(folder) as inspection:
        state = inspection.state()
    book = Ledger(state)
    accounts = book.accounts()
    view = LedgerView(not any(account.gap for account in accounts), accounts, book.drops(), state.wear)
    show(view, output, lambda: _text(view))
    if not view.balanced:
        click.get_current_context().exit(int(ExitCode.FAILED))


def _text(view: LedgerView) -> str:
    headers = ("job", "v", "stream", "in", "out", "filtered", "folded", "dead", "dropped", "held", "gap", "evicted")
    rows = [msgspec.structs.astuple(account) for account in view.accounts]
    parts = [table(headers, rows, nothing="no record has come yet")]
    if view.drops:
        dropped = [
            (
                drop.stream,
                drop.version,
                f"{drop.first}-{drop.last}",
                drop.count,
                drop.reason,
                format_timestamp(drop.at_us),
            )
            for drop in view.drops
        ]
        parts.append(section("dropped", table(("stream", "v", "segments", "records", "reason", "latest"), dropped)))
    if view.wear:
        days = [
            (day.day, day.written, day.delivered, f"{day.written / day.delivered:.2f}" if day.delivered else "")
            for day in view.wear
        ]
        parts.append(section("disk", table(("day", "bytes written", "bytes delivered", "ratio"), days)))
    return "\n\n".join(parts)
