"""The library: the signed plans that the device has, each verified before it is used."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from edge_orch.errors import Problem, Refused
from edge_orch.plan.plan import Plan
from edge_orch.trust.envelope import open_envelope
from edge_orch.trust.keys import PublicKey
from edge_orch_agent.core.transaction import Slot


class Library:
    """Envelopes by digest. A plan comes out only if a pinned key signed it as just what was asked for."""

    def __init__(self, keys: Sequence[PublicKey], envelopes: Mapping[str, bytes]) -> None:
        self._keys = keys
        self._envelopes = dict(envelopes)
        self._plans: dict[tuple[str, int, str], Plan] = {}

    def __contains__(self, digest: str) -> bool:
        return digest in self._envelopes

    def put(self, digest: str, envelope: bytes) -> None:
        """Take in an envelope, unverified."""
        self._envelopes[digest] = envelope

    def discard(self, digest: str) -> None:
        """The envelope is of no use."""
        self._envelopes.pop(digest, None)

    def keep(self, digests: Collection[str]) -> None:
        """Discard all others."""
        self._envelopes = {digest: data for digest, data in self._envelopes.items() if digest in digests}
        self._plans = {key: plan for key, plan in self._plans.items() if key[2] in digests}

    def envelope(self, digest: str) -> bytes:
        """The envelope as it came; KeyError if there is none."""
        return self._envelopes[digest]

    def plan(self, slot: Slot) -> Plan:
        """The plan of that job, version and digest. Raises `Refused`."""
        asked = (slot.job, slot.version, slot.digest)
        if asked not in self._plans:
            envelope = self._envelopes.get(slot.digest)
            if envelope is None:
                raise Refused(Problem("the signed plan is not on the device", expected=slot.digest))
            signed = open_envelope(envelope, self._keys)
            found = (signed.job, signed.version, signed.digest)
            if found != asked:
                raise Refused(
                    Problem("a trusted plan, but not the one asked for", expected=str(asked), found=str(found))
                )
            self._plans[asked] = signed.plan
        return self._plans[asked]

    def kept(self, slot: Slot) -> Plan | None:
        """The plan if it is here and trusted, else None."""
        try:
            return self.plan(slot)
        except Refused:
            return None
