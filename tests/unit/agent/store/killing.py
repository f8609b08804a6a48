"""Databases as agents leave them that were killed."""

from __future__ import annotations

from pathlib import Path

from edge_orch_agent.store.sqlite_store import SqliteStore

NOON = 1_767_268_800_000_000  # 2026-01-01T12:00:00Z
PAGE = 4096


def opened(path: Path) -> SqliteStore:
    return SqliteStore(path, now_us=NOON, ballast_bytes=PAGE)


def kill(store: SqliteStore, path: Path) -> None:
    """End with the store, and leave its files as they are now."""
    left = {part: part.read_bytes() for part in path.parent.iterdir()}
    store.close()
    for part, data in left.items():
        part.write_bytes(data)
