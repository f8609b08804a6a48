from __future__ import annotations

from collections.abc import Callable

from edge_orch_agent.core.slots import Slots
from edge_orch_agent.core.transaction import Slot, SlotName, Transaction
from edge_orch_agent.store.memory_store import MemoryStore


def a_slot(version: int, name: SlotName = SlotName.CANDIDATE) -> Slot:
    return Slot("press", name, version, f"sha256:{version}", generation=version)


def versions(slots: Slots) -> dict[str, int]:
    return {slot.slot.value: slot.version for slot in slots.of("press")}


def test_a_candidate_runs_and_then_becomes_current() -> None:
    slots, work = Slots([]), Transaction()
    slots.begin(a_slot(1), work)
    assert versions(slots) == {"candidate": 1}
    slots.promote("press", work)
    assert versions(slots) == {"current": 1}
    slots.begin(a_slot(2), work)
    assert slots.running("press") == a_slot(2)
    slots.promote("press", work)
    assert versions(slots) == {"current": 2, "last_good": 1}


def test_a_failed_candidate_gives_way_to_the_current_version() -> None:
    slots = Slots([a_slot(1, SlotName.CURRENT), a_slot(2)])
    slots.give_up("press", Transaction())
    assert versions(slots) == {"current": 1, "failed": 2}
    assert slots.has_failed("press", "sha256:2")
    assert not slots.has_failed("press", "sha256:1")


def test_a_failed_current_version_gives_way_to_the_last_good_one() -> None:
    slots = Slots([a_slot(1, SlotName.LAST_GOOD), a_slot(2, SlotName.CURRENT)])
    slots.give_up("press", Transaction())
    assert versions(slots) == {"current": 1, "failed": 2}
    slots.give_up("press", Transaction())
    assert versions(slots) == {"failed": 1}
    assert slots.running("press") is None


def test_a_candidate_that_replaces_another_keeps_what_to_return_to() -> None:
    slots, work = Slots([a_slot(1, SlotName.CURRENT), a_slot(2)]), Transaction()
    slots.begin(a_slot(3), work)
    assert versions(slots) == {"current": 1, "candidate": 3}


def test_the_first_version_is_what_to_return_to_even_if_the_second_comes_before_it_is_proven() -> None:
    slots, work = Slots([]), Transaction()
    slots.begin(a_slot(1), work)
    slots.begin(a_slot(2), work)
    assert versions(slots) == {"current": 1, "candidate": 2}
    slots.begin(a_slot(3), work)
    assert versions(slots) == {"current": 1, "candidate": 3}
    slots.give_up("press", work)
    assert slots.running("press") == a_slot(1, SlotName.CURRENT)


def test_a_version_that_cannot_start_disturbs_nothing() -> None:
    slots = Slots([a_slot(1, SlotName.CURRENT)])
    slots.refuse(a_slot(2), Transaction())
    assert versions(slots) == {"current": 1, "failed": 2}


def test_the_same_content_under_a_newer_generation() -> None:
    slots = Slots([a_slot(1, SlotName.CURRENT)])
    slots.retarget("press", 9, 1, Transaction())
    running = slots.running("press")
    assert running is not None
    assert (running.generation, running.slot) == (9, SlotName.CURRENT)


def test_a_retired_job_keeps_only_what_its_outbox_needs() -> None:
    slots, work = Slots([a_slot(1, SlotName.LAST_GOOD), a_slot(2, SlotName.CURRENT)]), Transaction()
    slots.retire("press", work)
    assert versions(slots) == {"retired": 2}
    assert slots.running("press") is None
    slots.forget("press", work)
    assert slots.jobs() == []


def test_a_transaction_repeats_every_transition_in_the_store() -> None:
    store, slots = MemoryStore(), Slots([])
    steps: list[Callable[[Transaction], None]] = [
        lambda work: slots.begin(a_slot(1), work),
        lambda work: slots.promote("press", work),
        lambda work: slots.begin(a_slot(2), work),
        lambda work: slots.give_up("press", work),
        lambda work: slots.begin(a_slot(3), work),
        lambda work: slots.promote("press", work),
        lambda work: slots.give_up("press", work),
        lambda work: slots.retire("press", work),
    ]
    for first, second in zip(steps[::2], steps[1::2], strict=True):
        work = Transaction()
        first(work)
        second(work)
        store.commit(work)
        assert sorted(store.load().slots, key=str) == sorted(slots.of("press"), key=str)
