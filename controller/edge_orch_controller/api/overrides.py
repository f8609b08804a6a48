"""Overrides on all agents: listed, made, explained."""

from __future__ import annotations

from aiohttp import web

from edge_orch.errors import Problem
from edge_orch.time import parse_duration
from edge_orch.twin.facts import Override, Section
from edge_orch.twin.interventions import NotFound
from edge_orch.twin.views import override_views, why_view
from edge_orch.wire.api import OverrideRequest
from edge_orch_controller.api.auth import user_of
from edge_orch_controller.api.context import answer, body_of, controller_of
from edge_orch_controller.api.interventions import answer_all, answer_made, need_agent
from edge_orch_controller.api.meaning import meaning_of
from edge_orch_controller.core.events import OverrideRequested

routes = web.RouteTableDef()


@routes.get("/v1/overrides")
async def list_overrides(request: web.Request) -> web.Response:
    return await answer_all(request, Section.OVERRIDES, override_views)


@routes.post("/v1/overrides")
async def override(request: web.Request) -> web.Response:
    """Change a parameter on one agent, or with value null revoke what changes it."""
    user = await user_of(request, "operator")
    wanted = await body_of(request, OverrideRequest)
    need_agent(wanted.agent)
    expires_in_us = parse_duration(wanted.expires_in) if wanted.expires_in else None
    controller = controller_of(request)
    made = await controller.driver.request(
        lambda number: OverrideRequested(
            request=number,
            agent=wanted.agent,
            job=wanted.job,
            param=wanted.param,
            value=wanted.value,
            reason=wanted.reason,
            by=user.name,
            role=user.role,
            expires_in_us=expires_in_us,
        ),
        Override,
    )
    return await answer_made(controller, wanted.agent, made.id, override_views)


@routes.get("/v1/why")
async def why(request: web.Request) -> web.Response:
    """The effective value of a parameter on an agent, and the facts that make it."""
    await user_of(request, "viewer")
    agent, job, param = (request.query.get(name, "") for name in ("agent", "job", "param"))
    controller = controller_of(request)
    if agent not in controller.driver.core.members():
        raise NotFound(Problem(f"no agent {agent!r}", next_step="edge-orch get agents"))
    view = why_view(agent, job, param, await meaning_of(controller, agent))
    if view is None:
        raise NotFound(Problem(f"no parameter {param!r} of a job {job!r} on agent {agent!r}"))
    return answer(view)
