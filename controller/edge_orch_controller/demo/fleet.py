"""The controller and its agents, each a process with a data folder of its own, and what one can ask them."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from edge_orch.cli.client import Client
from edge_orch.errors import EdgeOrchError, Unavailable
from edge_orch.wire.api import (
    AgentView,
    AlertView,
    ApplyRequest,
    ApplyResult,
    OverrideRequest,
    OverrideView,
    RolloutView,
    TokenRequest,
    TokenView,
    WhyView,
)
from edge_orch_controller.demo.bus import free_port
from edge_orch_controller.demo.child import Child
from edge_orch_controller.demo.lines import Number, number_of

T = TypeVar("T")

PATIENCE_S = 15.0
"""How long a request is tried again: a part that was killed is back well within it."""
COMMAND = (sys.executable, "-P", "-m", "edge_orch.cli.main")  # -P: what lies where the demo is called is no module


class Member(msgspec.Struct, frozen=True):
    """One agent: its name, its site and its data folder."""

    name: str
    site: str
    folder: Path


class Fleet:
    """A controller at `port` and one agent a site. Requests are repeated while a part is away."""

    def __init__(self, folder: Path, sites: Sequence[str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.members = [Member(f"{site}-press-line", site, folder / f"{site}-press-line") for site in sites]
        self.token_file = folder / "controller" / "admin.token"
        self._folder = folder
        serve = ["controller", "serve", "--data", str(folder / "controller"), "--port", str(self.port)]
        self.controller = Child("controller", [*COMMAND, *serve], folder / "controller.log")
        self.agents: dict[str, Child] = {}

    async def enrol(self, member: Member, controller_port: int, bus_port: int, labels: dict[str, str]) -> Child:
        """Make a join token and the agent that will enrol with it at its first start."""
        request = TokenRequest("join", member.name, labels)
        token = await self.ask(lambda client: client.post(request, "tokens", shape=TokenView))
        run = ["agent", "run", "--data", str(member.folder), "--bus", f"mqtt://127.0.0.1:{bus_port}"]
        run += ["--controller", f"http://127.0.0.1:{controller_port}", "--name", member.name, "--firmware", "1.4.2"]
        run += ["--link-retry", "2s"]  # a fleet of ten thousand must be patient, an audience need not
        secret = {"EDGE_ORCH_JOIN_TOKEN": token.token}
        child = Child(member.name, [*COMMAND, *run], self._folder / f"{member.name}.log", secret)
        self.agents[member.name] = child
        return child

    async def ask(self, question: Callable[[Client], T], member: Member | None = None) -> T:
        """Ask the controller, or the agent itself through its socket."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_S
        while True:
            try:
                client = Client(self.url, local=member.folder) if member else Client(self.url, token=self._token())
                return await asyncio.to_thread(question, client)
            except Unavailable:
                if loop.time() > deadline:
                    raise
            await asyncio.sleep(0.2)

    def _token(self) -> str:
        try:
            return self.token_file.read_text("utf-8").strip()
        except OSError as error:  # the controller has not made it yet
            raise Unavailable(f"cannot read {self.token_file}") from error

    async def apply(self, text: str, file: str) -> ApplyResult:
        """Store a job and roll it out."""
        return await self.ask(lambda client: client.post(ApplyRequest(text, file), "jobs", shape=ApplyResult))

    async def rollout(self, rollout_id: str) -> RolloutView:
        """How far it is."""
        return await self.ask(lambda client: client.get(RolloutView, "rollouts", rollout_id))

    async def views(self) -> list[AgentView]:
        """Every agent as the controller sees it."""
        return await self.ask(lambda client: client.get(list[AgentView], "agents"))

    async def alerts(self) -> list[AlertView]:
        """Every alert that the controller knows."""
        return await self.ask(lambda client: client.get(list[AlertView], "alerts"))

    async def override(self, member: Member, request: OverrideRequest) -> OverrideView:
        """Made at the machine, through the agent's own socket."""
        return await self.ask(lambda client: client.post(request, "overrides", shape=OverrideView), member)

    async def why(self, member: Member, job: str, param: str, at_the_machine: bool) -> WhyView:
        """Why the parameter has its value, as the agent or as the controller explains it."""
        agent = "" if at_the_machine else member.name
        return await self.ask(
            lambda client: client.get(WhyView, "why", agent=agent, job=job, param=param),
            member if at_the_machine else None,
        )

    async def heads(self, member: Member) -> tuple[str, ...]:
        """The twin's heads as the agent itself says them."""
        views = await self.ask(lambda client: client.get(list[AgentView], "agents"), member)
        return views[0].heads


def dead_letters(member: Member) -> frozenset[Number]:
    """The numbers of the raw lines in the agent's dead letters, read from its database."""
    rows = _read(member, "SELECT raw FROM dead")
    return frozenset(filter(None, (number_of(member.site, raw) for (raw,) in rows)))


def undelivered(member: Member) -> int:
    """Segments in the agent's outbox."""
    return int(_read(member, "SELECT count(*) FROM segment")[0][0])


def dropped(member: Member) -> int:
    """Records that the agent says it dropped."""
    return int(_read(member, "SELECT coalesce(sum(count), 0) FROM ledger WHERE fate LIKE 'dropped%'")[0][0])


def _read(member: Member, query: str) -> list[tuple[Any, ...]]:
    database = member.folder / "agent.db"
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)) as connection:
            return connection.execute(query).fetchall()
    except sqlite3.Error as error:
        raise EdgeOrchError(f"cannot read {database}: {error}") from error
