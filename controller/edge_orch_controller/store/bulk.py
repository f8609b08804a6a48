"""Many rows in one statement.

Python's binding gives the interpreter's lock away at each step of a statement, and then waits for it behind a busy
event loop, up to 5 ms (`sys.getswitchinterval`). Row by row, a commit of thousands of rows takes seconds just when a
whole fleet returns; in one step it takes as long as the disk does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from edge_orch.twin.change import Change

Row = tuple[Any, ...]
_ROWS = 500  # a statement; SQLite takes 32,766 values
_HexRow = tuple[str, int, str, int, str]
_DECODER = msgspec.json.Decoder(list[_HexRow])


def insert(db: sqlite3.Connection, into: str, rows: Sequence[Row]) -> None:
    """Insert all rows. `into`: such as `INSERT INTO table (columns)`; of two rows with one key the later counts."""
    for values, flat in _chunks(rows):
        db.execute(f"{into} VALUES {values}", flat)


def update(db: sqlite3.Connection, table: str, column: str, key: str, rows: Sequence[tuple[str, int]]) -> None:
    """Set `column` of the rows of `table` whose `key` is the first of each pair to its second."""
    for values, flat in _chunks(rows):
        db.execute(
            f"UPDATE {table} SET {column} = new.column2 FROM (VALUES {values}) AS new"  # noqa: S608 -- names of ours
            f" WHERE {key} = new.column1",
            flat,
        )


def read_changes(db: sqlite3.Connection, agent: str) -> list[Change]:
    """The changes of one twin, causes before effects."""
    (text,) = db.execute(
        "SELECT json_group_array(json_array(hex(actor), seq, hex(hash), lamport, hex(raw))) FROM changes"
        " WHERE agent = ?",
        (agent,),
    ).fetchone()
    changes = [
        Change(bytes.fromhex(actor), seq, bytes.fromhex(hash_), lamport, bytes.fromhex(raw))
        for actor, seq, hash_, lamport, raw in _DECODER.decode(text)
    ]
    return sorted(changes, key=lambda change: (change.lamport, change.actor, change.seq))


def _chunks(rows: Sequence[Row]) -> Iterator[tuple[str, list[Any]]]:
    """Placeholders, and the values for them."""
    for start in range(0, len(rows), _ROWS):
        chunk = rows[start : start + _ROWS]
        one = f"({','.join('?' * len(chunk[0]))})"
        yield ",".join([one] * len(chunk)), [value for row in chunk for value in row]
