"""Lineage as rows: appended by every commit that makes segments, a hundred bytes each, and forgotten in time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec

from edge_orch.time import DAY
from edge_orch_agent.core.lineage import Input, Lineage, Made, Maker

MOST = 100_000
"""Commits that are kept: some 15 MB, and more than a day even if every second brings one."""
OLDEST_US = 30 * DAY
"""As long as records may wait for their sink by default."""
_SWEEP = 256
"""Rows are forgotten once in so many commits, at most twice as many at a time: never much work."""

_encode = msgspec.msgpack.Encoder(order="sorted").encode
_decode_maker = msgspec.msgpack.Decoder(Maker).decode
_decode_content = msgspec.msgpack.Decoder(tuple[tuple[Input, ...], tuple[Made, ...]]).decode


def write_lineage(database: sqlite3.Connection, lineage: Lineage) -> int:
    """Append one; returns the bytes of its content."""
    maker, content = _encode(lineage.maker), _encode((lineage.inputs, lineage.made))
    known = database.execute("SELECT id FROM maker WHERE content = ?", (maker,)).fetchone()
    number = known[0] if known else database.execute("INSERT INTO maker(content) VALUES(?)", (maker,)).lastrowid
    row = database.execute(
        "INSERT INTO lineage(maker, at_us, content) VALUES(?, ?, ?)", (number, lineage.at_us, content)
    ).lastrowid
    if row and row % _SWEEP == 0:
        _forget(database, row, lineage.at_us)
    return len(content)


def _forget(database: sqlite3.Connection, newest: int, at_us: int) -> None:
    """What is too old, or more than is kept. By an untrusted clock nothing is old."""
    database.execute(
        "DELETE FROM lineage WHERE id IN (SELECT id FROM lineage ORDER BY id LIMIT ?)"
        " AND (id <= ? OR at_us BETWEEN 1 AND ?)",
        (2 * _SWEEP, newest - MOST, at_us - OLDEST_US),
    )
    if newest % (64 * _SWEEP) == 0:  # it reads all of the table
        database.execute("DELETE FROM maker WHERE id NOT IN (SELECT maker FROM lineage)")


def read_lineage(database: sqlite3.Connection) -> Iterator[Lineage]:
    """All that is kept, the newest first. What damage has made unreadable is left out."""
    makers = dict(database.execute("SELECT id, content FROM maker"))
    for number, at_us, content in database.execute("SELECT maker, at_us, content FROM lineage ORDER BY id DESC"):
        try:
            maker, (inputs, made) = _decode_maker(makers[number]), _decode_content(content)
        except (msgspec.MsgspecError, KeyError):
            continue
        yield Lineage(maker, at_us, inputs, made)
