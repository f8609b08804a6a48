"""XML: the format's options, and paths into documents."""

from __future__ import annotations

import re
from collections.abc import Sequence

from edge_orch.errors import Invalid, Problem
from edge_orch.plan import formats
from edge_orch.plan.steps import ParsedField
from edge_orch.spec.leaves import Name, Text
from edge_orch.spec.steps.documents import Xml
from edge_orch.spec.steps.schematize import FieldSpec
from edge_orch.spec.words import did_you_mean, names

_NAME = r"[^\W\d][\w.\-·]*"
_ELEMENT = re.compile(rf"(?:({_NAME}):)?{_NAME}")
_TEXT = "#text"
_CHILDREN = "#children"


def xml_format(spec: Xml) -> formats.XmlFormat:
    """The plan's format. Raises `Invalid` with every name that no element can have."""
    uris = [uri.value for uri in spec.namespaces.values()]
    problems = [
        Problem("two prefixes for one namespace", uri.where, "", repr(uri.value), "remove one of them")
        for place, uri in enumerate(spec.namespaces.values())
        if uri.value in uris[:place]
    ]
    prefixes = [name.value for name in spec.namespaces]
    for element in (*spec.arrays, *spec.children):
        problems += _name_problems(element.value, element, prefixes)
    if problems:
        raise Invalid(*problems)
    return formats.XmlFormat(
        tuple(element.value for element in spec.arrays),
        tuple(element.value for element in spec.children),
        tuple((name.value, uri.value) for name, uri in spec.namespaces.items()),
    )


def xml_path_problems(format_: formats.XmlFormat, name: Name, spec: FieldSpec, field: ParsedField) -> Sequence[Problem]:
    """What is wrong with the path of one field."""
    keys: tuple[Text | Name, ...] = spec.path.keys if spec.path else (name,)
    prefixes = [prefix for prefix, _ in format_.namespaces]
    for place, key in enumerate(keys):
        below = tuple(each.value for each in keys[place + 1 :])
        if problems := [
            *_key_problems(place, key, below, prefixes),
            *_array_problems(format_, name, key, below, field),
        ]:
            return problems
    array = keys[-1].value in format_.arrays or keys[-1].value == _CHILDREN
    if array and not field.json:
        return (Problem(f"`{keys[-1].value}` is an array", spec.type.where, "json", field.type.value),)
    return ()


def _key_problems(place: int, key: Text | Name, below: tuple[str, ...], prefixes: Sequence[str]) -> Sequence[Problem]:
    attribute = key.value.startswith("@")
    if not attribute and key.value not in {_TEXT, _CHILDREN}:
        return _name_problems(key.value, key, prefixes)
    if not place:
        return (Problem("a path begins at the root element", key.where, f"ROOT.{key.value}", key.value),)
    if below:
        return (Problem(f"nothing lies in `{key.value}`", key.where, "elements, then @attribute or #text"),)
    return _name_problems(key.value[1:], key, prefixes) if attribute else ()


def _array_problems(
    format_: formats.XmlFormat, name: Name, key: Text | Name, below: tuple[str, ...], field: ParsedField
) -> Sequence[Problem]:
    """What is wrong where the path goes on behind elements that are an array."""
    within = ".".join(field.path[: len(field.path) - len(below)])
    if key.value == _CHILDREN and field.path[-2] not in format_.children:
        next_step = f"write children: [{field.path[-2]}]"
        return (Problem(f"`{field.path[-2]}` is not among `children`", key.where, next_step=next_step),)
    if key.value in format_.children and below and not below[0].startswith(("@", "#")):
        within = f"{within}.{_CHILDREN}"
    elif key.value not in format_.arrays or not below:
        return ()
    next_step = f"read `{within}` as json, and explode it"
    return (Problem(f"`{name.value}` lies inside an array, where paths do not lead", key.where, next_step=next_step),)


def root_problems(fields_of: Sequence[Name], fields: Sequence[ParsedField]) -> list[Problem]:
    """Fields that every document must have, and that cannot all be in one: it has one root element."""
    needed = [(name, field) for name, field in zip(fields_of, fields, strict=True) if field.required]
    problems = []
    for name, field in needed[1:]:
        other = needed[0][1]
        if field.path[0] != other.path[0] and field.path[0][0] not in "@#":
            what = f"`{name.value}` and `{other.name}` begin at different elements, and a document has one root"
            next_step = f"begin each path at the root element: path: ROOT.{'.'.join(field.path)}"
            problems.append(Problem(what, name.where, "", f"{field.path[0]} and {other.path[0]}", next_step))
    return problems


def _name_problems(name: str, where: Text | Name, prefixes: Sequence[str]) -> Sequence[Problem]:
    match = _ELEMENT.fullmatch(name)
    if match is None:
        meant = name.replace("/", ".").replace("text()", _TEXT).strip(".")
        next_step = f"write {meant}" if meant != name else f"write '@{name[1:]}'" if re.match(r"[-_$+]\w", name) else ""
        if index := re.fullmatch(r"(.*)\[-?\d+\]", name):
            next_step = f"read `{index[1]}` as json, and explode it"
        return (Problem("not a name in XML", where.where, "element, @attribute or #text", repr(name), next_step),)
    if match[1] and match[1] not in prefixes:
        bare = name.partition(":")[2]
        next_step = did_you_mean(match[1], prefixes) if prefixes else ""
        next_step = next_step or f"write {bare}, or tell its namespace: xml: {{namespaces: {{{match[1]}: 'urn:…'}}}}"
        expected = f"one of: {names(prefixes)}" if prefixes else ""
        return (Problem(f"unknown prefix `{match[1]}`", where.where, expected, "", next_step),)
    return ()
