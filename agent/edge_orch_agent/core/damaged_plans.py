"""Damaged plans: versions that should run, and whose stored envelope is damaged or gone."""

from __future__ import annotations

import msgspec

from edge_orch.errors import Refused
from edge_orch_agent.core.alarms import Subject
from edge_orch_agent.core.library import Library
from edge_orch_agent.core.slots import Slots
from edge_orch_agent.core.transaction import Slot, SlotName, Transaction


class DamagedPlans:
    """Keeps each such version in mind, across restarts too, until its plan is here again or a newer one runs."""

    def __init__(self, slots: Slots, library: Library) -> None:
        self._slots = slots
        self._library = library
        for slot in slots.all_in(SlotName.DAMAGED):
            if library.kept(slot) is None:
                library.discard(slot.digest)  # so that it is fetched

    def lose(self, slot: Slot, why: Refused, transaction: Transaction, before: str) -> str:
        """What runs, or would, cannot be read. Returns the error to report: that from `before`, if there was one."""
        self._slots.lose(slot.job, transaction)
        self._library.discard(slot.digest)
        return before or f"the stored plan of version {slot.version} is damaged, and asked for again: {why}"

    def waiting(self, transaction: Transaction) -> list[Slot]:
        """The versions to fetch and run again, as candidates; one is forgotten when what runs is as new."""
        for slot in self._slots.all_in(SlotName.DAMAGED):
            running = self._slots.running(slot.job)
            if running is not None and running.generation >= slot.generation:
                self._slots.outrun(slot.job, transaction)
        damaged = self._slots.all_in(SlotName.DAMAGED)
        return [msgspec.structs.replace(slot, slot=SlotName.CANDIDATE) for slot in damaged]

    def troubles(self) -> dict[Subject, str]:
        """What is told of each, for as long as it lasts."""
        return {
            Subject(slot.job, slot.version, "plan"): self._trouble(slot)
            for slot in self._slots.all_in(SlotName.DAMAGED)
        }

    def _trouble(self, slot: Slot) -> str:
        running = self._slots.running(slot.job)
        meanwhile = f"version {running.version} runs in its place" if running else "the job stands still"
        return (
            f"the stored plan of job {slot.job}, version {slot.version}, is damaged: {meanwhile}, until the controller"
            " can be reached and sends the plan again; bring the link back, and check the disk or the SD card"
        )
