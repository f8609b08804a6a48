"""The port every store implements; `tests/contracts` holds each adapter to the same suite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from edge_orch.errors import StorageError
from edge_orch.twin.facts import Section
from edge_orch_agent.core.dead_letters import KeptLetter
from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.transaction import Segment, SegmentInfo, StreamId, Transaction

ARCHIVED = 2_000
"""Facts that have left the twin and are kept on the device; the controller keeps all."""


class DiskFull(StorageError):
    """There is no room for the transaction. Nothing was changed; room may come."""


class StoreLost(StorageError):
    """What is open is not to be trusted any more, and must be opened anew: that puts right what can be.

    Nothing of the transaction is durable.
    """


class Store(Protocol):
    """Durable state of one agent. All methods raise `StorageError` with the cause and the next step, or `StoreLost`."""

    def load(self) -> StoredState:
        """Everything that was committed."""
        ...

    def commit(self, transaction: Transaction, essential: bool = False) -> int:
        """Apply the whole transaction durably or change nothing; returns the bytes written. Raises `DiskFull`.

        A reserve is kept that only an `essential` transaction may use; as long as it is in use, and cannot be restored,
        every other one is refused. One that leaves less behind than it found is always taken if it is `essential`.
        """
        ...

    def segment(self, stream: StreamId, sequence: int) -> Segment | None:
        """One undelivered segment with its data, or None when it is gone or damaged: it can never be delivered.

        A `Rejection` of a damaged segment leaves one dead letter that says so.
        """
        ...

    def merge(self, stream: StreamId, first: int, last: int) -> SegmentInfo | None:
        """Put one segment in the place of those with the sequences `first` to `last`, durably or not at all.

        None, and nothing is changed, if one of them is damaged. Raises `DiskFull` without touching the reserve.
        """
        ...

    def archived(self) -> list[tuple[Section, str, str]]:
        """Section, key and text of the facts that have left the twin, oldest first: `ARCHIVED` of them at most."""
        ...

    def letters(self, ids: Sequence[int]) -> list[KeptLetter]:
        """The dead letters of these numbers that are still there, in order."""
        ...

    def close(self) -> None:
        """Release the file. Committed state stays."""
        ...
