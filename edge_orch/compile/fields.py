"""Compiling one field of `schematize`."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from edge_orch.compile.constant import default_value
from edge_orch.compile.regex import compiled_regex
from edge_orch.errors import Invalid, Problem
from edge_orch.plan.schema import FieldType
from edge_orch.plan.steps import ParsedField
from edge_orch.spec.leaves import Leaf, Name, Text, value_of
from edge_orch.spec.steps.schematize import FieldSpec
from edge_orch.spec.words import did_you_mean

TIMESTAMP_FORMATS = ("rfc3339", "unix_s", "unix_ms", "unix_us", "unix_ns")
JSON = "json"
UTC = "UTC"
_ELSEWHERE = {
    **dict.fromkeys(("epoch", "unix", "timestamp", "epoch_s", "unix_seconds"), "unix_s"),
    **dict.fromkeys(("epoch_ms", "epoch_millis", "unix_millis", "milliseconds", "millis"), "unix_ms"),
    **dict.fromkeys(("iso8601", "iso", "iso-8601", "rfc3339nano"), "rfc3339"),
}
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
    default = None
    if spec.default and not problems:
        try:
            default = default_value(spec.default, type_)
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


def _check_format(text: Text) -> None:
    if text.value not in TIMESTAMP_FORMATS and "%" not in text.value:
        expected = f"{' | '.join(TIMESTAMP_FORMATS)} | a strptime pattern like %Y-%m-%d %H:%M:%S"
        meant = _ELSEWHERE.get(text.value.lower())
        next_step = f"write {meant}" if meant else did_you_mean(text.value, TIMESTAMP_FORMATS)
        if "yyyy" in text.value.lower() or "2006" in text.value:
            next_step = "write %Y for the year, %m month, %d day, %H hour, %M minute, %S second, %f its fraction"
        raise Invalid(Problem("unknown format of timestamps", text.where, expected, repr(text.value), next_step))


def check_zone(text: Text) -> None:
    """Raise `Invalid` unless the text is an IANA zone that is known here."""
    if text.value == "UTC":  # known even where no zone data is installed
        return
    try:
        ZoneInfo(text.value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        expected = "an IANA name like Europe/Berlin"
        raise Invalid(Problem("unknown time zone", text.where, expected, repr(text.value))) from None
