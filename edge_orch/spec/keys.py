"""Keys that a mapping should not have, or lacks: what to say of them."""

from __future__ import annotations

import re
from collections import abc
from collections.abc import Iterable

from msgspec import structs

from edge_orch.errors import Invalid, Location, Problem
from edge_orch.spec.nodes import Mapping, Node, Scalar, Sequence
from edge_orch.spec.words import cut_by_a_comma, did_you_mean, mend_key, names


def outdented_keys(entries: abc.Sequence[tuple[Scalar, Node]], known: abc.Container[str]) -> dict[str, str]:
    """The unknown keys below a known one that is empty, each with that one: they should stand further right."""
    above = ""
    outdented = {}
    for key, value in entries:
        if key.text in known:
            above = key.text if isinstance(value, Scalar) and value.value is None and value.plain else ""
        elif above:
            outdented[key.text] = above
    return outdented


def outdented_key(key: Scalar, above: str) -> Problem:
    """The problem of a key that belongs to the one above it."""
    next_step = f"indent it below `{above}`"
    return Problem(f"`{key.text}` stands too far to the left", key.where, f"a key of `{above}`", "", next_step)


def unknown_key(
    key: Scalar,
    known: Iterable[str],
    what: str = "unknown key",
    elsewhere: abc.Mapping[str, str] = {},
    otherwise: str = "",
    *,
    below: abc.Mapping[str, str] = {},
    absent: abc.Collection[str] | None = None,
) -> Problem:
    """The problem of a key that means nothing here. `elsewhere`: names of other products → what to write here.

    `below`: keys that mean something a level deeper → the key they stand below. `absent`: those that are not there yet,
    of which one may be meant; left out: all that are known.
    """
    known = list(known)
    meant = elsewhere.get(key.text.lower()) or mend_key(key.text, known)
    meant = meant or (f"write it below `{below[key.text]}`" if key.text in below else _cut(key.text))
    next_step = meant or did_you_mean(key.text, known if absent is None else absent, otherwise)
    if (
        absent is not None
        and not next_step
        and (twin := did_you_mean(key.text, [k for k in known if k[:1] == key.text[:1]]))
    ):
        next_step = f"{re.findall('`(.*)`', twin)[0]} stands there already: leave one of them"
    return Problem(f"{what} `{key.text}`", key.where, f"one of: {names(known)}", "", next_step)


def _cut(text: str) -> str:
    """What mends a key that YAML cut out of something else."""
    if tight := re.match(r"(\w+):\S", text):
        return f"write a space after the colon: {tight[1]}: …"
    if not text.isascii() or re.search(r"[<>=]", text):
        return "write a name and a colon before it" if re.search(r"[<>=]", text) else ""
    if text.isdecimal():
        return "a comma ends a value; in numbers, write a decimal point"
    return "inside { } a comma ends a value: put the expression before it in quotes" if cut_by_a_comma(text) else ""


def lifted(error: Invalid, above: str, known: abc.Container[str]) -> list[Problem]:
    """The problems below the key `above`; a key that is unknown there but known beside it stands too deep."""
    found = []
    for problem in error.problems:
        word = problem.what.removeprefix("unknown key `").removesuffix("`")
        deep = word != problem.what and word in known
        next_step = f"it stands one level up, beside `{above}`"
        found.append(structs.replace(problem, next_step=next_step) if deep else problem)
    return found


def meant_for(
    unknown: abc.Sequence[Problem],
    missing: abc.Mapping[str, str],
    open_keys: abc.Container[str],
    values: abc.Mapping[Location | None, Node] = {},
) -> tuple[list[Problem], set[str]]:
    """The problems of unknown keys, one of which may be what is missing; and the missing keys that so are told.

    One mistake is told once: a key under a wrong name is not missing as well. `missing`: keys and what they mean;
    `open_keys`: those below which authors choose the keys; `values`: what stands behind the keys, by their places.
    """
    told = {key for key in missing for one in unknown if re.search(rf"\b{key}\b", one.next_step)}
    left = [key for key in missing if key not in told]
    strange = [one for one in unknown if not one.next_step]
    if len(left) != 1 or not strange or (len(strange) > 1 and left[0] not in open_keys):
        return list(unknown), told
    key = left[0]
    value = values.get(strange[0].where)
    if key in open_keys and isinstance(value, Sequence):
        return list(unknown), told
    renamed = key not in open_keys or (isinstance(value, Mapping) and len(strange) == 1)
    next_step = f"write {key}: {missing[key]}" if renamed else f"write it below `{key}`"
    return [one if one.next_step else structs.replace(one, next_step=next_step) for one in unknown], told | {key}
