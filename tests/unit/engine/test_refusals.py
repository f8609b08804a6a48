from __future__ import annotations

from edge_orch.plan.plan import DEAD_LETTERS
from tests.unit.engine.plans import INT, batch, parsed, pipeline, plan, rows, schematize


def test_an_output_of_dead_letters_carries_what_steps_refuse_beside_the_letters_themselves() -> None:
    step = schematize(parsed("n", INT))
    running = pipeline(plan(step, outputs={"good": "parse", "dlq": DEAD_LETTERS, "again": DEAD_LETTERS}), version=3)

    emission = running.process(batch(b'{"n": 1}\n{"n": "x"}\n\xff{}\n{"n": 2}', position=10))

    assert rows(emission, "good") == [{"n": 1}, {"n": 2}]
    assert rows(emission, "dlq") == [
        {
            **{"job": "job", "version": 3, "step": "parse", "reason": "Expected `int`, got `str`", "field": "n"},
            **{"partition": "p", "position": 11, "encoding": "utf-8", "raw": '{"n": "x"}'},
        },
        {
            **{"job": "job", "version": 3, "step": "parse", "reason": "the record is not valid UTF-8", "field": ""},
            **{"partition": "p", "position": 12, "encoding": "base64", "raw": "/3t9"},
        },
    ]
    assert emission.outputs["again"] == emission.outputs["dlq"]
    assert len(emission.dead) == 2


def test_without_dead_letters_the_output_is_absent() -> None:
    running = pipeline(plan(schematize(parsed("n", INT)), outputs={"dlq": DEAD_LETTERS}))

    assert running.process(batch(b'{"n": 1}')).outputs == {}
