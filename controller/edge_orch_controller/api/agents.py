"""Agents: let in, listed."""

from __future__ import annotations

import msgspec
from aiohttp import web

from edge_orch.errors import Problem
from edge_orch.twin.interventions import NotFound
from edge_orch.wire.api import EnrollRequest, EnrollResult
from edge_orch_controller.api.auth import user_of
from edge_orch_controller.api.context import answer, body_of, controller_of
from edge_orch_controller.api.views import agent_view
from edge_orch_controller.core.events import AgentEnrolled
from edge_orch_controller.credentials import make_agent, token_digest

routes = web.RouteTableDef()


@routes.post("/v1/enroll")
async def enroll(request: web.Request) -> web.Response:
    """Let an agent in. The join token in the body is its credential."""
    wanted = await body_of(request, EnrollRequest)
    controller = controller_of(request)
    agent = make_agent(wanted, controller.driver.clock.now().wall_us)
    entry = controller.audited(agent.name, "agent.enroll", agent.name, f"from {request.remote}")
    kept = await controller.driver.read(controller.store.enroll, token_digest(wanted.token), agent, entry)
    controller.driver.handle(AgentEnrolled(kept))
    return answer(EnrollResult(kept.name, kept.labels, controller.public_key.hex), 201)


@routes.get("/v1/agents")
async def list_agents(request: web.Request) -> web.Response:
    await user_of(request, "viewer")
    core = controller_of(request).driver.core
    return answer([agent_view(member, core.plans()) for _, member in sorted(core.members().items())])


@routes.get("/v1/agents/{name}")
async def get_agent(request: web.Request) -> web.Response:
    await user_of(request, "viewer")
    name, controller = request.match_info["name"], controller_of(request)
    core = controller.driver.core
    member = core.members().get(name)
    if member is None:
        raise NotFound(Problem(f"no agent {name!r}", next_step="edge-orch get agents"))
    dropped = await controller.driver.read(controller.store.dropped, name)
    return answer(msgspec.structs.replace(agent_view(member, core.plans()), dropped=dropped.facts))
