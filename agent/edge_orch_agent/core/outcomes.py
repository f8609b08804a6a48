"""Outcomes: what a finished delivery means for the next commit."""

from __future__ import annotations

from edge_orch.time import Instant
from edge_orch_agent.core.audit import Audit
from edge_orch_agent.core.delivery import Outcome
from edge_orch_agent.core.ledger import entry
from edge_orch_agent.core.notices import notified_fact
from edge_orch_agent.core.outbox import Outbox
from edge_orch_agent.core.reconciliation import Reconciliation
from edge_orch_agent.core.wear import Wear
from edge_orch_agent.core.work import Work


class Outcomes:
    """Takes finished segments into the work: the cursor, the account and, of a notice, the fact that it arrived."""

    def __init__(self, work: Work, outbox: Outbox, twin: Reconciliation, wear: Wear, audit: Audit) -> None:
        self._work = work
        self._outbox = outbox
        self._wear = wear
        self._audit = audit
        self._twin = twin

    def take(self, outcome: Outcome | None, now: Instant) -> None:
        """All of it becomes durable in one transaction; None: the delivery has not come to its end."""
        if outcome is None:
            return
        segment, stream = outcome.segment, outcome.segment.stream
        if outcome.gone:
            self._audit.damaged(segment, now)
        self._wear.delivered(segment.size)
        freeing = self._work.gathered.freeing
        freeing.cursors[stream] = segment.sequence
        freeing.rejections += outcome.rejections
        counts = {"delivered": segment.count - outcome.rejected, "dead": outcome.rejected}
        freeing.ledger += [entry(segment, fate, count) for fate, count in counts.items() if count]
        if 2 * self._outbox.ahead(stream) >= self._outbox.most_ahead:
            self._work.hasten(now)
        self._work.note(now)
        about = self._twin.facts().episodes.get(segment.subject) if segment.subject else None
        if about is not None and not outcome.rejected:
            self._twin.write(notified_fact(about, segment, now.wall_us), now)
