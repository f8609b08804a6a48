"""From one epoch to the next: nothing is lost, both sides end in one epoch, and a root is proven before it is taken."""

from __future__ import annotations

import msgspec
import pytest

from edge_orch.errors import Refused
from edge_orch.twin.commands import Begin, Ignored, Persist, Quarantine, SyncCommand, Transmit
from edge_orch.twin.epoch import MAX_PAST, actor_in, is_root, later_past, read_root, root_actor
from edge_orch.twin.facts import Section
from edge_orch.twin.replica import Replica
from edge_orch.twin.rolling import roll
from edge_orch.twin.sync import SyncSession
from edge_orch.wire.messages import Delta, Have, Roll
from tests.unit.twin.examples import AGENT, ack, allow, desired, device, override, replica, reported, write

GONE = tuple((Section.ACKS, ack(n).key) for n in range(1, 8))


def pair() -> tuple[SyncSession, SyncSession]:
    """An agent and a controller that have the same, a history that is mostly acknowledgements."""
    agent, controller = replica(), replica("controller")
    write(agent, [device(), reported(1), override("a-1"), *map(ack, range(1, 9))])
    write(controller, [desired(1), override("c-1")])
    ours = SyncSession(agent, doc=AGENT, boot=b"a", allow=allow, decides=True)
    theirs = SyncSession(controller, doc=AGENT, boot=b"c", allow=allow)
    talk(ours, theirs, ours.open())
    assert agent.facts() == controller.facts()
    return ours, theirs


def perform(session: SyncSession, commands: list[SyncCommand]) -> list[Have | Delta | Roll]:
    """Make durable what is to be, at once; the messages."""
    messages: list[Have | Delta | Roll] = []
    for command in commands:
        match command:
            case Transmit(message):
                messages.append(message)
            case Persist(changes):
                messages += perform(session, session.persisted(changes))
            case Begin(rolled):
                messages += perform(session, session.persisted(rolled.changes))
            case _:
                raise AssertionError(command)
    return messages


def talk(one: SyncSession, two: SyncSession, opening: list[SyncCommand], limit: int = 20) -> int:
    """Carry everything until there is silence; the number of messages."""
    waiting = [(one, two, message) for message in perform(one, opening)]
    count = 0
    while waiting:
        source, target, message = waiting.pop(0)
        count += 1
        assert count < limit, "they never stop"
        waiting += [(target, source, answer) for answer in perform(target, target.receive(message))]
    return count


def test_the_agent_rolls_and_the_controller_follows_in_two_messages() -> None:
    ours, theirs = pair()
    before = ours.replica.facts()
    assert talk(ours, theirs, ours.roll(GONE)) == 2
    assert ours.replica.epoch == theirs.replica.epoch
    assert (ours.replica.epoch.number, ours.replica.facts()) == (1, theirs.replica.facts())
    assert ours.replica.facts() == msgspec.structs.replace(before, acks={ack(8).key: ack(8)})
    assert ours.replica.size < 2_000
    assert talk(ours, theirs, ours.open()) == 1, "equal twins are silent"
    write(theirs.replica, [desired(2)])
    talk(theirs, ours, theirs.open())
    assert ours.replica.facts().desired[desired(2).key] == desired(2)


def test_what_left_is_told_for_the_archive_on_both_sides() -> None:
    ours, theirs = pair()
    (begin,) = ours.roll(GONE)
    assert isinstance(begin, Begin)
    assert sorted((section, key) for section, key, _ in begin.rolled.left) == sorted(GONE)
    assert perform(ours, ours.persisted(begin.rolled.changes))
    (message,) = perform(ours, [Transmit(ours._root().message)])
    (followed,) = theirs.receive(message)
    assert isinstance(followed, Begin)
    assert followed.rolled.left == begin.rolled.left
    assert followed.rolled.epoch == begin.rolled.epoch


def test_what_the_controller_wrote_meanwhile_is_carried_over() -> None:
    ours, theirs = pair()
    written = theirs.replica.edit([override("c-2"), ack(7, "controller")])  # not even durable yet
    assert perform(ours, ours.roll(GONE))
    talk(ours, theirs, ours.open())
    assert theirs.persisted(written) == [], "changes of an epoch that is over count no more"
    facts = ours.replica.facts()
    assert facts == theirs.replica.facts()
    assert override("c-2").key in facts.overrides
    assert ack(7, "controller").key in facts.acks


def test_10_a_peer_in_an_earlier_epoch_gets_the_root_and_one_in_a_later_is_asked_for_it() -> None:
    ours, theirs = pair()
    perform(ours, ours.roll(GONE))
    old = Have(AGENT, 0, theirs.replica.vector(), theirs.replica.heads(), b"c")
    (answer,) = ours.receive(old)
    assert isinstance(answer, Transmit)
    assert isinstance(answer.message, Roll)
    (asks,) = theirs.receive(ours.open()[0].message)  # type: ignore[union-attr]
    assert asks == Transmit(old)
    for late in (Have(AGENT, 99, {}, (), b""), Delta(AGENT, 99, (), {}, b"")):
        assert theirs.receive(late) == [Transmit(old)]
    perform(theirs, theirs.receive(answer.message))
    (ignored,) = theirs.receive(Roll(AGENT, 0, {}, (), b""))
    assert isinstance(ignored, Ignored)


def test_11_nothing_is_said_of_an_epoch_that_is_not_durable() -> None:
    ours, theirs = pair()
    (begin,) = ours.roll(GONE)
    assert isinstance(begin, Begin)
    assert ours.open() == ours.receive(Have(AGENT, 0, {}, (), b"")) == []
    (said,) = ours.persisted(begin.rolled.changes)
    assert isinstance(said, Transmit)
    (followed,) = theirs.receive(said.message)
    assert isinstance(followed, Begin)
    assert theirs.open() == theirs.receive(said.message) == []
    (acknowledged,) = theirs.persisted(followed.rolled.changes)
    assert acknowledged == Transmit(Have(AGENT, 1, ours.replica.vector(), ours.replica.heads(), b"c"))


def test_12_only_the_agent_rolls_and_only_what_the_controller_has() -> None:
    ours, theirs = pair()
    assert theirs.roll(GONE) == []
    ours.persisted(made := ours.replica.edit([ack(20)]))
    assert ours.roll(GONE) == [], "the controller has not said that it has it"
    talk(ours, theirs, [Transmit(Delta(AGENT, 0, (made[0].raw,), ours.replica.vector(), b"a"))])
    ours.replica.edit([ack(21)])
    assert ours.roll(GONE) == [], "not durable here"


def test_12_of_two_roots_of_one_number_the_controllers_stands() -> None:
    ours, theirs = pair()
    other = SyncSession(
        Replica.open(AGENT, actor_in(ours.replica.actor, 99), ours.replica.history()),
        doc=AGENT,
        boot=b"b",
        allow=allow,
        decides=True,
    )
    other.receive(Have(AGENT, 0, theirs.replica.vector(), theirs.replica.heads(), b"c"))  # a replayed one
    assert perform(other, other.roll((*GONE, (Section.OVERRIDES, "a-1"))))
    write(other.replica, [ack(30)])
    talk(ours, theirs, ours.roll(GONE))
    talk(other, theirs, other.open())
    assert other.replica.epoch == theirs.replica.epoch == ours.replica.epoch
    assert ack(30).key in theirs.replica.facts().acks, "and what was written in the other is not lost"


def test_an_agent_restored_from_before_the_roll_follows_and_loses_nothing_that_it_wrote_since() -> None:
    ours, theirs = pair()
    image = ours.replica.history()
    talk(ours, theirs, ours.roll(GONE))
    restored = SyncSession(
        Replica.open(AGENT, actor_in(ours.replica.actor, 98), image), doc=AGENT, boot=b"b", allow=allow, decides=True
    )
    write(restored.replica, [ack(31), device("b2")])
    talk(restored, theirs, restored.open())
    assert restored.replica.facts() == theirs.replica.facts()
    assert ack(31).key in theirs.replica.facts().acks
    assert theirs.replica.facts().device["self"].boot == "b2"
    assert ack(1).key not in theirs.replica.facts().acks, "what left does not come back"


def test_a_damaged_root_is_mended_by_the_peer() -> None:
    ours, theirs = pair()
    talk(ours, theirs, ours.roll(GONE))
    rows = [change for change in theirs.replica.history() if not is_root(change.actor)]
    broken = Replica.open(AGENT, actor_in(theirs.replica.actor, 97), rows, epoch=theirs.replica.epoch)
    session = SyncSession(broken, doc=AGENT, boot=b"x", allow=allow)
    (asks,) = session.open()
    assert isinstance(asks, Transmit)
    (answer,) = ours.receive(asks.message)
    assert isinstance(answer, Transmit)
    (mends,) = session.receive(answer.message)
    assert isinstance(mends, Persist)
    whole = Replica.open(AGENT, actor_in(theirs.replica.actor, 96), [*rows, *mends.changes], epoch=broken.epoch)
    assert whole.facts() == ours.replica.facts()


@pytest.mark.parametrize("change", ["number", "shorter", "rewritten", "foreign", "twice", "nothing"])
def test_a_root_that_is_not_what_it_says_is_refused(change: str) -> None:
    ours, theirs = pair()
    perform(ours, ours.roll(GONE))
    sent = ours._root().message
    assert isinstance(sent, Roll)
    raws = list(sent.changes)
    number = 2 if change == "number" else 1
    match change:
        case "shorter":
            raws = [ours.replica.root(1, dict(list(ours.replica.texts().items())[1:]))[0][:-1]]
        case "foreign":
            raws = write(replica(), [ack(1)])
        case "twice":
            raws += raws
        case "nothing":
            raws = []
    admit = (lambda *_: False) if change == "rewritten" else (lambda *_: True)
    with pytest.raises(Refused):
        read_root(number, raws, admit)
    refusing = SyncSession(theirs.replica, doc=AGENT, boot=b"c", allow=allow, admit=admit)
    before = theirs.replica.facts()
    (command,) = refusing.receive(Roll(AGENT, number, {}, tuple(raws), b""))
    assert isinstance(command, Quarantine)
    assert theirs.replica.facts() == before


def test_the_same_facts_make_the_same_root() -> None:
    ours, _ = pair()
    texts = ours.replica.texts()
    backwards = dict(reversed(list(texts.items())))
    assert ours.replica.root(3, texts) == replica("controller").root(3, backwards)
    assert root_actor(3, texts) == root_actor(3, backwards) != root_actor(4, texts)


def test_a_twin_that_would_not_shrink_is_not_rolled() -> None:
    agent = replica()
    write(agent, [ack(1), ack(2)])
    assert roll(agent, []) is None


def test_a_long_state_makes_a_root_of_several_changes() -> None:
    agent = replica()
    for n in range(30):
        write(agent, [ack(n, note=f"{n:05}" * 600)])
    rolled = roll(agent, [(Section.ACKS, ack(n).key) for n in range(15)])
    assert rolled is not None
    fresh, _ = rolled
    assert fresh.epoch.length > 1
    assert set(fresh.facts().acks) == {ack(n).key for n in range(15, 30)}


def test_the_oldest_actors_are_forgotten_in_the_end() -> None:
    past = {n.to_bytes(16, "big"): 1 for n in range(MAX_PAST)}
    grown = later_past(past, {b"a" * 16: 7, b"e" * 16: 3})
    assert len(grown) == MAX_PAST
    assert grown[b"a" * 16] == 7
    assert b"e" * 16 not in grown
    assert bytes(16) not in grown
