"""The agent's HTTP API on a unix socket in its data folder: the controller's paths and words, for one machine.

Who may open the socket is the machine's own business: it has mode 0600, and whoever can open it acts as an operator,
under the name of the user at the other end.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import pwd
import socket
import struct
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

import msgspec
from aiohttp import web

from edge_orch.errors import EdgeOrchError, Invalid, Problem, StorageError
from edge_orch.time import Instant, parse_duration
from edge_orch.twin.facts import Facts, Section
from edge_orch.twin.history import Subject, history
from edge_orch.twin.interventions import NotFound
from edge_orch.twin.views import happening_views
from edge_orch.wire.api import (
    MOST_REPLAYED,
    AckRequest,
    ErrorBody,
    OverrideRequest,
    ReplayRequest,
    ReplayView,
    SilenceRequest,
)
from edge_orch_agent.core.commands import Reply
from edge_orch_agent.core.events import AckRequested, Event, OverrideRequested, ReplayRequested, SilenceRequested
from edge_orch_agent.core.view import AgentSnapshot
from edge_orch_agent.local_views import agent_view, job_views
from edge_orch_agent.logs import event as line
from edge_orch_agent.people import Viewer

ROLE = "operator"
LARGEST_BODY = 64 * 1024
ALIVE_S = 1.0
"""How long a tap is silent at most."""
PATIENCE_S = 8.0
"""Less than a client waits: a store that takes nothing is said so."""
_UCRED = struct.Struct("3i")

Request = Callable[[Callable[[int], Event]], Awaitable[Reply]]
Remembered = Callable[[], Awaitable[tuple[Facts, list[tuple[Section, str, str]]]]]
"""The facts of the twin, and section, key and text of those that have left it."""
Look = Callable[[str, str], AbstractAsyncContextManager[Viewer]]
"""Look at the records of a job's stage; raises `Invalid` when there is none."""
Body = TypeVar("Body", bound=msgspec.Struct)

log = logging.getLogger(__name__)


class Snapshots(Protocol):
    """What answers every GET."""

    def view(self) -> AgentSnapshot: ...


class LocalApi:
    """Serves until closed."""

    def __init__(
        self, core: Snapshots, request: Request, now: Callable[[], Instant], remembered: Remembered, look: Look
    ) -> None:
        self._core = core
        self._request = request
        self._now = now
        self._remembered = remembered
        self._look = look
        self._runner: web.AppRunner | None = None

    async def start(self, listener: socket.socket) -> None:
        """Answer whoever connects to `listener`, a bound unix socket."""
        app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_errors_as_words])
        app.router.add_get("/v1/status", self._status)
        app.router.add_get("/v1/agents", self._agents)
        app.router.add_get("/v1/agents/{name}", self._agent)
        app.router.add_get("/v1/jobs", self._jobs)
        app.router.add_get("/v1/jobs/{name}", self._job)
        app.router.add_get("/v1/alerts", self._alerts)
        app.router.add_get("/v1/overrides", self._overrides)
        app.router.add_get("/v1/silences", self._silences)
        app.router.add_get("/v1/why", self._why)
        app.router.add_get("/v1/conflicts", self._conflicts)
        app.router.add_get("/v1/history", self._history)
        app.router.add_get("/v1/taps/{job}/{stage}", self._tap)
        app.router.add_post("/v1/silences", self._silence)
        app.router.add_post("/v1/dead/replays", self._replay)
        app.router.add_post("/v1/overrides", self._override)
        app.router.add_post("/v1/alerts/{episode}/acks", self._acknowledge)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.SockSite(self._runner, listener).start()

    async def close(self) -> None:
        """Stop answering; requests under way have a second to end."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _status(self, _request: web.Request) -> web.Response:
        return _answer(self._core.view())

    async def _agents(self, _request: web.Request) -> web.Response:
        return _answer([agent_view(self._core.view(), self._now())])

    async def _agent(self, request: web.Request) -> web.Response:
        view = agent_view(self._core.view(), self._now())
        return _answer(_the_one([view], lambda one: one.name, request.match_info["name"], "agent"))

    async def _jobs(self, _request: web.Request) -> web.Response:
        return _answer(job_views(self._core.view()))

    async def _job(self, request: web.Request) -> web.Response:
        views = job_views(self._core.view())
        return _answer(_the_one(views, lambda one: one.name, request.match_info["name"], "job"))

    async def _alerts(self, _request: web.Request) -> web.Response:
        return _answer(self._core.view().alerts)

    async def _tap(self, request: web.Request) -> web.StreamResponse:
        """Live records, a `TapView` a line, for as long as somebody reads; an empty one shows that they still do."""
        async with self._look(request.match_info["job"], request.match_info["stage"]) as viewer:
            response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
            await response.prepare(request)
            with contextlib.suppress(ConnectionError):  # the reader has gone, which is how a tap ends
                while True:
                    view = await viewer.next(ALIVE_S)
                    await response.write(msgspec.json.encode(view) + b"\n")
                    if view.ended:
                        break
        return response

    async def _overrides(self, _request: web.Request) -> web.Response:
        return _answer(self._core.view().overrides)

    async def _why(self, request: web.Request) -> web.Response:
        wanted = f"{request.query.get('job', '')}.{request.query.get('param', '')}"
        whys = self._core.view().parameters
        return _answer(_the_one(whys, lambda one: f"{one.job}.{one.param}", wanted, "parameter"))

    async def _silences(self, _request: web.Request) -> web.Response:
        return _answer(self._core.view().silences)

    async def _conflicts(self, _request: web.Request) -> web.Response:
        return _answer(self._core.view().conflicts)

    async def _history(self, request: web.Request) -> web.Response:
        self._refuse_other(request.query.get("agent", ""))
        subject = Subject(*(request.query.get(name, "") for name in ("job", "name", "episode")))
        return _answer(happening_views(self._core.view().agent, history(*await self._remembered(), subject)))

    async def _silence(self, request: web.Request) -> web.Response:
        wanted = await _body(request, SilenceRequest)
        self._refuse_other(wanted.agent)
        expires_in_us = parse_duration(wanted.lasts) if wanted.lasts else 0
        by = peer_name(request)
        fact_key = await self._ask(
            lambda number: SilenceRequested(
                request=number,
                job=wanted.job,
                rule=wanted.rule,
                reason=wanted.reason,
                by=by,
                expires_in_us=expires_in_us,
                key_values=wanted.key,
                lifts=wanted.lifts,
            )
        )
        return _answer(_the_one(self._core.view().silences, lambda one: one.id, fact_key, "silence"), 201)

    async def _override(self, request: web.Request) -> web.Response:
        wanted = await _body(request, OverrideRequest)
        self._refuse_other(wanted.agent)
        expires_in_us = parse_duration(wanted.expires_in) if wanted.expires_in else None
        by = peer_name(request)
        fact_key = await self._ask(
            lambda number: OverrideRequested(
                number, wanted.job, wanted.param, wanted.value, wanted.reason, by, ROLE, expires_in_us
            )
        )
        return _answer(_the_one(self._core.view().overrides, lambda one: one.id, fact_key, "override"), 201)

    async def _acknowledge(self, request: web.Request) -> web.Response:
        wanted = await _body(request, AckRequest)
        self._refuse_other(wanted.agent)
        episode, by = request.match_info["episode"], peer_name(request)
        await self._ask(lambda number: AckRequested(number, episode, by, wanted.note))
        alert = _the_one(self._core.view().alerts, lambda one: one.episode, episode, "alert")
        ours = [ack for ack in alert.acks if (ack.by, ack.origin) == (by, "agent")]
        return _answer(ours[-1], 201)

    async def _replay(self, request: web.Request) -> web.Response:
        wanted = await _body(request, ReplayRequest)
        if len(wanted.ids) > MOST_REPLAYED:
            raise Invalid(
                Problem("too many at a time", expected=f"at most {MOST_REPLAYED}", found=str(len(wanted.ids)))
            )
        await self._ask(lambda number: ReplayRequested(number, wanted.ids))
        return _answer(ReplayView(len(wanted.ids)))

    async def _ask(self, make: Callable[[int], Event]) -> str:
        """The key of the fact that was made, durable by now. Raises what was wrong."""
        try:
            reply = await asyncio.wait_for(self._request(make), PATIENCE_S)
        except TimeoutError as error:
            failure = self._core.view().commit_failure
            raise StorageError(Problem("the agent could not store the request in time", found=failure)) from error
        if reply.problem is not None:
            raise Invalid(reply.problem)
        return reply.fact_key

    def _refuse_other(self, agent: str) -> None:
        ours = self._core.view().agent
        if agent not in ("", ours):
            raise NotFound(Problem(f"this is agent {ours!r}, not {agent!r}", next_step="ask the controller instead"))


def peer_name(request: web.Request) -> str:
    """The user at the other end of the socket, as the kernel knows it."""
    transport = request.transport
    if transport is None:
        return "unknown"
    credentials = transport.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    _pid, uid, _gid = _UCRED.unpack(credentials)
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


View = TypeVar("View")


def _the_one(views: Sequence[View], name: Callable[[View], str], wanted: str, kind: str) -> View:
    found: View | None = next((view for view in views if name(view) == wanted), None)
    if found is None:
        names = ", ".join(name(view) for view in views) or "none here"
        raise NotFound(Problem(f"no {kind} {wanted!r} on this device", expected=f"one of: {names}"))
    return found


async def _body(request: web.Request, shape: type[Body]) -> Body:
    try:
        return msgspec.json.decode(await request.read(), type=shape)
    except msgspec.MsgspecError as error:
        raise Invalid(Problem("the body is not what this path takes", found=str(error))) from error


def _answer(body: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")


@web.middleware
async def _errors_as_words(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except EdgeOrchError as error:
        status = 404 if isinstance(error, NotFound) else 507 if isinstance(error, StorageError) else 422
        return _answer(ErrorBody(error.problems), status)
    except web.HTTPException as error:
        return _answer(ErrorBody((Problem(f"{request.method} {request.path}: {error.reason}"),)), error.status)
    except Exception as error:
        log.exception(line("request_failed", path=request.path, error=repr(error)))
        return _answer(ErrorBody((Problem("the agent met a bug of its own", next_step="its log says more"),)), 500)
