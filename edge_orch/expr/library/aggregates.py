"""The aggregates of `compute`, and how other products call them."""

from __future__ import annotations

import msgspec


class AggregateFunction(msgspec.Struct, frozen=True):
    """One line for people, and an entry of `compute` over fields ts, sensor and temp_c.

    `least` and `most`: how many arguments it takes.
    """

    doc: str
    example: str
    least: int = 1
    most: int = 1


AGGREGATES: dict[str, AggregateFunction] = {
    "count": AggregateFunction(
        "count(*), count(x): records, or those where x is not NULL; count(DISTINCT x): different values",
        "count(DISTINCT sensor)",
    ),
    "sum": AggregateFunction("sum(x), sum(DISTINCT x): NULL if out of 64 bits", "sum(temp_c)"),
    "avg": AggregateFunction("avg(x), avg(DISTINCT x): the mean", "avg(temp_c)"),
    "min": AggregateFunction("min(x), min(x, n): the least, or the n least as a JSON array", "min(temp_c)", most=2),
    "max": AggregateFunction(
        "max(x), max(x, n): the greatest, or the n greatest as a JSON array",
        "max(temp_c) FILTER (WHERE sensor = 'press-1')",
        most=2,
    ),
    "arg_min": AggregateFunction(
        "arg_min(x, y), arg_min(x, y, n): x where y is least, or those of the n least as a JSON array",
        "arg_min(sensor, temp_c)",
        2,
        3,
    ),
    "arg_max": AggregateFunction(
        "arg_max(x, y), arg_max(x, y, n): x where y is greatest, or those of the n greatest as a JSON array",
        "arg_max(sensor, temp_c, 2)",
        2,
        3,
    ),
    "first": AggregateFunction("first(x): of the earliest record", "first(temp_c)"),
    "last": AggregateFunction("last(x): of the latest record", "last(sensor)"),
    "mode": AggregateFunction("mode(x): the most frequent; of several, the least", "mode(sensor)"),
    "stddev": AggregateFunction("stddev(x): of a sample; NULL below two values", "stddev(temp_c)"),
    "variance": AggregateFunction("variance(x): the square of stddev(x)", "variance(temp_c)"),
    "stddev_pop": AggregateFunction("stddev_pop(x): of all there are, not of a sample", "stddev_pop(temp_c)"),
    "var_pop": AggregateFunction("var_pop(x): the square of stddev_pop(x)", "var_pop(temp_c)"),
    "skewness": AggregateFunction(
        "skewness(x): whether they lean to the left (below 0) or to the right, of a sample; NULL below three values",
        "skewness(temp_c)",
    ),
    "kurtosis": AggregateFunction(
        "kurtosis(x): how much rarer and greater than of a normal distribution (0) the peaks are, of a sample; NULL "
        "below four values",
        "kurtosis(temp_c)",
    ),
    "kurtosis_pop": AggregateFunction(
        "kurtosis_pop(x): the same of all there are, not of a sample; NULL where all are equal",
        "kurtosis_pop(temp_c)",
    ),
    "ewma": AggregateFunction(
        "ewma(x, 0.2): the exponentially weighted mean, which each value moves by 0.2; in moving and running only",
        "ewma(temp_c, 0.2)",
        2,
        2,
    ),
    "swinging_door": AggregateFunction(
        "swinging_door(y, x, 0.5): whether a straight line that is off by less than 0.5 ended at the record before; "
        "in running only",
        "swinging_door(temp_c, ts, 0.5)",
        3,
        3,
    ),
    "regr_slope": AggregateFunction(
        "regr_slope(y, x): how much y rises with 1 of x, on the line nearest to all; NULL where all x are equal",
        "regr_slope(temp_c, epoch_ms(ts) / 60000)",
        2,
        2,
    ),
    "corr": AggregateFunction(
        "corr(y, x): how well y and x go together, from -1 to 1; NULL where all of one are equal",
        "corr(temp_c, epoch_ms(ts))",
        2,
        2,
    ),
    "quantile": AggregateFunction(
        "quantile(x, 0.95): exact for up to 1,024 values or 340 different ones, else within 1 %; mergeable",
        "quantile(temp_c, 0.5)",
        2,
        2,
    ),
    "median": AggregateFunction("median(x): quantile(x, 0.5)", "median(temp_c)"),
    "histogram": AggregateFunction(
        "histogram(x), histogram(x, [10, 20]): a JSON object, how often each value came, or how many lie up to each "
        "bound and above the one before it",
        "histogram(temp_c, [20, 40, 80])",
        most=2,
    ),
    "bool_and": AggregateFunction("bool_and(x): whether all are true", "bool_and(temp_c > 20)"),
    "bool_or": AggregateFunction("bool_or(x): whether one is true", "bool_or(temp_c > 90)"),
    "bit_and": AggregateFunction("bit_and(x): the bits set in all", "bit_and(CAST(temp_c AS int))"),
    "bit_or": AggregateFunction("bit_or(x): the bits set in one", "bit_or(CAST(temp_c AS int))"),
    "json_group_object": AggregateFunction(
        "json_group_object(name, x): a JSON object of the latest x of each name, NULLs included",
        "json_group_object(sensor, temp_c)",
        2,
        2,
    ),
    "array_agg": AggregateFunction(
        "array_agg(x): all values as a JSON array, by event time; or DISTINCT x, each once where it came first",
        "array_agg(DISTINCT temp_c)",
    ),
    "string_agg": AggregateFunction(
        "string_agg(x, ', '): all values as one text, by event time, with what stands between them; or DISTINCT x",
        "string_agg(sensor, ', ')",
        2,
        2,
    ),
}
"""`compute` entries: exactly one aggregate each, perhaps with FILTER (WHERE …)."""

SYNONYMS = {
    "approx_quantile": "quantile",
    "argmax": "arg_max",
    "argmin": "arg_min",
    "every": "bool_and",
    "exponential_moving_average": "ewma",
    "sdt": "swinging_door",
    "group_concat": "string_agg",
    "json_object_agg": "json_group_object",
    "list": "array_agg",
    "listagg": "string_agg",
    "max_by": "arg_max",
    "mean": "avg",
    "min_by": "arg_min",
    "quantile_cont": "quantile",
    "stddev_samp": "stddev",
    "var_samp": "variance",
}
"""Other names that SQL has for the same."""

ELSEWHERE = {
    **dict.fromkeys(("percentile_disc", "approx_percentile"), "write quantile(x, 0.95)"),
    **dict.fromkeys(("latest_by_offset", "any_value", "anylast"), "write last(x)"),
    "earliest_by_offset": "write first(x)",
    "nth_value": "write array_agg(x), and in a map after it xs ->> 1",
    **dict.fromkeys(("collecttop", "topn"), "write arg_max(json_object('x', x, 'y', y), y, 3)"),
    **dict.fromkeys(("collect", "collect_list"), "write array_agg(x)"),
    **dict.fromkeys(("pivot", "map_agg", "object_agg", "merge_agg", "to_object"), "write json_group_object(name, x)"),
    **dict.fromkeys(("concat", "concat_newline", "concat_ws"), "write string_agg(x, ', ')"),
    **dict.fromkeys(("percentile", "percentile_cont", "percentile_approx", "p95", "p99"), "write quantile(x, 0.95)"),
    **dict.fromkeys(
        ("spread", "range", "difference", "diff"), "compute max(x) and min(x), and subtract them in a map step after"
    ),
    **dict.fromkeys(
        ("rate", "derivative", "increase", "delta"), "take the record before by a lag step, or first(x) and last(x)"
    ),
    **dict.fromkeys(("lag", "lead", "had_changed", "changed_col"), "write a lag step before it"),
    **dict.fromkeys(("stdev", "std", "stddevs"), "write stddev(x), of a sample, or stddev_pop(x)"),
    **dict.fromkeys(("stdevp", "stddevp", "stdp"), "write stddev_pop(x)"),
    **dict.fromkeys(("var", "vars"), "write variance(x), of a sample, or var_pop(x)"),
    **dict.fromkeys(("varp", "variancep"), "write var_pop(x)"),
    **dict.fromkeys(("rms", "root_mean_square"), "compute avg(x * x), and take its sqrt in a map step after"),
    **dict.fromkeys(("kurt", "kurtosisp"), "write kurtosis(x), of a sample, or kurtosis_pop(x)"),
    **dict.fromkeys(("skew",), "write skewness(x)"),
    **dict.fromkeys(("ema", "ewm", "exponentialmovingaverage", "smooth", "lowpass"), "write ewma(x, 0.2)"),
    **dict.fromkeys(("slope", "linear_regression", "linearregression", "trend", "deriv"), "write regr_slope(y, x)"),
    **dict.fromkeys(("correlation",), "write corr(y, x)"),
    **dict.fromkeys(("cusum",), "write two running steps: sum(x - target), then min of that; take one from the other"),
    **dict.fromkeys(("top", "topone", "top_k", "topk", "largest"), "write max(x, 3), or arg_max(name, x, 3)"),
    **dict.fromkeys(("bottom", "smallest"), "write min(x, 3), or arg_min(name, x, 3)"),
    **dict.fromkeys(("count_distinct", "approx_count_distinct", "uniq", "unique"), "write count(DISTINCT x)"),
    **dict.fromkeys(("count_if", "countif"), "write count(*) FILTER (WHERE …)"),
    **dict.fromkeys(("sum_if", "sumif"), "write sum(x) FILTER (WHERE …)"),
    **dict.fromkeys(("valuecounter", "value_counts", "counts"), "write histogram(x)"),
    **dict.fromkeys(("first_value", "earliest", "head"), "write first(x)"),
    **dict.fromkeys(("last_value", "latest", "final", "tail"), "write last(x)"),
    **dict.fromkeys(("all",), "write bool_and(x)"),
    **dict.fromkeys(("any", "some"), "write bool_or(x)"),
    **dict.fromkeys(("deduplicate", "collect_set", "set_agg"), "write array_agg(DISTINCT x)"),
    **dict.fromkeys(("sum_distinct", "sumdistinct"), "write sum(DISTINCT x)"),
    **dict.fromkeys(("approx_distinct", "hll", "hyperloglog", "ndv"), "write count(DISTINCT x)"),
    **dict.fromkeys(("product", "prod"), "write sum(ln(x)), and in a map after it exp(s)"),
    **dict.fromkeys(("geometric_mean", "geomean"), "write avg(ln(x)), and in a map after it exp(a)"),
    **dict.fromkeys(("weighted_avg", "avg_weighted"), "write sum(x * w) and sum(w), and divide them in a map after"),
    **dict.fromkeys(
        ("twap", "time_weight", "time_weighted_average", "twa"),
        "lag the value and its time, then sum(before * s) / sum(s): see «averages weighted by time» in docs/porting.md",
    ),
    **dict.fromkeys(("cumsum", "cumulative_sum", "running_total"), "write a running step, with sum(x)"),
    **dict.fromkeys(
        ("rank", "dense_rank", "row_number"), "write arg_max(x, y, 3) here; for a number of each record, a running step"
    ),
    **dict.fromkeys(("session_start", "tumble_start", "hop_start"), "leave it out: the row has window_start"),
    **dict.fromkeys(("session_end", "tumble_end", "hop_end"), "leave it out: the row has window_end"),
}
"""Names that other products have for what is said otherwise here: the next step for who writes them."""
