from __future__ import annotations

import asyncio
import contextlib
import getpass
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from edge_orch_agent.core.commands import Reply, Show
from edge_orch_agent.core.events import AckRequested, Event, OverrideRequested, ReplayRequested, SilenceRequested
from edge_orch_agent.core.view import AgentSnapshot, JobStatus, SlotView
from edge_orch_agent.local_socket import LocalSocket
from edge_orch_agent.people import Viewer

from edge_orch.cli.client import Client
from edge_orch.errors import Invalid, Problem, StorageError
from edge_orch.time import Instant
from edge_orch.twin.encoding import encode_fact
from edge_orch.twin.facts import Facts, Section
from edge_orch.wire.api import (
    AckRequest,
    AckView,
    AgentView,
    AlertView,
    ConflictView,
    HappeningView,
    JobView,
    OverrideRequest,
    OverrideView,
    ReplayRequest,
    ReplayView,
    SilenceRequest,
    SilenceView,
    TapView,
    WhyView,
)
from tests.unit.twin.examples import NOON, override

ME = getpass.getuser()
AT = "2026-01-02T03:04:05Z"
SNAPSHOT = AgentSnapshot(
    agent="press-1",
    labels={"site": "austin"},
    firmware="1.4.2",
    software="0.1.0",
    boot="boot",
    linked=False,
    jobs=(JobStatus("press", 2, 3, "fetching", (SlotView("current", 2, "sha256:2", 1),), "cannot reach the server"),),
    parameters=(WhyView("press-1", "press", "hot_c", 80.0, ("default 85.0", "override o1: 80.0")),),
    overrides=(OverrideView("o1", "press-1", "press", "hot_c", 80.0, ME, "operator", "agent", "probe", AT, "active"),),
    alerts=(
        AlertView(
            "e1",
            "press-1",
            "press",
            2,
            "hot",
            (),
            "open",
            "critical",
            "hot",
            AT,
            acks=(AckView(ME, "agent", AT, "seen"),),
        ),
    ),
    silences=(
        SilenceView("a-s1", "press-1", "press", "hot", ("k",), ME, "agent", "dies are changed", AT, "active", AT),
    ),
    conflicts=(ConflictView("press-1", "apart", "press-1", "two devices write as one", "see the docs"),),
    outbox=(),
    ledger=(),
    vector={},
    heads=("ab",),
)

OLD, NEW = override("a-1"), override("a-2", 91.0, supersedes=("a-1",), made_at=NOON.after(5))


class Agent:
    """Replies as told; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.reply = Reply(0, "o1")
        self.looking = 0
        self.left = asyncio.Event()

    def view(self) -> AgentSnapshot:
        return SNAPSHOT

    async def remembered(self) -> tuple[Facts, list[tuple[Section, str, str]]]:
        section, key, text = encode_fact(OLD)
        return Facts(overrides={NEW.key: NEW}), [(section, key, text)]

    @contextlib.asynccontextmanager
    async def look(self, job: str, stage: str) -> AsyncIterator[Viewer]:
        if stage != "parsed":
            raise Invalid(Problem(f"the job `{job}` has no stage `{stage}`"))
        viewer = Viewer()
        viewer.put(Show(1, b'{"n":1}\n{"n":2}\n', 2))
        self.looking += 1
        try:
            yield viewer
        finally:
            self.looking -= 1
            self.left.set()

    async def request(self, make: Callable[[int], Event]) -> Reply:
        self.asked.append(make(1))
        return self.reply


@pytest.fixture
def agent() -> Agent:
    return Agent()


@pytest.fixture
async def client(agent: Agent, tmp_path: Path) -> AsyncIterator[Client]:
    folder = tmp_path / ("deep" * 20) / ("er" * 20)  # deeper than a socket's address can say
    folder.mkdir(parents=True)
    api = LocalSocket(agent, agent.request, lambda: Instant(0, 0, "boot"), agent.remembered, agent.look)
    api.open(folder / "agent.sock")
    assert (folder / "agent.sock").stat().st_mode & 0o777 == 0o600
    yield Client("", local=folder)
    await api.close()
    assert not (folder / "agent.sock").exists()


async def ask(call: Callable[[], object]) -> Any:
    return await asyncio.to_thread(call)


async def test_it_speaks_the_words_of_the_controller(client: Client) -> None:
    (agent,) = await ask(lambda: client.get(list[AgentView], "agents"))
    assert (agent.name, agent.online, agent.jobs[0].desired) == ("press-1", False, 3)
    assert (await ask(lambda: client.get(AgentView, "agents", "press-1"))).heads == ("ab",)
    (job,) = await ask(lambda: client.get(list[JobView], "jobs"))
    assert (job.version, job.digest) == (2, "sha256:2")
    assert await ask(lambda: client.get(list[AlertView], "alerts")) == list(SNAPSHOT.alerts)
    assert await ask(lambda: client.get(list[OverrideView], "overrides")) == list(SNAPSHOT.overrides)
    assert await ask(lambda: client.get(WhyView, "why", job="press", param="hot_c")) == SNAPSHOT.parameters[0]
    assert (await ask(lambda: client.get(AgentSnapshot, "status"))).agent == "press-1"


async def test_an_override_is_made_by_the_user_at_the_socket_as_operator(client: Client, agent: Agent) -> None:
    wanted = OverrideRequest("press", "hot_c", 80.0, "probe", expires_in="8h")
    assert await ask(lambda: client.post(wanted, "overrides", shape=OverrideView)) == SNAPSHOT.overrides[0]
    assert agent.asked == [
        OverrideRequested(1, "press", "hot_c", 80.0, "probe", ME, "operator", expires_in_us=8 * 3_600_000_000)
    ]


async def test_an_episode_is_acknowledged_by_the_user_at_the_socket(client: Client, agent: Agent) -> None:
    made = await ask(lambda: client.post(AckRequest("press-1", "seen"), "alerts", "e1", "acks", shape=AckView))
    assert (made.by, made.note) == (ME, "seen")
    assert agent.asked == [AckRequested(1, "e1", ME, "seen")]


async def test_a_silence_is_made_and_lifted_by_the_user_at_the_socket(client: Client, agent: Agent) -> None:
    agent.reply = Reply(0, "a-s1")
    wanted = SilenceRequest("dies are changed", "press", "hot", ("k",), "2h")
    assert await ask(lambda: client.post(wanted, "silences", shape=SilenceView)) == SNAPSHOT.silences[0]
    lifted = SilenceRequest("done", lifts=("a-s1",))
    await ask(lambda: client.post(lifted, "silences", shape=SilenceView))
    assert agent.asked == [
        SilenceRequested(1, "press", "hot", "dies are changed", ME, 7_200_000_000, ("k",)),
        SilenceRequested(1, "", "", "done", ME, 0, None, ("a-s1",)),
    ]
    assert await ask(lambda: client.get(list[SilenceView], "silences")) == list(SNAPSHOT.silences)


async def test_it_tells_conflicts_and_history_also_from_the_archive(client: Client) -> None:
    assert await ask(lambda: client.get(list[ConflictView], "conflicts")) == list(SNAPSHOT.conflicts)
    told = await ask(lambda: client.get(list[HappeningView], "history", job="press", name="hot_c"))
    assert [(one.key, one.archived) for one in told] == [("a-1", True), ("a-2", False)]
    assert "press.hot_c = 90.0 at the machine" in told[0].what
    with pytest.raises(Invalid, match="not 'press-2'"):
        await ask(lambda: client.get(list[HappeningView], "history", agent="press-2", job="press"))


async def test_what_the_core_refuses_is_said_in_its_words(client: Client, agent: Agent) -> None:
    agent.reply = Reply(0, problem=Problem("press.hot_c is out of bounds", expected="at most 200"))
    wanted = OverrideRequest("press", "hot_c", 900.0, "probe")
    with pytest.raises(Invalid, match="out of bounds") as caught:
        await ask(lambda: client.post(wanted, "overrides", shape=OverrideView))
    assert caught.value.problems[0].expected == "at most 200"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda client: client.get(WhyView, "why", job="press", param="cold_c"), "no parameter 'press.cold_c'"),
        (lambda client: client.get(AgentView, "agents", "press-2"), "no agent 'press-2'"),
        (lambda client: client.get(AgentView, "nothing"), "Not Found"),
        (lambda client: client.post(AckRequest("press-2"), "alerts", "e1", "acks", shape=AckView), "not 'press-2'"),
        (
            lambda client: client.post(AckRequest("press-1"), "overrides", shape=OverrideView),
            "not what this path takes",
        ),
        (
            lambda client: client.post(OverrideRequest("p", "q", 1, "r", "", "soon"), "overrides", shape=OverrideView),
            "not a duration",
        ),
    ],
)
async def test_wrong_requests_get_words(client: Client, call: Callable[[Client], object], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        await ask(lambda: call(client))


async def test_a_socket_left_behind_is_replaced(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "agent.sock").touch()
    api = LocalSocket(agent, agent.request, lambda: Instant(0, 0, "boot"), agent.remembered, agent.look)
    api.open(tmp_path / "agent.sock")
    assert await ask(lambda: Client("", local=tmp_path).get(list[AgentView], "agents"))
    await api.close()


async def test_a_folder_that_is_gone_is_said_so(agent: Agent, tmp_path: Path) -> None:
    api = LocalSocket(agent, agent.request, lambda: Instant(0, 0, "boot"), agent.remembered, agent.look)
    with pytest.raises(StorageError, match="cannot listen"):
        api.open(tmp_path / "gone" / "agent.sock")
    await api.close()


async def test_live_records_are_shown_until_the_reader_goes(
    client: Client, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_orch_agent.local_api.ALIVE_S", 0.01)

    def first_two() -> list[bytes]:
        stream = client.stream(TapView, "taps", "press", "parsed")
        views = [next(stream), next(stream)]
        stream.close()
        return [bytes(record) for view in views for record in view.records]

    assert await ask(first_two) == [b'{"n":1}', b'{"n":2}']
    async with asyncio.timeout(10):
        await agent.left.wait()
    assert agent.looking == 0


async def test_a_stage_that_is_not_there_is_said_in_words(client: Client) -> None:
    with pytest.raises(Invalid, match="the job `press` has no stage `persed`"):
        await ask(lambda: next(client.stream(TapView, "taps", "press", "persed")))


async def test_dead_letters_enter_again(client: Client, agent: Agent) -> None:
    view = await ask(lambda: client.post(ReplayRequest((1, 2)), "dead", "replays", shape=ReplayView))
    assert view.asked == 2
    assert agent.asked == [ReplayRequested(1, (1, 2))]
    many = ReplayRequest(tuple(range(501)))
    with pytest.raises(Invalid, match="too many at a time"):
        await ask(lambda: client.post(many, "dead", "replays", shape=ReplayView))
