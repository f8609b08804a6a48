"""Silences on all agents: listed, made, lifted."""

from __future__ import annotations

from aiohttp import web

from edge_orch.errors import Invalid, Problem
from edge_orch.time import parse_duration
from edge_orch.twin.facts import Section, Silence
from edge_orch.twin.views import silence_views
from edge_orch.wire.api import SilenceRequest
from edge_orch_controller.api.auth import user_of
from edge_orch_controller.api.context import answer, body_of, controller_of
from edge_orch_controller.api.meaning import meaning_of, meanings
from edge_orch_controller.core.events import SilenceRequested

routes = web.RouteTableDef()


@routes.get("/v1/silences")
async def list_silences(request: web.Request) -> web.Response:
    await user_of(request, "viewer")
    found = await meanings(controller_of(request), Section.SILENCES)
    return answer([view for agent, meaning in found for view in silence_views(agent, meaning)])


@routes.post("/v1/silences")
async def silence(request: web.Request) -> web.Response:
    """Want no notifications of a rule on one agent for a time, or end such silences."""
    user = await user_of(request, "operator")
    wanted = await body_of(request, SilenceRequest)
    if not wanted.agent:
        raise Invalid(Problem("on which agent?", expected="agent: NAME", next_step="edge-orch get agents"))
    expires_in_us = parse_duration(wanted.lasts) if wanted.lasts else 0
    controller = controller_of(request)
    made = await controller.driver.request(
        lambda number: SilenceRequested(
            request=number,
            agent=wanted.agent,
            job=wanted.job,
            rule=wanted.rule,
            reason=wanted.reason,
            by=user.name,
            expires_in_us=expires_in_us,
            key_values=wanted.key,
            lifts=wanted.lifts,
        ),
        Silence,
    )
    views = silence_views(wanted.agent, await meaning_of(controller, wanted.agent))
    return answer(next(view for view in views if view.id == made.id), 201)
