from __future__ import annotations

import json

import pytest
from edge_orch_agent.core import sealing
from edge_orch_agent.core.commands import Deliver

from edge_orch.time import HOUR, MINUTE, SECOND
from tests.unit.agent.core.numbered_source import Source
from tests.unit.agent.core.press import (
    JOB,
    a_rig,
    commits,
    lines,
    numbers,
    windows,
)
from tests.unit.agent.core.rig import Rig


def test_a_sink_that_comes_back_gets_everything_in_order_and_once() -> None:
    rig = a_rig([lines(n, 1) for n in range(60)])
    rig.down = {"lake"}
    rig.run(HOUR)
    rig.restart()
    rig.down = set()
    rig.run(10 * MINUTE)
    assert numbers(rig) == list(range(60))
    assert rig.store.load().segments == []


def test_a_poison_record_is_the_only_one_that_is_not_delivered() -> None:
    rig = a_rig([lines(0, 500), lines(500, 500)])
    rig.poison = b'"n":617,'
    rig.run(MINUTE)
    assert numbers(rig) == [n for n in range(1_000) if n != 617]
    (dead,) = rig.dead()
    assert json.loads(dead.letter.raw)["n"] == 617
    assert dead.letter.reason == "HTTP 422"
    ledger = rig.ledger()
    assert (ledger["raw/lake", "delivered"], ledger["raw/lake", "dead"]) == (999, 1)


@pytest.mark.parametrize("policy", ["drop_oldest", "drop_newest"])
def test_a_full_outbox_drops_and_counts(policy: str) -> None:
    rig = Rig()
    rig.sources["press"] = Source([lines(n, 1) for n in range(200)], ahead=1)
    rig.down = {"lake"}
    rig.desire(JOB + f"  limits: {{outbox: 2KiB, on_full: {policy}}}\n", 1)
    rig.link(up=True)
    rig.run(10 * MINUTE)
    assert rig.core.outbox.size("press") <= 2048
    rig.down = set()
    rig.run(10 * MINUTE)
    ledger = rig.ledger()
    assert 0 < len(numbers(rig)) < 200
    assert ledger["raw/lake", "delivered"] + ledger["raw/lake", "dropped:outbox_full"] == 200
    assert (199 in numbers(rig)) == (policy == "drop_oldest")
    assert (0 in numbers(rig)) == (policy == "drop_newest")


def test_a_full_outbox_that_blocks_stops_the_source_and_loses_nothing() -> None:
    rig = Rig()
    rig.sources["press"] = Source([lines(n, 1) for n in range(200)], ahead=1)
    rig.down = {"lake"}
    rig.desire(JOB + "  limits: {outbox: 2KiB, on_full: block}\n", 1)
    rig.link(up=True)
    rig.run(10 * MINUTE)
    assert len(rig.sources["press"].acknowledged) < 200
    assert rig.core.outbox.size("press") < 3_000
    rig.down = set()
    rig.run(10 * MINUTE)
    assert numbers(rig) == list(range(200))


def test_a_corrected_sink_is_tried_at_once_with_what_waits() -> None:
    rig = a_rig([lines(0, 5)])
    rig.down = {"lake"}
    rig.run(HOUR)
    rig.down = set()
    rig.desire(JOB.replace("/lake", "/pond"), 2)
    assert numbers(rig) == list(range(5))
    assert [item.sink.options["url"] for item in rig.trace if isinstance(item, Deliver)][-1].endswith("/pond")


def test_dead_letters_keep_their_cap_and_the_rest_is_counted() -> None:
    rig = Rig()
    rig.sources["press"] = Source([b"x" * 100 + b"\n"] * 30)
    rig.desire(JOB + "  limits: {dead_letters: 1KiB}\n", 1)
    rig.link(up=True)
    rig.run(10 * SECOND)
    assert len(rig.dead()) == 10
    rig.restart()
    rig.sources["press"].batches += [b"y" * 100]
    rig.run(10 * SECOND)
    assert len(rig.dead()) == 10
    assert rig.ledger()["parsed", "dropped:dead_letters_full"] == 21


def test_what_one_commit_brings_is_delivered_in_segments_of_a_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = a_rig([lines(0, 300), lines(300, 300)])
    whole.run(MINUTE)
    monkeypatch.setattr(sealing, "SEGMENT_BYTES", 2_000)
    rig = a_rig([lines(0, 300), lines(300, 300)])
    rig.run(MINUTE)
    assert numbers(rig) == list(range(600))
    assert windows(rig) == windows(whole)
    delivered = rig.delivered["lake"].values()
    assert len(delivered) > 10
    assert max(map(len, delivered)) <= 2_000
    assert len(commits(rig)) == len(commits(whole))


@pytest.mark.parametrize("unplug_at", range(0, 60, 4))
def test_wherever_the_power_goes_each_segment_has_one_content(unplug_at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "SEGMENT_BYTES", 500)
    rig = a_rig([lines(0, 60), lines(60, 60)], unplug_at=unplug_at)
    rig.run(MINUTE)
    assert numbers(rig) == list(range(120))


def test_a_file_gets_what_one_commit_brings_in_fewer_appends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "SEGMENT_BYTES", 500)
    rig = Rig()
    rig.sources["press"] = Source([lines(0, 100)])
    rig.desire(JOB.replace("{http: {url: 'http://127.0.0.1:1/lake'}}", "{file: {path: /lake}}"), 1)
    rig.link(up=True)
    rig.run(MINUTE)
    assert numbers(rig) == list(range(100))
    assert [key.partition("/lake/")[0] for key in rig.delivered["lake"]].count("press-1/press/1/raw") == 1


def test_of_a_stream_that_is_refused_in_part_the_earliest_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "SEGMENT_BYTES", 500)
    rig = Rig()
    rig.sources["press"] = Source([lines(0, 100)])
    rig.down = {"lake"}
    rig.desire(JOB + "  limits: {outbox: 2KiB, on_full: drop_newest}\n", 1)
    rig.link(up=True)
    rig.run(MINUTE)
    rig.down = set()
    rig.run(10 * MINUTE)
    ledger = rig.ledger()
    assert 0 < len(numbers(rig)) < 100
    assert numbers(rig) == list(range(len(numbers(rig))))
    assert ledger["raw/lake", "delivered"] + ledger["raw/lake", "dropped:outbox_full"] == 100
