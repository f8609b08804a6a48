"""What a store gives back at start: everything `AgentCore` is rebuilt from."""

from __future__ import annotations

import msgspec

from edge_orch.twin.change import Change
from edge_orch.twin.epoch import Epoch
from edge_orch_agent.core.transaction import Drop, LedgerEntry, PositionKey, SegmentInfo, Slot, StreamId, WearDay


class StoredState(msgspec.Struct):
    """The content of a store.

    `replays`: per job, oldest first. `segments`: by stream and sequence, without their data. `changes`: causes
    before effects. `dead_bytes`: per job, the raw bytes of its dead letters. `ledger`: the sums of all entries ever
    committed. `drops`: by stream, in order, those that continue each other as one. `epoch`: of the twin.
    `first_sequence`: no new segment has a lower one. `wear`: the latest days, oldest first. `report`: what was
    wrong with the store at this start, empty if nothing was.
    """

    positions: dict[PositionKey, bytes] = msgspec.field(default_factory=dict)
    states: dict[str, bytes] = msgspec.field(default_factory=dict)
    replays: dict[str, list[bytes]] = msgspec.field(default_factory=dict)
    segments: list[SegmentInfo] = msgspec.field(default_factory=list)
    cursors: dict[StreamId, int] = msgspec.field(default_factory=dict)
    next_sequence: dict[StreamId, int] = msgspec.field(default_factory=dict)
    changes: list[Change] = msgspec.field(default_factory=list)
    epoch: Epoch = Epoch()
    slots: list[Slot] = msgspec.field(default_factory=list)
    envelopes: dict[str, bytes] = msgspec.field(default_factory=dict)
    ledger: list[LedgerEntry] = msgspec.field(default_factory=list)
    dead_bytes: dict[str, int] = msgspec.field(default_factory=dict)
    drops: list[Drop] = msgspec.field(default_factory=list)
    first_sequence: int = 1
    wear: list[WearDay] = msgspec.field(default_factory=list)
    report: str = ""
