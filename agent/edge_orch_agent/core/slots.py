"""Slots: which versions of each job the device has, which one runs, and which one it returns to."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from edge_orch_agent.core.transaction import Slot, SlotName, Transaction

_RUNNING = (SlotName.CANDIDATE, SlotName.CURRENT)


class Slots:
    """The transitions of a job's versions; each writes itself into the transaction it is given.

    ```
    begin     -> candidate runs; current stays as what to return to; without one, the candidate before becomes it
    promote   candidate -> current -> last_good
    give_up   candidate -> failed, current runs   |   current -> failed, last_good -> current
    lose      the same, but to damaged; back by `begin`, if nothing newer has begun before
    retire    all versions -> gone, the one that ran -> retired until its outbox is empty
    ```
    """

    def __init__(self, slots: Iterable[Slot]) -> None:
        self._slots: dict[SlotName, dict[str, Slot]] = {name: {} for name in SlotName}
        for slot in slots:
            self._slots[slot.slot][slot.job] = slot

    def jobs(self) -> list[str]:
        """Jobs that have any slot."""
        return sorted({job for placed in self._slots.values() for job in placed})

    def get(self, job: str, name: SlotName) -> Slot | None:
        """What is in that slot."""
        return self._slots[name].get(job)

    def all_in(self, name: SlotName) -> list[Slot]:
        """What is in that slot, of every job that has one."""
        return list(self._slots[name].values())

    def of(self, job: str) -> list[Slot]:
        """All slots of a job."""
        return [placed[job] for placed in self._slots.values() if job in placed]

    def running(self, job: str) -> Slot | None:
        """The version that runs, or would: the candidate before the current one."""
        return next((slot for name in _RUNNING if (slot := self.get(job, name))), None)

    def has_failed(self, job: str, digest: str) -> bool:
        """Whether the job's last failure here was with this very content."""
        failed = self.get(job, SlotName.FAILED)
        return failed is not None and failed.digest == digest

    def begin(self, slot: Slot, transaction: Transaction) -> None:
        """A verified version starts to run, on probation."""
        self._clear(slot.job, SlotName.RETIRED, transaction)
        self._clear(slot.job, SlotName.DAMAGED, transaction)
        before = self.get(slot.job, SlotName.CANDIDATE)
        if before is not None and self.get(slot.job, SlotName.CURRENT) is None:
            self._put(before, SlotName.CURRENT, transaction)  # not proven yet, and better than no version at all
        self._put(slot, SlotName.CANDIDATE, transaction)

    def promote(self, job: str, transaction: Transaction) -> None:
        """The candidate has proven itself."""
        candidate, current = self.get(job, SlotName.CANDIDATE), self.get(job, SlotName.CURRENT)
        if candidate is None:
            return
        if current is not None and current.digest != candidate.digest:
            self._put(current, SlotName.LAST_GOOD, transaction)
        self._put(candidate, SlotName.CURRENT, transaction)
        self._clear(job, SlotName.CANDIDATE, transaction)

    def retarget(self, job: str, generation: int, version: int, transaction: Transaction) -> None:
        """What runs is what a newer generation wants, too."""
        running = self.running(job)
        if running is not None:
            renewed = msgspec.structs.replace(running, generation=generation, version=version)
            self._put(renewed, running.slot, transaction)

    def refuse(self, slot: Slot, transaction: Transaction) -> None:
        """A version cannot even start: remember it; what runs is not touched."""
        damaged = self.get(slot.job, SlotName.DAMAGED)
        if damaged is not None and damaged.digest == slot.digest:
            self._clear(slot.job, SlotName.DAMAGED, transaction)
        self._put(slot, SlotName.FAILED, transaction)

    def give_up(self, job: str, transaction: Transaction) -> None:
        """What runs has failed: remember it, and let `running` name what to return to, if anything."""
        self._step_back(job, SlotName.FAILED, transaction)

    def lose(self, job: str, transaction: Transaction) -> None:
        """The plan of what runs cannot be used any more, which is no fault of the version.

        As `give_up`; of several that are lost the newest is remembered.
        """
        newest = self.get(job, SlotName.DAMAGED)
        self._step_back(job, SlotName.DAMAGED, transaction)
        if newest is not None:
            self._put(newest, SlotName.DAMAGED, transaction)

    def outrun(self, job: str, transaction: Transaction) -> None:
        """What runs is as new as the version that was lost."""
        self._clear(job, SlotName.DAMAGED, transaction)

    def retire(self, job: str, transaction: Transaction) -> None:
        """The job leaves the device; its outbox may still need its sinks."""
        last = self.running(job)
        for slot in self.of(job):
            self._clear(job, slot.slot, transaction)
        if last is not None:
            self._put(last, SlotName.RETIRED, transaction)

    def forget(self, job: str, transaction: Transaction) -> None:
        """A retired job's outbox is empty."""
        self._clear(job, SlotName.RETIRED, transaction)

    def _step_back(self, job: str, to: SlotName, transaction: Transaction) -> None:
        left = self.running(job)
        if left is None:
            return
        self._clear(job, left.slot, transaction)
        self._put(left, to, transaction)
        good = self.get(job, SlotName.LAST_GOOD)
        if left.slot is SlotName.CURRENT and good is not None:
            self._clear(job, SlotName.LAST_GOOD, transaction)
            self._put(good, SlotName.CURRENT, transaction)

    def _put(self, slot: Slot, name: SlotName, transaction: Transaction) -> None:
        placed = msgspec.structs.replace(slot, slot=name)
        self._slots[name][slot.job] = placed
        transaction.slots = [other for other in transaction.slots if (other.job, other.slot) != (slot.job, name)]
        transaction.slots.append(placed)

    def _clear(self, job: str, name: SlotName, transaction: Transaction) -> None:
        if self._slots[name].pop(job, None) is not None:
            transaction.slots = [other for other in transaction.slots if (other.job, other.slot) != (job, name)]
            transaction.removed_slots.append((job, name))
