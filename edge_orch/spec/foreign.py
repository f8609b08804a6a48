"""Files that are no job at all, such as those of other products: told once, not key by key."""

from __future__ import annotations

from collections.abc import Iterable

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.nodes import Mapping, Node, Scalar, Sequence, described
from edge_orch.spec.words import did_you_mean

_NEXT_STEP = "another product's file? begin a job with `edge-orch new`; docs/porting.md has the words"
_OF_TESTS = {"input", "expect"}
_MOST = 6
"""So many keys are named."""


def refuse_foreign(root: Node, expected: Iterable[str], inside: Iterable[str]) -> None:
    """Raise `Invalid` where a file has nothing of a job: no key that is `expected`, or means one, and none `inside`.

    A manifest of Kubernetes has the keys of a job and says itself that it is none.
    """
    keys, inside = tuple(expected), tuple(inside)
    what = "not a job"
    if isinstance(root, Mapping):
        entries = {key.text: value for key, value in root.entries}
        near = any(key in entries or any(did_you_mean(text, [key]) for text in entries) for key in keys)
        if near or entries.keys() & set(inside):
            version, kind = (entries.get(key) for key in ("apiVersion", "kind"))
            ours = isinstance(entries.get("spec"), Mapping) and _has_any(entries["spec"], inside)
            if not isinstance(version, Scalar) or not isinstance(kind, Scalar) or _is_meant(version, ours=ours):
                return
            what, found = f"not a job: `apiVersion: {version.text}` is another product's", f"kind: {kind.text}"
        else:
            found = f"the keys {', '.join(list(entries)[:_MOST])}{' …' if len(entries) > _MOST else ''}"
    elif isinstance(root, Sequence) and _first_keys(root) & _OF_TESTS:
        name, tested, _ = root.where.file.rpartition(".test.yaml")
        job = f"; the job is in {name}.yaml" if tested else ""
        raise Invalid(Problem("tests of a job, not a job", root.where, next_step=f"`edge-orch test` runs them{job}"))
    elif isinstance(root, Sequence) and not _first_keys(root) & set(keys):
        found = "a list"
    elif isinstance(root, Scalar) and root.value is not None:
        found = described(root)
    else:
        return
    raise Invalid(Problem(what, root.where, f"the keys {', '.join(keys)}", found, _NEXT_STEP))


def _has_any(node: Node, keys: Iterable[str]) -> bool:
    return isinstance(node, Mapping) and any(key.text in keys for key, _ in node.entries)


def _is_meant(version: Scalar, *, ours: bool) -> bool:
    """Whether a job was meant, with a wrong `apiVersion`; `ours`: whether there is something of a job below `spec`."""
    return ours or version.text.startswith("edge") or "/" not in version.text


def _first_keys(root: Sequence) -> set[str]:
    first = root.items[0] if root.items else None
    return {key.text for key, _ in first.entries} if isinstance(first, Mapping) else set()
