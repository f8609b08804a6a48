"""The faulty network: each fault by itself, and the same seed giving the same history."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.testing.network import CLOG_QUEUE, LONG_US, Faults, Network, Parcel

FOREVER = 10**12


def network(**faults: Any) -> Network:
    return Network(Random(1), Faults(**faults))  # noqa: S311 (a test's seed)


def delivered(net: Network, now_us: int = FOREVER) -> list[Any]:
    found = []
    while parcel := net.arrive(now_us):
        found.append(parcel.payload)
    return found


def test_it_delivers_after_a_delay_within_its_bounds() -> None:
    net = network(min_delay_us=10, max_delay_us=20)
    assert net.next_at() is None
    net.send("a", "b", "hello", 100)
    moment = net.next_at()
    assert moment is not None
    assert 110 <= moment <= 120
    assert net.arrive(moment - 1) is None
    assert net.arrive(moment) == Parcel("a", "b", "hello")
    assert net.arrive(FOREVER) is None


def test_faultless_with_one_delay_it_keeps_order() -> None:
    net = network(min_delay_us=5, max_delay_us=5)
    for n in range(20):
        net.send("a", "b", n, 0)
    assert delivered(net) == list(range(20))


def test_unequal_delays_reorder() -> None:
    net = network(min_delay_us=0, max_delay_us=1000)
    for n in range(50):
        net.send("a", "b", n, 0)
    found = delivered(net)
    assert found != sorted(found)
    assert sorted(found) == list(range(50))


@pytest.mark.parametrize(("faults", "low", "high"), [({"loss": 0.3}, 600, 800), ({"duplication": 0.3}, 1200, 1400)])
def test_loss_and_duplication_come_as_often_as_asked(faults: dict[str, float], low: int, high: int) -> None:
    net = network(**faults)
    for n in range(1000):
        net.send("a", "b", n, 0)
    assert low < len(delivered(net)) < high


def test_an_echo_is_an_undamaged_copy_that_comes_long_after() -> None:
    net = network(min_delay_us=0, max_delay_us=10, echo=1.0, max_echo_us=1_000_000)
    net.send("a", "b", b"payload", 0)
    assert delivered(net, 10) == [b"payload"]
    assert delivered(net, 1_000_000) == [b"payload"]
    assert net.next_at() is None
    assert net.happened["echoed"] == 1


def test_faults_are_counted_where_they_hit() -> None:
    net = network(loss=1.0)
    net.send("a", "b", 1, 0)
    assert +net.happened == {"lost": 1}
    net = network(duplication=1.0, corruption=1.0, min_delay_us=LONG_US + 1, max_delay_us=LONG_US + 1)
    net.send("a", "b", b"1", 0)
    assert +net.happened == {"doubled": 1, "damaged": 2, "delayed": 2}
    net.cut("a", "b")
    net.send("a", "b", 2, 0)
    assert delivered(net) == []
    net.partition("a", "b")
    net.send("a", "b", 3, 0)
    assert net.happened["cut in one direction"] == net.happened["cut"] == 1
    assert net.happened["cut on the way"] == 2
    net = network(min_delay_us=0, max_delay_us=1000)
    for n in range(50):
        net.send("a", "b", n, 0)
    found = delivered(net)
    assert net.happened["reordered"] == sum(n < max(found[: i + 1]) for i, n in enumerate(found)) > 0


def test_corruption_flips_one_bit_of_bytes_and_nothing_else() -> None:
    net = network(corruption=1.0)
    net.send("a", "b", b"payload", 0)
    net.send("a", "b", "text", 0)
    net.send("a", "b", b"", 0)
    found = delivered(net)
    assert {"text", b""} < set(found)
    (bad,) = (payload for payload in found if isinstance(payload, bytes) and payload)
    flipped = int.from_bytes(bad, "big") ^ int.from_bytes(b"payload", "big")
    assert flipped.bit_count() == 1


def test_a_cut_works_in_one_direction_also_on_what_is_in_flight() -> None:
    net = network()
    net.send("a", "b", "in flight", 0)
    net.cut("a", "b")
    net.send("a", "b", "later", 0)
    net.send("b", "a", "back", 0)
    assert (net.connected("a", "b"), net.connected("b", "a")) == (False, True)
    assert delivered(net) == ["back"]
    net.mend("a", "b")
    net.send("a", "b", "again", 0)
    assert delivered(net) == ["again"]


def test_a_partition_cuts_both_directions_until_it_heals() -> None:
    net = network()
    net.partition("a", "b")
    for source, destination in (("a", "b"), ("b", "a"), ("a", "c")):
        net.send(source, destination, source + destination, 0)
    assert delivered(net) == ["ac"]
    net.heal()
    net.send("b", "a", "healed", 0)
    assert delivered(net) == ["healed"]


def test_what_is_clogged_passes_one_at_a_time_and_loses_what_finds_no_room() -> None:
    net = network(min_delay_us=0, max_delay_us=0)
    net.clog("a", "b", 100)
    for n in range(CLOG_QUEUE + 5):
        net.send("a", "b", n, 0)
    net.send("b", "a", "the other way", 0)
    assert delivered(net, 0) == ["the other way"]
    assert delivered(net, 250) == [0, 1]
    assert delivered(net) == list(range(2, CLOG_QUEUE))
    assert (net.happened["clogged"], net.happened["lost before a clog"]) == (CLOG_QUEUE, 5)
    net.unclog("a", "b")
    net.send("a", "b", "free", 5_000)
    assert delivered(net, 5_000) == ["free"]


def test_what_is_in_flight_to_a_dead_machine_is_lost() -> None:
    net = network()
    net.send("a", "b", 1, 0)
    net.send("a", "c", 2, 0)
    net.drop_for("b")
    assert delivered(net) == [2]


@given(st.integers(), st.floats(0, 1), st.floats(0, 1))
def test_one_seed_gives_one_history(seed: int, loss: float, duplication: float) -> None:
    def history() -> list[Any]:
        net = Network(Random(seed), Faults(loss, duplication, 0.5))  # noqa: S311 (a test's seed)
        for n in range(10):
            net.send("a", "b", bytes([n]), n)
        return delivered(net)

    assert history() == history()
