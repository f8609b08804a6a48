"""The same records in every format: how a job reads them, and how they are written."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import strategies as st

KINDS = {"t": "timestamp", "k": "string", "x": "float", "i": "int", "b": "bool", "l": "json"}
"""The fields of every record, and their types; where JSON has no parts, `l` is a text."""
RULES = {
    "x": ("required: false", "required: false, min: -2, max: 60", "required: true"),
    "k": ("required: false", "required: false, pattern: '[a-zß|]*'"),
    "i": ("required: false", "default: 3", "required: true"),
    "b": ("required: false", "required: true"),
    "l": ("required: false",),
}
"""How a field may be declared."""
_PATHS = {
    "influx": {"t": "timestamp", "k": "tags.k", "l": "tags.l", **{name: f"fields.{name}" for name in "xib"}},
    "syslog": {"t": "timestamp", "k": "message", **{name: f"[structured_data, s, {name}]" for name in "xibl"}},
    "xml": {name: f"r.{name}" for name in KINDS},
}
_STAMPS = {"influx": "unix_ns", "syslog": "rfc3339"}
FORMATS = {
    "json": "json: {}",
    "csv": "csv: {columns: [t, k, x, i, b, l]}",
    "csv_header": "csv: {header: true, delimiter: ';'}",
    "regex": r"regex: '(?P<t>\S+)~(?P<k>[^~]*)~(?P<x>[^~]*)~(?P<i>[^~]*)~(?P<b>[^~]*)~(?P<l>.*)'",
    "regex_of_numbers": r"regex: '(?P<t>\d+\.?\d*) k=(?P<k>\S*) x=(?P<x>-?\d+(?:\.\d+)?) i=(?P<i>-?\d+) "
    r"b=(?P<b>\w*) l=(?P<l>.*)'",
    "regex_of_parts": r"regex: '(?P<t>\S+) (?P<k>\S+) TEMP=(?P<x>\S+)C(?: (?P<i>[^ ]+))?(?: b:(?P<b>\w+))?"
    r"(?: l:(?P<l>.*))?'",
    "logfmt": "logfmt: {}",
    "influx": "influx: {}",
    "syslog": "syslog: rfc5424",
    "xml": "xml: {}",
    "msgpack": "msgpack: {}",
    "raw": "raw: {}",
}
JSON = {"json", "xml", "msgpack", "raw"}
"""Formats whose parts may be JSON; a raw line is parsed as such."""
DOCUMENTS = {"xml", "msgpack"}
"""Formats whose records are no lines."""
HEADER = b"t;k;x;i;b;l"


def fields(kind: str, rules: dict[str, str]) -> str:
    """How a job declares them."""
    declared = {"t": f"type: timestamp, format: {_STAMPS.get(kind, 'unix_s')}"}
    for name, type_ in list(KINDS.items())[1:]:
        declared[name] = f"type: {'string' if name == 'l' and kind not in JSON else type_}, {rules[name]}"
    paths = _PATHS.get(kind, {})
    written = (f"{name}: {{{rule}{f', path: {paths[name]}' if paths else ''}}}" for name, rule in declared.items())
    return f"{{{', '.join(written)}}}"


VALUES = st.fixed_dictionaries(
    {
        "t": st.integers(0, 400).map(lambda tenth: tenth / 10),
        "k": st.sampled_from(["a", "b", "a|b", "", "ß", None, "a=5"]),
        "x": st.none() | st.sampled_from([0.0, 1.0, 4.5, 11.0, 12.25, 50.0, 99.0, -3.0]),
        "i": st.none() | st.integers(-3, 3) | st.sampled_from([2**62, 2**63]),
        "b": st.sampled_from([None, True, False]),
        "l": st.sampled_from([None, [], [1, 2], [3, None, 1], ["a", 2]]),
    }
)
RUBBISH = st.one_of(
    st.binary(max_size=8).map(lambda data: data.replace(b"\n", b"")), st.sampled_from([b"", b"{}", b"\xff", b"x"])
)


def as_record(kind: str, values: dict[str, Any]) -> bytes:
    """These values as one record of the format."""
    texts = {name: _shown(value) for name, value in values.items()}
    if kind == "msgpack":
        return msgspec.msgpack.encode({**values, "i": texts["i"] or None})
    made = json.dumps(values, ensure_ascii=False) if kind in {"json", "raw"} else _WRITERS[kind](texts)
    return made.encode()


def _shown(value: Any) -> str:
    return "" if value is None else json.dumps(value) if isinstance(value, bool | list) else str(value)


def _separated(texts: dict[str, str], sign: str) -> str:
    return sign.join(f'"{text}"' if sign in text else text for text in texts.values())


def _parts(texts: dict[str, str]) -> str:
    rest = {" ": texts["i"], " b:": texts["b"], " l:": texts["l"]}
    written = "".join(f"{sign}{text}" for sign, text in rest.items() if text)
    return f"{texts['t']} {texts['k']} TEMP={texts['x']}C{written}"


def _influx(texts: dict[str, str]) -> str:
    tags = "".join(f",{name}={_escaped(texts[name])}" for name in "kl" if texts[name])
    numbers = {"x": texts["x"], "i": texts["i"] and texts["i"] + "i", "b": texts["b"]}
    written = ",".join(f"{name}={text}" for name, text in numbers.items() if text) or "y=1"
    return f"m{tags} {written} {round(float(texts['t']) * 10) * 10**8}"


def _escaped(text: str) -> str:
    return text.replace(",", "\\,").replace(" ", "\\ ").replace("=", "\\=")


def _syslog(texts: dict[str, str]) -> str:
    second, tenth = divmod(round(float(texts["t"]) * 10), 10)
    data = " ".join(f'{name}="{texts[name]}"' for name in "xibl" if texts[name]).replace("]", "\\]") or 'y="1"'
    return f"<165>1 1970-01-01T00:00:{second:02}.{tenth}Z h a 1 id [s {data}] {texts['k']}"


_WRITERS: dict[str, Callable[[dict[str, str]], str]] = {
    "csv": lambda texts: _separated(texts, ","),
    "csv_header": lambda texts: _separated(texts, ";"),
    "regex": lambda texts: "~".join(texts.values()),
    "regex_of_numbers": lambda texts: f"{texts['t']} " + " ".join(f"{name}={texts[name]}" for name in "kxibl"),
    "regex_of_parts": _parts,
    "logfmt": lambda texts: " ".join(f'{name}="{text}"' for name, text in texts.items()),
    "influx": _influx,
    "syslog": _syslog,
    "xml": lambda texts: f"<r>{''.join(f'<{name}>{text}</{name}>' for name, text in texts.items() if text)}</r>",
}
