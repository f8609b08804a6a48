"""Events the agent's core takes: what has happened, in the past tense."""

from __future__ import annotations

import msgspec

from edge_orch.engine.records import Batch
from edge_orch.twin.facts import Value
from edge_orch.wire.messages import Message, Unknown
from edge_orch_agent.core.dead_letters import KeptLetter
from edge_orch_agent.core.guarding import Crash
from edge_orch_agent.core.transaction import SegmentInfo, StreamId


class Started(msgspec.Struct, frozen=True):
    """The shell is ready to perform commands. The core was built from the store's `StoredState` before.

    `crash`: how the process before this one ended, if that was in the middle of a job's code.
    """

    crash: Crash | None = None


class Woke(msgspec.Struct, frozen=True):
    """The time that `wake_at` named has come (or an earlier one; then nothing happens)."""


class Stopping(msgspec.Struct, frozen=True):
    """The process is about to end. What is under way may still be answered; nothing new should begin."""


class LinkUp(msgspec.Struct, frozen=True):
    """The controller can be reached and knows who we are."""


class LinkDown(msgspec.Struct, frozen=True):
    """The controller cannot be reached. What was sent and not answered by a `Have` counts as lost."""


class MessageReceived(msgspec.Struct, frozen=True):
    """A message from the controller whose seal has been verified."""

    message: Message | Unknown


class ArtifactFetched(msgspec.Struct, frozen=True):
    """The signed envelope of a plan has arrived; not verified yet."""

    digest: str
    envelope: bytes


class ArtifactFailed(msgspec.Struct, frozen=True):
    """The envelope could not be fetched now."""

    digest: str
    reason: str


class Measured(msgspec.Struct, frozen=True):
    """What the kernel has counted: bytes that this process has had written to disks since its start."""

    written: int


class BatchRead(msgspec.Struct, frozen=True):
    """A source of a job read records. `receipt` names them to the source in a later `Acknowledge`.

    `positions`: what to store, so that after a restart the source goes on behind this batch and recognises
    redeliveries; each replaces what was stored under its key, None deletes it. `last`: the source has nothing
    behind it, for now.
    """

    job: str
    batch: Batch
    receipt: int
    positions: dict[str, bytes | None]
    last: bool = False


class SourceFailed(msgspec.Struct, frozen=True):
    """A source cannot read now; its shell goes on trying."""

    job: str
    reason: str


class PositionLost(msgspec.Struct, frozen=True):
    """What was stored of a source's position in this partition cannot be read; the source begins anew there."""

    job: str
    partition: str
    reason: str


class Committed(msgspec.Struct, frozen=True):
    """The transaction with this ticket is durable."""

    ticket: int
    written_bytes: int = 0


class CommitFailed(msgspec.Struct, frozen=True):
    """The transaction with this ticket was rolled back whole, and may be tried again. `full`: for want of room."""

    ticket: int
    reason: str
    full: bool = False


class Delivered(msgspec.Struct, frozen=True):
    """A sink took this segment for good."""

    stream: StreamId
    sequence: int


class DeliveryFailed(msgspec.Struct, frozen=True):
    """A sink did not take this segment. `permanent`: the same bytes will never be taken (4xx).

    `after_us`: not to be asked again before so many microseconds have passed. `gone`: no sink was asked, for the store
    has the segment no more, or damaged.
    """

    stream: StreamId
    sequence: int
    permanent: bool
    reason: str
    after_us: int = 0
    gone: bool = False


class Merged(msgspec.Struct, frozen=True):
    """The segments from `first` on are this one; None if they stay as they are: one is damaged, or there is no room."""

    stream: StreamId
    first: int
    segment: SegmentInfo | None


class OverrideRequested(msgspec.Struct, frozen=True):
    """A person at the device changes (or, with value None, revokes) a parameter. Answered by a `Reply`."""

    request: int
    job: str
    param: str
    value: Value | None
    reason: str
    by: str
    role: str
    expires_in_us: int | None = None


class AckRequested(msgspec.Struct, frozen=True):
    """A person at the device acknowledges an episode. Answered by a `Reply`."""

    request: int
    episode: str
    by: str
    note: str = ""


class SilenceRequested(msgspec.Struct, frozen=True):
    """A person at the device silences rules, or ends the silences in `lifts`. Answered by a `Reply`."""

    request: int
    job: str
    rule: str
    reason: str
    by: str
    expires_in_us: int
    key_values: tuple[str, ...] | None = None
    lifts: tuple[str, ...] = ()


class TapRequested(msgspec.Struct, frozen=True):
    """Somebody at the machine wants to look at the live records of a stage; `request` names the tap from then on."""

    request: int
    job: str
    stage: str


class TapClosed(msgspec.Struct, frozen=True):
    """Nobody looks any more."""

    request: int


class ReplayRequested(msgspec.Struct, frozen=True):
    """A person at the device gives dead letters another chance. Answered by a `Reply` when that is durable."""

    request: int
    ids: tuple[int, ...]


class Recalled(msgspec.Struct, frozen=True):
    """The dead letters that were asked for, those that are still there."""

    request: int
    letters: tuple[KeptLetter, ...]


ControllerEvent = LinkUp | LinkDown | MessageReceived | ArtifactFetched | ArtifactFailed
"""What has to do with the controller: an agent that never sees one of these works all the same."""

PersonEvent = (
    OverrideRequested | AckRequested | SilenceRequested | TapRequested | TapClosed | ReplayRequested | Recalled
)
"""What somebody at the machine asks for."""

Event = (
    Started
    | Woke
    | Measured
    | Stopping
    | ControllerEvent
    | BatchRead
    | SourceFailed
    | PositionLost
    | Committed
    | CommitFailed
    | Delivered
    | DeliveryFailed
    | Merged
    | PersonEvent
)
