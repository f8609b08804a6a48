"""Sessions recorded as bytes and played again: damaged, doubled, out of order, mixed with others, to replicas that were
restored or copied. As an outsider would, through `SyncSession` and the wire's encoding alone."""

from __future__ import annotations

from collections import deque
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_orch.errors import EdgeOrchError, Invalid
from edge_orch.twin.actor import Writer, new_actor
from edge_orch.twin.change import Change
from edge_orch.twin.commands import Begin, Persist, SyncCommand, SyncMessage, Transmit
from edge_orch.twin.epoch import MAX_EPOCH, Epoch
from edge_orch.twin.facts import Fact, Section
from edge_orch.twin.replica import Replica
from edge_orch.twin.sync import SyncSession
from edge_orch.wire.messages import Delta, Have, Roll, decode_message, encode_message
from tests.unit.twin.examples import AGENT, ack, allow, desired, episode, override, reported

Recording = list[tuple[Writer, bytes]]
"""Who heard which bytes."""


class Node:
    """A replica, its session, and a disk that writes at once. `said`: what it reported."""

    def __init__(self, writer: Writer, boot: int, rows: list[Change] | None = None, epoch: Epoch | None = None) -> None:
        nonce = boot.to_bytes(8, "big")
        replica = Replica.open(AGENT, new_actor(writer, AGENT, nonce), rows or [], epoch=epoch or Epoch())
        self.writer = writer
        self.session = SyncSession(replica, doc=AGENT, boot=nonce, allow=allow, decides=writer == "agent")
        self.rows = {change.hash: change for change in rows or []}
        self.said: list[SyncCommand] = []

    @property
    def replica(self) -> Replica:
        return self.session.replica

    def image(self, boot: int) -> Node:
        """Another one, started from this one's disk as it is."""
        return Node(self.writer, boot, list(self.rows.values()), self.replica.epoch)

    def write(self, facts: list[Fact]) -> list[bytes]:
        return self.perform([Persist(tuple(self.replica.edit(facts)))])

    def hear(self, data: bytes) -> list[bytes]:
        """Never raises anything but what a caller must expect of hostile bytes."""
        try:
            message = decode_message(data)
            return self.perform(self.session.receive(message)) if isinstance(message, SyncMessage) else []
        except EdgeOrchError:
            return []

    def perform(self, commands: list[SyncCommand]) -> list[bytes]:
        answers = []
        for command in commands:
            match command:
                case Persist(changes):
                    self.rows |= {change.hash: change for change in changes}
                    answers += self.perform(self.session.persisted(changes))
                case Begin(rolled):
                    self.rows = {change.hash: change for change in rolled.changes}
                    answers += self.perform(self.session.persisted(rolled.changes))
                case Transmit(message):
                    answers.append(encode_message(message))
                case _:
                    self.said.append(command)
        return answers


def converse(agent: Node, controller: Node, recording: Recording | None = None) -> None:
    """Both say what they have, and answer until nobody has anything to say."""
    nodes: dict[Writer, Node] = {"agent": agent, "controller": controller}
    waiting: deque[tuple[Writer, bytes]] = deque()
    waiting += [("controller", said) for said in agent.perform(agent.session.open())]
    waiting += [("agent", said) for said in controller.perform(controller.session.open())]
    for _ in range(200):
        if not waiting:
            return
        hearer, data = waiting.popleft()
        if recording is not None:
            recording.append((hearer, data))
        other: Writer = "controller" if hearer == "agent" else "agent"
        waiting += [(other, answer) for answer in nodes[hearer].hear(data)]
    pytest.fail("a conversation without an end")


def some(random: Random, writer: Writer) -> list[Fact]:
    n = random.randrange(1 << 30)
    central: list[Fact] = [desired(n), ack(n, "controller"), override(f"c-{n}")]
    local: list[Fact] = [
        episode("opened", f"press/hot/{n}"),
        ack(n, "agent", "x" * random.randint(0, 300)),
        reported(n),
    ]
    return (central if writer == "controller" else local)[: random.randint(1, 3)]


def recorded(random: Random, rolling: bool = False) -> tuple[Node, Node, Recording]:
    agent, controller, recording = Node("agent", 1), Node("controller", 2), Recording()
    for _ in range(random.randint(1, 4)):
        for node in random.sample([agent, controller], random.randint(1, 2)):
            node.write(some(random, node.writer))
        converse(agent, controller, recording)
        if rolling and random.random() < 0.5:
            gone = sorted(agent.replica.texts())[: random.randint(0, 2)]
            recording += [("controller", said) for said in agent.perform(agent.session.roll(gone))]
            converse(agent, controller, recording)
    return agent, controller, recording


def damaged(random: Random, data: bytes, other: bytes) -> bytes:
    """Cut off, a bit or a byte changed, a part doubled or left out, or gone on with as another message."""
    start, stop = sorted((random.randrange(len(data)), random.randrange(len(data))))
    changed = bytearray(data)
    changed[start] ^= 1 << random.randrange(8)
    overwritten = bytearray(data)
    overwritten[start] = random.randrange(256)
    part = data[start:stop]
    ways = [
        data[:start],
        bytes(changed),
        bytes(overwritten),
        data[:start] + part + data[start:],
        data[:start] + data[stop:],
    ]
    return random.choice([*ways, data[:start] + other[start:]])


def known(*nodes: Node) -> set[tuple[Section, str]]:
    return {place for node in nodes for place in node.replica.texts()}


def assert_well(agent: Node, controller: Node) -> None:
    """Equal in the end and with one meaning, or somebody says why not."""
    agent.said, controller.said = [], []
    for _ in range(4):
        converse(agent, controller)
    if agent.replica.heads() == controller.replica.heads():
        assert agent.replica.facts() == controller.replica.facts()
    else:
        assert agent.said + controller.said


@settings(max_examples=60)
@given(st.integers())
def test_damaged_bytes_among_recorded_ones_lose_nothing(seed: int) -> None:
    random = Random(seed)  # noqa: S311 (one seed, one history)
    agent, controller, recording = recorded(random)
    _, _, others = recorded(random)
    before = known(agent, controller)
    for _ in range(30):
        hearer, data = random.choice(recording + others)
        if random.random() < 0.8:
            data = damaged(random, data, random.choice(others)[1])
        node = agent if (hearer == "agent") != (random.random() < 0.1) else controller
        node.hear(data)
    assert before <= known(agent)
    assert before <= known(controller)
    assert_well(agent, controller)


@settings(max_examples=40)
@given(st.integers())
def test_a_recording_out_of_order_with_holes_and_twice_does_no_harm(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    agent, controller, recording = recorded(random, rolling=True)
    fresh = {"agent": Node("agent", 77), "controller": Node("controller", 78)}
    for hearer, data in random.sample(recording * 2, len(recording)):
        fresh[hearer].hear(data)
    assert_well(fresh["agent"], fresh["controller"])
    assert_well(fresh["agent"], controller)
    assert_well(agent, fresh["controller"])


@settings(max_examples=60)
@given(st.integers(), st.sampled_from(["agent", "controller"]))
def test_whoever_is_put_back_from_an_image_gets_back_what_the_other_has(seed: int, lost: Writer) -> None:
    random = Random(seed)  # noqa: S311
    agent, controller, _ = recorded(random, rolling=True)
    image = (agent if lost == "agent" else controller).image(1_000)
    for node in (agent, controller):
        node.write(some(random, node.writer))
    if random.random() < 0.7:
        converse(agent, controller)
    kept = controller if lost == "agent" else agent
    before = known(kept)
    image.write(some(random, lost))
    assert_well(*(image, kept) if lost == "agent" else (kept, image))
    assert image.replica.heads() == kept.replica.heads()
    assert before <= known(image)


@settings(max_examples=40)
@given(st.integers())
def test_two_agents_on_one_image_merge_and_lose_nothing(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    agent, controller, _ = recorded(random, rolling=True)
    twins = [agent.image(501), agent.image(502)]
    told = known(agent)
    for _ in range(4):
        twin = random.choice(twins)
        twin.write(some(random, "agent"))
        told |= known(twin)
        if random.random() < 0.7:
            converse(twin, controller)
    for twin in [*twins, *twins]:
        converse(twin, controller)
    for twin in twins:
        assert twin.replica.heads() == controller.replica.heads()
        assert twin.replica.facts() == controller.replica.facts()
    assert told <= known(controller)


def test_an_image_cannot_go_on_under_the_actor_that_wrote_it() -> None:
    agent, _, _ = recorded(Random(1))  # noqa: S311
    agent.write([reported(1)])
    with pytest.raises(Invalid, match="has written before"):
        agent.image(1)


@pytest.mark.parametrize("number", [-(1 << 63), -1, 0, 1, MAX_EPOCH, MAX_EPOCH + 1, 1 << 56, (1 << 64) - 1])
@pytest.mark.parametrize("seq", [-1, 0, 1, 1 << 40, (1 << 64) - 1])
def test_numbers_that_no_replica_would_give_are_answered_without_an_exception(number: int, seq: int) -> None:
    """An epoch of 2^56 had been more than seven bytes can hold, and had ended the controller."""
    for node in (Node("agent", 1), Node("controller", 1)):
        for vector in ({}, {b"": seq}, {b"x" * 16: seq}, {node.replica.actor: seq}, {b"e" * 16: seq}):
            for message in (
                Have(AGENT, number, vector, (b"", b"h" * 32), b""),
                Delta(AGENT, number, (b"", b"\0" * 30), vector, b"boot", vector),
                Delta(AGENT, number, (), vector, b"boot", vector),
                Roll(AGENT, number, vector, (), b"boot"),
            ):
                node.perform(node.session.receive(message))
        assert known(node) == set()
