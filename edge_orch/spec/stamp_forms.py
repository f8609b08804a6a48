"""What is wrong with a strptime form, although each of its parts is known."""

from __future__ import annotations

import re

import msgspec

_COMPOSED = {"c": "%a %b %d %H:%M:%S %Y", "x": "%m/%d/%y", "X": "%H:%M:%S"}
_YEARS = {"Y": "%y", "y": "%Y"}


class FormMistake(msgspec.Struct, frozen=True):
    """`at`: the offset of the part that does not fit."""

    what: str
    at: int
    next_step: str


def form_mistake(form: str) -> FormMistake | None:
    """The first part of a form for reading that contradicts another: nothing, or not what is meant, could be read."""
    parts = [(match[1], match.start()) for match in re.finditer("%(.)", form) if match[1] != "%"]
    said: dict[str, str] = {}
    for part, at in parts:
        for inner in re.findall("%(.)", _COMPOSED.get(part, f"%{part}")):
            if inner in said:
                return FormMistake(f"`%{inner}` stands here twice", at, _meant(inner, said))
            if _YEARS.get(inner, "")[1:] in said:
                return FormMistake("the year stands here twice", at, "leave out one of %Y and %y")
            said[inner] = part
    places = dict(parts)
    if "I" in places and "p" not in places:
        next_step = "write %H for hours up to 23, or %p where AM or PM stands"
        return FormMistake("`%I` is an hour up to 12: of which half of the day?", places["I"], next_step)
    if "M" in places and not {"H", "I"} & said.keys():
        return FormMistake("`%M` are minutes, of which hour?", places["M"], "write %m for months, or %H before it")
    if "p" in places and "I" not in said:
        return FormMistake("`%p` says nothing beside %H", places["p"], "write %I for hours up to 12")
    return None


def _meant(part: str, said: dict[str, str]) -> str:
    if part == "m" and "M" not in said:
        return "write %M for minutes"
    return "write %m for months" if part == "M" and "m" not in said else "leave one out"
