"""Silences on all agents: listed, made, lifted."""

from __future__ import annotations

from aiohttp import web

from edge_orch.time import parse_duration
from edge_orch.twin.facts import Section, Silence
from edge_orch.twin.views import silence_views
from edge_orch.wire.api import SilenceRequest
from edge_orch_controller.api.auth import user_of
from edge_orch_controller.api.context import body_of, controller_of
from edge_orch_controller.api.interventions import answer_all, answer_made, need_agent
from edge_orch_controller.core.events import SilenceRequested

routes = web.RouteTableDef()


@routes.get("/v1/silences")
async def list_silences(request: web.Request) -> web.Response:
    return await answer_all(request, Section.SILENCES, silence_views)


@routes.post("/v1/silences")
async def silence(request: web.Request) -> web.Response:
    """Want no notifications of a rule on one agent for a time, or end such silences."""
    user = await user_of(request, "operator")
    wanted = await body_of(request, SilenceRequest)
    need_agent(wanted.agent)
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
    return await answer_made(controller, wanted.agent, made.id, silence_views)
