"""Objects that records leave as: those that came, with values set and removed in them, or what is not NULL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from edge_orch.plan.plan import Merge, Path

_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_ERRORS = (msgspec.MsgspecError, RecursionError)


class Present:
    """Makes objects of the values that are there, under their names."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def __call__(self, values: Sequence[Any]) -> dict[str, Any]:
        """What msgspec writes as the object; the values stand in the order of the names."""
        return {name: value for name, value in zip(self._names, values, strict=True) if value is not None}


class Merging:
    """Sets and removes what one `Merge` says. Members that nothing is said of keep the bytes that they came as."""

    def __init__(self, field: str, merge: Merge) -> None:
        self._field = field
        self._names = [name for _, name in merge.values]
        self._paths = [path for path, _ in merge.values]
        self._removed = merge.removed

    def __call__(self, text: str | None, values: Sequence[Any]) -> object:
        """What msgspec writes as the object: the one in `text`, with the values, which stand in the order of the merge.

        NULL is no member: what stood there is removed. A text that holds no object takes nothing in: it stands under
        its own name, beside the values.
        """
        try:
            members: dict[str, Any] = _object(text or "")
        except _ERRORS:
            return {self._field: text, **dict(zip(self._names, values, strict=True))}
        for path in self._removed:
            _remove(members, path)
        for path, value in zip(self._paths, values, strict=True):
            if value is None:
                _remove(members, path)
            else:
                _set(members, path, value)
        return members


def _set(members: dict[str, Any], path: Path, value: Any) -> None:
    for key in path[:-1]:
        inner = _opened(members.get(key))
        members[key] = members = {} if inner is None else inner
    members[path[-1]] = value


def _remove(members: dict[str, Any], path: Path) -> None:
    for key in path[:-1]:
        inner = _opened(members.get(key))
        if inner is None:
            return
        members[key] = members = inner
    members.pop(path[-1], None)


def _opened(member: Any) -> dict[str, Any] | None:
    """The object that a member is; None for anything else."""
    if isinstance(member, dict):
        return member
    try:
        return _object(member) if isinstance(member, msgspec.Raw) else None
    except _ERRORS:
        return None
