"""ANCHORS 17 with real sources, sinks, threads and rows; `make soak` does it ten thousand times."""

from __future__ import annotations

from pathlib import Path

from tests.soak.reloads import Reloads


async def test_17_reloads_leave_no_descriptors_threads_or_rows_behind(tmp_path: Path) -> None:
    async with Reloads(tmp_path) as reloads:
        for _ in range(60):
            await reloads.reload()
        before = await reloads.settled()
        for _ in range(60):
            await reloads.reload()
        after = await reloads.settled()
        assert after.grown(before) == []
        assert not any(account.gap for account in reloads.core.ledger.accounts())
