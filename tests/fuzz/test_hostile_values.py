"""Every function and every aggregate, of values that mean harm: nothing raises, hangs or goes missing."""

from __future__ import annotations

import json
from functools import cache

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edge_orch.compile import compile_job
from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Batch, Device
from edge_orch.expr.functions import AGGREGATES, FUNCTIONS, Function
from edge_orch.plan.plan import Plan
from edge_orch.plan.schema import FieldType
from edge_orch.time import SECOND, Instant
from tests.fuzz.test_hostile_records import HOSTILE, accounted

NOW = Instant(1_700_000_010 * SECOND, 0, "boot")
_GIVEN = {
    FieldType.STRING: "line", FieldType.INT: "i", FieldType.FLOAT: "f", FieldType.BOOL: "b", FieldType.TIMESTAMP: "t",
    "any": "line", "number": "f", "same": "line", "same_number": "f", "regex": "'(a|=)[^=]*;?'",
    "zone": "'Europe/Vienna'", "form": "'%Y-%m-%d %H:%M:%S.%f'", "written_form": "'%a %d %b %Y %j'", "length": "'7s'",
    "json_path": "'$.a[0]'", "network": "'10.0.0.0/8'", "lambda": "e -> e || '!'",
}  # fmt: skip
"""What stands for an argument of each kind."""
_SPECIAL = {
    "list_filter": "list_filter(line, e -> length(e) > 1)", "json_object": "json_object(line, f, 'a', line)",
    "json_filter": "json_filter(line, (k, v) -> length(v) > 1)", "json_rename": "json_rename(line, (k, v) -> v || k)",
    "json_transform": "json_transform(line, (k, v) -> k || v)",
}  # fmt: skip
_AGGREGATES = {
    "count": "count(DISTINCT line)", "histogram": "histogram(f, [1, 5])", "quantile": "quantile(f, 0.9)",
    "ewma": "ewma(f, 0.2)", "swinging_door": "swinging_door(f, t, 0.5)", "string_agg": "string_agg(line, '|')",
    "json_group_object": "json_group_object(line, f)", "arg_max": "arg_max(line, f, 3)",
    "arg_min": "arg_min(f, line, 3)", "corr": "corr(f, i)", "regr_slope": "regr_slope(f, i)", "bool_and": "bool_and(b)",
    "bool_or": "bool_or(b)", "bit_and": "bit_and(i)", "bit_or": "bit_or(i)", "mode": "mode(line)",
    "first": "first(line)", "last": "last(line)", "array_agg": "array_agg(line)",
}  # fmt: skip
_FOLLOWING = {"ewma", "swinging_door"}
JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: values}
spec:
  source: {mqtt: {topic: a}}
  steps:
    - schematize: {raw: {}, fields: {line: string}}
    - name: typed
      map:
        line: line
        i: TRY_CAST(line AS int)
        f: TRY_CAST(line AS float)
        b: line LIKE '%a%'
        t: coalesce(TRY_CAST(line AS timestamp), to_timestamp(length(line) * 1000.5))
    - name: called
      map:
CALLS
    - name: windows
      from: typed
      aggregate:
        window: {count: 3}
        by: [b]
        compute:
FOLDED
    - name: so_far
      from: typed
      running: {keys: [b], compute: {smooth: 'ewma(f, 0.2)', door: 'swinging_door(f, t, 0.5)', best: max(line)}}
    - name: around
      from: typed
      lag: {keys: [b], fields: {third: line}, offset: 3}
    - name: parted
      from: typed
      explode: {field: line, separator: ';', index: place, fields: {part: string}}
    - name: deep
      from: typed
      explode: {field: line, key: member, nested: true, fields: {value: {type: json, path: $, required: false}}}
    - name: both
      from: [around, parted]
      filter: line IS NOT NULL
  outputs:
    called: {from: called, to: out}
    windows: {from: windows, to: out}
    so_far: {from: so_far, to: out}
    both: {from: both, to: out}
    deep: {from: deep, to: out}
  sinks: {out: {file: {path: y}}}
"""


MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
"""Objects whose members need only be JSON: a number of a million digits is, but few that read it have room for it."""


def call(name: str, function: Function) -> str:
    if name in _SPECIAL:
        return _SPECIAL[name]
    args = [f"'{function.units[0]}'" if kind == "unit" else _GIVEN[kind] for kind in function.args]
    args += args[:1] if function.variadic and len(args) == 1 else []
    return f"{name}({', '.join(args)})"


@cache
def values() -> Plan:
    calls = [call(name, function) for name, function in FUNCTIONS.items()]
    folded = [_AGGREGATES.get(name, f"{name}(f)") for name in AGGREGATES if name not in _FOLLOWING]
    text = JOB.replace("CALLS", "\n".join(f'        c{place}: "{one}"' for place, one in enumerate(calls)))
    return compile_job(
        text.replace("FOLDED", "\n".join(f'          a{place}: "{one}"' for place, one in enumerate(folded))), "v.yaml"
    )


def put_in(records: list[bytes]) -> None:
    pipeline = Pipeline(values(), device=Device("d", {"site": "s"}))
    emissions = [pipeline.process(Batch("p", records, NOW)), pipeline.finish()]
    accounted(emissions, MEMBERS.decode)
    entered = emissions[0].counts["schematize"].entered
    assert entered + sum(not record.strip() for record in records) >= len(records)


_TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=30).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.integers(-(1 << 70), 1 << 70).map(lambda number: str(number).encode()),
    st.floats().map(lambda number: repr(number).encode()),
    st.datetimes().map(lambda stamp: stamp.isoformat().encode()),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode()),
)


@given(st.lists(_TEXTS, min_size=1, max_size=8))
@example([b"9223372036854775807", b"-9223372036854775808", b"1e308", b"5e-324", b"nan", b"64", b"-1"])
@example([b'{"a": [1, {"b": []}]}', b"[[[[]]]]", b'["a", 1, null, true]', b"{}", b'""'])
@example([b"0001-01-01T00:00:00Z", b"9999-12-31T23:59:59.999999Z", b"2024-02-29T23:59:60Z", b"+10000-01-01T00:00:00Z"])
@settings(max_examples=100)
def test_no_value_raises_or_is_lost(records: list[bytes]) -> None:
    put_in(records)


@pytest.mark.parametrize(
    "piece", [b"a", b"=", b"[", b'{"a":', b"9", b"1,", b"\\", b"%41", b"QQ==", b"a;", b"<", "\u0130".encode()]
)
def test_a_huge_value_is_one_like_any_other(piece: bytes) -> None:
    """Were a function to take more than time linear in its text, this would not end."""
    filling = piece * (1_000_000 // len(piece))
    put_in([b"1", filling, b"[" + b"1," * 300_000 + b"1]", b'{"a": "' + filling + b'"}', b"2"])
