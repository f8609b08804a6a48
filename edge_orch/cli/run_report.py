"""What `edge-orch run` tells its user on standard error: alerts as they come, and the sums at the end."""

from __future__ import annotations

from collections.abc import Iterable

import click
import msgspec

from edge_orch.cli.render import table
from edge_orch.engine.records import EpisodeEvent, EpisodeEventKind
from edge_orch.jobtest.tally import Tally
from edge_orch.time import format_timestamp

_COLOURS = {EpisodeEventKind.OPENED: "red", EpisodeEventKind.RESOLVED: "green"}


class AlertLine(msgspec.Struct, omit_defaults=True):
    """An event of an episode as a line of JSON. `at`: event time."""

    event: str
    rule: str
    key: tuple[str, ...]
    at: str
    severity: str
    summary: str
    episode: str


class Report:
    """Texts for people, or lines of JSON for programs: `{"alert": …}` and one `{"summary": …}`.

    `over_bar`: a progress bar may stand on the line where an alert is to be told.
    """

    def __init__(self, *, as_json: bool, over_bar: bool) -> None:
        self._as_json = as_json
        self._erase = "\r\x1b[K" if over_bar else ""

    def alerts(self, events: Iterable[EpisodeEvent]) -> None:
        """Tell of each event."""
        for event in events:
            at = format_timestamp(event.at_us)
            if self._as_json:
                line = AlertLine(
                    event.kind.value, event.rule, event.key, at, event.severity, event.summary, event.episode
                )
                self._tell({"alert": line})
            else:
                kind = click.style(f"{event.kind.value:8}", fg=_COLOURS[event.kind])
                key = f" [{', '.join(event.key)}]" if event.key else ""
                click.echo(f"{self._erase}{at}  {kind}  {event.rule}{key}  {event.severity}: {event.summary}", err=True)

    def note(self, text: str) -> None:
        """Tell people what they may not have meant."""
        if not self._as_json:
            click.echo(f"note: {text}", err=True)

    def summary(self, tally: Tally, *, interrupted: bool = False) -> None:
        """Tell what the run added up to."""
        if self._as_json:
            self._tell({"summary": tally})
            return
        if interrupted:
            click.echo("interrupted; so far:", err=True)
        rows = [
            ("records in", tally.records_in),
            *((f"output {name}", count) for name, count in tally.outputs.items()),
            ("filtered", tally.filtered),
            ("late", tally.late),
            ("dead letters", tally.dead_letters),
            ("alerts opened", tally.opened),
            ("alerts resolved", tally.resolved),
        ]
        click.echo(table(["", "count"], rows), err=True)

    def _tell(self, line: object) -> None:
        click.echo(msgspec.json.encode(line).decode(), err=True)
