"""What people decide about agents, be it an override or a silence: listed for all, answered when it is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aiohttp import web

from edge_orch.errors import Invalid, Problem
from edge_orch.twin.effective import Effective
from edge_orch.twin.facts import Section
from edge_orch.wire.api import OverrideView, SilenceView
from edge_orch_controller.api.auth import user_of
from edge_orch_controller.api.context import Controller, answer, controller_of
from edge_orch_controller.api.meaning import meaning_of, meanings

Views = Callable[[str, Effective], Sequence[OverrideView | SilenceView]]
"""An agent and the meaning of its facts → how those of one kind are shown."""


async def answer_all(request: web.Request, section: Section, views: Views) -> web.Response:
    """Those of all agents, for whoever may look."""
    await user_of(request, "viewer")
    found = await meanings(controller_of(request), section)
    return answer([view for agent, meaning in found for view in views(agent, meaning)])


async def answer_made(controller: Controller, agent: str, id_: str, views: Views) -> web.Response:
    """The one of that id, which was just made."""
    found = views(agent, await meaning_of(controller, agent))
    return answer(next(view for view in found if view.id == id_), 201)


def need_agent(agent: str) -> None:
    """Raise `Invalid` if none is named."""
    if not agent:
        raise Invalid(Problem("on which agent?", expected="agent: NAME", next_step="edge-orch get agents"))
