from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from edge_orch_agent.sources import unacknowledged
from edge_orch_agent.sources.unacknowledged import EACH, Unacknowledged, Verdict
from hypothesis import given
from hypothesis import strategies as st

TOPIC = "factory/1/raw"


@pytest.fixture(autouse=True, scope="module")
def small_parts() -> Iterator[None]:
    """Two packets make a part, so that short histories have several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unacknowledged, "PART_BYTES", 2 * EACH)
        yield


def changed(stored: dict[int, bytes], parts: dict[int, bytes | None]) -> dict[int, bytes]:
    """What stands in the store once these parts are written."""
    return {number: part for number, part in (stored | parts).items() if part is not None}


class World:
    """A broker with a persistent session, two channels that can break, and an agent that can crash."""

    def __init__(self) -> None:
        self.published: list[bytes] = []
        self.queue: list[bytes] = []
        self.inflight: dict[int, bytes] = {}
        self.next_mid = 1
        self.down: list[tuple[str, int, bool, bytes]] = []
        self.up: list[tuple[str, int]] = []
        self.stored: dict[int, bytes] = {}
        self.durable: list[bytes] = []
        self.start_agent()

    def start_agent(self) -> None:
        self.account = Unacknowledged(self.stored)
        self.waiting: list[tuple[int, dict[int, bytes | None], list[bytes]]] = []
        self.fence: list[int] | None = None
        self.fences = 0
        self.raise_fence()

    # The broker.

    def publish(self) -> None:
        payload = b"m%d" % len(self.published)
        self.published.append(payload)
        self.queue.append(payload)
        self.send_queued()

    def broker_reads(self) -> None:
        if not self.up:
            return
        kind, number = self.up.pop(0)
        if kind == "fence":
            self.down.append(("fence", number, False, b""))
        else:
            self.inflight.pop(number, None)
            self.send_queued()

    def send_queued(self) -> None:
        while self.queue and len(self.inflight) < 6:
            while self.next_mid in self.inflight:
                self.next_mid = self.next_mid % 12 + 1
            mid, self.next_mid = self.next_mid, self.next_mid % 12 + 1
            self.inflight[mid] = self.queue.pop(0)
            self.down.append(("message", mid, False, self.inflight[mid]))

    def reconnect(self, processed: int) -> None:
        for _ in range(processed):
            self.broker_reads()
        self.up.clear()
        self.down = [("message", mid, True, payload) for mid, payload in self.inflight.items()]
        self.fence = None

    # The agent.

    def agent_reads(self) -> None:
        if not self.down:
            return
        kind, mid, dup, payload = self.down.pop(0)
        if kind == "fence":
            if self.fence is not None and mid == self.fences:
                covered, self.fence = self.fence, None
                self.account.fence_answered(covered)
                self.raise_fence()
            return
        verdict, packet = self.account.arrived(mid, dup, TOPIC, payload)
        if verdict is Verdict.NEW:
            receipt, position = self.account.read([packet])
            self.waiting.append((receipt, position, [payload]))
        elif verdict is Verdict.DONE:
            self.up.append(("ack", mid))

    def commit(self, acknowledge: bool = True) -> None:
        """Everything read becomes durable in one transaction; a crash may come before the acknowledgement."""
        if not self.waiting:
            return
        for _, parts, payloads in self.waiting:
            self.stored = changed(self.stored, parts)
            self.durable.extend(payloads)
        waiting, self.waiting = self.waiting, []
        if acknowledge:
            for receipt, _, _ in waiting:
                self.up.extend(("ack", mid) for mid in self.account.durable(receipt))
            self.raise_fence()

    def raise_fence(self) -> None:
        if self.fence is None and self.account.fence_needed:
            self.fences += 1
            self.fence = self.account.fence_sent()
            self.up.append(("fence", self.fences))

    def lose_connection(self, processed: int) -> None:
        self.reconnect(processed)
        self.account.reconnected(resumed=True)
        self.raise_fence()

    def crash(self, processed: int, committed: bool) -> None:
        if committed:
            self.commit(acknowledge=False)
        self.reconnect(processed)
        self.start_agent()

    def settle(self) -> None:
        for _ in range(10 * len(self.published) + 50):
            self.agent_reads()
            self.commit()
            self.broker_reads()


STEPS = st.lists(
    st.one_of(
        st.just(("publish",)),
        st.just(("agent_reads",)),
        st.just(("commit",)),
        st.just(("broker_reads",)),
        st.tuples(st.just("lose_connection"), st.integers(0, 4)),
        st.tuples(st.just("crash"), st.integers(0, 4), st.booleans()),
    ),
    max_size=60,
)


@pytest.mark.parametrize("interruption", ["lose_connection", "crash"])
def test_an_acknowledgement_repeated_after_an_interruption_may_be_lost_as_well(interruption: str) -> None:
    world = World()
    world.publish()
    world.agent_reads()
    world.commit()
    if interruption == "crash":
        world.crash(0, committed=False)
    else:
        world.lose_connection(0)
    world.broker_reads()  # the first fence, sent before the redelivery was acknowledged again
    while world.down:
        world.agent_reads()
    world.publish()
    world.agent_reads()
    world.commit()
    world.crash(0, committed=False)
    world.settle()
    assert world.durable == world.published


@given(STEPS)
def test_every_message_becomes_durable_exactly_once(steps: list[tuple[str, ...]]) -> None:
    world = World()
    for name, *arguments in steps:
        getattr(world, name)(*arguments)
    world.settle()
    assert sorted(world.durable) == sorted(world.published)
    assert not world.account.fence_needed


def test_a_position_knows_only_what_was_read_before_it() -> None:
    account = Unacknowledged()
    first = account.arrived(1, False, TOPIC, b"a")[1]
    second = account.arrived(2, False, TOPIC, b"b")[1]
    _, early = account.read([first])
    _, late = account.read([second])
    restarted = Unacknowledged(changed({}, early))
    assert restarted.arrived(1, True, TOPIC, b"a")[0] is Verdict.DONE
    assert restarted.arrived(2, True, TOPIC, b"b")[0] is Verdict.NEW
    assert Unacknowledged(changed({}, late)).arrived(2, True, TOPIC, b"b")[0] is Verdict.DONE


def test_a_reused_packet_id_is_a_new_message() -> None:
    account = Unacknowledged()
    receipt, stored = account.read([account.arrived(1, False, TOPIC, b"a")[1]])
    account.durable(receipt)
    assert account.arrived(1, False, TOPIC, b"a")[0] is Verdict.NEW
    restarted = Unacknowledged(changed({}, stored))
    assert restarted.arrived(1, True, TOPIC, b"other")[0] is Verdict.NEW


def test_without_its_session_the_broker_gets_no_old_acknowledgements() -> None:
    account = Unacknowledged()
    receipt, _ = account.read([account.arrived(1, False, TOPIC, b"a")[1]])
    account.reconnected(resumed=False)
    assert account.arrived(1, False, TOPIC, b"b")[0] is Verdict.NEW
    assert account.durable(receipt) == []


def test_an_answered_fence_empties_the_position() -> None:
    account = Unacknowledged()
    receipt, _ = account.read([account.arrived(1, False, TOPIC, b"a")[1]])
    assert not account.fence_needed
    account.durable(receipt)
    account.fence_answered(account.fence_sent())
    _, parts = account.read([account.arrived(2, False, TOPIC, b"b")[1]])
    assert list(map(len, changed({}, parts).values())) == [EACH]


def read_one(account: Unacknowledged, mid: int) -> tuple[int, dict[int, bytes | None]]:
    return account.read([account.arrived(mid, False, TOPIC, b"%d" % mid)[1]])


def test_what_is_written_grows_with_what_is_read_and_not_with_what_waits() -> None:
    account = Unacknowledged()
    written = sum(len(part or b"") for mid in range(1, 201) for part in read_one(account, mid)[1].values())
    assert written <= 200 * EACH * 2


def test_a_part_goes_when_all_of_it_is_forgotten() -> None:
    account = Unacknowledged()
    store: dict[int, bytes] = {}
    receipts = []
    for mid in range(1, 8):
        receipt, parts = read_one(account, mid)
        receipts.append(receipt)
        store = changed(store, parts)
    assert len(store) == 4
    for receipt in receipts[:5]:
        account.durable(receipt)
    account.fence_answered(account.fence_sent())
    _, parts = read_one(account, 8)
    assert [number for number, part in parts.items() if part is None] == [0, 1]
    restarted = Unacknowledged(changed(store, parts))
    known = [mid for mid in range(1, 9) if restarted.arrived(mid, True, TOPIC, b"%d" % mid)[0] is Verdict.DONE]
    assert known == [5, 6, 7, 8]  # 5 goes with its part


def test_messages_that_were_given_one_id_are_each_known_when_they_come_again() -> None:
    """mosquitto 2.0.11 counts its ids up to 65,535 and begins anew, whether they are in use or not."""
    account = Unacknowledged()
    store: dict[int, bytes] = {}
    payloads = [b"%d" % number for number in range(9)]
    for number, payload in enumerate(payloads):
        receipt, parts = account.read([account.arrived(number % 3 + 1, False, TOPIC, payload)[1]])
        store = changed(store, parts)
        assert account.durable(receipt) == [number % 3 + 1]
    account.reconnected(resumed=True)
    for known in (account, Unacknowledged(store)):
        verdicts = {known.arrived(number % 3 + 1, True, TOPIC, payload)[0] for number, payload in enumerate(payloads)}
        assert verdicts == {Verdict.DONE}
        assert known.arrived(1, True, TOPIC, b"another")[0] is Verdict.NEW


def test_what_a_broker_sends_again_while_it_waits_is_not_read_again() -> None:
    """On the same connection, as some do after half a minute."""
    account = Unacknowledged()
    receipt, _ = read_one(account, 1)
    assert account.arrived(1, True, TOPIC, b"1")[0] is Verdict.PENDING
    read_one(account, 2)
    account.durable(receipt)
    assert account.arrived(1, True, TOPIC, b"1")[0] is Verdict.DONE
    assert account.arrived(2, True, TOPIC, b"2")[0] is Verdict.PENDING


def test_an_id_that_another_message_has_by_now_is_acknowledged_only_with_that() -> None:
    account = Unacknowledged()
    first, _ = read_one(account, 1)
    second, _ = account.read([account.arrived(1, False, TOPIC, b"another")[1]])
    assert account.durable(first) == []
    assert account.durable(second) == [1]


def test_without_its_session_nothing_of_the_old_one_stays_stored() -> None:
    account = Unacknowledged()
    store: dict[int, bytes] = {}
    for mid in range(1, 8):
        receipt, parts = read_one(account, mid)
        store = changed(store, parts)
        if mid < 4:
            account.durable(receipt)
    account.reconnected(resumed=False)
    _, parts = read_one(account, 1)
    assert b"".join(changed(store, parts).values()) == changed({}, read_one(Unacknowledged(), 1)[1])[0]


ALPHABET: tuple[tuple[Any, ...], ...] = (
    ("publish",),
    ("agent_reads",),
    ("commit",),
    ("broker_reads",),
    ("lose_connection", 0),
    ("lose_connection", 1),
    ("crash", 0, False),
    ("crash", 0, True),
    ("crash", 1, True),
)
DEPTH = 11


def after(history: tuple[tuple[Any, ...], ...]) -> World:
    world = World()
    for name, *arguments in history:
        getattr(world, name)(*arguments)
    return world


def test_22_in_every_state_that_a_short_history_can_reach_nothing_is_lost_or_doubled() -> None:
    """Exhaustive: every history of up to `DEPTH` steps and two messages, each state once."""
    seen = set[bytes]()
    frontier: list[tuple[tuple[Any, ...], ...]] = [()]
    for _ in range(DEPTH):
        histories = [(*history, step) for history in frontier for step in ALPHABET]
        frontier = []
        for history in histories:
            if history.count(("publish",)) > 2:
                continue
            world = after(history)
            state = pickle.dumps(vars(world) | {"account": vars(world.account)})
            if state in seen:
                continue
            seen.add(state)
            frontier.append(history)
            world.settle()
            assert sorted(world.durable) == sorted(world.published), history
            assert not world.account.fence_needed, history
    assert len(seen) > 1_000, "the exploration has hardly begun"
