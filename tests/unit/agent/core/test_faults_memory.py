"""Faults of ANCHORS 4 after which memory must be what it was, by number."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable

from edge_orch_agent.core.events import BatchRead
from edge_orch_agent.core.guarding import Unguarded
from edge_orch_agent.core.running import RunningJob
from edge_orch_agent.core.transaction import Slot, SlotName

from edge_orch.compile import compile_job
from edge_orch.engine.records import Batch, Device
from edge_orch.time import HOUR, SECOND
from tests.unit.agent.core.press import (
    JOB,
    a_rig,
    lines,
    patient,
)


def growths(act: Callable[[], None], times: int) -> list[int]:
    """Bytes by which memory has grown each time."""
    found = []
    tracemalloc.start()
    try:
        for _ in range(times):
            before, _ = tracemalloc.get_traced_memory()
            act()
            found.append(tracemalloc.get_traced_memory()[0] - before)
    finally:
        tracemalloc.stop()
    return found


def test_17_reloads_leave_nothing_behind_in_memory() -> None:
    """Every load compiles and runs a function of its own."""
    plan, slot = compile_job(JOB, "job.yaml"), Slot("press", SlotName.CURRENT, 1, "sha256:0", 1)
    batch = Batch("p", lines(0, 20, 99.0), a_rig([]).now)

    def reload(times: int) -> None:
        for _ in range(times):
            running = RunningJob(
                slot,
                plan,
                device=Device("press-1"),
                values={},
                secret=lambda _name: None,
                state=b"",
                since_us=0,
                guard=Unguarded(),
            )
            running.process(batch)
            running.closed(set())
        gc.collect()

    reload(10)
    assert min(growths(lambda: reload(20), 3)) < 20 * 300  # one pipeline that stayed would be some 100 KiB


def test_23_a_flapping_network_leaves_nothing_behind_in_memory() -> None:
    rig = patient(a_rig([]))

    def flap(times: int) -> None:
        for _ in range(times):
            rig.link(up=not rig.linked)
            rig.run(HOUR)
            rig.trace.clear()
        gc.collect()

    flap(400)  # until what is kept of the last so many is full
    assert min(growths(lambda: flap(100), 4)) < 100 * 50


def test_24_a_backlog_of_any_size_is_kept_on_the_disk_and_not_in_memory() -> None:
    rig = a_rig([])
    rig.down = {"lake"}
    payload = lines(0, 1_000)
    rig.run(SECOND)
    for number in range(50):
        rig.tell(BatchRead("press", Batch("p", payload, rig.now), number, {"p": b"%d" % number}))
        rig.run(2 * SECOND)
    held = rig.core.outbox
    segments = [segment for stream in held.streams() for segment in held.segments(stream)]
    assert sum(segment.size for segment in segments) > 40 * len(payload)
    assert not any(hasattr(segment, "data") for segment in segments)
    assert len(segments) <= 120
