"""The account of a step, while it is added up."""

from __future__ import annotations

from edge_orch.engine.records import StepCount


class Account:
    """What a step did since it was last asked; see `StepCount`.

    Generated code adds to it several times a call: slots take a tenth of the time that the fields of a struct do.
    """

    __slots__ = ("dead", "entered", "evicted", "filtered", "folded", "late", "passed")

    def __init__(self) -> None:
        self.entered = self.passed = self.filtered = self.folded = self.dead = self.late = self.evicted = 0

    def add(self, count: StepCount) -> None:
        """Add what the step did in one call. Most pass on all that enters."""
        self.entered += count.entered
        self.passed += count.passed
        if count.evicted or count.entered != count.passed:
            self.filtered += count.filtered
            self.folded += count.folded
            self.dead += count.dead
            self.late += count.late
            self.evicted += count.evicted

    def take(self) -> StepCount:
        """What was added up, which begins anew."""
        taken = StepCount(self.entered, self.passed, self.filtered, self.folded, self.dead, self.late, self.evicted)
        self.entered = self.passed = self.filtered = self.folded = self.dead = self.late = self.evicted = 0
        return taken
