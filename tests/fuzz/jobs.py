"""Jobs in every format, through every kind of step, and records that they take: what the fuzz tests damage."""

from __future__ import annotations

import msgspec

from edge_orch.compile import compile_job
from edge_orch.plan.plan import Plan

_FIELDS = """
          ts: {type: timestamp, %s}
          k: {type: string, required: false, pattern: '[^=]*=?[^=]*', %s}
          x: {type: float, required: false, max: 1000, %s}
          n: {type: int, required: false, %s}
          ok: {type: bool, required: false, %s}
"""
_STEPS = r"""
    - enrich: {site: device.labels.site, topic: source.topic}
    - map:
        j: coalesce(k, '[]')
        word: regexp_extract(k, '([a-z]+)=(.*)', 1)
        clean: regexp_replace(lower(k), '\s+', ' ', 'g')
        part: k ->> '$.a[0]'
        sum: n + 4611686018427387904
        level: CASE WHEN x > 50 THEN 'hot' WHEN k LIKE '%a%b%' THEN 'ab' ELSE lpad(k, n, '.') END
        when: strptime(k, '%Y-%m-%d')
        bits: n & 255
    - filter: ok IS DISTINCT FROM FALSE
    - lookup: {keys: {k: k}, csv: "k,line\na,A\n", fields: {line: string}}
    - mask: {clean: {hash: '${secret:KEY}'}, word: {encrypt: {key: '${secret:KEY}', key_id: a}}, x: {generalize: 5}}
    - dedupe: {keys: [k, n], within: 10s}
    - route: {routes: {hot: x > 50, texts: k IS NOT NULL}, default: rest}
    - from: route.texts
      parse: {field: j, json: {}, fields: {v: {type: float, path: a.b, required: false}}}
    - name: either
      from: route.texts
      parse: {field: j, first_of: [{json: {}, fields: {either: int}}, {logfmt: {}, fields: {either: int, or: string}}]}
    - name: elements
      from: route.texts
      explode: {field: j, index: place, fields: {e: {type: float, path: v, default: 0}}}
    - name: members
      from: route.texts
      explode: {field: j, key: member, fields: {e: {type: json, path: $, required: false}}}
    - name: words
      from: route.rest
      throttle: {threshold: 3, window: 5s, keys: [k]}
    - name: moves
      from: route.rest
      deadband: {keys: [k], fields: {x: 2, ok: 0}, every: 5s}
    - name: averages
      from: route.rest
      moving: {keys: [k], last: 5, within: 5s, compute: {moving: avg(x), top: 'arg_max(k, x, 2)', most: mode(n)}}
    - name: so_far
      from: route.rest
      running: {keys: [k], begin: ok, compute: {total: sum(x), seen: count(DISTINCT j), most: 'quantile(x, 0.9)'}}
    - name: carried
      from: averages
      latest: {keys: [k], fields: {last_x: x, last_j: j}, within: 5s}
    - name: entries
      from: carried
      aggregate:
        window: {cycle: {begin: x > 0, end: x > 40, timeout: 5s}}
        by: [k]
        compute: {texts: "string_agg(k, '|')", kinds: histogram(ok), spread: 'histogram(last_x, [0, 10])'}
    - name: some
      from: route.hot
      sample: {ratio: 0.5, keys: [k]}
    - name: sums
      from: filter
      aggregate:
        window: {tumbling: 5s}
        by: [k]
        compute:
          {n: count(*), total: sum(n), mean: avg(x), p: 'quantile(x, 0.9)', kinds: count(DISTINCT n), all: array_agg(k)}
        on_late: dead_letter
    - name: alarm
      from: filter
      alert: {when: x > 90, key: [k], hold: 1s, summary: '{k} {x}'}
    - name: kept
      from: words
      select: [ts, k, x, n, ok, level]
"""
_JOB = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: fuzz}
spec:
  source: {mqtt: {topic: a}}
  steps:
    - schematize:
        %s
        time: ts
        fields:%s%s
  outputs:
    a: {from: kept, to: out}
    b: {from: sums, to: out}
    c: {from: elements, to: out}
    d: {from: parse, to: out}
    e: {from: some, to: out}
    f: {from: entries, to: out}
  sinks: {out: {file: {path: y}}}
"""
_UNIX = "format: unix_s"
_REGEX = r"regex: '(?P<ts>\S+) (?P<k>[^|]*)\|(?P<x>[^|]*)\|(?P<n>[^|]*)\|(?P<ok>.*)'"
_GROK = (
    "grok: {pattern: '%{NUMBER:ts} %{CELL:k}[|]%{CELL:x}[|]%{CELL:n}[|]%{GREEDYDATA:ok}', patterns: {CELL: '[^|]*'}}"
)
_SYSLOG = (
    "path: timestamp", "path: message", "path: severity_code", "path: [structured_data, s, n]",
    "path: [structured_data, s, ok]",
)  # fmt: skip
_INFLUX = ("path: timestamp", "path: tags.k", "path: fields.x", "path: fields.n", "path: fields.ok")
_XML = (
    "format: unix_s, path: r.@t", "path: r.k", "path: 'r.m:x'", "path: r.n", "path: r.ok",
)  # fmt: skip

RAW = """
apiVersion: edge-orch/v1
kind: Job
metadata: {name: raw}
spec:
  source: {mqtt: {topic: a}}
  steps:
    - schematize: {raw: {}, fields: {line: string}}
    - map: {n: length(line), hot: "regexp_like(line, 'a.*b')"}
  outputs: {a: {from: map, to: out}, lines: {from: map, to: out, line: line}}
  sinks: {out: {file: {path: y}}}
"""
FORMATS: dict[str, tuple[str, tuple[str, ...], bytes]] = {
    "json": ("json: {}", (_UNIX, "path: d.k", "path: d.x", "path: n", "path: ok"),
             b'{"ts": 1700000001.5, "d": {"k": "{\\"a\\": [1]}", "x": 51.5}, "n": 7, "ok": true}'),
    "csv": ("csv: {columns: [ts, k, x, n, ok]}", (_UNIX,), b'1700000001.5,"[{""v"": 1}, {}]",51.5,7,true'),
    "csv_semicolons": ("csv: {columns: [ts, k, x, n, ok], delimiter: ';'}", (_UNIX,),
                       b'1700000002;=1+cmd|"a";1e2;-7;no'),
    "csv_header": ("csv: {header: true}", (_UNIX,), b'1,"b ""c""",99.5,1700000003.5,yes'),
    "regex": (_REGEX, (_UNIX,), b"1700000003 a b|95|7|yes"),
    "grok": (_GROK, (_UNIX,), b"1700000003.5 a b|95|7|yes"),
    "logfmt": ("logfmt: {}", (_UNIX,), b'ts=1700000004 k="a \\"b\\"" x=1.5 n=-3 ok'),
    "key_value": ("key_value: {field_delimiter: '; ', key_value_delimiter: ': '}", (_UNIX,),
                  b'ts: 1700000005; k: [1, 2]; x: 99; n: 0; ok: f'),
    "syslog": ("syslog: auto", _SYSLOG, b'<165>1 2023-11-14T22:13:26Z host app 1 id [s n="7" ok="t"] {"a": {"b": 2}}'),
    "syslog_old": ("syslog: rfc3164", _SYSLOG, b"<34>Nov 14 22:13:27 host su[1]: 'su root' failed"),
    "raw": ("", (), b"anything"),
    "xml": ("xml: {arrays: [v], children: [s], namespaces: {m: 'urn:m'}}", _XML,
            b'<r t="1700000009" xmlns:m="urn:m"><k>[{"v": 1}]</k><m:x>51.5</m:x><n u="C">7</n><s/><ok>t</ok></r>'),
    "msgpack": ("msgpack: {}", (_UNIX, "path: d.k", "path: d.x", "path: n", "path: ok"), msgspec.msgpack.encode(
        {"ts": 1700000011.5, "d": {"k": '[{"v": 1}]', "x": 51.5}, "n": 7, "ok": True})),
    "influx": ("influx: {}", _INFLUX, b'm,k=a\\ b x=1.5,n=7i,ok=t 1700000008000000000'),
}  # fmt: skip


HEADERS = {"csv_header": [b"n,k,x,ts,ok"]}
"""What stands before all records; it is none itself."""


def plan(name: str) -> Plan:
    """The job in that format."""
    if name == "raw":
        return compile_job(RAW, "raw.yaml")
    format_, options, _ = FORMATS[name]
    fields = _FIELDS % (*options, *[""] * (5 - len(options)))
    return compile_job(_JOB % (format_, fields.replace(", }", "}"), _STEPS), f"{name}.yaml")
