"""What SQL over streams and its devices calls functions elsewhere, and what to write here.

eKuiper, Azure Stream Analytics, AWS IoT, Kinesis Analytics, Flink, Spark, Timeplus, Siddhi, Esper.
"""

from __future__ import annotations

_WINDOW = "in rows of an aggregate they are fields: window_start, window_end"
_SET = "write list_filter(x, e -> list_contains(y, e)), or NOT list_contains"
_SERVICE = "what calls a service has no place here: send records to it by an output"

STREAMS = {
    # time
    **dict.fromkeys(("format_time", "date_to_string"), "write strftime(ts, '%Y-%m-%d')"),
    **dict.fromkeys(("day_of_week",), "write extract(dow FROM ts)"),
    **dict.fromkeys(("day_of_month",), "write extract(day FROM ts)"),
    **dict.fromkeys(("day_of_year",), "write extract(doy FROM ts)"),
    **dict.fromkeys(("day_name", "month_name"), "write strftime(ts, '%A'), or '%B'"),
    **dict.fromkeys(("microsecond", "millisecond"), "write extract(millisecond FROM ts), or epoch_us(ts)"),
    **dict.fromkeys(("date_calc",), "write ts + INTERVAL '5' minute"),
    **dict.fromkeys(("from_unix_time", "to_timestamp_ltz", "from_seconds"), "write to_timestamp(x)"),
    **dict.fromkeys(("from_days",), "write to_timestamp(x * 86400)"),
    **dict.fromkeys(("to_seconds", "to_unix_seconds"), "write extract(epoch FROM ts)"),
    **dict.fromkeys(
        ("to_datetime", "todatetime", "parse_datetime", "char_to_timestamp"),
        "write CAST(x AS timestamp), or strptime(x, '%Y-%m-%d')",
    ),
    **dict.fromkeys(("to_start_of_interval", "tostartofinterval", "step", "snap"), "write time_bucket('5m', ts)"),
    **dict.fromkeys(("convert_tz",), "write ts AT TIME ZONE 'Europe/Vienna'"),
    **dict.fromkeys(("tsdiff", "timestamp_diff", "date_diff_within"), "write date_diff('second', a, b)"),
    **dict.fromkeys(
        ("last_day", "eomonth"),
        "write date_trunc('month', date_trunc('month', ts) + INTERVAL '31' day) - INTERVAL '1' day",
    ),
    **dict.fromkeys(
        ("event_time", "eventtimestamp", "rowtime", "timestamp"),
        "name the field that is the event time; when it came is source.received_at",
    ),
    **dict.fromkeys(("window_end", "windowend", "windowstart", "window_start", "window"), _WINDOW),
    **dict.fromkeys(("emit_version",), "in rows of an aggregate it is a field: revision"),
    # records before and after
    **dict.fromkeys(
        ("lags", "prev", "previous", "prior"),
        "add fields of the record before by a lag step; offset: 3 takes the third before",
    ),
    **dict.fromkeys(("collecttop", "topn"), "write arg_max(x, y, 3), in an aggregate"),
    **dict.fromkeys(("delay",), "leave it out: alerts have hold, windows grace"),
    **dict.fromkeys(
        ("anomalydetection_spikeanddip", "anomalydetection_changepoint", "random_cut_forest", "ml_detect_anomalies"),
        "write a moving step with avg and stddev, then abs(x - avg) > 3 * sd",
    ),
    # arrays and objects
    **dict.fromkeys(("array_position", "array_indexof"), "explode the array with index, and filter"),
    **dict.fromkeys(("array_create", "make_array"), "write json_array(x, y)"),
    **dict.fromkeys(("array_remove",), "write list_filter(x, e -> e <> 'a')"),
    **dict.fromkeys(("array_contains_any", "array_intersect", "array_except", "list_intersect"), _SET),
    **dict.fromkeys(("array_union",), "write list_distinct(list_concat(x, y))"),
    **dict.fromkeys(("array_cardinality", "getarraylength"), "write json_array_length(x)"),
    **dict.fromkeys(("getarrayelement",), "write x ->> '$[0]'"),
    **dict.fromkeys(("getrecordpropertyvalue", "getrecordproperty"), "write x ->> '$.key'"),
    **dict.fromkeys(("getarrayelements", "posexplode", "explode"), "write an explode step"),
    **dict.fromkeys(
        ("getrecordproperties",), "write an explode step, with key: NAME"
    ),
    **dict.fromkeys(("object_construct", "object", "struct", "named_struct"), "write json_object('key', x)"),
    **dict.fromkeys(("object_pick", "erase", "object_delete"), "write json_filter(x, (k, v) -> k NOT IN ('a', 'b'))"),
    **dict.fromkeys(("kvpair_array_to_obj", "zip"),
        "write list_merge(list_transform(x, e -> json_object(e ->> '$.key', e -> '$.value')))"),
    **dict.fromkeys(("str_to_map",), "write a parse step with key_value"),
    **dict.fromkeys(("json_extract_float", "json_extract_int"), "write CAST(x ->> '$.key' AS float)"),
    # text
    **dict.fromkeys(("regexp", "regexmatch", "patindex"), "write regexp_like(x, 'regex')"),
    **dict.fromkeys(("regexp_substring",), "write regexp_extract(x, 'regex', group)"),
    **dict.fromkeys(("encode",), "write to_base64(x)"),
    **dict.fromkeys(
        ("w3c_log_parse", "regex_log_parse", "fast_regex_log_parser", "variable_column_log_parse", "sys_log_parse",
         "fixed_column_log_parse"),
        "read it with a parse step: grok, regex, csv or syslog",
    ),
    # numbers and choices
    **dict.fromkeys(("bitnot",), "write ~x"),
    **dict.fromkeys(("remainder", "rem"), "write x % y"),
    **dict.fromkeys(("ifthenelse",), "write CASE WHEN … THEN … ELSE … END"),
    **dict.fromkeys(
        ("instanceofstring", "instanceofinteger", "instanceoffloat", "instanceofboolean"),
        "give the field a type where it is parsed; of text, TRY_CAST(x AS int) IS NOT NULL",
    ),
    # where a record came from, and what it cannot ask
    **dict.fromkeys(("clientid", "sourceip", "principal", "accountid"), "let the topic or the record say it"),
    **dict.fromkeys(("mqtt", "kafka_topic"), "write source.topic, in an enrich step"),
    **dict.fromkeys(("rule_id", "traceid"), "write a constant, or device.id"),
    **dict.fromkeys(("aws_lambda", "machinelearning_predict", "get_thing_shadow", "get_dynamodb"), _SERVICE),
    **dict.fromkeys(("createpoint", "st_within", "createpolygon"),
        "write it with comparisons of latitude and longitude, or sin, cos and radians"),
}  # fmt: skip
"""A name → the next step for who writes it."""
