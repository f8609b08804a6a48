"""Jobs that use every kind of step, one of each format."""

from __future__ import annotations

import msgspec

from edge_orch.plan.formats import CsvFormat, InfluxFormat, KeyValueFormat, RegexFormat
from edge_orch.plan.plan import ParamSpec, Plan
from edge_orch.plan.schema import Field, Schema
from edge_orch.plan.steps import (
    Aggregation,
    Alert,
    Branch,
    Clear,
    Deadband,
    Dedupe,
    Explode,
    Generalize,
    Hash,
    Lag,
    Lookup,
    Mask,
    Quorum,
    Route,
    Sample,
    Schematize,
    Sort,
    Step,
    SummaryPart,
    Throttle,
    Union,
)
from edge_orch.time import SECOND
from tests.unit.engine.plans import (
    FLOAT,
    INT,
    STRING,
    TIMESTAMP,
    aggregate,
    call,
    col,
    filtered,
    lit,
    mapped,
    param,
    parsed,
    plan,
    schematize,
)

FIELDS = (
    parsed("t", TIMESTAMP, format="unix_s"),
    parsed("k", STRING, required=False),
    parsed("x", FLOAT, required=False),
    parsed("i", INT, required=False),
)
FORMATS = {
    "json": schematize(*FIELDS, time="t"),
    "csv": schematize(*FIELDS, time="t", kind=CsvFormat(("t", "k", "x", "i"))),
    "logfmt": schematize(*FIELDS, time="t", kind=KeyValueFormat()),
    "influx": schematize(
        parsed("t", TIMESTAMP, path=("timestamp",), format="unix_ns"),
        parsed("k", STRING, path=("tags", "k"), required=False),
        parsed("x", FLOAT, path=("fields", "x"), required=False),
        parsed("i", INT, path=("fields", "i"), required=False),
        time="t",
        kind=InfluxFormat(),
    ),
    "regex": schematize(*FIELDS, time="t", kind=RegexFormat(r"(?P<t>\S+) (?P<k>\w*) (?P<x>\S*) (?P<i>\S*)")),
}


def whole_job(step: Schematize) -> Plan:
    """Every kind of step, in several branches."""
    unique = Dedupe("unique", step.name, ("k", "x"), 3 * SECOND, step.schema)
    warm = filtered(call("gt", col("x"), param("warm")), unique, "warm")
    sums = mapped(warm, "sums", total=(call("add", col("i", INT), lit(2**62, INT), type_=INT), INT))
    compute = (
        Aggregation("n", "count", INT),
        Aggregation("avg", "avg", FLOAT, col("x")),
        Aggregation("dev", "stddev", FLOAT, col("x")),
        Aggregation("last", "last", FLOAT, col("x")),
        Aggregation("kinds", "count_distinct", INT, col("i", INT)),
        Aggregation("p", "quantile", FLOAT, col("x"), 0.9, where=call("lt", col("x"), lit(90.0))),
    )
    small = aggregate(step, *compute, by=("k",), size=5, name="small", grace_us=2 * SECOND, on_late="revise")
    large = aggregate(small, Aggregation("m", "max", FLOAT, col("avg")), size=20, name="large", on_late="dead_letter")
    cold = Clear(call("lt", col("x"), lit(5.0)), SECOND)
    hot = Alert(
        "hot", step.name, call("gt", col("x"), param("warm")), ("k",), SECOND, cold,
        "error", (SummaryPart("hot: "), SummaryPart(value="x")), ("bus",), step.schema,
    )  # fmt: skip
    few = Clear(call("le", col("n", INT), lit(1, INT)), 0)
    many = Alert(
        "many", small.name, call("gt", col("n", INT), lit(1, INT)), (), 0, few,
        "info", (SummaryPart(value="count"),), ("bus",), small.schema, Quorum("k", lit(2, INT), 20 * SECOND),
    )  # fmt: skip
    anybody = Alert(
        "gone", step.name, None, ("k",), 0, Clear(None, SECOND),
        "error", (SummaryPart(value="key"),), ("bus",), step.schema, absent_us=7 * SECOND,
    )  # fmt: skip
    anything = msgspec.structs.replace(anybody, name="silent", key=(), absent_us=90 * SECOND)
    few_a_window = Throttle("throttle", step.name, ("k",), 2, 4 * SECOND, step.schema)
    some = Sample("sample", step.name, ("x",), 0.5, step.schema)
    table = (("a", 1.5), ("ß", None))
    named = Lookup("lookup", "throttle", ("k",), ("y",), table, Schema((*step.schema.fields, Field("y", FLOAT)), "t"))
    arrays = call(
        "case",
        call("gt", col("x"), lit(10.0)),
        col("k", STRING),
        lit('[{"v":1},{"v":"?"},{},{"v":3.5}]', STRING),
        type_=STRING,
    )
    lists = mapped(step, "lists", e=(arrays, STRING))
    exploded_schema = Schema((*step.schema.fields, Field("v", FLOAT, True)), "t")
    elements = Explode("elements", "lists", "e", (parsed("v", FLOAT),), exploded_schema)
    by_element = aggregate(elements, Aggregation("s", "sum", FLOAT, col("v")), by=("v",), size=5, name="by_element")
    methods = (("k", Hash("${secret:KEY}")), ("x", Generalize(5.0)), ("i", Generalize(10)), ("t", Generalize(SECOND)))
    masked = Mask("mask", "route.rest", methods, step.schema)
    large_sum = call("add", col("i", INT), lit(2**62, INT), type_=INT)
    branches = (
        Branch("hot", call("gt", col("x"), lit(20.0))),
        Branch("big", call("gt", large_sum, lit(2**62, INT))),
    )
    routed = Route("route", step.name, branches, step.schema, "rest")
    hot_rows = aggregate(step, Aggregation("n", "count", INT), by=("k",), size=5, name="hot_rows")
    hot_rows = msgspec.structs.replace(hot_rows, input="route.hot", empty_us=15 * SECOND)
    lagged_schema = Schema((*step.schema.fields, Field("was", FLOAT), Field("since", TIMESTAMP)), "t")
    lagged = Lag("lag", step.name, ("k",), (("was", "x"), ("since", "t")), 9 * SECOND, lagged_schema)
    moving = Deadband("moves", step.name, ("k",), (("x", 2.0), ("i", 0.0)), 9 * SECOND, step.schema)
    hot_or_big = Union("hot + big", ("route.hot", "sums", "route.big"), united(step, sums))
    often = Dedupe("often", hot_or_big.name, ("k", "total"), 2 * SECOND, hot_or_big.schema)
    any_of = aggregate(often, Aggregation("n", "count", INT), by=("k",), size=5, name="any_of", grace_us=SECOND)
    nested = Union("often + exploded", ("often", "elements"), united(often, elements))
    steep = Alert(
        "steep", nested.name, call("gt", col("v"), lit(2.0)), ("k",), SECOND, Clear(call("lt", col("x"), lit(5.0)), 0),
        "error", (SummaryPart(value="x"),), ("bus",), nested.schema,
    )  # fmt: skip
    stages = Union("stages", ("large", "mask", "small", "often + exploded"), united(large, masked, small, nested))
    summed = mapped(stages, "summed", both=(call("add", col("i", INT), lit(2**62, INT), type_=INT), INT))
    tiers = Union("tiers", ("small", "large", "hot_rows"), united(small, large, hot_rows))
    tier_sums = aggregate(tiers, Aggregation("n", "count", INT), by=("k",), size=10, name="tier_sums")
    tier_sums = msgspec.structs.replace(tier_sums, on_late="dead_letter")
    tier_alert = Alert(
        "tier_alert", "tiers", call("gt", col("n", INT), lit(1, INT)), ("k",), SECOND, few,
        "error", (SummaryPart(value="n"),), ("bus",), tiers.schema,
    )  # fmt: skip
    ordered = Sort("ordered", step.name, 2 * SECOND, 60 * SECOND, "dead_letter", step.schema)
    before = Lag("before", "ordered", ("k",), (("was", "x"), ("since", "t")), 9 * SECOND, lagged_schema)
    in_order = aggregate(ordered, Aggregation("n", "count", INT), by=("k",), size=5, name="in_order")
    ordered_hot = msgspec.structs.replace(hot, name="ordered_hot", input="ordered", hold_us=3 * SECOND)
    both = Union("both", ("in_order", "small"), united(in_order, small))
    of_both = aggregate(both, Aggregation("n", "count", INT), by=("k",), size=10, name="of_both")
    outputs = {
        "ordered": "ordered", "before": "before", "in_order": "in_order", "of_both": "of_both",
        "raw": "parse", "sums": "sums", "again": "sums", "small": "small", "large": "large", "hot_rows": "hot_rows",
        "big": "route.big", "rest": "route.rest", "mask": "mask", "some": "sample", "named": "lookup",
        "elements": "elements", "by_element": "by_element", "lagged": "lag", "moves": "moves",
        "hot_or_big": "hot + big", "any_of": "any_of", "nested": nested.name, "stages": "stages", "summed": "summed",
        "tiers": "tiers", "tier_sums": "tier_sums",
    }  # fmt: skip
    return plan(
        step,
        unique,
        warm,
        sums,
        small,
        large,
        hot,
        many,
        anybody,
        anything,
        routed,
        hot_rows,
        masked,
        few_a_window,
        some,
        named,
        lists,
        elements,
        by_element,
        lagged,
        moving,
        hot_or_big,
        often,
        any_of,
        nested,
        steep,
        stages,
        summed,
        tiers,
        tier_sums,
        tier_alert,
        ordered,
        before,
        in_order,
        ordered_hot,
        both,
        of_both,
        outputs=outputs,
        params=(ParamSpec("warm", FLOAT, 10.0),),
    )


def united(*steps: Step) -> Schema:
    """The fields of all, none of them required, without a declared event time."""
    fields = {field.name: Field(field.name, field.type) for step in steps for field in step.schema.fields}
    return Schema(tuple(fields.values()))


JOBS = {name: whole_job(step) for name, step in FORMATS.items()}
