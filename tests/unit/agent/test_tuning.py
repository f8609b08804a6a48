from __future__ import annotations

from pathlib import Path

import pytest
from edge_orch_agent.core.settings import Settings
from edge_orch_agent.kernel import bytes_written
from edge_orch_agent.sources.mqtt import WINDOW
from edge_orch_agent.tuning import MOST_RECORDS, tuned

from edge_orch.errors import Invalid


def test_nothing_said_is_the_default() -> None:
    assert tuned() == Settings()


def test_each_can_be_said() -> None:
    assert tuned("250ms", "1MiB", "500", "8GB") == Settings(
        commit_after_us=250_000, commit_bytes=1 << 20, commit_messages=500, flash_budget=8_000_000_000
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"interval": "0s"},
        {"interval": "2h"},
        {"interval": "soon"},
        {"size": "0B"},
        {"size": "1GiB"},
        {"size": "much"},
        {"records": "0"},
        {"records": "-1"},
        {"records": "9000"},
        {"flash_budget": "4"},
    ],
)
def test_what_would_not_work_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        tuned(**wrong)


def test_no_commit_waits_for_more_than_a_source_reads_ahead() -> None:
    assert MOST_RECORDS == WINDOW
    assert Settings().commit_messages <= MOST_RECORDS // 2


def test_the_kernel_counts_what_is_written(tmp_path: Path) -> None:
    before = bytes_written()
    (tmp_path / "file").write_bytes(bytes(1 << 20))
    after = bytes_written()
    assert before is None or after is None or after >= before
