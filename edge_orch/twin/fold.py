"""The fold: facts in, meaning out. Pure, total, independent of the order in which facts arrived, and the same code on
agent and controller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from edge_orch.plan.plan import ParamSpec
from edge_orch.time import Instant
from edge_orch.twin.alerts import alert_states
from edge_orch.twin.effective import Effective
from edge_orch.twin.facts import Desired, Facts
from edge_orch.twin.overrides import resolve
from edge_orch.twin.silences import silence_states


def fold(facts: Facts, params: Mapping[str, Sequence[ParamSpec]], now: Instant) -> Effective:
    """What the facts mean at `now`. `params`: the parameters of each job as the version that counts here has them."""
    parameters, overrides = resolve(facts.overrides.values(), params, now)
    silences = silence_states(facts.silences.values(), now)
    return Effective(
        desired=latest_desired(facts.desired.values()),
        parameters=parameters,
        overrides=overrides,
        alerts=alert_states(facts.episodes.values(), facts.acks.values(), silences.values()),
        silences=silences,
    )


def latest_desired(desired: Iterable[Desired]) -> dict[str, Desired]:
    """Per job the wish of the highest generation."""
    latest: dict[str, Desired] = {}
    for wish in desired:
        if wish.job not in latest or wish.generation > latest[wish.job].generation:
            latest[wish.job] = wish
    return latest
