"""Signed envelopes around plans: DSSE v1 JSON with Ed25519, verified against the keys an agent has pinned.

Source: https://github.com/secure-systems-lab/dsse/blob/master/envelope.md. The payload is JSON:
`{"job", "version", "digest", "plan"}`, the plan standing in it in its canonical bytes, over which the digest goes.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

import msgspec

from edge_orch.errors import Invalid, Problem, Refused
from edge_orch.plan.plan import PLAN_FORMAT, Plan, decode_plan, digest
from edge_orch.trust.keys import PrivateKey, PublicKey
from edge_orch.trust.pae import pae

PAYLOAD_TYPE = "application/vnd.edge-orch.plan+json"
MAX_ENVELOPE = 16 * 1024 * 1024
"""Bytes; a larger envelope is refused unread."""


class SignedPlan(msgspec.Struct, frozen=True):
    """A plan that a pinned key signed as this version of this job."""

    job: str
    version: int
    digest: str
    plan: Plan


class _Payload(msgspec.Struct, frozen=True):
    job: str
    version: int
    digest: str
    plan: msgspec.Raw


class _Signature(msgspec.Struct, frozen=True):
    keyid: str
    sig: str


class _Envelope(msgspec.Struct, frozen=True, rename={"payload_type": "payloadType"}):
    payload: str
    payload_type: str
    signatures: tuple[_Signature, ...]


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_PAYLOAD = msgspec.json.Decoder(_Payload)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, binascii.Error, ValueError)


def sign_plan(key: PrivateKey, job: str, version: int, plan_bytes: bytes) -> bytes:
    """The envelope, as JSON; the same input gives the same bytes. Raises `Invalid` unless the bytes are job's plan."""
    try:
        name = decode_plan(plan_bytes).name
    except _UNREADABLE as error:
        raise Invalid(Problem("these bytes are not a plan", found=str(error))) from error
    if name != job:
        raise Invalid(Problem("a plan is signed under its own name only", expected=repr(name), found=repr(job)))
    payload = msgspec.json.encode(_Payload(job, version, digest(plan_bytes), msgspec.Raw(plan_bytes)))
    signature = _Signature(key.public.key_id, _to_base64(key.sign(pae(PAYLOAD_TYPE, payload))))
    return msgspec.json.encode(_Envelope(_to_base64(payload), PAYLOAD_TYPE, (signature,)))


def open_envelope(data: bytes, pinned: Sequence[PublicKey]) -> SignedPlan:
    """The plan in `data`. One signature by one pinned key suffices; key ids are hints and are not trusted.

    Raises `Refused` when the bytes are no envelope, no pinned key signed them, they hold something other than what
    the digest says, or the plan is of a format this version does not know. Nothing of the payload is parsed before a
    signature has been verified.
    """
    if len(data) > MAX_ENVELOPE:
        raise Refused(Problem("envelope too large", expected=f"≤ {MAX_ENVELOPE} bytes", found=f"{len(data)}"))
    try:
        envelope = _ENVELOPE.decode(data)
        payload_bytes = _from_base64(envelope.payload)
        signatures = [_from_base64(signature.sig) for signature in envelope.signatures]
    except _UNREADABLE as error:
        raise Refused(Problem("not a DSSE envelope", found=str(error))) from error
    if envelope.payload_type != PAYLOAD_TYPE:
        raise Refused(
            Problem("the envelope holds no plan", expected=PAYLOAD_TYPE, found=repr(envelope.payload_type)),
        )
    signed = pae(PAYLOAD_TYPE, payload_bytes)
    if not any(key.verify(signature, signed) for key in pinned for signature in signatures):
        raise Refused(
            Problem(
                "no trusted key signed this plan",
                expected="a signature by " + (", ".join(f"{key.key_id[:16]}…" for key in pinned) or "a pinned key"),
                found=", ".join(repr(signature.keyid[:16]) for signature in envelope.signatures) or "no signature",
                next_step="if the controller got a new key, enrol this agent again",
            )
        )
    return _checked(payload_bytes)


def _checked(payload_bytes: bytes) -> SignedPlan:
    try:
        payload = _PAYLOAD.decode(payload_bytes)
        plan_bytes = bytes(payload.plan)
        plan = decode_plan(plan_bytes)
    except _UNREADABLE as error:
        raise Refused(
            Problem("this version cannot read the signed plan", found=str(error), next_step="upgrade the agent")
        ) from error
    if digest(plan_bytes) != payload.digest:
        raise Refused(
            Problem("the plan is not the one its digest names", expected=payload.digest, found=digest(plan_bytes))
        )
    if plan.name != payload.job:
        raise Refused(Problem("the plan was signed under another job's name", expected=payload.job, found=plan.name))
    if plan.format != PLAN_FORMAT:
        raise Refused(
            Problem(
                "this version does not know the format of the signed plan",
                expected=str(PLAN_FORMAT),
                found=str(plan.format),
                next_step="upgrade the agent",
            )
        )
    return SignedPlan(payload.job, payload.version, payload.digest, plan)


def _to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _from_base64(text: str) -> bytes:
    """DSSE allows the standard and the URL-safe alphabet. Raises `binascii.Error` on anything else."""
    return base64.b64decode(text.translate(_URL_SAFE), validate=True)


_URL_SAFE = str.maketrans("-_", "+/")
