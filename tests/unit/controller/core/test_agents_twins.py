"""What twins of agents bring: a new root, a backup, a copied disk, changes and messages that are strange."""

from __future__ import annotations

import msgspec
from edge_orch_controller.core.commands import Commit, Send, Warn
from edge_orch_controller.core.events import (
    AgentEnrolled,
    ChangesRefused,
    MessageReceived,
)

from edge_orch.errors import Problem
from edge_orch.twin.encoding import encode_fact
from edge_orch.twin.facts import EpisodeFact, Section
from edge_orch.wire.messages import Have, Roll, Unknown, Unsupported
from tests.unit.controller.bench import Bench, BenchAgent, override


def test_changes_of_a_strange_twin_are_refused() -> None:
    bench = Bench("press-1", "press-2")
    bench.up("press-1")
    bench.tell(MessageReceived("press-1", Have("press-2", 0, {}, (), b"")))
    assert bench.warnings == ["sent changes of a twin that is not its own"]


def test_the_controller_follows_when_an_agent_rolls_its_twin_and_archives_what_left() -> None:
    bench = Bench("press-1")
    bench.apply("job", 1)
    bench.up("press-1")
    agent = bench.agents["press-1"]
    told = [EpisodeFact(f"e{n}", "opened", "job", 1, "hot", n, summary="hot " * 20) for n in range(20)]
    for message in agent.write(*told[:10]) + agent.write(*told[10:]):
        bench.tell(MessageReceived("press-1", message))
    gone = tuple((Section.EPISODES, fact.key) for fact in told[1:])
    bench.tell(override())  # written at the centre, and told at once
    for message in agent.roll(*gone):
        bench.tell(MessageReceived("press-1", message))
    assert bench.twins_are_equal("press-1")
    assert bench.store.epoch("press-1").number == 1
    assert set(bench.store.facts("press-1").episodes) == {told[0].key}
    assert {key for _, key, _ in bench.store.archived("press-1")} == {key for _, key in gone}
    assert bench.warnings == []
    bench.restart()
    bench.up("press-1")
    bench.apply("job", 2)
    assert agent.asked == [1, 2]
    assert bench.twins_are_equal("press-1")


def test_an_agent_that_went_on_alone_from_a_backup_may_have_told_of_an_episode_at_another_time() -> None:
    bench = Bench("press-1")
    bench.apply("job", 1)
    bench.up("press-1")
    agent = bench.agents["press-1"]
    told = EpisodeFact("e", "opened", "job", 1, "hot", 1)
    for message in agent.write(told):
        bench.tell(MessageReceived("press-1", message))
    section, key, text = encode_fact(msgspec.structs.replace(told, at_us=2))
    before = agent.replica.texts()
    raws = agent.replica.root(1, {**before, (section, key): text})
    bench.tell(MessageReceived("press-1", Roll("press-1", 1, {}, tuple(raws), b"")))
    assert bench.warnings == []
    assert bench.store.facts("press-1").episodes[key].at_us == 2
    assert bench.store.archived("press-1") == [(section, key, before[section, key])]


def test_a_root_that_rewrites_or_invents_what_the_controller_decided_is_refused() -> None:
    bench = Bench("press-1")
    bench.apply("job", 1)
    bench.up("press-1")
    agent = bench.agents["press-1"]
    texts = agent.replica.texts()
    key = next(place for place in texts if place[0] is Section.DESIRED)
    for place, text in ((key, "{}"), ((Section.OVERRIDES, "c-9"), "{}"), ((Section.ACKS, "nobody's"), "{}")):
        raws = agent.replica.root(1, {**texts, place: text})
        bench.tell(MessageReceived("press-1", Roll("press-1", 1, {}, tuple(raws), b"")))
    assert len(bench.warnings) == 3
    assert bench.store.epoch("press-1").number == 0


def test_a_message_that_it_does_not_know_is_answered_politely_and_an_answer_is_not_answered() -> None:
    bench = Bench("press-1")
    bench.up("press-1")
    commands = bench.core.handle(MessageReceived("press-1", Unknown("song")), bench.now)
    assert Send("press-1", Unsupported("song")) in commands
    answered = bench.core.handle(MessageReceived("press-1", Unsupported("song")), bench.now)
    assert [type(command) for command in answered if not isinstance(command, Commit)] == [Warn]


def test_two_devices_started_from_one_disk_image_are_reported_once_and_lose_nothing() -> None:
    bench = Bench("press-1")
    bench.up("press-1")
    bench.apply("job", 1)
    first = bench.agents["press-1"]
    second = BenchAgent("press-1", boot="copy")
    for number in range(4):
        for device in (first, second):
            bench.agents["press-1"] = device
            fact = EpisodeFact(f"e{number}", f"opened.{device is first}", "job", 1, "hot", number)
            for message in device.write(fact):
                bench.tell(MessageReceived("press-1", message))
            bench.up("press-1")
    assert bench.warnings == ["two devices run as this agent: its disk was copied"]
    assert len(bench.store.facts("press-1").episodes) == 8
    assert bench.core.copies.seen("press-1", bench.now.mono_us)
    agent = bench.core.members()["press-1"].agent
    bench.tell(AgentEnrolled(msgspec.structs.replace(agent, public_key=b"new")))
    assert not bench.core.copies.seen("press-1", bench.now.mono_us)


def test_changes_that_were_refused_before_they_were_merged_are_shown_until_others_are_taken() -> None:
    bench = Bench("press-1")
    bench.up("press-1")
    bench.tell(ChangesRefused("press-1", Problem("the process that tried them is gone")))
    assert bench.warnings == ["the process that tried them is gone"]
    assert bench.core.members()["press-1"].refusal
    for message in bench.agents["press-1"].write(EpisodeFact("e", "opened", "job", 1, "hot", 1)):
        bench.tell(MessageReceived("press-1", message))
    assert bench.core.members()["press-1"].refusal == ""
