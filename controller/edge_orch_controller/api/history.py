"""What the facts of agents tell: how it came about, and what a person should decide."""

from __future__ import annotations

from aiohttp import web

from edge_orch.errors import Invalid, Problem
from edge_orch.twin.facts import Section
from edge_orch.twin.history import Subject, history
from edge_orch.twin.interventions import NotFound
from edge_orch.twin.views import conflict_views, happening_views
from edge_orch_controller.api.auth import user_of
from edge_orch_controller.api.context import answer, controller_of
from edge_orch_controller.api.meaning import meaning_of
from edge_orch_controller.api.views import dropped_view

routes = web.RouteTableDef()


@routes.get("/v1/history")
async def get_history(request: web.Request) -> web.Response:
    """The facts about a job, one of its parameters or rules, or an episode, oldest first; of one agent or of all.

    And what is missing, whatever it was about.
    """
    await user_of(request, "viewer")
    controller, query = controller_of(request), request.query
    agent = query.get("agent", "")
    subject = Subject(*(query.get(name, "") for name in ("job", "name", "episode")))
    if not (subject.job or subject.episode):
        raise Invalid(Problem("the history of what?", expected="job=NAME or episode=ID"))
    views = []
    for name in _members(request, agent):
        facts = await controller.driver.read(controller.store.facts, name)
        archived = await controller.driver.read(controller.store.archived, name)
        views += happening_views(name, history(facts, archived, subject))
        dropped = await controller.driver.read(controller.store.dropped, name)
        if dropped.facts:
            views.append(dropped_view(name, dropped))
    return answer(sorted(views, key=lambda view: (not view.at, view.at)))


@routes.get("/v1/conflicts")
async def get_conflicts(request: web.Request) -> web.Response:
    """What a person should decide, on one agent or on all."""
    await user_of(request, "viewer")
    controller = controller_of(request)
    members = controller.driver.core.members()
    overridden = set(await controller.driver.read(controller.store.agents_with, Section.OVERRIDES))
    views = []
    for name in _members(request, request.query.get("agent", "")):
        copied = controller.driver.core.copies.seen(name, controller.driver.clock.now().mono_us)
        if name in overridden or members[name].refusal or copied:
            views += conflict_views(name, await meaning_of(controller, name), members[name].refusal, copied=copied)
    return answer(views)


def _members(request: web.Request, agent: str) -> list[str]:
    """The agent that is asked about, or all. Raises `NotFound`."""
    members = controller_of(request).driver.core.members()
    if agent and agent not in members:
        raise NotFound(Problem(f"no agent {agent!r}", next_step="edge-orch get agents"))
    return [agent] if agent else sorted(members)
