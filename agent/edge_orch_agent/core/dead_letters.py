"""Dead letters that are kept on the device, and can be given another chance."""

from __future__ import annotations

import msgspec

from edge_orch_agent.core.transaction import JobDeadLetter


class KeptLetter(msgspec.Struct, frozen=True):
    """A dead letter and the number that names it on this device."""

    id: int
    dead: JobDeadLetter
