"""What one device has promised, held against what it has made durable: the invariants of every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.transaction import (
    LedgerEntry,
    PositionKey,
    Segment,
    SegmentInfo,
    Slot,
    SlotName,
    StreamId,
    Transaction,
)

from edge_orch.twin.actor import writer_of
from edge_orch.twin.change import Change, Vector
from edge_orch.twin.epoch import is_root
from edge_orch.twin.gate import inspect

_RUNS = (SlotName.CANDIDATE, SlotName.CURRENT)
_STEP_FATES = ("passed", "filtered", "folded", "dead")


class Account:
    """Kept from the outside, from what passes between core and shell. Methods raise AssertionError at a broken promise.

    `ever`: hashes of changes that were durable on the device at any time. `promised`: keys of facts that people were
    told are stored. `restored`, `shared`: an old image was put back, or a second device has the same; from then on
    records, and facts that only the lost disk had, are nobody's promise any more.
    """

    def __init__(self, agent: str) -> None:
        self.agent = agent
        self.ever: set[bytes] = set()
        self.promised: set[str] = set()
        self.ledger: Counter[tuple[str, int, str, str]] = Counter()
        self.restored = self.shared = False
        self._open: Counter[tuple[str, int, str] | tuple[str, str]] = Counter()
        self._keys: set[str] = set()
        self._vector: Vector = {}
        self._present: set[bytes] = set()
        self._positions: dict[PositionKey, int] = {}
        self._generations: dict[str, int] = {}
        self._held: dict[StreamId, dict[int, int]] = {}
        self._last: dict[StreamId, int] = {}
        self._arrived: dict[StreamId, set[int]] = {}
        self._notified: dict[bytes, str] = {}

    @property
    def exempt(self) -> bool:
        """Whether exactly once can no longer be asked of it."""
        return self.restored or self.shared

    def of_clone(self, image: StoredState) -> Account:
        """The account of a second device that starts from this one's disk image."""
        clone = Account(self.agent)
        clone.ever, clone.shared = self.ever, True
        clone.restored_from(image, set())
        return clone

    def restored_from(self, stored: StoredState, known: set[str]) -> None:
        """Begin again from an old image."""
        self.restored = True
        self.ledger, self._open = Counter(), Counter()
        for entry in stored.ledger:
            self._booked(entry)
        self._keys = {write.key for change in stored.changes for write in inspect(change.raw).writes}
        self.promised &= self._keys | known
        self._vector = {}
        self._present = {change.hash for change in stored.changes}
        count(self._vector, stored.changes)
        self._positions = {key: int(value) for key, value in stored.positions.items()}
        self._generations = {slot.job: slot.generation for slot in stored.slots if slot.slot in _RUNS}
        self._last = {stream: following - 1 for stream, following in stored.next_sequence.items()}
        self._held = {}
        for segment in stored.segments:
            self._held.setdefault(segment.stream, {})[segment.sequence] = segment.count
            self._open[segment.stream.job, f"{segment.stream.output}/{segment.stream.sink}"] -= segment.count

    def loaded(self, stored: StoredState) -> None:
        """The device starts, and finds this on its disk."""
        positions = {key: int(value) for key, value in stored.positions.items()}
        assert positions == self._positions, f"the disk has positions {positions}, not {self._positions}"
        assert sorted(change.hash for change in stored.changes) == sorted(self._present), "the disk has other changes"
        waiting = {(segment.stream, segment.sequence) for segment in stored.segments}
        held = {(stream, sequence) for stream, held in self._held.items() for sequence in held}
        assert waiting == held, f"the disk has other segments: {waiting ^ held}"
        booked = {(entry.job, entry.version, entry.stream, entry.fate): entry.count for entry in stored.ledger}
        assert booked == +self.ledger, "the disk has another ledger"

    def surprise(self, what: str) -> None:
        """Something that only a device with a past may do."""
        assert self.exempt, what

    def waiting(self) -> int:
        """Segments that are durable and not done with."""
        return sum(map(len, self._held.values()))

    def committed(self, transaction: Transaction, of_controller: set[bytes]) -> None:
        """The transaction is durable now. `of_controller`: hashes of all that the controller has made durable."""
        if transaction.rolls:
            self._present, self._vector = set(), {}
        for change in transaction.all_changes():
            own = is_root(change.actor) or writer_of(change.actor, self.agent) == "agent"
            assert own or change.hash in of_controller, "it has a change that the controller never made durable"
            if own:
                self.ever.add(change.hash)
            self._present.add(change.hash)
            self._keys.update(write.key for write in inspect(change.raw).writes)
        count(self._vector, transaction.all_changes())
        for key, position in transaction.positions.items():
            self._moved(key, position)
        for slot in transaction.slots:
            self._placed(slot)
        for entry in transaction.ledger:
            self._booked(entry)
        for segment in transaction.segments:
            stream = segment.stream
            assert segment.sequence > self._last.get(stream, 0) or self.exempt, "a sequence number was used twice"
            self._last[stream] = segment.sequence
            self._held.setdefault(stream, {})[segment.sequence] = segment.count
            self._open[stream.job, f"{stream.output}/{stream.sink}"] -= segment.count
        for stream, cursor in transaction.cursors.items():
            self._done(stream, cursor)
        assert not any(self._open.values()), f"the ledger does not balance: {self._unbalanced()}"

    def merged(self, first: int, info: SegmentInfo) -> None:
        """Segments from `first` on are one now: only such as no sink has ever been handed."""
        held = self._held[info.stream]
        parts = [sequence for sequence in held if first <= sequence <= info.sequence]
        assert sum(held[sequence] for sequence in parts) == info.count, "records came or went in a merge"
        if not self._arrived.get(info.stream, set()).isdisjoint(parts):
            self.surprise("a segment was merged that a sink had been handed")
        for sequence in parts:
            del held[sequence]
        held[info.sequence] = info.count

    def said(self, vector: Vector) -> None:
        """The controller was told that the device has these changes for good."""
        assert_covered(vector, self._vector)

    def replied(self, key: str) -> None:
        """A person was told that the fact under this key is stored."""
        assert key in self._keys, "a person was told that a fact is stored, and it is not"
        self.promised.add(key)

    def acknowledged(self, key: PositionKey, number: int) -> None:
        """The broker was told that it may forget batches up to this one."""
        position = self._positions.get(key)
        assert position is None or position > number, "records were acknowledged that are not durable"

    def notified(self, segment: Segment, key: str) -> None:
        """An alert sink took a notice."""
        before = self._notified.setdefault(segment.data, key)
        if before != key:
            self.surprise("one notice under two keys")

    def arrived(self, stream: StreamId, sequence: int) -> None:
        """A sink has taken, or refused for ever, some of the segment."""
        self._arrived.setdefault(stream, set()).add(sequence)

    def _moved(self, key: PositionKey, position: bytes | None) -> None:
        if position is None:
            self._positions.pop(key, None)
            return
        assert int(position) > self._positions.get(key, -1), "a source's position went back"
        self._positions[key] = int(position)

    def _placed(self, slot: Slot) -> None:
        if slot.slot in _RUNS:
            before = self._generations.get(slot.job, 0)
            assert slot.generation >= before, f"{slot.job} went back from generation {before} to {slot.generation}"
            self._generations[slot.job] = slot.generation

    def _done(self, stream: StreamId, cursor: int) -> None:
        held, arrived = self._held.get(stream, {}), self._arrived.get(stream, set())
        for sequence in [sequence for sequence in held if sequence <= cursor]:
            self._open[stream.job, f"{stream.output}/{stream.sink}"] += held.pop(sequence)
            taken = sequence in arrived or self.exempt or self._drops(stream)
            assert taken, "a segment was deleted that no sink has taken"

    def _drops(self, stream: StreamId) -> bool:
        """Whether anything of this stream was ever dropped."""
        return any(
            fate.startswith("dropped:") and (job, name) == (stream.job, f"{stream.output}/{stream.sink}")
            for job, _, name, fate in self.ledger
        )

    def _booked(self, entry: LedgerEntry) -> None:
        """Every record that entered has exactly one fate, at each commit: what is open of each account must be 0."""
        job, name, fate = entry.job, entry.stream, entry.fate
        self.ledger[job, entry.version, name, fate] += entry.count
        if "/" in name:
            self._open[job, name] += entry.count if fate == "out" else -entry.count
        elif fate == "entered":
            self._open[job, entry.version, name] += entry.count
        elif fate in _STEP_FATES:
            self._open[job, entry.version, name] -= entry.count

    def _unbalanced(self) -> str:
        return f"{[account for account, left in self._open.items() if left]}, {sorted(self.ledger.items())}"


def count(vector: Vector, changes: Iterable[Change]) -> None:
    """These are durable now."""
    for change in changes:
        vector[change.actor] = max(vector.get(change.actor, 0), change.seq)


def assert_covered(said: Vector, durable: Vector) -> None:
    """Raises AssertionError when more is said than is durable."""
    beyond = {actor.hex(): seq for actor, seq in said.items() if seq > durable.get(actor, 0)}
    assert not beyond, f"it counts changes that are not durable: {beyond}"
