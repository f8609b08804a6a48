"""Compiling one field of `schematize`."""

from __future__ import annotations

import re

from edge_orch.compile.constant import default_value, json_default
from edge_orch.compile.regex import compiled_regex
from edge_orch.errors import Invalid, Problem
from edge_orch.plan.partial_forms import says_when
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import ParsedField
from edge_orch.spec.leaves import Leaf, Name, Text, value_of
from edge_orch.spec.stamp_forms import form_mistake
from edge_orch.spec.steps.schematize import FieldSpec
from edge_orch.spec.words import did_you_mean
from edge_orch.spec.zones import is_zone, zone_meant

TIMESTAMP_FORMATS = ("rfc3339", "unix_s", "unix_ms", "unix_us", "unix_ns")
JSON = "json"
UTC = "UTC"
_ELSEWHERE = {
    **dict.fromkeys(("epoch", "unix", "timestamp", "epoch_s", "unix_seconds"), "unix_s"),
    **dict.fromkeys(("epoch_ms", "epoch_millis", "unix_millis", "milliseconds", "millis"), "unix_ms"),
    **dict.fromkeys(("iso8601", "iso", "iso-8601", "rfc3339nano"), "rfc3339"),
}
_STRPTIME = (
    "aAwdbBmyYHIMSfzpjUWcxXGuV%"  # what Python reads, but for %Z: it knows the letters of this machine's zone only
)
_STRFTIME_OF_C = {
    "k": "%H", "l": "%I", "e": "%d", "T": "%H:%M:%S", "R": "%H:%M", "F": "%Y-%m-%d", "D": "%m/%d/%y", "h": "%b",
    "L": "%f", "N": "%f", "s": "unix_s in place of the whole format", "Q": "unix_ms in place of the whole format",
    "Z": "the letters themselves where they are always the same, as in `%H:%M UTC`, and `zone` for what they mean",
}  # fmt: skip
_ONLY_FOR = {
    "default": {FieldType.BOOL, FieldType.INT, FieldType.FLOAT, FieldType.STRING},
    "format": {FieldType.TIMESTAMP},
    "zone": {FieldType.TIMESTAMP},
    "min": {FieldType.INT, FieldType.FLOAT},
    "max": {FieldType.INT, FieldType.FLOAT},
    "pattern": {FieldType.STRING},
}


def field_type(spec: FieldSpec) -> FieldType:
    """The type inside: JSON values are kept as their text."""
    return FieldType.STRING if spec.type.value == JSON else FieldType(spec.type.value)


def compile_field(name: Name, spec: FieldSpec, zone: str = UTC) -> ParsedField:
    """The field with its defaults written out; `zone`: that of its stamps unless it names one.

    Raises `Invalid` with every rule that its type cannot have.
    """
    type_ = field_type(spec)
    problems = []
    for rule, types in _ONLY_FOR.items():
        leaf: Leaf | None = getattr(spec, rule)
        if rule == "default" and spec.type.value == JSON:
            continue
        if leaf is not None and (type_ not in types or spec.type.value == JSON):
            expected = " or ".join(sorted(types))
            problems.append(Problem(f"`{rule}` is not for {spec.type.value}", leaf.where, f"type: {expected}"))
    if spec.min and spec.max and spec.min.value > spec.max.value:
        problems.append(Problem("min is greater than max", spec.min.where, "", f"{spec.min.value} > {spec.max.value}"))
    for text, check in ((spec.format, _check_format), (spec.zone, check_zone), (spec.pattern, compiled_regex)):
        if text is not None:
            try:
                check(text)
            except Invalid as error:
                problems.extend(error.problems)
    if not problems:
        _check_zone_is_asked(spec)
    default = None
    if spec.default and not problems:
        try:
            default = json_default(spec.default) if spec.type.value == JSON else default_value(spec.default, type_)
            _check_default(spec, default)
        except Invalid as error:
            problems.extend(error.problems)
    if problems:
        raise Invalid(*problems)
    return ParsedField(
        name=name.value,
        type=type_,
        path=tuple(key.value for key in spec.path.keys) if spec.path else (name.value,),
        required=spec.required.value and default is None,
        default=default,
        format=spec.format.value if spec.format else "rfc3339",
        zone=spec.zone.value if spec.zone else zone if type_ is FieldType.TIMESTAMP else UTC,
        min=value_of(spec.min),
        max=value_of(spec.max),
        pattern=value_of(spec.pattern),
        json=spec.type.value == JSON,
    )


def _check_default(spec: FieldSpec, default: bool | int | float | str) -> None:
    """Raise `Invalid` for a default that the field's own rules refuse."""
    assert spec.default  # noqa: S101 - for the type checker
    where, found = spec.default.where, spec.default.node.text
    for rule, bound, sign in (("min", spec.min, 1), ("max", spec.max, -1)):
        if bound and isinstance(default, int | float) and (default - bound.value) * sign < 0:
            raise Invalid(Problem("the default is out of bounds", where, f"{rule} {bound.node.text}", found))
    if spec.pattern and isinstance(default, str) and not re.fullmatch(spec.pattern.value, default):
        raise Invalid(Problem("the default does not fit the pattern", where, repr(spec.pattern.value), repr(found)))


def _check_format(text: Text) -> None:
    if text.value not in TIMESTAMP_FORMATS and "%" not in text.value:
        expected = f"{' | '.join(TIMESTAMP_FORMATS)} | a strptime pattern like %Y-%m-%d %H:%M:%S"
        meant = _ELSEWHERE.get(text.value.lower())
        next_step = f"write {meant}" if meant else did_you_mean(text.value, TIMESTAMP_FORMATS)
        if "yyyy" in text.value.lower() or "2006" in text.value:
            next_step = "write %Y for the year, %m month, %d day, %H hour, %M minute, %S second, %f its fraction"
        raise Invalid(Problem("unknown format of timestamps", text.where, expected, repr(text.value), next_step))
    for match in re.finditer("%(.?)", text.value) if "%" in text.value else ():
        if not match[1] or match[1] not in _STRPTIME:
            meant = _STRFTIME_OF_C.get(match[1])
            next_step = f"write {meant}" if meant else ""
            expected = f"one of: {' '.join(f'%{one}' for one in _STRPTIME)}"
            what = f"`%{match[1]}` is no part of a timestamp"
            raise Invalid(Problem(what, text.node.at(match.start()), expected, "", next_step))
    if text.value not in TIMESTAMP_FORMATS and not says_when(text.value):
        next_step = "only the year, or the whole date, can be left out: the arrival tells it; else read it as a string"
        what = "a format that does not say which day it is"
        raise Invalid(Problem(what, text.where, "%d and %m or %b, perhaps %Y", repr(text.value), next_step))
    if mistake := form_mistake(text.value):
        place = text.node.at(mistake.at)
        raise Invalid(Problem(mistake.what, place, "", repr(text.value), mistake.next_step))


def _check_zone_is_asked(spec: FieldSpec) -> None:
    """Raise `Invalid` for the zone of a stamp that says itself when it is."""
    form = spec.format.value if spec.format else ""
    if spec.zone and (form.startswith("unix_") or "%z" in form):
        what = "a stamp of this format says its offset itself"
        raise Invalid(Problem(what, spec.zone.where, "", f"format: {form}", "remove zone"))


def check_zone(text: Text) -> None:
    """Raise `Invalid` unless the text is an IANA zone that is known here."""
    if not is_zone(text.value):
        expected = "an IANA name like Europe/Berlin"
        next_step = zone_meant(text.value)
        raise Invalid(Problem("unknown time zone", text.where, expected, repr(text.value), next_step))
