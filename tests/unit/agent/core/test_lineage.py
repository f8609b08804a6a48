from __future__ import annotations

from edge_orch_agent.core.lineage import Input, Inputs, Lineage, Made, Maker
from edge_orch_agent.store.memory_store import MemoryStore

from edge_orch.engine.records import Batch
from edge_orch.testing.clock import Clock
from edge_orch.time import MINUTE, SECOND
from tests.unit.agent.core.press import a_rig, lines, override
from tests.unit.agent.core.rig import Rig

NOW = Clock().read(0)


def traced(rig: Rig) -> list[Lineage]:
    assert isinstance(rig.store, MemoryStore)
    return rig.store.lineage


def test_every_commit_says_what_was_made_of_what() -> None:
    rig = a_rig([lines(0, 5), lines(5, 5)])
    rig.run(10 * SECOND)
    first, *_ = traced(rig)
    slot = rig.store.load().slots[0]
    assert first.maker == Maker("press", 1, slot.digest, {"hot_c": 85.0}, rig.core.identity.run)
    assert first.inputs == (Input("p", 0, 10),)
    assert first.made == (Made("raw", "lake", 1, 10),)
    assert first.at_us > 0


def test_every_segment_is_made_once_and_every_record_is_an_input_once() -> None:
    rig = a_rig([lines(n, 3, 99.0 if n == 30 else 20.0) for n in range(0, 60, 3)])
    rig.run(5 * MINUTE)
    sent = {key.rpartition(".")[2] + key.split("/")[3] for taken in rig.delivered.values() for key in taken}
    made = [f"{one.sequence}{one.output}" for lineage in traced(rig) for one in lineage.made]
    assert sorted(made) == sorted(sent)
    assert sum(one.count for lineage in traced(rig) for one in lineage.inputs) == 60
    alert = next(lineage for lineage in traced(rig) if any(one.output == "alerts" for one in lineage.made))
    assert alert.inputs


def test_parameters_are_those_that_the_records_met() -> None:
    rig = a_rig([lines(0, 5)])
    rig.run(10 * SECOND)
    rig.tell(override(90.0))
    rig.sources["press"].batches += [lines(5, 5)]
    rig.run(MINUTE)
    by_records = {lineage.inputs: lineage.maker.params["hot_c"] for lineage in traced(rig) if lineage.inputs}
    assert by_records == {(Input("p", 0, 5),): 85.0, (Input("p", 1_000, 5),): 90.0}


def test_what_brought_nothing_forth_counts_with_the_next_segments() -> None:
    rig = a_rig([b"not json\n" * 3])
    rig.run(10 * SECOND)
    assert traced(rig) == []
    rig.sources["press"].batches += [lines(0, 2)]
    rig.run(10 * SECOND)
    assert traced(rig)[0].inputs == (Input("p", 0, 5),)


def test_of_many_partitions_the_rest_is_counted() -> None:
    inputs = Inputs()
    for number in range(70):
        inputs.add(Batch(f"topic/{number}", [b"1", b"2"], NOW, 7), 2)
    *named, others = inputs.take()
    assert len(named) == 64
    assert (named[0], others) == (Input("topic/0", 7, 2), Input("", 0, 12))
    assert inputs.take() == ()
