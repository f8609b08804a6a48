"""What the facts of an agent mean, folded from the store: no twin has to be opened for it."""

from __future__ import annotations

from edge_orch.twin.effective import Effective
from edge_orch.twin.facts import Section
from edge_orch.twin.fold import fold
from edge_orch_controller.api.context import Controller


async def meaning_of(controller: Controller, agent: str) -> Effective:
    """The fold of one agent's facts, with the parameters of the jobs that are for it."""
    driver = controller.driver
    member = driver.core.members().get(agent)
    labels = member.agent.labels if member else {}
    params = {job: plan.plan.params for job, plan in driver.core.plans().items() if plan.targets(labels)}
    return fold(await driver.read(controller.store.facts, agent), params, driver.clock.now())


async def meanings(controller: Controller, section: Section) -> list[tuple[str, Effective]]:
    """By agent, for all agents that have facts in that section."""
    agents = await controller.driver.read(controller.store.agents_with, section)
    return [(agent, await meaning_of(controller, agent)) for agent in agents]
