from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_a_value_is_shown_beside_each_row(cli: Any) -> None:
    answer = cli("eval", "temp_c * 1.8 + 32", "--row", '{"temp_c": 20}', "--row", '{"temp_c": null}')
    assert answer.code == 0
    assert answer.out == 'FLOAT?    ROW\n68.0      {"temp_c": 20}\nNULL      {"temp_c": null}\n'


def test_rows_come_from_a_file_and_parameters_from_options(cli: Any, tmp_path: Path) -> None:
    rows = tmp_path / "rows.ndjson"
    rows.write_text('{"v": 1, "at": "2026-01-01T00:00:00Z"}\n\n{"v": 90, "at": "2026-01-01T05:00:00Z"}\n')
    answer = cli(
        "eval", "v > :hot AND extract(hour FROM at) = 5", "--input", str(rows), "--param", "hot=85", "-o", "json"
    )
    assert json.loads(answer.out) == {
        "type": "bool",
        "nullable": False,
        "fields": {"v": "int", "at": "timestamp"},
        "answers": [{"value": False}, {"value": True}],
    }


def test_constants_need_no_row(cli: Any) -> None:
    assert cli("eval", "upper('ab') || 1").out == 'STRING    ROW\n"AB1"\n'


def test_a_label_of_the_device_can_be_named(cli: Any) -> None:
    assert '"austin"' in cli("eval", "device.labels.site", "--device-label", "site=austin").out


def test_types_can_be_given_and_rows_that_do_not_fit_are_dead_letters(cli: Any) -> None:
    answer = cli("eval", "n + 1", "--row", '{"n": "x"}', "--row", '{"n": 3}', "--type", "n=int", "-o", "json")
    assert json.loads(answer.out)["answers"] == [{"dead": "n: Expected `int`, got `str`"}, {"value": 4}]
    assert "dead letter: integer overflow" in cli("eval", "n + 1", "--row", '{"n": 9223372036854775807}').out


def test_a_mistake_is_told_at_its_place_in_the_expression(cli: Any) -> None:
    answer = cli("eval", "1 + tmp_c", "--row", '{"temp_c": 20}')
    assert answer.code == 3
    assert "expression:1:5: unknown field `tmp_c`" in answer.err
    assert "did you mean `temp_c`?" in answer.err


def test_what_is_no_row_or_no_type_is_told(cli: Any) -> None:
    assert "row 1 is no JSON object" in cli("eval", "1", "--row", "[1]").err
    assert "a field of the rows, which are given by --row or --input" in cli("eval", "temp_c").err
    assert "unknown type of `a`" in cli("eval", "a", "--row", '{"a": 1}', "--type", "a=integer").err
    assert "--type needs a name and a value" in cli("eval", "a", "--type", "a").err


def test_of_a_file_of_another_kind_three_rows_are_told(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text("a: 1\n" * 9)
    answer = cli("eval", "1", "--input", str(tmp_path / "job.yaml"))
    assert answer.code == 3
    assert answer.err.count("is no JSON object") == 3
    assert answer.err.endswith("error: 6 more like these\n")


def test_a_parameter_without_a_value_is_asked_for(cli: Any) -> None:
    answer = cli("eval", ":hot + 1")
    assert answer.code == 3
    assert "unknown parameter `:hot`" in answer.err
    assert "next: give it a value by --param NAME=VALUE" in answer.err
