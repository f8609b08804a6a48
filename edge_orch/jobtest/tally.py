"""What a run added up to."""

from __future__ import annotations

import msgspec

from edge_orch.engine.records import Emission, EpisodeEventKind


class Tally(msgspec.Struct):
    """Counts over a whole run. `outputs` has an entry for every output of the job, also for a silent one."""

    records_in: int = 0
    outputs: dict[str, int] = msgspec.field(default_factory=dict)
    filtered: int = 0
    late: int = 0
    dead_letters: int = 0
    opened: int = 0
    resolved: int = 0

    def add(self, emission: Emission, first_steps: frozenset[str]) -> None:
        """Count one emission; what entered `first_steps`, the steps that read the source, came in."""
        for name, chunk in emission.outputs.items():
            self.outputs[name] = self.outputs.get(name, 0) + chunk.count
        # Every step that reads the source sees every record: any one of them says how many came in.
        entered = [count.entered for name, count in emission.counts.items() if name in first_steps]
        self.records_in += max(entered, default=0)
        self.filtered += sum(count.filtered for count in emission.counts.values())
        self.late += sum(count.late for count in emission.counts.values())
        self.dead_letters += len(emission.dead)
        self.opened += sum(event.kind is EpisodeEventKind.OPENED for event in emission.episodes)
        self.resolved += sum(event.kind is EpisodeEventKind.RESOLVED for event in emission.episodes)
