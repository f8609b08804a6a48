"""The agent's own alarms: episodes of rules that no job defines, for what nobody else would notice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from edge_orch.engine.alert import episode_id
from edge_orch.engine.records import EpisodeEventKind
from edge_orch.time import Instant
from edge_orch.twin.facts import EpisodeFact
from edge_orch_agent.core.reconciliation import Reconciliation

LEDGER = "agent:ledger"
"""Records are unaccounted for. No job's rule has a colon in its name."""
UNDELIVERABLE = "agent:undeliverable"
"""Records wait for a sink that no version of the job on the device defines."""

PLAN = "agent:plan"
"""The stored plan of a version that should run is damaged."""

STORE = "agent:store"
"""The database could not be used as it was."""


WEAR = "agent:wear"
"""More is written to the disk than it will bear for long."""


class Subject(NamedTuple):
    """What an alarm is about."""

    job: str
    version: int
    stream: str


class Alarms:
    """Opens and resolves episodes in the twin, where people see and acknowledge them like any other."""

    def __init__(self, twin: Reconciliation) -> None:
        self._twin = twin
        self._open: dict[str, dict[Subject, EpisodeFact]] | None = None

    def show(self, rule: str, troubles: Mapping[Subject, str], now: Instant, severity: str = "critical") -> None:
        """Let exactly these be open under the rule: subject → summary."""
        known = self._known().setdefault(rule, {})
        for subject in sorted(known.keys() - troubles.keys()):
            opened = known.pop(subject)
            self._twin.write(
                msgspec.structs.replace(opened, event=EpisodeEventKind.RESOLVED.value, at_us=now.wall_us), now
            )
        for subject in sorted(troubles.keys() - known.keys()):
            known[subject] = self.tell(rule, subject, troubles[subject], now, severity)

    def tell(self, rule: str, subject: Subject, summary: str, now: Instant, severity: str = "critical") -> EpisodeFact:
        """Open an episode that nothing but a person's acknowledgement answers."""
        key = (str(subject.version), subject.stream)
        fact = EpisodeFact(
            episode=episode_id(subject.job, rule, key, now.wall_us),
            event=EpisodeEventKind.OPENED.value,
            job=subject.job,
            version=subject.version,
            rule=rule,
            at_us=now.wall_us,
            key_values=key,
            severity=severity,
            summary=summary,
        )
        self._twin.write(fact, now)
        return fact

    def _known(self) -> dict[str, dict[Subject, EpisodeFact]]:
        """What an earlier run has left open."""
        if self._open is None:
            self._open = {}
            episodes = self._twin.facts().episodes
            for fact in episodes.values():
                mine = fact.rule in (LEDGER, UNDELIVERABLE, PLAN, WEAR) and fact.event == EpisodeEventKind.OPENED
                if mine and f"{fact.episode}/{EpisodeEventKind.RESOLVED}" not in episodes:
                    subject = Subject(fact.job, fact.version, fact.key_values[-1])
                    self._open.setdefault(fact.rule, {})[subject] = fact
        return self._open
