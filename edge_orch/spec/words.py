"""Sentences that many readers share: lists of names, and «did you mean»."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_MENDING_KEYS: tuple[tuple[tuple[str, ...], dict[str, str]], ...] = (
    (("step", "input", "stage"), {"to": "write from: STEP"}),
    (("sink", "target", "destination"), {"line": "write to: SINK"}),
    (("start", "begin"), {"days": "write from"}),
    (("end", "until"), {"days": "write to"}),
    (("count", "min", "threshold", "n"), {"at_least": "write at_least: 3"}),
    (("field", "by", "key"), {"at_least": "write distinct: FIELD"}),
    (("to", "sinks"), {"after": "write notify: [SINK]"}),
    (("branches", "cases", "rules", "conditions"), {"routes": "write routes: {NAME: CONDITION}"}),
    (("by",), {"threshold": "write keys: [FIELD]", "key": "write key: [FIELD]"}),
    (("above", "below", "gt", "lt", "operator", "value", "field", "metric"), {"when": "write when: temp_c > 5"}),
    (("when", "filter", "if", "where"), {"line": "filter in a step before, and let `from` name it"}),
    (("fields", "columns", "select"), {"line": "select fields in a step before, and let `from` name it"}),
    (("fired", "firing", "raised", "triggered", "told", "notified"), {"opened": "write opened: RULE"}),
    (("closed", "cleared", "ended", "recovered"), {"resolved": "write resolved: RULE"}),
    (("labels", "id", "firmware", "agent"), {"finish": "write device: {labels: {…}}"}),
    (("destinations", "outputs_to"), {"sinks": "write sinks"}),
    (("schedule", "cron", "interval", "trigger", "on"), {"steps": "leave it out: a job runs as records come"}),
    (("replicas", "instances", "parallelism"), {"steps": "leave it out: each device that `target` names runs it once"}),
    (("selector", "nodeselector", "placement", "deploy", "agents", "devices"), {"target": "write target: site = 'a'"}),
    (("env", "vars", "variables", "settings", "config", "constants"), {"params": "write params"}),
    (("name", "labels", "namespace"), {"steps": "it stands in metadata", "metadata": "write metadata: {name: …}"}),
    (("description", "doc", "comment", "title"), {"steps": "write it as a comment: # …"}),
    (("description", "doc", "comment", "annotations"), {"labels": "write labels, or a comment: # …"}),
    (("version", "revision"), {"labels": "leave it out: the controller counts versions"}),
    (("namespace", "tenant", "team"), {"labels": "write labels: {team: …}"}),
    (("alerts", "rules", "alarms"), {"steps": "write alert steps"}),
    (("tests", "test"), {"steps": "tests stand beside the job, in NAME.test.yaml"}),
    (("unit", "units", "description", "doc", "comment"), {"pattern": "write it as a comment: # …"}),
    (("name",), {"pattern": "the name stands before the colon; where it lies: path"}),
    (("memory", "ram"), {"on_full": "write state: 64MiB"}),
    (("key", "integration_key", "service_key", "token"), {"routing_key": "write routing_key"}),
    (("username", "user", "password", "credentials"), {"qos": "write broker: 'mqtt://NAME:${secret:NAME}@HOST'"}),
    (("client_id", "clientid", "keep_alive", "clean_session"), {"qos": "leave it out: the agent chooses it"}),
    (("method", "verb"), {"headers": "leave it out: it POSTs"}),
    (("separator", "delimiter", "pair_delimiter", "field_sep"), {"field_delimiter": "write field_delimiter: '; '"}),
    (("sep", "assign", "kv_sep", "kv_delimiter"), {"key_value_delimiter": "write key_value_delimiter: ':'"}),
    (("late", "late_policy"), {"on_late": "write on_late: drop"}),
    (("range", "bounds"), {"pattern": "write min and max"}),
    (("time_field", "timestamp", "event_time", "timestamp_field"), {"max_ahead": "write time: FIELD"}),
    (("separator", "sep"), {"delimiter": "write delimiter"}),
    (("endpoint", "uri", "address"), {"headers": "write url"}),
    (
        ("auth", "token", "authorization", "username", "password"),
        {"headers": "write headers: {Authorization: 'Bearer ${secret:NAME}'}"},
    ),
    (("timeout", "retries", "retry"), {"headers": "leave it out: it is tried again until limits.max_age"}),
    (("broker", "username", "password", "url"), {"retain": "leave it out: it publishes to the agent's own bus"}),
    (("value",), {"override": "write default"}),
    (("description", "doc", "comment"), {"override": "write it as a comment: # …"}),
    (("retention", "ttl"), {"on_full": "write max_age: 30d"}),
    (("overflow", "policy", "when_full"), {"on_full": "write on_full: drop_oldest"}),
    (("group_by", "groupby"), {ours: f"write {ours}: [FIELD]" for ours in ("by", "keys", "key")}),
    (("condition", "if", "where"), {"when": "write when"}),
    (("for", "duration"), {"hold": "write hold"}),
    (("message", "description"), {"summary": "write summary"}),
    (("deadman", "no_data", "nodata"), {"absent": "write absent"}),
    (("optional", "nullable"), {"required": "write required: false"}),
    (("slide", "advance", "hop", "period"), {"every": "write every"}),
    (("aggregations", "aggregates"), {"compute": "write compute"}),
    (("pipeline", "processors", "transforms"), {"steps": "write steps"}),
    (("needs", "depends_on", "after"), {"from": "write from: STEP; left out: the step above"}),
    (
        ("input", "inputs", "sources"),
        {"source": "write source", "from": "write from: STEP, or from: [A, B]; left out: the step above"},
    ),
    (("output",), {"dead_letters": "write outputs"}),
    (("output", "actions"), {"outputs": "write outputs and sinks"}),
    (("records", "rows", "result"), {"dead_letters": "write outputs: {NAME: […]}"}),
    (("data", "records", "content", "messages", "payload", "line", "values"), {"acknowledge": "write lines"}),
    (("after", "wait", "time", "delay"), {"acknowledge": "write at: 5s"}),
    (("keys", "key", "partition_by"), {"by": "write by: [FIELD]"}),
    (("where", "filter", "when"), {"by": "write count(*) FILTER (WHERE …), or a filter step before it"}),
    (("time", "timestamp"), {"by": "leave it out: the event time is what schematize calls `time`"}),
    (("name", "title", "alert"), {"notify": "the name stands beside `alert`: name: …"}),
    (("labels", "annotations"), {"notify": "write summary and severity"}),
    (("to", "sink", "sinks"), {"notify": "write notify: [SINK]"}),
    (
        ("repeat", "repeat_every", "renotify"),
        {"notify": "leave it out: an episode is told once; escalate tells others"},
    ),
    (("after", "for", "duration"), {"hold": "write hold"}),
    (("switch", "when", "if"), {"routes": "write routes: {NAME: CONDITION}"}),
    (("as", "into", "alias"), {"separator": "write fields: {NAME: {type: …, path: $}}"}),
    (("port",), {"broker": "write broker: mqtt://HOST:1883"}),
    (("on_error", "on_fail", "strict", "errors"), {"max_ahead": "leave it out: what does not fit is a dead letter"}),
    (("columns", "header", "delimiter"), {"nulls": "it stands below csv"}),
    (("fields", "json", "csv", "regex", "grok", "logfmt"), {"first_of": "write it in each item of first_of"}),
    (("schema", "types", "properties"), {"fields": "write fields"}),
    (("url", "address", "remote"), {"max_body": "write listen: '127.0.0.1:8099': others POST to it"}),
    (("url", "http"), {"csv": "write file: NAME.csv: the table ships with the job"}),
    (("qos",), {"retain": "leave it out: it publishes at least once"}),
    (("sql", "select", "query"), {"steps": "write steps; expressions in them are SQL"}),
    (("starts_when", "start", "begin_condition"), {"begin": "write begin"}),
    (("ends_when", "emit_condition", "stop"), {"end": "write end"}),
    (("expire_after_ms", "expire_after", "flush_timeout", "gap"), {"timeout": "write timeout: 30s"}),
    (
        ("max_duration", "maxduration", "end_every_period_ms", "max_length"),
        {"gap": "write max: 1h", "timeout": "write max: 1h"},
    ),
    (("merge_strategies", "merge", "stats"), {"compute": "write compute: {field: aggregate}"}),
    (("match", "fields", "on", "key", "key_field", "partition_by"), {"keys": "write keys: [FIELD]"}),
    (("window_secs", "interval"), {"window": "write window: 10s"}),
    (("rate", "count", "max"), {"threshold": "write threshold"}),
    (("every", "n", "one_in"), {"ratio": "write ratio: 0.1 for one in ten"}),
    (("rate",), {"ratio": "write ratio: 0.1 for one in ten"}),
    (("ttl", "cache", "max_age", "duration", "lookback"), {"within": "write within: 10m"}),
    (("rows", "size", "n", "count", "preceding"), {"last": "write last: 10"}),
    (
        ("following", "lead", "ahead", "after"),
        {"last": "leave it out: it looks back; let each record speak for one before it, by lag or xs ->> '$[0]'"},
    ),
    (("level", "priority"), {"severity": "write severity"}),
    (("trigger", "threshold", "expr", "expression"), {"when": "write when: CONDITION"}),
    (("cooldown", "repeat_interval"), {"throttle": "write throttle: 10m"}),
    (("recovery", "reset", "ok_when"), {"clear": "write clear: {when: CONDITION}"}),
    (("channels", "receivers", "routing", "send_to", "actions"), {"notify": "write notify: [SINK]"}),
    (("source_field", "source", "input_field"), {"field": "write field"}),
    (("table", "dictionary"), {"csv": "write csv: | and the rows, or file: NAME.csv"}),
    (("fill", "create_empty", "createempty", "gapfill", "gap_fill", "null_fill"), {"grace": "write empty: 1h"}),
    (
        ("emit", "emit_changes", "early_fire", "early_firing", "trigger", "cumulate", "suppress"),
        {"grace": "write early: 10m for rows of a window so far; left out, a row comes when its window closes"},
    ),
    (
        ("order", "order_by", "by", "asc", "desc", "limit"),
        {"idle": "leave it out: the order is that of the event time; the greatest of a window are arg_max(x, y, 3)"},
    ),
    (("late", "allowed_lateness", "watermark", "lateness", "delay"), {"grace": "write grace: 5s"}),
    (("topics", "filter"), {"topic": "write topic, where + and # stand for parts of it"}),
    (("paths", "include", "filename"), {"path": "write path"}),
    (("server", "host", "servers", "urls"), {"broker": "write broker: mqtt://HOST:1883", "url": "write url"}),
    (("address", "bind", "port"), {"listen": "write listen: '127.0.0.1:8099'"}),
    (("starts_when", "ends_when"), {"window": "write window: {cycle: {begin: …, end: …, timeout: …}}"}),
    (("source", "steps", "outputs", "sinks", "params", "limits", "target"), {"spec": "it stands in spec"}),
    (
        ("input", "pipeline", "output", "sources", "transforms", "sql", "actions", "id", "rules", "streams", "service"),
        {"metadata": "another product's file: begin a job with `edge-orch new`; docs/porting.md has the words"},
    ),
    (("drop_original",), {"compute": "leave it out: what an output reads says what leaves"}),
    (("per", "interval"), {"threshold": "write window: 1m"}),
    (("window",), {"last": "write within: 5m, or last: 10"}),
    (("window",), {"within": "write within: 5m"}),
    (("having",), {"compute": "filter the rows in a step after it"}),
    (
        ("variables", "accumulator", "memory", "states", "carry", "recursive", "context", "store"),
        {"state": "write state: {NAME: {init: 0, next: EXPRESSION}}"},
    ),
    (("initial", "initialvalue", "initial_value", "seed", "start", "default", "first"), {"init": "write init: 0"}),
    (("update", "then", "value", "expr", "expression", "step", "set"), {"next": "write next: EXPRESSION"}),
    (("reset", "reset_when", "since"), {"begin": "write begin: CONDITION, true for the record that begins anew"}),
    (("over", "partition", "group"), {"keys": "write keys: [FIELD]"}),
    (("retained", "retain_message"), {"retain": "write retain"}),
    (
        ("format", "codec", "encoding", "template", "datatemplate", "message_format", "serializer", "raw"),
        {"line": "records leave as JSON; as other text write line: FIELD, and make that text in a map step"},
    ),
    (("else", "otherwise", "other", "fallback"), {"default": "write default: BRANCH"}),
    (("from", "source", "field", "key", "column", "alias", "json_path", "selector"), {"pattern": "write path"}),
    (("enum", "values", "allowed", "one_of"), {"pattern": "write pattern: 'a|b'"}),
    (("regex", "regexp", "match"), {"pattern": "write pattern"}),
    (("tz", "timezone"), {"zone": "write zone: Europe/Berlin"}),
    (("id", "label"), {"aggregate": "write name"}),
    (
        ("format", "codec", "type", "decoder", "decoding", "parser", "encoding"),
        {"fields": "the format is a key of its own, such as json: {}"},
    ),
)


def mend_key(word: str, known: Iterable[str]) -> str:
    """What to write for a key that other products have, where one of ours that says the same is known; else nothing."""
    told = (meant[key] for words, meant in _MENDING_KEYS if word.lower() in words for key in known if key in meant)
    return next(told, "")


def names(words: Iterable[str]) -> str:
    """`a, b, c`, sorted; `none` when there are none."""
    return ", ".join(sorted(words)) or "none"


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "", cutoff: float = 0.6) -> str:
    """`did you mean `x`?` for the known word nearest to `word`, alike by `cutoff` or more, else `otherwise`."""
    by_lower = {name.lower(): name for name in sorted(known, reverse=True)}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=cutoff)
    return f"did you mean `{by_lower[near[0]]}`?" if near else otherwise


def cut_by_a_comma(text: str) -> bool:
    """Whether a bracket is closed that was opened before it: in `{a: f(x, y)}`, of `y)`."""
    depth = lowest = 0
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        lowest = min(lowest, depth)
    return lowest < 0
