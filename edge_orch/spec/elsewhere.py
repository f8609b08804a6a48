"""What other products call kinds of components, and what to write here: the next step for who writes their names.

Names of functions and aggregates stand beside those (`edge_orch.expr.functions`, `edge_orch.expr.library.aggregates`),
names of keys in `edge_orch.spec.words`.
"""

from __future__ import annotations

from edge_orch.spec import log_habits

_QUEUES = (
    "kafka", "kafka_franz", "redpanda", "amqp", "amqp_0_9", "amqp_1", "rabbitmq", "pulsar", "redis", "redis_streams",
    "nats", "nats_jetstream", "gcp_pubsub", "kinesis", "aws_kinesis", "kinesis_firehose", "azure_event_hubs",
    "event_hub", "eventhub", "iothub", "zeromq", "nsq", "sns", "aws_sns",
)  # fmt: skip
_MACHINES = (
    "opcua", "opc_ua", "opc-ua", "modbus", "modbus_tcp", "s7", "s7comm", "plc", "ethernet_ip", "profinet", "bacnet",
    "mtconnect", "can", "serial", "snmp", "iolink", "sparkplug", "sparkplug_b", "neuron",
)  # fmt: skip
_DATABASES = (
    "influxdb", "influxdb_v2", "influx", "postgres", "postgresql", "sql", "sql_insert", "mysql", "mssql", "sqlite",
    "timescale", "timescaledb", "clickhouse", "questdb", "tdengine", "elasticsearch", "opensearch", "es", "loki",
    "splunk", "splunk_hec", "splunk_hec_logs", "prometheus", "prometheus_remote_write", "datadog", "datadog_logs",
    "newrelic", "mongodb", "bigquery", "snowflake", "cassandra", "graphite", "opentelemetry", "otlp",
)  # fmt: skip
_OBJECTS = ("s3", "aws_s3", "gcs", "gcp_cloud_storage", "azure_blob", "azure_blob_storage", "minio", "hdfs", "adls")
_SCREENS = ("stdout", "console", "stderr", "print", "log", "debug", "show")
_NOWHERE = ("blackhole", "drop", "null", "nop", "discard", "noop")
_PEOPLE = (
    "slack",
    "teams",
    "msteams",
    "discord",
    "telegram",
    "opsgenie",
    "victorops",
    "email",
    "smtp",
    "sms",
    "twilio",
)
_TAILS = ("tail", "filelog", "log_file", "logfile", "file_watcher", "csv", "ndjson", "files", "directory", "inotify")
_LISTENERS = (
    "http_server",
    "webhook",
    "rest",
    "rest_api",
    "websocket",
    "api",
    "httppush",
    "http_listener",
    "heroku_logs",
)
_SOCKETS = ("socket", "syslog", "syslog_server", "statsd", "netflow", "gelf", "fluent", "forward", "socket_server")
_PULLED = ("http_client", "http_poll", "httppull", "scrape", "prometheus_scrape", "exec", "journald", "docker_logs")
_MADE = ("generate", "inject", "demo_logs", "dummy", "simulator", "mock", "random", "timer", "cron", "ticker", "stdin")

SOURCES = {
    **dict.fromkeys(_QUEUES, "let a bridge publish it to mqtt, or POST it to an http source"),
    **dict.fromkeys(_MACHINES, "let the machines' gateway publish to mqtt, or POST to an http source"),
    **dict.fromkeys(_DATABASES, "let a query write a file, or POST its rows to an http source"),
    **dict.fromkeys(_OBJECTS, "bring the objects to the device and read them by a file source"),
    **dict.fromkeys(_TAILS, "write file: it goes on where it stopped, and follows files that are rotated"),
    **dict.fromkeys(_LISTENERS, "write http: it takes what others POST"),
    **dict.fromkeys(_SOCKETS, "write tcp or udp; how a line is read is the format of schematize"),
    **dict.fromkeys(_PULLED, "let it write a file, publish to mqtt, or POST to an http source"),
    **dict.fromkeys(_MADE, "write any source, and try the job with `edge-orch run --input FILE`, or a test beside it"),
}

SINKS = {
    **dict.fromkeys(_QUEUES, "write mqtt, sqs or http, and let a bridge take it on"),
    **dict.fromkeys(_DATABASES, "write http: JSON lines are POSTed; or mqtt, and let the database subscribe"),
    **dict.fromkeys(_OBJECTS, "write file and let a tool of the store bring it there, or http"),
    **dict.fromkeys(_SCREENS, "write file; `edge-orch run` and `edge-orch tap` show records on the screen"),
    **dict.fromkeys(_NOWHERE, "leave the output out: what no output takes goes nowhere"),
    **dict.fromkeys(_PEOPLE, "write webhook, or pagerduty"),
    **dict.fromkeys(_MACHINES, "write mqtt, and let the machines' gateway subscribe"),
    **dict.fromkeys(("http_client", "rest", "post", "elasticsearch_bulk", "logdna"), "write http"),
    **dict.fromkeys(("syslog", "socket", "tcp", "udp", "websocket", "papertrail"), "write http, mqtt or file"),
    **dict.fromkeys(("ndjson", "csv", "parquet", "logfile"), "write file: JSON lines"),
}

MASKINGS = {
    **dict.fromkeys(("sha256", "sha1", "sha512", "md5", "hmac", "fingerprint", "pseudonymize", "hash"),
        "write {hash: '${secret:NAME}'}"),
    **dict.fromkeys(("aes", "aes-gcm", "aes256", "encrypt"), "write {encrypt: {key: '${secret:NAME}', key_id: k1}}"),
    **dict.fromkeys(("remove", "replace", "star", "asterisks", "mask", "hide", "anonymize"), "write redact"),
    **dict.fromkeys(("partial", "prefix", "first", "keep"), "write {truncate: 4}"),
    **dict.fromkeys(("bin", "bucket", "round", "range"), "write {generalize: 10}"),
}  # fmt: skip
WINDOWS = {
    **dict.fromkeys(("hopping", "hop"), "write sliding: {size: …, every: …}"),
    **dict.fromkeys(("fixed", "time", "interval", "period", "tumble", "duration", "every"), "write tumbling: 10s"),
    **dict.fromkeys(("rows", "batch", "length", "size"), "write count: 100; over the last n a moving step"),
    **dict.fromkeys(("moving", "rolling"), "write sliding: {size: …, every: …}; over records a moving step"),
    **dict.fromkeys(("state", "pattern", "condition", "starts_when", "begin", "batch_cycle", "match_recognize"),
        "write cycle: {begin: …, end: …, timeout: …}"),
    **dict.fromkeys(("day", "daily", "hour", "month", "week", "cron"), "write calendar: day"),
    **dict.fromkeys(("cumulate", "cumulative", "expanding"), "write tumbling: 1d, and beside it early: 1h"),
    "shift": "write calendar: {unit: day, at: ['06:00', '14:00', '22:00']}",
    **dict.fromkeys(("gap", "inactivity", "timeout"), "write session: 5m"),
}  # fmt: skip

_NO_BYTES = "let the source send JSON: bytes of this format are not read"
FORMATS = {
    **log_habits.FORMATS,
    **dict.fromkeys(("ndjson", "jsonl", "json_lines", "jsonlines", "parse_json"), "write json: {}"),
    **dict.fromkeys(("apache", "apache2", "nginx", "clf", "parse_apache_log", "parse_nginx_log", "combined", "common"),
        "write grok: '%{COMBINEDAPACHELOG}'"),
    **dict.fromkeys(("parse_groks", "parse_grok"), "write grok: '%{NOTSPACE:a} %{GREEDYDATA:b}'"),
    **dict.fromkeys(("pattern",), "write dissect: '%{a} %{b}'"),
    **dict.fromkeys(("kv", "key-value", "keyvalue", "parse_key_value", "ltsv"), "write key_value: {}"),
    **dict.fromkeys(("tsv", "delimited"), "write csv: {delimiter: ';', columns: […]}"),
    **dict.fromkeys(("line_protocol", "influxdb", "lineprotocol"), "write influx: {}"),
    **dict.fromkeys(("plain", "text", "line", "lines", "string", "none"), "write raw: {}"),
    **dict.fromkeys(("bytes", "binary", "hexadecimal", "buffer"), "write hex: {}"),
    **dict.fromkeys(("rfc3164", "rfc5424", "syslog5424", "parse_syslog"), "write syslog: {}"),
    **dict.fromkeys(("re", "regexp", "parse_regex"), "write regex: '(?P<name>…)'"),
    **dict.fromkeys(("multiline", "java", "stacktrace"),
        "write raw: {}, then aggregate by a cycle window with string_agg, then parse"),
    **dict.fromkeys(("messagepack", "message_pack", "fluent", "forward"), "write msgpack: {}"),
    **dict.fromkeys(("parse_xml", "mtconnect", "windows_event", "soap"), "write xml: {}"),
    **dict.fromkeys(("protobuf", "avro", "cbor", "parquet", "sparkplug", "yaml"), _NO_BYTES),
}  # fmt: skip

STEPS = {
    **log_habits.STEPS,
    **dict.fromkeys(("sql", "query", "streamsql"), "write filter, map and aggregate: expressions in them are SQL"),
    **dict.fromkeys(("where", "when", "if", "match", "grep", "abort", "reject"), "write filter"),
    **dict.fromkeys(
        ("decode", "json", "csv", "regex", "grok", "syslog", "logfmt", "kv", "dissect", "parser", "unmarshal"),
        "write schematize: {json: {}, fields: …}; inside a record, parse",
    ),
    **dict.fromkeys(
        ("transform", "set", "rename", "compute", "mutate", "add_fields", "remap", "mapping", "bloblang", "modify",
         "record_modifier", "converter", "enum", "date", "math", "override", "add", "eval", "project_as", "extend"),
        "write map",
    ),
    **dict.fromkeys(("convert", "cast", "coerce", "types"),
        "write map, with CAST(x AS int); or give fields their types"),
    **dict.fromkeys(("uses", "run", "action", "with", "args", "options", "config"),
        "the kind is the key itself: filter: temp_c > 5"),
    **dict.fromkeys(("expr", "for", "annotations"), "what an alert needs stands below it: alert: {when: …, hold: …}"),
    **dict.fromkeys(
        ("lua", "script", "starlark", "function", "javascript", "python", "ruby", "wasm", "exec", "command", "code"),
        "write map, filter and lag with SQL expressions: jobs run no scripts",
    ),
    **dict.fromkeys(("project", "keep", "pick", "allowlist"), "write select"),
    **dict.fromkeys(("remove", "delete", "prune", "remove_fields", "del"), "write drop"),
    **dict.fromkeys(
        ("window", "group", "group_by", "groupby", "reduce", "basicstats", "minmax", "valuecounter", "final",
         "summarize", "histogram", "log_to_metric", "metrics", "batch", "archive", "count"),
        "write aggregate",
    ),
    **dict.fromkeys(("multiline", "concat", "merge_lines"), "write aggregate with a cycle window and string_agg"),
    **dict.fromkeys(("topk", "top", "limit_by"), "write aggregate with arg_max(x, y, 3), and explode"),
    **dict.fromkeys(("merge", "pivot"), "write aggregate with last(x) FILTER (WHERE …) for each"),
    **dict.fromkeys(("union", "union_all", "broker", "fan_in", "funnel"),
        "write from: [A, B] in the step or output that takes the records of both"),
    **dict.fromkeys(("unpivot", "melt"), "write map with json_array of json_object, and explode"),
    **dict.fromkeys(("switch", "branch", "router", "rewrite_tag", "swimlanes"), "write route"),
    "split": "write explode for the parts of a text or an array, route for branches",
    **dict.fromkeys(("to", "sink", "sinks", "output", "outputs"),
        "outputs stand beside `steps`: outputs: {NAME: {from: STEP, to: SINK}}"),
    **dict.fromkeys(("steps", "transforms", "processors", "pipeline"), "each step is an item of `steps` itself"),
    **dict.fromkeys(("flatten", "unnest", "unroll", "unarchive", "split_array", "for_each"), "write explode"),
    **dict.fromkeys(("translate", "enrichment_table", "reference", "dictionary"), "write lookup"),
    **dict.fromkeys(("join", "merge_join", "temporal_join", "interval_join"),
        "write lookup for a table, latest for another stream, aggregate for a window of both"),
    **dict.fromkeys(("deduplicate", "dedup", "distinct", "unique"), "write dedupe"),
    **dict.fromkeys(("rate_limit", "limit", "debounce", "ratelimit", "delay"), "write throttle"),
    **dict.fromkeys(("rbe", "on_change", "report_by_exception", "change", "had_changed"), "write deadband"),
    "hop": "write aggregate: {window: {sliding: {size: 1h, every: 5m}}, compute: …}",
    **dict.fromkeys(("tumble", "sample_by", "sampleby", "aggregate_window"),
        "write aggregate: {window: {tumbling: 1m}, compute: …}"),
    "session": "write aggregate: {window: {session: 5m}, compute: …}",
    **dict.fromkeys(("cumulate", "emit"), "write aggregate, and in it early: 10m for what a window holds so far"),
    "having": "write filter, behind the aggregate",
    **dict.fromkeys(("match_recognize", "pattern", "pattern_match"),
        "write lag or running: {state: …} and a filter; from one condition to another, aggregate with a cycle window"),
    **dict.fromkeys(("rank", "row_number", "top_n"),
        "write running with count(*) for a number; for the greatest, aggregate with arg_max(x, y, 3), and explode"),
    "latest_on": "write aggregate by the key, with last(x)",
    "fill_linear": "write lag, generate_series and explode: «A straight line between two values» in docs/porting.md",
    **dict.fromkeys(("distinct_on",), "write dedupe"),
    "window_join": "write aggregate with last(x) FILTER (WHERE …) for each side",
    **dict.fromkeys(("order_by", "orderby", "reorder", "timestamp_by", "time_order", "sequence"),
        "write sort: {grace: 30s}"),
    **dict.fromkeys(
        ("swinging_door", "sdt", "downsampler", "swinging_door_trending"),
        "write running, with swinging_door(x, ts, 0.5), and an aggregate with a cycle that begins where it is true",
    ),
    **dict.fromkeys(("derivative", "rate", "difference", "elapsed", "diff", "delta", "state_duration"),
        "write lag, and a map after it"),
    **dict.fromkeys(("moving_average", "rolling", "smooth", "sma", "movingaverage", "over"), "write moving"),
    **dict.fromkeys(
        ("cumulative_sum", "cumulativesum", "accumulate", "counter", "totalizer", "state_count", "statecount", "scan"),
        "write running",
    ),
    **dict.fromkeys(
        ("stateful_map", "state_machine", "detector_model", "pid", "kalman", "leaky_bucket", "recurrence"),
        "write running: {state: {NAME: {init: 0, next: EXPRESSION}}}",
    ),
    **dict.fromkeys(("fill", "ffill", "forward_fill", "last_value", "cache", "carry", "asof_join"), "write latest"),
    **dict.fromkeys(("redact", "anonymize", "hash", "encrypt", "fingerprint", "pseudonymize", "scrub"), "write mask"),
    **dict.fromkeys(("notify", "alarm", "rule", "deadman", "threshold", "monitor"), "write alert"),
    **dict.fromkeys(("sampling", "sampler", "tail_sampling"), "write sample"),
    **dict.fromkeys(("tag", "tags", "metadata", "geoip", "host_info"), "write enrich, or lookup"),
    **dict.fromkeys(("try", "catch", "dlq", "dead_letter", "on_error"),
        "leave it out: what does not fit is a dead letter; an output may read `from: dead_letters`"),
    **dict.fromkeys(("log", "debug", "print", "sleep"), "leave it out; `edge-orch tap STEP` shows what passes"),
    **dict.fromkeys(("type", "kind", "operator", "processor"), "the kind is the key itself: filter: temp_c > 5"),
}  # fmt: skip
