"""The gate: reads a raw change in Python before Rust sees it, and lets one kind through only.

Changes from a peer are hostile until proven: 69 bytes can claim ten million operations, and some operation kinds
panic when they are read. What passes is exactly what `Replica.edit` writes: puts of text under text keys into the
maps of the genesis change, bounded in size and number. Everything else is `Refused`, with the reason.

Source of the layout: https://automerge.org/automerge-binary-format-spec/ (change chunks).
"""

from __future__ import annotations

import hashlib

import msgspec

from edge_orch.twin.actor import ACTOR_BYTES
from edge_orch.twin.change import Change
from edge_orch.twin.columns import Reader, booleans, deltas, integers, refuse, texts
from edge_orch.twin.encoding import MAX_FACT, MAX_KEY
from edge_orch.twin.facts import Section
from edge_orch.twin.genesis import GENESIS_ACTOR, SECTIONS

MAX_CHANGE = 60 * 1024
"""Bytes of one change, so that any change fits a `Delta`."""
MAX_OPERATIONS = 500
_MAX_LINKS = 256  # dependencies, and other actors named, in one change

_MAGIC = b"\x85\x6f\x4a\x83"
_CHANGE_CHUNK = 1
_HASH_BYTES = 32
_PUT = 1
_TEXT = 6

# Column specifications: id << 4 | deflated << 3 | type.
_OBJECT_ACTOR, _OBJECT_COUNTER, _KEY, _INSERT, _ACTION = 0x01, 0x02, 0x15, 0x34, 0x42
_VALUE_SIZE, _VALUE = 0x56, 0x57
_PREVIOUS_COUNT, _PREVIOUS_ACTOR, _PREVIOUS_COUNTER = 0x70, 0x71, 0x73
_KNOWN = {
    _OBJECT_ACTOR,
    _OBJECT_COUNTER,
    _KEY,
    _INSERT,
    _ACTION,
    _VALUE_SIZE,
    _VALUE,
    _PREVIOUS_COUNT,
    _PREVIOUS_ACTOR,
    _PREVIOUS_COUNTER,
}


class Write(msgspec.Struct, frozen=True):
    """One put. `replaces`: the writer saw an earlier value under the key and replaces it."""

    section: Section
    key: str
    text: str
    replaces: bool


class Header(msgspec.Struct, frozen=True):
    """What a change says about itself, its checksum proven. `deps`: hashes of its direct causes."""

    actor: bytes
    seq: int
    hash: bytes
    start_op: int
    deps: tuple[bytes, ...]


class Inspected(msgspec.Struct, frozen=True):
    """A change that passed the gate."""

    change: Change
    start_op: int
    deps: tuple[bytes, ...]
    writes: tuple[Write, ...]


def read_header(raw: bytes) -> Header:
    """The header of a change, e.g. one from our own store: checks framing and checksum, not the operations."""
    return _header(*_contents(raw))


def inspect(raw: bytes) -> Inspected:
    """Everything a change would do. Raises `Refused` unless it is of the one kind that replicas write."""
    reader, hash_ = _contents(raw)
    header = _header(reader, hash_)
    if not header.deps or header.seq == 0 or header.start_op == 0:
        refuse("a change without causes or numbers")
    reader.signed()  # time: no clock decides meaning, so it is not looked at
    if reader.unsigned():
        refuse("a commit message")
    actors = [header.actor, *(reader.take(reader.unsigned()) for _ in range(_count(reader, "other actors")))]
    specs = [(reader.unsigned(), reader.unsigned()) for _ in range(_count(reader, "columns"))]
    columns = {spec: reader.take(size) for spec, size in specs}
    if not reader.done or len(columns) != len(specs):
        refuse("repeated columns or trailing bytes")
    if not columns.keys() <= _KNOWN:
        refuse(f"columns that facts do not need: {sorted(hex(spec) for spec in columns.keys() - _KNOWN)}")
    writes = _writes(columns, actors)
    change = Change(header.actor, header.seq, header.hash, header.start_op + len(writes) - 1, raw)
    return Inspected(change, header.start_op, header.deps, writes)


def _contents(raw: bytes) -> tuple[Reader, bytes]:
    """A reader at the first byte after the chunk's frame, and the change's hash."""
    if len(raw) > MAX_CHANGE:
        refuse(f"{len(raw)} bytes, more than {MAX_CHANGE}")
    reader = Reader(raw)
    if reader.take(4) != _MAGIC:
        refuse("not a change")
    checksum, hash_ = reader.take(4), hashlib.sha256(memoryview(raw)[8:]).digest()
    if hash_[:4] != checksum:
        refuse("a checksum that does not match")
    if reader.take(1)[0] != _CHANGE_CHUNK:
        refuse("a chunk that is not one uncompressed change")
    if reader.unsigned() != reader.left:
        refuse("a length that does not match")
    return reader, hash_


def _header(reader: Reader, hash_: bytes) -> Header:
    deps = tuple(reader.take(_HASH_BYTES) for _ in range(_count(reader, "causes")))
    actor = reader.take(reader.unsigned())
    if len(actor) != ACTOR_BYTES:
        refuse(f"an actor of {len(actor)} bytes")
    return Header(actor, reader.unsigned(), hash_, reader.unsigned(), deps)


def _count(reader: Reader, of: str) -> int:
    count = reader.unsigned()
    if count > _MAX_LINKS:
        refuse(f"{count} {of}")
    return count


def _writes(columns: dict[int, bytes], actors: list[bytes]) -> tuple[Write, ...]:
    actions = integers(columns.get(_ACTION, b""), MAX_OPERATIONS)
    rows = len(actions)
    if rows == 0 or set(actions) != {_PUT}:
        refuse("operations other than put")
    if any(booleans(columns.get(_INSERT, b""), rows)):
        refuse("insertion into a list")
    sections = _sections(columns, actors, rows)
    keys = texts(columns.get(_KEY, b""), rows)
    values = _values(columns, rows)
    replaces = _replaces(columns, len(actors), rows)
    if not len(sections) == len(keys) == len(values) == len(replaces) == rows:
        refuse("columns of different lengths")
    writes = []
    for section, key, value, replaced in zip(sections, keys, values, replaces, strict=True):
        if not key or len(key.encode()) > MAX_KEY:
            refuse("a key that is empty, null or too long")
        writes.append(Write(section, key, value, replaced))
    if len({(write.section, write.key) for write in writes}) != rows:
        refuse("two puts under one key")
    return tuple(writes)


def _sections(columns: dict[int, bytes], actors: list[bytes], rows: int) -> list[Section]:
    sections = []
    makers = integers(columns.get(_OBJECT_ACTOR, b""), rows)
    counters = integers(columns.get(_OBJECT_COUNTER, b""), rows)
    if len(makers) != len(counters):
        refuse("columns of different lengths")
    for maker, counter in zip(makers, counters, strict=True):
        section = SECTIONS.get(counter) if counter is not None else None
        if section is None or maker is None or maker >= len(actors) or actors[maker] != GENESIS_ACTOR:
            refuse("a put outside the maps of genesis")
        sections.append(section)
    return sections


def _values(columns: dict[int, bytes], rows: int) -> list[str]:
    reader, values = Reader(columns.get(_VALUE, b"")), []
    for size_and_type in integers(columns.get(_VALUE_SIZE, b""), rows):
        if size_and_type is None or size_and_type & 0xF != _TEXT or size_and_type >> 4 > MAX_FACT:
            refuse("a value that is not text, or is too long")
        try:
            values.append(reader.take(size_and_type >> 4).decode())
        except UnicodeDecodeError:
            refuse("text that is not UTF-8")
    if not reader.done:
        refuse("values that belong to nothing")
    return values


def _replaces(columns: dict[int, bytes], actors: int, rows: int) -> list[bool]:
    counts = [count or 0 for count in integers(columns.get(_PREVIOUS_COUNT, b""), rows)]
    total = sum(counts)
    if total > MAX_OPERATIONS:
        refuse("too many replaced values")
    makers = integers(columns.get(_PREVIOUS_ACTOR, b""), total)
    counters = deltas(columns.get(_PREVIOUS_COUNTER, b""), total)
    if not len(makers) == len(counters) == total:
        refuse("columns of different lengths")
    if any(maker is None or maker >= actors for maker in makers) or any(counter <= 0 for counter in counters):
        refuse("a replaced value that cannot be")
    return [count > 0 for count in counts]
