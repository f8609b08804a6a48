"""Alerts of all agents: listed, acknowledged."""

from __future__ import annotations

from aiohttp import web

from edge_orch.errors import Invalid, Problem
from edge_orch.time import format_timestamp
from edge_orch.twin.facts import Ack, Section
from edge_orch.twin.interventions import NotFound
from edge_orch.twin.views import alert_views
from edge_orch.wire.api import AckRequest, AckView
from edge_orch_controller.api.auth import user_of
from edge_orch_controller.api.context import Controller, answer, body_of, controller_of
from edge_orch_controller.api.meaning import meanings
from edge_orch_controller.core.events import AckRequested

routes = web.RouteTableDef()


@routes.get("/v1/alerts")
async def list_alerts(request: web.Request) -> web.Response:
    await user_of(request, "viewer")
    found = await meanings(controller_of(request), Section.EPISODES)
    views = [view for agent, meaning in found for view in alert_views(agent, meaning)]
    return answer(sorted(views, key=lambda view: (view.opened_at, view.agent, view.episode)))


@routes.post("/v1/alerts/{episode}/acks")
async def acknowledge(request: web.Request) -> web.Response:
    """Say that a person has seen it. Without `agent` the episode's id must be enough to find whose it is."""
    user = await user_of(request, "operator")
    wanted = await body_of(request, AckRequest)
    controller, episode = controller_of(request), request.match_info["episode"]
    agent = wanted.agent or await _agent_of(controller, episode)
    ack = await controller.driver.request(
        lambda number: AckRequested(number, agent, episode, user.name, wanted.note), Ack
    )
    return answer(AckView(ack.by, ack.origin, format_timestamp(ack.at.wall_us), ack.note), 201)


async def _agent_of(controller: Controller, episode: str) -> str:
    found = await meanings(controller, Section.EPISODES)
    agents = [agent for agent, meaning in found if episode in meaning.alerts]
    if not agents:
        raise NotFound(Problem(f"no alert {episode!r}", next_step="edge-orch get alerts"))
    if len(agents) > 1:
        raise Invalid(Problem("several agents have an alert of this id", expected=f"agent: one of {', '.join(agents)}"))
    return agents[0]
