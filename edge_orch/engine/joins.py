"""Where unions are written: the code of what several branches feed stands once, behind the last of them."""

from __future__ import annotations

from collections.abc import Sequence

from edge_orch.errors import Invalid
from edge_orch.plan.stages import Staged, Stages
from edge_orch.plan.steps import SOURCE, Step, Union, inputs, ports


class Joins:
    """The unions of a plan, each at the port whose flow holds all of its inputs.

    A union of records from several stages has no such port: it is a function of its own. Raises `Invalid` for one that
    cannot be.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self.stages = Stages()
        self._above: dict[str, str] = {}
        self._at: dict[str, list[Union]] = {}
        for step in steps:
            if refusal := self.stages.refusal(step):
                raise Invalid(refusal)
            self.stages.add(step)
            above = self._holder(step) if isinstance(step, Union) else step.input
            if isinstance(step, Staged):
                above = SOURCE
            for port in ports(step):
                self._above[port] = above
            if isinstance(step, Union) and above != SOURCE:
                self._at.setdefault(above, []).append(step)

    def at(self, port: str) -> Sequence[Union]:
        """The unions whose code ends what happens to the port's records, in the order of the plan."""
        return self._at.get(port, ())

    def crosses(self, union: Union) -> bool:
        """Whether its inputs are of several stages."""
        return self.stages.crosses(union)

    def _holder(self, union: Union) -> str:
        """The nearest port that all inputs come through; the source if there is none within one stage."""
        first, *others = (self._ports_above(name) for name in inputs(union))
        return next((port for port in first if all(port in other for other in others)), SOURCE)

    def _ports_above(self, port: str) -> list[str]:
        """The port and those it comes through, the nearest first, within its stage."""
        found = []
        while port != SOURCE:
            found.append(port)
            port = self._above[port]
        return found
