"""What a sync session wants done, in order."""

from __future__ import annotations

import msgspec

from edge_orch.twin.change import Change
from edge_orch.twin.epoch import Rolled
from edge_orch.wire.messages import Delta, Have, Roll

SyncMessage = Have | Delta | Roll


class Persist(msgspec.Struct, frozen=True):
    """Make these changes of the peer durable, then call `persisted` with them.

    A row that is there already is replaced: it holds the same, or it was damaged.
    """

    changes: tuple[Change, ...]


class Begin(msgspec.Struct, frozen=True):
    """Make the twin's new epoch durable in place of the old one, then call `persisted` with its changes."""

    rolled: Rolled


class Transmit(msgspec.Struct, frozen=True):
    """Send the message if the link is up; otherwise forget it."""

    message: SyncMessage


class Quarantine(msgspec.Struct, frozen=True):
    """The peer broke the rules; nothing of its message was taken. Show the reason; the twins may stay apart."""

    reason: str


class Ignored(msgspec.Struct, frozen=True):
    """A message that is not for this session, such as one of another twin; nothing was done."""

    reason: str


SyncCommand = Persist | Begin | Transmit | Quarantine | Ignored
