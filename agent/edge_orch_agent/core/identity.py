"""Who this agent is, in this boot."""

from __future__ import annotations

import msgspec

from edge_orch.trust.keys import PublicKey


class AgentIdentity(msgspec.Struct, frozen=True):
    """What the shell knows about the device before the core starts; constant until the process ends.

    `boot`: the boot id, as in every `Instant` of this run. `actor_nonce`: 8 fresh random bytes a process start, never
    used again: the second half of this run's actor in the twin. `controller_keys`: only what one of them signed is
    run. `seed`: of the generator that spreads retries; the core draws no randomness of its own.
    """

    agent: str
    labels: dict[str, str]
    firmware: str
    software: str
    boot: str
    actor_nonce: bytes
    controller_keys: tuple[PublicKey, ...]
    seed: int

    @property
    def run(self) -> str:
        """Names this start of the agent in the keys of what it sends: 8 hexadecimal digits."""
        return self.actor_nonce.hex()[-8:]
