from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.masking import HASHES_KEPT, LONGEST_KEPT, masker
from edge_orch.engine.pipeline import Pipeline
from edge_orch.engine.records import Device
from edge_orch.errors import Invalid
from edge_orch.plan.plan import encode_plan
from edge_orch.plan.secrets import step_secrets
from edge_orch.plan.steps import Encrypt, Generalize, Hash, Mask, Masking, Redact, Truncate
from tests.unit.engine.plans import BOOL, FLOAT, INT, STRING, TIMESTAMP, batch, parsed, plan, rows, schematize

KEY = "the very secret key"
SECRETS = {"K": KEY}


def hmac_of(text: str) -> str:
    return hmac.new(KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("method", "type_", "value", "expected"),
    [
        (Redact("***"), STRING, "Ada", "***"),
        (Truncate(2), STRING, "äöü", "äö"),
        (Hash("${secret:K}"), STRING, "Ada", hmac_of("Ada")),
        (Hash("${secret:K}"), FLOAT, 1.0, hmac_of("1.0")),
        (Hash("${secret:K}"), BOOL, True, hmac_of("true")),
        (Hash("${secret:K}"), TIMESTAMP, 0, hmac_of("1970-01-01T00:00:00Z")),
        (Generalize(10), INT, 37, 30),
        (Generalize(10), INT, -1, -10),
        (Generalize(10), INT, -(2**63), -(2**63)),
        (Generalize(0.1), FLOAT, 0.75, 0.7),
        (Generalize(5.0), FLOAT, -0.5, -5.0),
        (Generalize(1e300), FLOAT, -1.7976931348623157e308, -1.7976931348623157e308),
        (Generalize(3_600_000_000), TIMESTAMP, 3_600_000_001, 3_600_000_000),
    ],
)
def test_methods(method: Masking, type_: Any, value: Any, expected: Any) -> None:
    assert masker(method, type_, SECRETS)(value) == expected


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.0, -0.0])))
def test_equal_floats_that_read_differently_have_hashes_of_their_own(values: list[float]) -> None:
    mask = masker(Hash("${secret:K}"), FLOAT, SECRETS)

    assert [mask(value) for value in values] == [masker(Hash("${secret:K}"), FLOAT, SECRETS)(value) for value in values]


def test_a_hash_stays_what_it_is_whatever_came_before() -> None:
    mask = masker(Hash("${secret:K}"), STRING, SECRETS)
    texts = [f"{number:0{length}}" for length in (1, LONGEST_KEPT, LONGEST_KEPT + 1) for number in range(HASHES_KEPT)]

    assert all(mask(text) == hmac_of(text) for text in [*texts, *texts[::-1]])


def decrypt(text: str, secrets: dict[str, str]) -> str:
    """As docs/job-language.md tells those who receive the data."""
    page = (Path(__file__).parents[3] / "docs" / "job-language.md").read_text("utf-8")
    names: dict[str, Any] = {}
    exec(page.split("```python\n")[1].split("```")[0], names)  # noqa: S102 - our own page
    return str(names["decrypt"](text, secrets))


@given(st.text())
def test_what_is_encrypted_can_be_read_with_the_key_that_it_names(text: str) -> None:
    encrypt = masker(Encrypt("${secret:K}", "plant-1"), STRING, SECRETS)
    sealed = encrypt(text)
    assert sealed.startswith("v1:plant-1:")
    assert sealed == encrypt(text)
    assert decrypt(sealed, {"plant-1": KEY}) == text


def test_what_was_changed_or_sealed_under_another_key_or_name_is_refused() -> None:
    sealed = masker(Encrypt("${secret:K}", "a"), FLOAT, SECRETS)(21.5)
    assert decrypt(sealed, {"a": KEY}) == "21.5"
    for wrong in (sealed.replace(":a:", ":b:"), sealed[:-3] + "AAA"):
        with pytest.raises(InvalidTag):
            decrypt(wrong, {"a": KEY, "b": KEY})
    with pytest.raises(InvalidTag):
        decrypt(sealed, {"a": KEY + "."})


def test_different_texts_have_different_nonces() -> None:
    encrypt = masker(Encrypt("${secret:K}", "a"), STRING, SECRETS)
    assert len({encrypt(str(number))[5:21] for number in range(2_000)}) == 2_000


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([1e-300, 0.1, 10.0, 1e300]))
def test_a_generalized_float_is_finite_and_not_above(value: float, width: float) -> None:
    edge = masker(Generalize(width), FLOAT, {})(value)
    assert abs(edge) < float("inf")
    assert edge <= value or edge == pytest.approx(value)


@pytest.mark.parametrize("secrets", [{}, {"K": ""}])
def test_a_key_that_is_missing_or_empty_is_named(secrets: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="secret K is not on this device"):
        masker(Hash("${secret:K}"), STRING, secrets)


def test_the_key_is_in_no_plan_code_state_or_output() -> None:
    step = schematize(parsed("k", STRING, required=False))
    job = plan(step, Mask("mask", "parse", (("k", Hash("${secret:K}")),), step.schema))
    assert step_secrets(job) == ("K",)
    pipeline = Pipeline(job, device=Device("d"), secrets=SECRETS)
    emission = pipeline.process(batch(b'{"k":"Ada"}\n{}'))
    assert rows(emission) == [{"k": hmac_of("Ada")}, {"k": None}]
    written = encode_plan(job) + pipeline.code.encode() + pipeline.snapshot() + emission.outputs["out"].data
    assert KEY.encode() not in written
