"""How far event time has come behind a union of rows of several aggregates.

No row is to come that is older than the least of what its inputs say. Rows themselves wait for nothing: they are handed
on as they come, ahead of the union's time as records are ahead of a watermark. What follows event time is told how far
it has come when all inputs have given what is due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from edge_orch.engine.clock import NEVER, Timer
from edge_orch.engine.graph import Graph
from edge_orch.plan.stages import Staged
from edge_orch.plan.steps import Union


class Progress(Protocol):
    """Event time of what one step passes on, as a function of the event time of what it takes."""

    def reached(self, watermark_us: int) -> int:
        """No record is to come that is older, when the watermark has come so far."""
        ...

    def reaches(self, moment_us: int) -> int:
        """The watermark at which `reached` has come to that moment."""
        ...


class UnionTime:
    """The `Timer` of all steps behind one union, `timers`; and the `Progress` of its stage.

    `paths`: for each input, what its records come through, from the source on.
    """

    def __init__(self, paths: Sequence[Sequence[Progress]], timers: Sequence[Timer]) -> None:
        self._paths = paths
        self._timers = timers

    def reached(self, watermark_us: int) -> int:
        """See `Progress`."""
        return min(_reached(path, watermark_us) for path in self._paths)

    def reaches(self, moment_us: int) -> int:
        """See `Progress`."""
        return max(_reaches(path, moment_us) for path in self._paths)

    def due(self) -> int:
        """See `Timer`."""
        due = min((timer.due() for timer in self._timers), default=NEVER)
        return NEVER if due == NEVER else self.reaches(due)

    def sweep(self) -> int:
        """See `Timer`."""
        return NEVER

    def advance(self, watermark_us: int) -> None:
        """See `Timer`."""
        reached = self.reached(watermark_us)
        for timer in self._timers:
            timer.advance(reached)

    def finish(self) -> None:
        """See `Timer`."""
        for timer in self._timers:
            timer.finish()


def union_times(graph: Graph, stateful: Mapping[str, Timer]) -> dict[str, UnionTime]:
    """By name, the time of each union that steps follow; unions in front of others come first."""
    found: dict[str, UnionTime] = {}
    for union in graph.unions_followed:
        paths = [_path(graph, port, stateful, found) for port in union.inputs]
        found[union.name] = UnionTime(paths, [stateful[step.name] for step in graph.timed(union.name)])
    return found


def _path(graph: Graph, port: str, stateful: Mapping[str, Timer], times: Mapping[str, UnionTime]) -> list[Progress]:
    """What the port's records come through, from the source on."""
    begins = graph.joins.stages.begin(port)
    if isinstance(begins, Union):
        return [times[begins.name]]
    if not isinstance(begins, Staged):
        return []
    windows = stateful[begins.name]  # those of other windows are refused: see `Stages`
    return [*_path(graph, begins.input, stateful, times), cast(Progress, windows)]


def _reached(path: Sequence[Progress], watermark_us: int) -> int:
    for each in path:
        watermark_us = each.reached(watermark_us)
    return watermark_us


def _reaches(path: Sequence[Progress], moment_us: int) -> int:
    for each in reversed(path):
        moment_us = each.reaches(moment_us)
    return moment_us
