"""Where fields stand in the object that leaves, by the step that passes them on."""

from __future__ import annotations

import textwrap

from edge_orch.compile import compile_job
from edge_orch.plan.plan import Merge

READ = """
- schematize:
    json: {}
    fields:
      event: {type: json, path: $}
      id: {type: string, path: device.id}
      level: {type: string, default: info}
      note: {type: string, required: false}
"""


def merge(steps: str, field: str = "event", *, last: str = "last", read: str = READ) -> Merge | None:
    """How records leave behind these steps."""
    text = f"""
apiVersion: edge-orch/v1
kind: Job
metadata: {{name: merges}}
spec:
  source: {{mqtt: {{topic: x}}}}
  steps:
{textwrap.indent(read + textwrap.dedent(steps), "    ")}
  outputs: {{out: {{from: {last}, to: file, merge_into: {field}}}}}
  sinks: {{file: {{file: {{path: x}}}}}}
"""
    return compile_job(text, "job.yaml").outputs[0].merge


def test_a_default_is_set_where_it_may_stand_in() -> None:
    assert merge("- {name: last, filter: id = 'a'}") == Merge("event", ((("level",), "level"),))


def test_a_masked_field_is_set_where_it_stood_and_a_new_one_under_its_name() -> None:
    found = merge("- mask: {id: redact}\n- {name: last, map: {n: length(id)}}")
    assert found == Merge("event", ((("level",), "level"), (("n",), "n"), (("device", "id"), "id")))


def test_a_field_under_the_name_of_one_that_has_gone_takes_its_place() -> None:
    found = merge("- map: {was: id}\n- drop: [id, level]\n- {name: last, map: {id: \"was || '!'\"}}")
    assert found == Merge("event", ((("was",), "was"), (("device", "id"), "id")), (("level",),))


def test_what_select_leaves_out_is_removed() -> None:
    found = merge("- {name: last, select: [event, note]}")
    assert found == Merge("event", (), (("device", "id"), ("level",)))


def test_rows_of_windows_have_no_homes() -> None:
    compute = "{event: last(event), id: last(id)}"
    found = merge(f"- {{name: last, aggregate: {{window: {{tumbling: 1m}}, compute: {compute}}}}}")
    names = ("window_start", "window_end", "revision", "id")
    assert found == Merge("event", tuple(((name,), name) for name in names))


def test_the_text_that_parse_reads_takes_its_fields_back() -> None:
    read = "\n- schematize: {raw: {}, fields: {line: string}}\n"
    steps = "- parse: {field: line, json: {}, fields: {id: {type: string, path: device.id}, n: int}}\n"
    found = merge(steps + "- {name: last, map: {id: upper(id), n2: n}}", "line", read=read)
    assert found == Merge("line", ((("n2",), "n2"), (("device", "id"), "id")))


def test_a_text_that_is_no_object_holds_nothing() -> None:
    read = "\n- schematize: {raw: {}, fields: {line: string}}\n"
    regex = "regex: '(?P<id>.) (?P<n>.)', fields: {id: string, n: int}"
    found = merge(f"- {{name: last, parse: {{field: line, {regex}}}}}", "line", read=read)
    assert found == Merge("line", ((("id",), "id"), (("n",), "n")))


def test_what_one_of_several_formats_read_has_no_home() -> None:
    read = "\n- schematize: {raw: {}, fields: {line: string}}\n"
    formats = "[{json: {}, fields: {x: {type: string, path: a.x}}}, {regex: '(?P<x>.)', fields: {x: string}}]"
    found = merge(f"- {{name: last, parse: {{field: line, first_of: {formats}}}}}", "line", read=read)
    assert found == Merge("line", ((("x",), "x"),))


def test_names_of_a_text_format_are_members_of_the_object_of_all() -> None:
    read = (
        "\n- schematize: {logfmt: {}, fields: {all: {type: json, path: $}, status: {type: int, path: http.status}}}\n"
    )
    assert merge("- {name: last, map: {status: status + 1}}", "all", read=read) == Merge(
        "all", ((("http.status",), "status"),)
    )


def test_what_a_line_has_as_text_is_set_as_what_its_field_says() -> None:
    read = (
        "\n- schematize:\n    grok: '%{WORD:level} %{INT:http.status} %{NOTSPACE:user} %{GREEDYDATA:text}'\n"
        "    fields: {all: {type: json, path: $}, level: string, status: {type: int, path: http.status}}\n"
    )
    assert merge("- {name: last, filter: status > 1}", "all", read=read) == Merge(
        "all", ((("http.status",), "status"),)
    )


def test_branches_that_meet_keep_what_they_read_together() -> None:
    steps = """
    - route: {routes: {a: id = 'a'}, default: b}
    - {name: left, from: route.a, drop: [note]}
    - {name: right, from: route.b, map: {level: "'b'"}}
    - {name: last, from: [left, right], filter: id IS NOT NULL}
    """
    assert merge(steps) == Merge("event", ((("level",), "level"), (("note",), "note")))
    assert merge(steps, last="[left, right]") == merge(steps)
