"""References in a job's options, `${secret:NAME}` and `${label:NAME}`, resolved here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from edge_orch.errors import Problem, Unavailable

_REFERENCE = re.compile(r"\$\{(secret|label):([^}]*)\}")


class Resolver:
    """Puts this device's secrets and labels in the place of references."""

    def __init__(self, secret: Callable[[str], str | None], labels: Mapping[str, str]) -> None:
        self._secret = secret
        self._labels = labels

    def resolve(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options with every reference in every text replaced, at any depth.

        Raises `Unavailable` naming all that this device lacks; none of their values appears in the message.
        """
        missing: list[Problem] = []
        resolved = {name: self._value(value, missing) for name, value in options.items()}
        if missing:
            raise Unavailable(*missing)
        return resolved

    def _value(self, value: Any, missing: list[Problem]) -> Any:
        if isinstance(value, str):
            return _REFERENCE.sub(lambda match: self._look_up(match[1], match[2], missing), value)
        if isinstance(value, dict):
            return {name: self._value(item, missing) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._value(item, missing) for item in value]
        return value

    def _look_up(self, kind: str, name: str, missing: list[Problem]) -> str:
        found = self._secret(name) if kind == "secret" else self._labels.get(name)
        if found is None:
            missing.append(
                Problem(
                    f"secret {name} is not on this device",
                    next_step=f"put it into the file secrets/{name} of the agent's data folder",
                )
                if kind == "secret"
                else Problem(
                    f"this device has no label {name}",
                    found=f"labels {', '.join(sorted(self._labels)) or '(none)'}",
                    next_step="enrol it with a token that carries the label",
                )
            )
            return ""
        return found
