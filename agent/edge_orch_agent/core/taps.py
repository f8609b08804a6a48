"""Taps: people who look at the records of a stage. What they are shown is not durable yet, and nothing waits for it."""

from __future__ import annotations

from collections.abc import Mapping

from edge_orch.engine.records import Emission
from edge_orch.errors import Invalid, Problem
from edge_orch.plan.steps import ports
from edge_orch.plan.tap import TAP, tapped
from edge_orch_agent.core.commands import Command, Reply, Show
from edge_orch_agent.core.events import TapClosed, TapRequested
from edge_orch_agent.core.running import RunningJob


class Taps:
    """Which stages of which jobs are looked at, by request. A job is told to emit a stage while somebody looks."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[str, str]] = {}
        self._shown: list[Command] = []
        self._watched: set[str] = set()

    def change(self, event: TapRequested | TapClosed, running: Mapping[str, RunningJob]) -> list[Command]:
        """Open or close one; a request is answered at once."""
        if isinstance(event, TapClosed):
            self._open.pop(event.request, None)
            return []
        job = running.get(event.job)
        if job is None:
            what = f"no job {event.job!r} runs on this device"
            expected = f"one of: {', '.join(sorted(running))}" if running else ""
            next_step = "" if running else "none does: `edge-orch apply -f JOB.yaml` rolls one out"
            return [Reply(event.request, problem=Problem(what, None, expected, "", next_step))]
        try:
            tapped(job.plan, event.stage)
        except Invalid as error:
            return [Reply(event.request, problem=error.problems[0])]
        self._open[event.request] = (event.job, event.stage)
        return [Reply(event.request)]

    def take(self, job: str, emission: Emission) -> None:
        """Show what a job has just emitted to those who look."""
        for request, (name, stage) in self._open.items():
            chunk = emission.outputs.get(TAP + stage) if name == job else None
            if chunk is not None:
                self._shown.append(Show(request, chunk.data, chunk.count))

    def show(self, running: Mapping[str, RunningJob]) -> list[Command]:
        """What there is to show. Afterwards every job emits what is looked at, also one that has just begun to run."""
        if self._open or self._watched:
            self._settle(running)
        shown, self._shown = self._shown, []
        return shown

    def _settle(self, running: Mapping[str, RunningJob]) -> None:
        for request, (name, stage) in list(self._open.items()):
            job = running.get(name)
            if job is None or stage not in {port for step in job.plan.steps for port in ports(step)}:
                reason = "the job ended" if job is None else "the job's version that runs now has no such stage"
                self._shown.append(Show(request, ended=reason))
                del self._open[request]
        for name in self._watched | {name for name, _ in self._open.values()}:
            if name in running:
                running[name].watch(frozenset(stage for job, stage in self._open.values() if job == name))
        self._watched = {name for name, _ in self._open.values()}
