from __future__ import annotations

from typing import Any

import jsonschema
import msgspec


def test_it_prints_a_json_schema(cli: Any) -> None:
    answer = cli("schema")
    assert answer.code == 0
    jsonschema.Draft202012Validator.check_schema(msgspec.json.decode(answer.out))
