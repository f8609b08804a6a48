"""Anti-entropy: each numbered invariant of the module by itself, then all of them under every fault at once."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_orch.testing.network import Faults
from edge_orch.testing.world import World
from edge_orch.time import SECOND
from edge_orch.twin.commands import Ignored, Persist, Quarantine, SyncCommand, SyncMessage, Transmit
from edge_orch.twin.facts import Fact
from edge_orch.twin.replica import Replica
from edge_orch.twin.sync import SyncSession
from edge_orch.wire.messages import MAX_DELTA, Delta, Have, Roll, encode_message
from tests.unit.twin.examples import AGENT, ack, allow, desired, device, override, replica, reported, write
from tests.unit.twin.peers import Disk, Peer, Written


def session(twin: Replica) -> SyncSession:
    return SyncSession(twin, doc=AGENT, boot=b"boot", allow=allow)


def exchange(one: SyncSession, two: SyncSession, opening: list[SyncCommand], limit: int = 50) -> int:
    """Carry everything without loss until there is silence; returns the number of messages."""
    sides, count = (one, two), 0
    waiting = [(0, command) for command in opening]
    while waiting:
        side, command = waiting.pop(0)
        match command:
            case Transmit(message):
                count += 1
                waiting += [(1 - side, answer) for answer in sides[1 - side].receive(message)]
            case Persist(changes):
                waiting += [(side, answer) for answer in sides[side].persisted(changes)]
            case _:
                raise AssertionError(command)
        assert count < limit, "they never stop"
    return count


def test_both_sides_end_with_everything_in_six_messages_or_fewer() -> None:
    agent, controller = replica(), replica("controller")
    write(agent, [device(), reported(1)])
    write(controller, [desired(1), override("c-1")])
    assert exchange(session(agent), session(controller), session(agent).open()) <= 6
    assert agent.facts() == controller.facts()
    assert (agent.vector(), agent.heads()) == (controller.vector(), controller.heads())


def test_equal_replicas_exchange_one_message() -> None:
    agent, controller = session(replica()), session(replica("controller"))
    assert exchange(agent, controller, agent.open()) == 1


def test_1_nothing_is_sent_or_acknowledged_before_it_is_durable() -> None:
    agent, controller = replica(), replica("controller")
    ours, theirs = session(agent), session(controller)
    made = agent.edit([ack(1)])
    assert ours.receive(Have(AGENT, 0, {}, controller.heads(), b"")) == []
    (sent,) = ours.persisted(made)
    assert isinstance(sent, Transmit)
    assert isinstance(sent.message, Delta)
    (persist,) = theirs.receive(sent.message)
    assert isinstance(persist, Persist)
    assert theirs.receive(sent.message) == []
    assert controller.vector() == {}
    (answer,) = theirs.persisted(persist.changes)
    assert answer == Transmit(Have(AGENT, 0, agent.vector(), agent.heads(), b"boot"))


def test_4_what_awaits_durability_is_not_asked_for_again() -> None:
    agent, controller = replica(), replica("controller")
    theirs = session(controller)
    write(agent, [ack(1)])
    raws = tuple(change.raw for change in agent.changes_since({}))
    (persist,) = theirs.receive(Delta(AGENT, 0, raws, agent.vector(), b""))
    assert isinstance(persist, Persist)
    assert theirs.receive(Have(AGENT, 0, agent.vector(), agent.heads(), b"")) == []
    (answer,) = theirs.persisted(persist.changes)
    assert answer == Transmit(Have(AGENT, 0, agent.vector(), agent.heads(), b"boot"))


def test_2_a_delta_with_one_refused_change_is_refused_whole() -> None:
    agent, controller = replica(), replica("controller")
    good = write(agent, [ack(1)])
    foreign = write(replica(name="pi-2"), [ack(2)])
    before = controller.facts()
    for bad in (foreign, [b"", *good], [good[0][:-1]]):
        (command,) = session(controller).receive(Delta(AGENT, 0, (*good, *bad), {}, b""))
        assert isinstance(command, Quarantine)
        assert controller.facts() == before


def test_3_4_a_long_history_travels_in_bounded_deltas_one_per_answer() -> None:
    agent, controller = replica(), replica("controller")
    for n in range(40):
        write(agent, [ack(n, note=f"{n:05}" * 1000)])
    ours, theirs = session(agent), session(controller)
    assert exchange(ours, theirs, ours.open()) == 1 + 1 + 2 * 4  # Have, Have, then Delta and Have four times
    assert agent.facts() == controller.facts()
    (answer,) = ours.receive(Have(AGENT, 0, {}, (), b""))
    assert isinstance(answer, Transmit)
    assert isinstance(answer.message, Delta)
    assert sum(map(len, answer.message.changes)) <= MAX_DELTA
    assert answer.message.base == {}


def test_5_a_delta_behind_a_lost_one_is_answered_by_a_have() -> None:
    agent, controller = replica(), replica("controller")
    ours, theirs = session(agent), session(controller)
    ours.receive(Have(AGENT, 0, {}, controller.heads(), b""))
    first, second = agent.edit([ack(1)]), agent.edit([ack(2)])
    assert len(ours.persisted(first)) == 1  # lost
    (sent,) = ours.persisted(second)
    assert isinstance(sent, Transmit)
    (answer,) = theirs.receive(sent.message)
    assert answer == Transmit(Have(AGENT, 0, {}, controller.heads(), b"boot"))
    assert exchange(theirs, ours, [answer]) == 3
    assert agent.facts() == controller.facts()


def equivocation() -> tuple[Replica, Replica, Replica]:
    """Two replicas that gave one actor's first number to different changes, and a peer that has the first."""
    one, clone, controller = replica(boot=1), replica(boot=1), replica("controller")
    write(one, [ack(1)])
    write(clone, [ack(2)])
    exchange(session(one), session(controller), session(one).open())
    return one, clone, controller


def test_5_a_delta_that_builds_on_other_content_is_quarantined() -> None:
    _, clone, controller = equivocation()
    base = clone.vector()
    more = write(clone, [ack(3)])
    (command,) = session(controller).receive(Delta(AGENT, 0, tuple(more), clone.vector(), b"", base))
    assert isinstance(command, Quarantine)


def test_6_equal_vectors_with_unequal_heads_are_quarantined() -> None:
    _, clone, controller = equivocation()
    assert clone.vector() == controller.vector()
    have = Have(AGENT, 0, clone.vector(), clone.heads(), b"")
    (command,) = session(controller).receive(have)
    assert isinstance(command, Quarantine)
    write(controller, [desired(1)])
    assert session(controller).receive(have) == [command]


def test_7_changes_under_our_own_actor_that_we_did_not_make_are_quarantined() -> None:
    one, clone, _ = equivocation()
    write(clone, [ack(3)])
    (command,) = session(one).receive(Have(AGENT, 0, clone.vector(), clone.heads(), b""))
    assert isinstance(command, Quarantine)
    assert "own actor" in command.reason


@pytest.mark.parametrize(
    "message", [Have("other", 0, {}, (), b""), Delta("other", 0, (), {}, b""), Roll("other", 1, {}, (), b"")]
)
def test_8_messages_of_another_twin_are_ignored(message: SyncMessage) -> None:
    (command,) = session(replica()).receive(message)
    assert isinstance(command, Ignored)


def test_9_news_is_sent_unasked_to_a_peer_that_has_the_rest() -> None:
    agent, controller = replica(), replica("controller")
    ours, theirs = session(agent), session(controller)
    assert exchange(ours, theirs, ours.open() + [c for c in theirs.open() if ours.receive(c.message) == []]) <= 2  # type: ignore[union-attr]
    made = agent.edit([ack(1)])
    assert exchange(ours, theirs, ours.persisted(made)) == 2
    assert controller.facts() == agent.facts()


def test_news_for_a_peer_nobody_has_heard_of_begins_with_a_have() -> None:
    agent = replica()
    made = agent.edit([ack(1)])
    (command,) = session(agent).persisted(made)
    assert isinstance(command, Transmit)
    assert isinstance(command.message, Have)


# ---- all at once ------------------------------------------------------------------------------------------------

NAMES = ("agent", "controller")


class History:
    """A seeded history of two peers, with everything that may go wrong, and then a time of peace."""

    def __init__(self, seed: int, faults: Faults, *, crash_chance: float = 0.0, restores: bool = False) -> None:
        self.disks = {name: Disk() for name in NAMES}
        self.world = World(seed, faults, crash_chance=crash_chance)
        self.restores = restores
        self.wrote = 0
        self.flags = {"reuse_actor": False, "eager": False}

    def start(self) -> None:
        self.world.add("agent", lambda: Peer("agent", self.disks["agent"], "controller", **self.flags))
        self.world.add("controller", lambda: Peer("controller", self.disks["controller"], "agent", **self.flags))

    def write(self, name: str) -> None:
        self.wrote += 1
        n = self.wrote
        local: list[Fact] = [ack(n), device(f"b{n}"), reported(n), override(f"a-{n}")]
        central: list[Fact] = [desired(n), ack(n, "controller"), override(f"c-{n}")]
        facts = local if name == "agent" else central
        self.world.tell(name, Written(tuple(facts[: self.world.random.randint(1, len(facts))])))

    def live(self, steps: int) -> None:
        random = self.world.random
        for _ in range(steps):
            name, dice = random.choice(NAMES), random.random()
            if dice < 0.5:
                self.write(name)
            elif dice < 0.6:
                random.choice([self.world.network.cut, self.world.network.mend])("agent", "controller")
            elif dice < 0.7:
                random.choice([self.world.network.partition, lambda *_: self.world.network.heal()])(*NAMES)
            elif dice < 0.8:
                self.world.crash(name)
                self.world.restart(name)
            elif dice < 0.85:
                self.disks[name].back_up()
            elif dice < 0.9 and self.restores:
                self.world.crash(name)
                self.disks[name].restore()
                for other in NAMES:  # what was acknowledged by a replica that was rolled back no longer counts
                    self.disks[other].acknowledged.clear()
                    self.world.network.drop_for(other)
                self.world.restart(name)
            self.world.run(random.randint(0, 3 * SECOND))

    def peace(self) -> None:
        self.world.crash_chance = 0.0
        self.world.network.faults = Faults()
        self.world.network.heal()
        self.world.run(30 * SECOND)

    def replicas(self) -> list[Replica]:
        hosts = [self.world.host(name) for name in NAMES]
        return [host.replica for host in hosts if isinstance(host, Peer)]


def check(history: History) -> None:
    agent, controller = history.replicas()
    if (agent.vector(), agent.heads()) != (controller.vector(), controller.heads()):
        history.world.fail("after healing they differ")
    if agent.facts() != controller.facts():
        history.world.fail("after healing they mean different things")
    present = {change.hash for change in agent.changes_since({})}
    for disk in history.disks.values():
        if disk.quarantines or disk.ignored:
            history.world.fail(f"honest peers met {disk.quarantines or disk.ignored}")
        if not {change.hash for change in disk.rows.values()} <= present:
            history.world.fail("a durable fact is missing")
        if not disk.acknowledged <= present:
            history.world.fail("an acknowledged fact is missing")


FAULTS = st.builds(
    Faults,
    loss=st.sampled_from([0.0, 0.05, 0.3, 0.7]),
    duplication=st.sampled_from([0.0, 0.3]),
    corruption=st.sampled_from([0.0, 0.1]),
    max_delay_us=st.sampled_from([50_000, 8 * SECOND]),
)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32),
    faults=FAULTS,
    steps=st.integers(1, 25),
    crash_chance=st.sampled_from([0.0, 0.05]),
    restores=st.booleans(),
)
def test_replicas_converge_and_lose_nothing(
    seed: int, faults: Faults, steps: int, crash_chance: float, restores: bool
) -> None:
    history = History(seed, faults, crash_chance=crash_chance, restores=restores)
    history.start()
    history.live(steps)
    history.peace()
    check(history)


def fails(flag: str) -> int:
    """In how many of 40 histories a peer with this bug is caught."""
    caught = 0
    for seed in range(40):
        history = History(seed, Faults(loss=0.2, duplication=0.2), crash_chance=0.05, restores=flag == "reuse_actor")
        history.flags[flag] = True
        try:
            history.start()
            history.live(20)
            history.peace()
            check(history)
        except AssertionError:
            caught += 1
    return caught


def test_the_test_catches_an_actor_that_is_used_again() -> None:
    assert fails("reuse_actor") > 0


def test_the_test_catches_acknowledgement_before_durability() -> None:
    assert fails("eager") > 0


@given(st.lists(st.binary(max_size=100), max_size=3), st.dictionaries(st.binary(max_size=20), st.integers(-9, 9)))
def test_any_delta_and_have_is_answered_without_an_exception(changes: list[bytes], vector: dict[bytes, int]) -> None:
    one = session(replica())
    one.receive(Delta(AGENT, 0, tuple(changes), vector, b"", vector))
    one.receive(Have(AGENT, 0, vector, tuple(changes), b""))


def test_a_delta_of_the_largest_changes_fits_a_message() -> None:
    agent = replica()
    for n in range(30):
        write(agent, [ack(n, note="x" * 16_000)])
    (command,) = session(agent).receive(Have(AGENT, 0, {}, (), b""))
    assert isinstance(command, Transmit)
    assert len(encode_message(command.message)) < MAX_DELTA + 4096
    assert msgspec.msgpack.decode(encode_message(command.message))
