"""Signed plans: what a pinned key signed opens; anything else is refused with a reason."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.errors import Invalid, Refused
from edge_orch.plan.plan import PLAN_FORMAT, Limits, Plan, Source, digest, encode_plan
from edge_orch.trust.envelope import PAYLOAD_TYPE, SignedPlan, open_envelope, sign_plan
from edge_orch.trust.keys import PrivateKey
from edge_orch.trust.pae import pae

KEY, OTHER = PrivateKey(b"k" * 32), PrivateKey(b"o" * 32)
PLAN = Plan("press", {}, None, (), Source("mqtt", {"topic": "t"}), (), (), (), Limits())
BYTES = encode_plan(PLAN)
ENVELOPE = sign_plan(KEY, "press", 7, BYTES)


def signed(payload: dict[str, Any], payload_type: str = PAYLOAD_TYPE) -> bytes:
    """An envelope the key's owner could make from any payload, right or wrong."""
    body = msgspec.json.encode(payload)
    signature = base64.b64encode(KEY.sign(pae(payload_type, body))).decode()
    signatures = [{"keyid": "", "sig": signature}]
    return msgspec.json.encode(
        {"payload": base64.b64encode(body).decode(), "payloadType": payload_type, "signatures": signatures}
    )


def test_a_signed_plan_opens() -> None:
    expected = SignedPlan("press", 7, digest(BYTES), PLAN)
    assert open_envelope(ENVELOPE, [KEY.public]) == expected
    assert open_envelope(ENVELOPE, [OTHER.public, KEY.public]) == expected


def test_signing_is_deterministic() -> None:
    assert sign_plan(KEY, "press", 7, BYTES) == ENVELOPE


def test_the_envelope_is_dsse_json() -> None:
    envelope = msgspec.json.decode(ENVELOPE)
    assert set(envelope) == {"payload", "payloadType", "signatures"}
    assert envelope["payloadType"] == "application/vnd.edge-orch.plan+json"
    payload = msgspec.json.decode(base64.b64decode(envelope["payload"]))
    assert (payload["job"], payload["version"], payload["plan"]["name"]) == ("press", 7, "press")


def test_url_safe_base64_opens_too() -> None:
    envelope = msgspec.json.decode(ENVELOPE)
    envelope["signatures"][0]["sig"] = envelope["signatures"][0]["sig"].translate(str.maketrans("+/", "-_"))
    assert open_envelope(msgspec.json.encode(envelope), [KEY.public]).version == 7


@pytest.mark.parametrize("pinned", [[], [OTHER.public]])
def test_a_plan_no_pinned_key_signed_is_refused(pinned: list[Any]) -> None:
    with pytest.raises(Refused, match="no trusted key signed this plan"):
        open_envelope(ENVELOPE, pinned)


def test_a_signature_over_another_type_is_refused() -> None:
    with pytest.raises(Refused, match="holds no plan"):
        open_envelope(signed({"job": "press"}, "application/other"), [KEY.public])


RAW = msgspec.Raw(BYTES)
NEWER = msgspec.Raw(encode_plan(msgspec.structs.replace(PLAN, format=PLAN_FORMAT + 1)))


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"job": "press", "version": 7, "digest": "sha256:0", "plan": RAW}, "not the one its digest names"),
        ({"job": "other", "version": 7, "digest": digest(BYTES), "plan": RAW}, "another job's name"),
        ({"job": "press", "version": 7, "digest": digest(bytes(NEWER)), "plan": NEWER}, "does not know the format"),
        ({"job": "press", "version": 7, "digest": digest(b"{}"), "plan": {}}, "cannot read the signed plan"),
        ({"job": "press"}, "cannot read the signed plan"),
    ],
)
def test_what_the_signer_got_wrong_is_refused(payload: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        open_envelope(signed(payload), [KEY.public])


@given(index=st.integers(0, len(ENVELOPE) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_never_opens_as_something_else(index: int, bit: int) -> None:
    bad = bytearray(ENVELOPE)
    bad[index] ^= 1 << bit
    try:
        opened = open_envelope(bytes(bad), [KEY.public])
    except Refused:
        return
    assert opened == open_envelope(ENVELOPE, [KEY.public])  # the flip hit a key id, which is a hint only


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        open_envelope(data, [KEY.public])


@pytest.mark.parametrize("plan_bytes", [b"", b"{}", b"\xff"])
def test_only_a_plan_is_signed(plan_bytes: bytes) -> None:
    with pytest.raises(Invalid, match="not a plan"):
        sign_plan(KEY, "press", 1, plan_bytes)


def test_a_plan_of_a_later_release_is_refused_and_not_run_without_what_is_new() -> None:
    later = {**msgspec.json.decode(BYTES), "hurry": True}
    payload = {"job": "press", "version": 7, "digest": digest(msgspec.json.encode(later)), "plan": later}

    with pytest.raises(Refused, match="cannot read the signed plan") as refused:
        open_envelope(signed(payload), [KEY.public])

    assert "hurry" in refused.value.problems[0].found
    assert refused.value.problems[0].next_step == "upgrade the agent"


def test_a_plan_is_signed_under_its_own_name_only() -> None:
    with pytest.raises(Invalid, match="own name"):
        sign_plan(KEY, "other", 1, BYTES)
