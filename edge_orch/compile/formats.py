"""Compiling the format of `schematize`, and which paths its fields may have."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import msgspec

from edge_orch.compile.dissect import cut
from edge_orch.compile.grok import expanded
from edge_orch.compile.groups import with_groups
from edge_orch.compile.regex import compiled_regex
from edge_orch.compile.xml_paths import xml_format, xml_path_problems
from edge_orch.errors import Invalid, Problem
from edge_orch.plan import formats
from edge_orch.plan import steps as plan
from edge_orch.plan.backtracking import FOREVER, longest_text
from edge_orch.plan.schema import FieldType
from edge_orch.spec.leaves import Name, Text
from edge_orch.spec.steps.documents import Hex, MessagePack, Xml
from edge_orch.spec.steps.formats import (
    Csv,
    Dissect,
    FormatSpec,
    Grok,
    Influx,
    Json,
    KeyValue,
    Logfmt,
    Raw,
    Regex,
    Syslog,
)
from edge_orch.spec.steps.schematize import FieldSpec
from edge_orch.spec.words import did_you_mean, names

_SYSLOG_ELSEWHERE = {
    **dict.fromkeys(("msg", "text", "body"), "message"),
    **dict.fromkeys(("host", "source", "syslog_hostname"), "hostname"),
    **dict.fromkeys(("app", "app_name", "program", "programname", "ident", "tag", "process"), "appname"),
    **dict.fromkeys(("pid", "proc_id", "process_id"), "procid"),
    **dict.fromkeys(("ts", "time", "date", "at"), "timestamp"),
    **dict.fromkeys(("level", "severity_text", "loglevel"), "severity"),
    **dict.fromkeys(("pri", "prival"), "priority"),
    "msg_id": "msgid",
}
WHOLE = "$"
_WHOLES = frozenset({WHOLE})
_INFLUX_OBJECTS = frozenset({"tags", "fields"})
_SYSLOG_OBJECTS = frozenset({"structured_data"})
FieldProblems = Callable[[Name, FieldSpec, plan.ParsedField], Sequence[Problem]]


def _none(_name: Name, _spec: FieldSpec, _field: plan.ParsedField) -> Sequence[Problem]:
    return ()


class Layout(msgspec.Struct, frozen=True):
    """The plan's format; what is wrong with a field of it; how its own stamps are written where that is not RFC 3339.

    `single`: says that a record has one field, if it has. `objects`: the parts that are JSON; of JSON records all may
    be; `$` is the whole. `columns`: names of which one may have dots in it.
    """

    format: formats.Format
    problems: FieldProblems = _none
    stamps: Mapping[tuple[str, ...], str] = {}
    single: str = ""
    objects: frozenset[str] = frozenset()
    binary: bool = False
    columns: frozenset[str] = frozenset()


def compile_format(spec: FormatSpec) -> Layout:
    """The layout. Raises `Invalid` when the format's own options are wrong."""
    return _LAYOUTS[type(spec)](spec)


def _regex(pattern: Text, next_step: str = "write (?P<{}>…) in the expression") -> Layout:
    groups = with_groups(pattern.value)
    compiled_regex(pattern, groups)
    others = {name: found for name, found in groups.names.items() if found != (name,)}
    problems = _among("no named group", tuple(groups.names), next_step)
    format_ = formats.RegexFormat(groups.pattern, others)
    return Layout(format_, problems, objects=_WHOLES, columns=frozenset(groups.names))


def _grok(spec: Grok) -> Layout:
    pattern = expanded(spec.pattern, spec.patterns)
    if _takes_for_ever(pattern):
        pattern = expanded(spec.pattern, spec.patterns, short_data=True)
        if _takes_for_ever(pattern):
            next_step = "write %{NOTSPACE}, %{WORD} or a pattern of your own in place of some %{GREEDYDATA} and %{DATA}"
            raise Invalid(Problem("a grok pattern that can take for ever", spec.pattern.where, next_step=next_step))
    return _regex(pattern, "write %{{PATTERN:{}}} in the pattern")


def _dissect(spec: Dissect) -> Layout:
    return _regex(cut(spec.pattern), "write %{{{}}} in the pattern")


def _takes_for_ever(pattern: Text) -> bool:
    try:
        return longest_text(with_groups(pattern.value).pattern) == FOREVER
    except re.error:
        return False  # which is told by another


def _csv(spec: Csv) -> Layout:
    if spec.columns is None:
        if not spec.header.value:
            what = "csv needs columns, or a header that names them"
            raise Invalid(Problem(what, spec.header.where, "columns: [ts, x], or header: true"))
        return Layout(formats.CsvFormat((), spec.delimiter.value, True), _one_column, objects=_WHOLES)
    columns = tuple(column.value for column in spec.columns)
    repeated = [column for index, column in enumerate(spec.columns) if column.value in columns[:index]]
    if repeated:
        raise Invalid(*(Problem(f"column `{column.value}` stands here twice", column.where) for column in repeated))
    format_ = formats.CsvFormat(columns, spec.delimiter.value, spec.header.value)
    return Layout(format_, _among("no column", columns), objects=_WHOLES)


def _json_problems(name: Name, spec: FieldSpec, field: plan.ParsedField) -> Sequence[Problem]:
    keys = spec.path.keys if spec.path else ()
    for place, key in enumerate(keys):
        match = re.fullmatch(r"(.*)(\[-?\d+\])", key.value)
        if match:
            array = ".".join([*field.path[:place], match[1]])
            rest = ".".join(["", *field.path[place + 1 :]])
            next_step = (
                f"read `{array}` as json, say as `whole`, then map {{{name.value}: whole ->> '${match[2]}{rest}'}}"
            )
            what = f"`{name.value}` lies inside an array, where paths do not lead"
            return (Problem(what, key.where, "keys of objects", ".".join(field.path), next_step),)
    return ()


def _one_column(name: Name, _spec: FieldSpec, field: plan.ParsedField) -> Sequence[Problem]:
    if len(field.path) == 1:
        return ()
    next_step = f"if the dot is part of its name, write path: ['{'.'.join(field.path)}']"
    return (Problem(f"`{name.value}` names no column", name.where, "one name", ".".join(field.path), next_step),)


def _among(what: str, columns: tuple[str, ...], next_step: str = "") -> FieldProblems:
    def problems(name: Name, _spec: FieldSpec, field: plan.ParsedField) -> Sequence[Problem]:
        if (len(field.path) == 1 and field.path[0] in columns) or (field.json and field.path == (WHOLE,)):
            return ()
        path = ".".join(field.path)
        near = did_you_mean(path, columns, next_step.format(path))
        return (
            Problem(f"{what} `{path}` for the field `{name.value}`", name.where, f"one of: {names(columns)}", "", near),
        )

    return problems


def _whole_text(what: str) -> FieldProblems:
    """The record as a whole is the field."""

    def problems(name: Name, spec: FieldSpec, field: plan.ParsedField) -> Sequence[Problem]:
        found = []
        if field.type is not FieldType.STRING:
            found.append(Problem(f"{what} is text", spec.type.where, "string", field.type.value))
        if spec.path:
            found.append(Problem(f"{what} has no parts", name.where, next_step="remove path"))
        return found

    return problems


def _syslog_problems(name: Name, spec: FieldSpec, field: plan.ParsedField) -> Sequence[Problem]:
    if field.path == ("timestamp",) and spec.format:
        return (Problem("syslog says how its stamps are written", spec.format.where, next_step="remove format"),)
    if field.path in {("severity",), ("facility",)} and field.type is not FieldType.STRING:
        next_step = f"write string, or path: {field.path[0]}_code for its number"
        return (Problem(f"syslog's {field.path[0]} is a word", spec.type.where, "string", field.type.value, next_step),)
    if field.path == ("structured_data",):
        if field.json:
            return ()
        next_step = "write json, or path: structured_data.ID.PARAM for one of them"
        what = "syslog's structured_data is an object"
        return (Problem(what, spec.type.where, "json", field.type, next_step),)
    if (len(field.path) == 1 and field.path[0] in formats.SYSLOG_PARTS) or (
        len(field.path) == 3 and field.path[0] == "structured_data"
    ):
        return ()
    known = [*formats.SYSLOG_PARTS, "structured_data", "structured_data.ID.PARAM"]
    meant = _SYSLOG_ELSEWHERE.get(field.path[-1].lower())
    return (_no_part("syslog", name, field, known, f"write path: {meant}" if meant else ""),)


def _influx_problems(name: Name, spec: FieldSpec, field: plan.ParsedField) -> Sequence[Problem]:
    part = field.path[0]
    if len(field.path) == 1 and part in _INFLUX_OBJECTS and (spec.path or field.json):
        if field.json:
            return ()
        next_step = f"write json, or path: {part}.NAME for one of them"
        return (Problem(f"the {part} of line protocol are an object", spec.type.where, "json", field.type, next_step),)
    if field.path in {("measurement",), ("timestamp",)} or (
        len(field.path) == 2 and field.path[0] in {"tags", "fields"}
    ):
        return ()
    path = field.path[-1]
    known = ["measurement", "tags.NAME", "fields.NAME", "timestamp"]
    meant = f"path: fields.{path} or path: tags.{path}"
    if field.type is FieldType.TIMESTAMP and not spec.path:
        meant = "path: timestamp"
    return (_no_part("line protocol", name, field, known, f"write {meant}"),)


def _no_part(kind: str, name: Name, field: plan.ParsedField, known: list[str], next_step: str = "") -> Problem:
    path = ".".join(field.path)
    near = get_close_matches(path, known, n=1)
    return Problem(
        f"{kind} has no part `{path}` for the field `{name.value}`",
        name.where,
        f"one of: {names(known)}",
        "",
        next_step or (f"write path: {near[0]}" if near else "name the part: path: …"),
    )


def _key_value(spec: KeyValue) -> Layout:
    if spec.field_delimiter.value == spec.key_value_delimiter.value:
        where = spec.key_value_delimiter.where if spec.key_value_delimiter.node.written else spec.field_delimiter.where
        next_step = "say what stands between two fields, and what between a name and its value"
        raise Invalid(Problem("nothing tells fields from their values", where, "", "both alike", next_step))
    format_ = formats.KeyValueFormat(spec.field_delimiter.value, spec.key_value_delimiter.value)
    return Layout(format_, objects=_WHOLES)


def _xml(spec: Xml) -> Layout:
    format_ = xml_format(spec)
    return Layout(format_, lambda name, field_spec, field: xml_path_problems(format_, name, field_spec, field))


def _msgpack(spec: MessagePack) -> Layout:
    format_ = formats.MsgpackFormat(sequence=spec.sequence.value)
    problems = _sequence_problems if format_.sequence else _json_problems
    return Layout(format_, problems, objects=_WHOLES, binary=True)


def _sequence_problems(name: Name, spec: FieldSpec, field: plan.ParsedField) -> Sequence[Problem]:
    if field.json and field.path == (WHOLE,):
        return ()
    where = spec.path.keys[0].where if spec.path else name.where
    next_step = "explode it, and give the paths there"
    return (Problem("a sequence is an array as a whole", where, "{type: json, path: $}", next_step=next_step),)


_LAYOUTS: dict[type, Callable[[Any], Layout]] = {
    Json: lambda _: Layout(formats.JsonFormat(), _json_problems),
    Csv: _csv,
    Regex: lambda spec: _regex(spec.pattern),
    Grok: _grok,
    Dissect: _dissect,
    KeyValue: _key_value,
    Logfmt: lambda _: Layout(formats.KeyValueFormat(), objects=_WHOLES),
    Syslog: lambda spec: Layout(formats.SyslogFormat(spec.standard.value), _syslog_problems, objects=_SYSLOG_OBJECTS),
    Influx: lambda _: Layout(
        formats.InfluxFormat(), _influx_problems, {("timestamp",): "unix_ns"}, objects=_INFLUX_OBJECTS
    ),
    Xml: _xml,
    MessagePack: _msgpack,
    Hex: lambda _: Layout(
        formats.HexFormat(), _whole_text("hexadecimal"), single="hex has one field, all bytes", binary=True
    ),
    Raw: lambda _: Layout(formats.RawFormat(), _whole_text("a raw line"), single="raw has one field, the line"),
}
