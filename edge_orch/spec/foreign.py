"""Files that are no job at all, such as those of other products: told once, not key by key."""

from __future__ import annotations

from collections.abc import Iterable

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.nodes import Mapping, Node, Scalar, Sequence, described
from edge_orch.spec.words import did_you_mean

_NEXT_STEP = "another product's file? begin a job with `edge-orch new`; docs/porting.md has the words"
_MOST = 6
"""So many keys are named."""


def refuse_foreign(root: Node, expected: Iterable[str], inside: Iterable[str]) -> None:
    """Raise `Invalid` where a file has nothing of a job: no key that is `expected`, or means one, and none `inside`.

    A manifest of Kubernetes has the keys of a job and says itself that it is none.
    """
    keys = tuple(expected)
    what = "not a job"
    if isinstance(root, Mapping):
        entries = {key.text: value for key, value in root.entries}
        near = any(key in entries or any(did_you_mean(text, [key]) for text in entries) for key in keys)
        if near or entries.keys() & set(inside):
            version, kind = (entries.get(key) for key in ("apiVersion", "kind"))
            if not isinstance(version, Scalar) or not isinstance(kind, Scalar) or _is_meant(version, kind):
                return
            what, found = f"not a job: `apiVersion: {version.text}` is another product's", f"kind: {kind.text}"
        else:
            found = f"the keys {', '.join(list(entries)[:_MOST])}{' …' if len(entries) > _MOST else ''}"
    elif isinstance(root, Sequence) and not _holds_a_job(root, keys):
        found = "a list"
    elif isinstance(root, Scalar) and root.value is not None:
        found = described(root)
    else:
        return
    raise Invalid(Problem(what, root.where, f"the keys {', '.join(keys)}", found, _NEXT_STEP))


def _is_meant(version: Scalar, kind: Scalar) -> bool:
    ours = version.text.startswith("edge") or "/" not in version.text
    return ours or kind.text.lower() == "job"


def _holds_a_job(root: Sequence, keys: tuple[str, ...]) -> bool:
    first = root.items[0] if root.items else None
    return isinstance(first, Mapping) and any(key.text in keys for key, _ in first.entries)
