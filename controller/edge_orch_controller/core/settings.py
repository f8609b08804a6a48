"""What a controller's core must be told."""

from __future__ import annotations

import msgspec

from edge_orch.time import SECOND


class Settings(msgspec.Struct, frozen=True):
    """`name`: of this controller among its replicas. `nonce`: 8 random bytes, fresh at each start.

    `hand_key`: secret bytes by which this controller and its replicas know their own facts again after they have
    forgotten them (`edge_orch.twin.hand`); empty: they do not.
    `have_every_us`: mean time between two `Have`s to an agent that is here (each ± 20 %).
    `open_twins`: how many twins stay in memory; each takes 15–20 KB.
    `syncs_at_once`: with how many agents twins are compared at a time, the others wait; enough to hide a round trip and
    a commit.
    `turn_us`: after this long an agent that is still not done waits again, behind the others. Longer than a message
    may take through the screen on a slow machine: what comes after the turn may be too large to keep, and said again.
    `patience_us`: how long an agent that has come has to speak before we do.
    """

    name: str
    nonce: bytes
    hand_key: bytes = b""
    have_every_us: int = 30 * SECOND
    open_twins: int = 2_000
    retry_us: int = SECOND
    syncs_at_once: int = 256
    turn_us: int = 30 * SECOND
    patience_us: int = SECOND
