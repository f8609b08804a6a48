"""Parameters: what the facts say each one is now, and when time alone will change that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edge_orch.plan.plan import ParamSpec, Plan
from edge_orch.time import Instant
from edge_orch.twin.effective import Effective, OverrideState
from edge_orch.twin.facts import Facts, Value
from edge_orch.twin.fold import fold
from edge_orch.twin.overrides import elapsed_us, resolve
from edge_orch.twin.silences import ends_at_us


class Parameters:
    """The last fold of the facts. `effective` is for people, `of` and `resolved` for pipelines."""

    def __init__(self) -> None:
        self.effective = Effective()
        self._expires_at: int | None = None
        self._trusted = False
        self._of: dict[str, tuple[Plan, dict[str, Value]]] = {}

    def fold(self, facts: Facts, params: Mapping[str, Sequence[ParamSpec]], now: Instant) -> None:
        """Work out anew what the facts mean."""
        self.effective = fold(facts, params, now)
        self._of.clear()
        self._trusted = now.trusted
        expiries = (_expires_at(state, now) for state in self.effective.overrides.values())
        silent_until = ends_at_us(self.effective.silences.values(), now)
        self._expires_at = min((expiry for expiry in (*expiries, silent_until) if expiry is not None), default=None)

    def due(self, now: Instant) -> bool:
        """Whether time has changed the meaning: an override or silence is over, or the clock can be trusted now."""
        expired = self._expires_at is not None and self._expires_at <= now.mono_us
        return expired or self._trusted != now.trusted

    def wake_at(self) -> int | None:
        """When the next override or silence expires, on the monotonic clock."""
        return self._expires_at

    def of(self, plan: Plan) -> dict[str, Value]:
        """The values by the last fold; the same object until the next one."""
        asked, values = self._of.get(plan.name, (None, {}))
        if asked is not plan:
            known, name = self.effective.parameters, plan.name
            values = {spec.name: known[name, spec.name].value for spec in plan.params if (name, spec.name) in known}
            self._of[name] = plan, values
        return values

    @staticmethod
    def resolved(plan: Plan, facts: Facts, now: Instant) -> dict[str, Value]:
        """The values for a version that the last fold did not know."""
        parameters, _ = resolve(facts.overrides.values(), {plan.name: plan.params}, now)
        return {spec.name: parameters[plan.name, spec.name].value for spec in plan.params}


def _expires_at(state: OverrideState, now: Instant) -> int | None:
    """On the monotonic clock; None for an override that is dead, eternal, or of which no clock can tell."""
    override = state.override
    elapsed = elapsed_us(override.made_at, now)
    if state.state not in ("active", "conflict") or override.expires_in_us is None or elapsed is None:
        return None
    return now.mono_us + override.expires_in_us - elapsed
