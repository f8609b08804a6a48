"""Commands the agent's core gives: what the shell must do, in the imperative and in the order given."""

from __future__ import annotations

import msgspec

from edge_orch.errors import Problem
from edge_orch.plan.plan import Sink, Source
from edge_orch.wire.messages import Message
from edge_orch_agent.core.transaction import StreamId, Transaction


class Commit(msgspec.Struct, frozen=True):
    """Make the transaction durable, whole or not at all; answer `Committed` or `CommitFailed` with the ticket.

    `essential`: on a full disk it may use the room that is kept for such transactions.
    """

    ticket: int
    transaction: Transaction
    essential: bool = False


class Acknowledge(msgspec.Struct, frozen=True):
    """Tell the job's source that these receipts are durable (MQTT PUBACK, HTTP 200)."""

    job: str
    receipts: tuple[int, ...]


class Send(msgspec.Struct, frozen=True):
    """Seal the message and send it to the controller if the link is up; otherwise forget it."""

    message: Message


class Fetch(msgspec.Struct, frozen=True):
    """Get the envelope with this digest from the controller; answer `ArtifactFetched` or `ArtifactFailed`."""

    digest: str


class StartSource(msgspec.Struct, frozen=True):
    """Begin to read for the job, from the stored positions (partition key → position); answers are `BatchRead`s."""

    job: str
    source: Source
    positions: dict[str, bytes]


class StopSource(msgspec.Struct, frozen=True):
    """Stop reading for the job. Batches already read and not acknowledged will be read again."""

    job: str


class Deliver(msgspec.Struct, frozen=True):
    """Load the segment from the store and hand it to the sink; answer `Delivered` or `DeliveryFailed`.

    `start`, `stop`: deliver only these of its records (`Segment.cut`): so the bad ones among them are found after a
    permanent rejection.
    """

    stream: StreamId
    sequence: int
    sink: Sink
    start: int = 0
    stop: int | None = None


class Merge(msgspec.Struct, frozen=True):
    """Make one of the stream's segments from sequence `first` up to `last`; answer `Merged`."""

    stream: StreamId
    first: int
    last: int


class Measure(msgspec.Struct, frozen=True):
    """Ask the kernel how many bytes this process has had written to disks; answer `Measured` if it can say."""


class Recall(msgspec.Struct, frozen=True):
    """Read these dead letters from the store; answer `Recalled` with those that are still there."""

    request: int
    ids: tuple[int, ...]


class Reply(msgspec.Struct, frozen=True):
    """The answer to a request: the key of the fact it made, or what was wrong."""

    request: int
    fact_key: str = ""
    problem: Problem | None = None


class Show(msgspec.Struct, frozen=True):
    """Hand live records to whoever opened a tap with this request; lines of NDJSON. `ended`: why there come no more."""

    request: int
    data: bytes = b""
    count: int = 0
    ended: str = ""


Command = (
    Commit | Acknowledge | Send | Fetch | StartSource | StopSource | Deliver | Merge | Measure | Recall | Reply | Show
)
