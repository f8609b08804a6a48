"""Expressions and aggregates at random, of the fields that there are."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.unit.engine.random_jobs.writing import Stage, Writing


def real(writing: Writing, stage: Stage) -> str:
    """A float."""
    known = [*stage.of("float"), "3.5"]
    one, other = writing.one(*known), writing.one(*known, *stage.of("int"))
    return str(
        writing.one(
            one,
            f"{one} * 2.5",
            f"{one} / nullif({other}, 0)",
            f"CASE WHEN {condition(writing, stage)} THEN {one} ELSE {other} + 0.0 END",
            f"coalesce({one}, {other}, :warm)",
            f"round({one} + {other}, 1)",
            f"sqrt(abs({one}))",
        )
    )


def whole(writing: Writing, stage: Stage) -> str:
    """An int, which may overflow."""
    one, known = writing.one(*stage.of("int"), "7"), writing.one(*stage.of("string"), "'a|b'")
    return str(
        writing.one(
            one,
            f"{one} + 1",
            f"{one} + 4611686018427387904",
            f"{one} & 3",
            f"length({known})",
            f"CAST({real(writing, stage)} AS int)",
        )
    )


def text(writing: Writing, stage: Stage) -> str:
    """A string."""
    one, array = writing.one(*stage.of("string"), "'a|b'"), writing.one(*stage.of("json"), "'[3,1]'")
    choices = [
        one,
        f"upper({one})",
        f"{one} || '|c'",
        f"split_part({one}, '|', 1)",
        f"coalesce({one}, 'none')",
        f"regexp_extract({one}, '[a-z]+', 0)",
        f"regexp_replace({one}, 'a|b', :word, 'g')",
        f"nullif({one}, :word)",
        f"CAST({whole(writing, stage)} AS string)",
        f"list_filter({array}, e -> e > '1')",
        f"list_transform({array}, (e, n) -> CAST(e AS int) + n)",
        f"list_transform({array}, e -> coalesce({one}, e))",
        f"{array} ->> '$[0]'",
        f"array_to_string({array}, '|')",
        f"json_object('a', {one}, 'b', {writing.one(*stage.fields)})",
        f"json_filter(json_object('a', {one}, 'b', {array}), (n, v) -> v IS NOT NULL)",
        "device.labels.site",
        "source.boot",
    ]
    if not stage.rows:
        choices += ["source.topic", "source.partition", f"source.topic || {one}"]
    return str(writing.one(*choices))


def condition(writing: Writing, stage: Stage) -> str:
    """A condition that some records may meet."""
    choices = []
    if floats := stage.of("float"):
        x = writing.one(*floats)
        choices += [f"{x} > :warm", f"{x} < 20", f"{x} IS NOT NULL"]
    if ints := stage.of("int"):
        i = writing.one(*ints)
        choices += [f"{i} > 0", f"{i} % 2 = 0"]
    if texts := stage.of("string"):
        k = writing.one(*texts)
        choices += [f"{k} = 'a'", f"{k} LIKE 'a%'", f"{k} IS NULL", f"{k} IN ('a', 'ß', :word)"]
        choices += [f"regexp_like({k}, 'b|c')", f"{k} <> 'a' OR {k} IS NULL"]
    if bools := stage.of("bool"):
        choices += [writing.one(*bools), f"{writing.one(*bools)} IS DISTINCT FROM TRUE"]
    if len(choices) > 2 and writing.often(4):
        one, other = writing.draw(st.permutations(choices))[:2]
        return f"({one}) {writing.one('AND', 'OR')} NOT ({other})"
    return str(writing.one(*choices)) if choices else ":warm > 5"


def value(writing: Writing, stage: Stage) -> tuple[str, str]:
    """An expression and its type."""
    stamps = stage.of("timestamp")
    match kind := writing.one("float", "int", "string", "bool", *(["timestamp"] if stamps else [])):
        case "float":
            return real(writing, stage), kind
        case "int":
            return whole(writing, stage), kind
        case "bool":
            return condition(writing, stage), kind
        case "timestamp":
            return f"{writing.one(*stamps)} + INTERVAL '3' second", kind
        case _:
            return text(writing, stage), kind


def aggregates(writing: Writing, stage: Stage, *, growing: bool = True) -> dict[str, tuple[str, str]]:
    """New fields, each with an aggregate and its type. `growing`: such as hold more with each value, too."""
    choices = [("count(*)", "int")]
    floats, ints, texts, bools = (stage.of(kind) for kind in ("float", "int", "string", "bool"))
    if floats:
        x = writing.one(*floats)
        choices += [(f"{name}({x})", "float") for name in ("avg", "min", "max", "sum", "stddev", "var_pop", "skewness")]
        choices += [(f"{name}({x})", "float") for name in ("first", "last", "median", "mode")]
        choices += [(f"quantile({x}, 0.9)", "float"), (f"max({x}, 2)", "json"), (f"histogram({x}, [5, 20])", "json")]
        more = [(f"array_agg({x})", "json"), (f"avg(DISTINCT {x})", "float")]
        choices += more if growing else [(f"ewma({x}, 0.5)", "float")]
    if ints:
        i = writing.one(*ints)
        choices += [(f"{name}({i})", "int") for name in ("sum", "max", "first", "bit_or", "count")]
        choices += [(f"count(DISTINCT {i})", "int"), (f"min({i}, 3)", "json")]
        choices += [(f"sum(DISTINCT {i})", "int")] if growing else []
    if floats and ints:
        choices += [
            (f"{name}({writing.one(*floats)}, {writing.one(*ints)})", "float") for name in ("regr_slope", "corr")
        ]
    if texts:
        k = writing.one(*texts)
        choices += [(f"{name}({k})", "string") for name in ("last", "min", "mode")]
        choices += [(f"count(DISTINCT {k})", "int"), (f"histogram({k})", "json")]
        choices += [(f"array_agg({k})", "json"), (f"string_agg({k}, '|')", "string")] if growing else []
        choices += [(f"array_agg(DISTINCT {k})", "json")] if growing else []
    if texts and floats:
        k, x = writing.one(*texts), writing.one(*floats)
        choices += [(f"arg_max({k}, {x})", "string"), (f"arg_min({x}, {k}, 2)", "json")]
        choices += [(f"json_group_object({k}, {x})", "json")]
    if bools:
        choices += [(f"bool_and({writing.one(*bools)})", "bool"), (f"bool_or({writing.one(*bools)})", "bool")]
    made = {}
    for sql, kind in writing.draw(st.lists(st.sampled_from(choices), min_size=1, max_size=4)):
        where = f" FILTER (WHERE {condition(writing, stage)})" if writing.often(4) else ""
        made[writing.fresh("a")] = (sql + where, kind)
    return made
