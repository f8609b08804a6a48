from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from edge_orch.cli.graph import Node, as_svg, as_text, graph_of
from edge_orch.compile import compile_job
from edge_orch.plan.plan import decode_plan
from tests.unit.compile.examples import PRESSES


@pytest.fixture
def job(tmp_path: Path) -> str:
    (tmp_path / "job.yaml").write_text(PRESSES, "utf-8")
    return str(tmp_path / "job.yaml")


def test_it_shows_schemas_parameters_and_outputs(cli: Any, job: str) -> None:
    answer = cli("explain", job)
    assert answer.code == 0
    assert "target:  site = 'austin' AND role = 'press'\n" in answer.out
    assert "  enrich (map) ← schematize\n    assignments:\n      site: device.labels.site\n" in answer.out
    assert "    → enrich: ts timestamp (event time), sensor string, temp_c float, site string?, " in answer.out
    everywhere = "operators and admins, centrally or at the machine"
    assert f"  :hot_c   float   85.0       0      200    {everywhere}  overheating\n" in answer.out
    assert ":quorum  int     4          1             admins, centrally" in answer.out
    assert "    when: temp_c > :hot_c\n" in answer.out
    assert "    clear: when: temp_c < :hot_c - 5.0, hold: 1m\n" in answer.out
    assert "    quorum: distinct: sensor, at_least: :quorum, within: 30s\n" in answer.out
    assert "      p95_c: quantile(temp_c, 0.95)\n" in answer.out
    assert "  stats   per_sensor  warehouse  normal" in answer.out
    assert "  outbox: 512MiB, state: 64MiB, dead_letters: 32MiB, max_age: 30d, on_full: drop_oldest" in answer.out


def test_every_ready_job_can_be_explained(cli: Any) -> None:
    for file in sorted((Path(__file__).parents[3] / "jobs").glob("*.yaml")):
        if ".test." not in file.name:
            answer = cli("explain", str(file))
            assert answer.code == 0
            assert "Struct" not in answer.out
            assert "Call(" not in answer.out


def test_options_that_are_left_out_are_shown_only_where_they_have_a_default(cli: Any) -> None:
    meters = cli("explain", str(Path(__file__).parents[3] / "jobs" / "energy_meters.yaml")).out
    assert meters.count("    idle: 1m\n") == 2
    assert meters.count("    empty: ") == meters.count("    empty: 1d\n") == 1


def test_aggregates_and_formats_are_shown_as_they_are_written(cli: Any) -> None:
    jobs = Path(__file__).parents[3] / "jobs"
    log = cli("explain", str(jobs / "access_log.yaml")).out
    assert "      slow: histogram(took_ms, [10.0, 100.0, 1000.0])\n" in log
    assert "      slowest: arg_max(json_object('path', path, 'took_ms', took_ms), took_ms, 3)\n" in log
    lines = cli("explain", str(jobs / "mixed_lines.yaml")).out
    assert "    or:\n      format: csv, columns: [at, sensor, temp_c], delimiter: ;, header: false\n" in lines


def test_what_leaves_is_shown_and_how_running_and_members_are_written(cli: Any) -> None:
    jobs = Path(__file__).parents[3] / "jobs"
    tiers = cli("explain", str(jobs / "log_tiers.yaml")).out
    assert "  hot     tiers.hot   index    high        line\n" in tiers
    wear = cli("explain", str(jobs / "crane_wear.yaml")).out
    assert "    begin: serviced OR temp_c < :cold_c\n" in wear
    nodes = cli("explain", str(jobs / "opc_publisher.yaml")).out
    assert "      nodes: json_group_object(node, value)\n" in nodes
    assert "    key: node\n" in nodes
    assert "as JSON\n" in nodes


def test_the_graph_is_drawn_as_text(cli: Any, job: str) -> None:
    assert cli("explain", "--graph", "text", job).out == (
        "mqtt (source)\n"
        "└─ schematize\n"
        "   ├─ enrich (map)\n"
        "   │  ├─ filter\n"
        "   │  │  └─ per_sensor (aggregate)\n"
        "   │  │     └─ stats (to warehouse (http))\n"
        "   │  └─ overheating (alert)\n"
        "   │     ├─ oncall (told by pagerduty)\n"
        "   │     └─ bus (told by sqs)\n"
        "   └─ raw (to lake (file))\n"
    )


def test_the_graph_is_drawn_for_documents_and_as_a_picture(cli: Any, job: str) -> None:
    mermaid = cli("explain", "--graph", "mermaid", job).out
    assert mermaid.startswith("flowchart LR\n")
    assert 'n_0_0_0_0_0(["stats<br/>to warehouse (http)"])' in mermaid
    svg = Xml.fromstring(cli("explain", "--graph", "svg", job).out)  # noqa: S314 -- our own
    texts = [element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert {"mqtt", "schematize", "enrich", "filter", "per_sensor", "overheating", "oncall", "bus", "raw"} <= set(texts)
    boxes = [(box.get("x"), box.get("y")) for box in svg.iter("{http://www.w3.org/2000/svg}rect")]
    assert len(boxes) == len(set(boxes)), "no two boxes lie at one place"


UNITED = """apiVersion: edge-orch/v1
kind: Job
metadata: {name: united}
spec:
  source: {file: {path: x}}
  steps:
    - schematize: {json: {}, fields: {x: float}}
    - route: {routes: {high: x > 5}, default: low}
    - {name: low, from: route.low, map: {y: 1}}
    - {name: both, from: [route.high, low], filter: x > 1}
  outputs: {all: {from: [schematize, low], to: k}}
  sinks: {k: {file: {path: y}}}
"""


def test_a_step_that_several_feed_is_drawn_once_and_named_with_all_of_them(cli: Any, tmp_path: Path) -> None:
    job = tmp_path / "j.yaml"
    job.write_text(UNITED, "utf-8")
    assert cli("explain", "--graph", "text", str(job)).out == (
        "file (source)\n"
        "└─ schematize\n"
        "   └─ route\n"
        "      └─ [low] low (map)\n"
        "         ├─ both (filter) ← also [high] route\n"
        "         └─ all (to k (file)) ← also schematize\n"
    )
    mermaid = cli("explain", "--graph", "mermaid", str(job)).out.splitlines()
    assert mermaid[-2:] == ['  n_0_0 -->|"high"| n_0_0_0_0', "  n_0 --> n_0_0_0_1"]
    svg = Xml.fromstring(cli("explain", "--graph", "svg", str(job)).out)  # noqa: S314 -- our own
    assert len(list(svg.iter("{http://www.w3.org/2000/svg}path"))) == 7
    stages = cli("explain", str(job)).out
    assert "  route.high + low (union) ← route.high, low\n    → route.high + low: x float, y int?\n" in stages
    assert "  both (filter) ← route.high + low\n" in stages


def test_options_of_a_sink_are_shown_as_they_are_written(cli: Any, tmp_path: Path) -> None:
    job = tmp_path / "j.yaml"
    sinks = "sinks: {k: {mqtt: {topic: t, retain: true}}, w: {webhook: {url: 'http://127.0.0.1/x'}}}"
    job.write_text(UNITED.replace("sinks: {k: {file: {path: y}}}", sinks), "utf-8")
    out = cli("explain", str(job)).out
    assert "  k: mqtt: topic t, retain true\n  w: webhook: url http://127.0.0.1/x\n" in out


def test_branches_of_one_route_that_meet_are_one_line_with_their_names(cli: Any, tmp_path: Path) -> None:
    job = tmp_path / "j.yaml"
    job.write_text(UNITED.replace("from: [schematize, low]", "from: [route.high, route.low]"), "utf-8")
    assert "└─ [high, low] all (to k (file))\n" in cli("explain", "--graph", "text", str(job)).out
    assert '|"high, low"|' in cli("explain", "--graph", "mermaid", str(job)).out
    assert cli("explain", "--graph", "svg", str(job)).out.count(">high, low</text>") == 1


def test_a_line_that_passes_by_other_boxes_leaves_their_row() -> None:
    first, last = Node("first", "map", "step"), Node("last", "map", "step")
    last.also = [(first, "")]
    first.children = [Node("between", "map", "step", children=[last])]
    drawn = [path for path in as_svg(first).splitlines() if path.startswith("<path")]
    assert len(drawn) == 3
    assert sum(" C236,68 404,68 " in path for path in drawn) == 1, "one hangs through, the others are level"


def test_an_output_of_dead_letters_stands_in_every_graph(cli: Any, tmp_path: Path) -> None:
    job = tmp_path / "j.yaml"
    job.write_text(UNITED.replace("outputs: {", "outputs: {refused: {from: dead_letters, to: k}, "), "utf-8")
    text = cli("explain", "--graph", "text", str(job)).out
    assert text.endswith("└─ dead letters (what steps refuse)\n   └─ refused (to k (file))\n")
    assert '["dead letters<br/>what steps refuse"]' in cli("explain", "--graph", "mermaid", str(job)).out
    assert ">dead letters</text>" in cli("explain", "--graph", "svg", str(job)).out


def test_the_element_itself_is_shown_as_it_is_written(cli: Any, tmp_path: Path) -> None:
    job = tmp_path / "j.yaml"
    steps = "- schematize: {raw: {}, fields: {y: string}}\n    - explode: {field: y, fields: {z: {type: int, path: $}}}"
    tail = "\n  outputs: {all: {from: explode, to: k}}\n  sinks: {k: {file: {path: y}}}\n"
    job.write_text(UNITED.partition("- ")[0] + steps + tail, "utf-8")
    assert "      z: int, path: $\n" in cli("explain", str(job)).out


def test_branches_of_a_route_are_named_in_the_graph(cli: Any) -> None:
    job = str(Path(__file__).parents[3] / "jobs" / "scada_registers.yaml")
    assert "[unknown] unknown (to unknown (file))" in cli("explain", "--graph", "text", job).out
    assert '-->|"measured"|' in cli("explain", "--graph", "mermaid", job).out
    assert ">measured</text>" in cli("explain", "--graph", "svg", job).out
    assert cli("explain", "--graph", "svg", "--code", job).code == 2


def test_it_shows_the_code(cli: Any, job: str) -> None:
    answer = cli("explain", "--code", job)
    assert answer.code == 0
    compile(answer.out, "generated", "exec")


def test_json_is_the_plan(cli: Any, job: str) -> None:
    assert decode_plan(cli("explain", "-o", "json", job).out.encode()).name == "press-temperature"


def test_a_wrong_job_is_not_explained(cli: Any, job: str) -> None:
    Path(job).write_text("kind: Jb", "utf-8")
    answer = cli("explain", job)
    assert answer.code == 3
    assert f"{job}:1:7: not one of the choices" in answer.err


def test_boxes_of_a_picture_are_as_wide_as_what_stands_in_them() -> None:
    def boxes(title: str, branch: str) -> list[tuple[int, int]]:
        root = Node("mqtt", "source", "source", children=[Node(title, "map", "step", branch)])
        svg = Xml.fromstring(as_svg(root))  # noqa: S314 -- our own
        found = [box for box in svg.iter("{http://www.w3.org/2000/svg}rect") if box.get("rx")]
        return sorted((int(box.get("x", "")), int(box.get("width", ""))) for box in found)

    (first, width), (second, same) = boxes("short", "hot")
    assert width == same >= 60
    (_, wide), (far, wider) = boxes("t" * 63, "b" * 63)
    assert wide == wider >= 63 * 7
    assert far - first - wide >= 63 * 7 > second - first - width


def test_who_is_told_later_stands_in_the_graph() -> None:
    text = PRESSES.replace("notify: [oncall, bus]", "notify: [oncall], escalate: {after: 5m, notify: [bus]}")
    text = text.replace("notify: [oncall], escalate", "notify: [oncall]\n        escalate")
    assert "bus (told later by sqs)" in as_text(graph_of(compile_job(text, "job.yaml")))
