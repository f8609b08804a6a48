"""The archive: facts that have left a twin, as far as `Retention` keeps them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from edge_orch.twin.epoch import Rolled
from edge_orch.twin.facts import Section
from edge_orch_controller.store import bulk
from edge_orch_controller.store.retention import Archived, Dropped, Retention, outdated

_DECODER = msgspec.json.Decoder(list[Archived])


def keep(db: sqlite3.Connection, agent: str, rolls: Sequence[Rolled], retention: Retention, at_us: int) -> None:
    """What left an agent's twin goes in; what is outdated by then is dropped, and counted."""
    left = [(agent, section.value, key, text, at_us) for rolled in rolls for section, key, text in rolled.left]
    if not rolls:
        return
    bulk.insert(db, "INSERT INTO archive (agent, section, key, text, left_at_us)", left)
    gone = list(outdated(_newest_first(db, agent), retention, at_us))
    if gone:
        ids = msgspec.json.encode([one.id for one in gone]).decode()
        db.execute("DELETE FROM archive WHERE id IN (SELECT value FROM json_each(?))", (ids,))
        total = dropped(db, agent).and_also(gone)
        db.execute("INSERT OR REPLACE INTO dropped VALUES (?, ?, ?, ?)", (agent, *msgspec.structs.astuple(total)))


def read(db: sqlite3.Connection, agent: str) -> list[tuple[Section, str, str]]:
    """Section, key and text of what is kept, in the order in which it left."""
    rows = db.execute("SELECT section, key, text FROM archive WHERE agent = ? ORDER BY id", (agent,))
    return [(Section(section), key, text) for section, key, text in rows]


def dropped(db: sqlite3.Connection, agent: str) -> Dropped:
    """What is not kept any more."""
    row = db.execute("SELECT facts, size, until_us FROM dropped WHERE agent = ?", (agent,)).fetchone()
    return Dropped(*row) if row else Dropped()


def _newest_first(db: sqlite3.Connection, agent: str) -> list[Archived]:
    (text,) = db.execute(
        "SELECT json_group_array(json_array(id, section, key, size, left_at_us)) FROM (SELECT id, section, key,"
        " length(CAST(key AS BLOB)) + length(CAST(text AS BLOB)) AS size, left_at_us"
        " FROM archive WHERE agent = ? ORDER BY id DESC)",
        (agent,),
    ).fetchone()
    return _DECODER.decode(text)
