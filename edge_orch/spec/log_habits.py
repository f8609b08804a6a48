"""What pipelines of logs call their steps and formats elsewhere, and what to write here.

Fluent Bit, Fluentd, Logstash, Elasticsearch, OpenTelemetry, Loki and Alloy, Cribl, Vector.
"""

from __future__ import annotations

_RECORD = "write map, over the record as it came: {type: json, path: $} in schematize, merge_into in the output"
_ABSENT = "what needs data from elsewhere is done where records arrive; a table of one's own is a lookup"

STEPS = {
    **dict.fromkeys(
        ("nest", "rename_keys", "keep_keys", "remove_keys", "de_dot", "dot_expander", "unflatten", "reshape",
         "foldkeys", "fold_keys", "attributes", "resource", "labels", "labeldrop", "static_labels",
         "structured_metadata", "pack"),
        f"{_RECORD}: json_filter, json_rename, json_unflatten",
    ),
    **dict.fromkeys(("lift",), f"{_RECORD}: json_flatten(event, '.')"),
    **dict.fromkeys(("record_transformer", "content_modifier", "append", "tenant", "environment"), _RECORD),
    **dict.fromkeys(
        ("gsub", "replace", "regex_replace", "lowercase", "uppercase", "trim", "truncate", "urldecode", "decolorize",
         "type_converter", "numerify", "json_encode", "serialize", "template", "bytes", "cidr", "uri_parts",
         "extractnumbers", "syslog_pri", "range", "uuid"),
        "write map with an expression: edge-orch list components --kind function",
    ),
    **dict.fromkeys(("regex_extract", "csv_parse", "xml", "timestamp", "auto_timestamp"),
        "write parse, in its format; a field of type timestamp has a format"),
    **dict.fromkeys(("regex_filter", "expect", "ignore"), "write filter"),
    **dict.fromkeys(("fail",), "leave it out: what does not fit its schema is a dead letter"),
    **dict.fromkeys(("checklist", "redis"), "write lookup"),
    **dict.fromkeys(("useragent", "user_agent", "dns", "community_id", "tld", "http", "i18n"), _ABSENT),
    **dict.fromkeys(("log_to_metrics", "logdedup", "log_dedup", "groupbyattrs", "metricstransform", "publish_metrics",
         "rollup_metrics", "metric_to_log"), "write aggregate"),
    **dict.fromkeys(("incremental_to_absolute",), "write running with sum(x)"),
    **dict.fromkeys(("tag_cardinality_limit", "drop_dimensions"), "write map, or drop for a field"),
    **dict.fromkeys(("foreach",), "write map with list_transform(x, e -> …), or explode"),
    **dict.fromkeys(("json_unroll", "xml_unroll", "event_breaker"), "write explode"),
    **dict.fromkeys(("cri", "docker"), "write aggregate with a cycle window, string_agg(line, ''), and parse"),
    **dict.fromkeys(("suppress", "throttle_limit"), "write throttle, or dedupe: {keys: […], within: 1m}"),
    **dict.fromkeys(("probabilistic_sampler", "dynamic_sampling"), "write sample: {ratio: 0.1}"),
    **dict.fromkeys(("exclusive_route", "reroute"), "write route"),
    **dict.fromkeys(("clone", "tee", "chain"), "let several steps or outputs read the same one: from: NAME"),
    **dict.fromkeys(("guard", "cipher"), "write mask"),
    **dict.fromkeys(("code_function",), "write map, filter and lag with SQL expressions: jobs run no scripts"),
}  # fmt: skip

FORMATS = {
    **dict.fromkeys(("cri",), "write regex: '(?P<time>\\S+) (?P<stream>stdout|stderr) (?P<flag>[FP]) (?P<log>.*)'"),
    **dict.fromkeys(("docker", "gelf", "ecs", "otlp", "cloudwatch"), "write json: {}, and explode for its arrays"),
    **dict.fromkeys(("json_array",), "write raw: {}, then explode"),
    **dict.fromkeys(("cef", "leef"), "write dissect for what stands between the bars, then parse with key_value"),
    **dict.fromkeys(("elf", "w3c"), "write dissect, or csv: {delimiter: ' ', columns: […]}"),
    **dict.fromkeys(("fixed_width",), "write raw: {}, then map with substr(line, 1, 8)"),
    **dict.fromkeys(("glog", "klog", "tokens", "apache_error", "nginx_error", "envoy", "mysql", "postgres", "ruby",
         "cisco"),
        "write dissect: '%{a} %{b}', grok or regex"),
    **dict.fromkeys(("logplex", "heroku"), "write syslog: {}"),
    **dict.fromkeys(("auditd", "key_value_pairs"), "write key_value: {}"),
    **dict.fromkeys(("evtx",), "write xml: {}: let the source send events as XML"),
}  # fmt: skip
