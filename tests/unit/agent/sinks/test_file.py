from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from edge_orch_agent.core.transaction import Segment
from edge_orch_agent.http_client import HttpClient
from edge_orch_agent.sinks.file import FileSink, Journal
from edge_orch_agent.sinks.port import Retry, SinkAdapter
from edge_orch_agent.sinks.registry import SinkFactory

from edge_orch.time import Instant
from tests.unit.agent.segments import records


async def test_segments_are_appended_in_order(tmp_path: Path) -> None:
    path = tmp_path / "out" / "raw.ndjson"
    sink = FileSink(path)
    await sink.deliver(records(b'{"a":1}', b'{"a":2}'), "k/1")
    await sink.deliver(records(b'{"a":3}', sequence=2), "k/2")
    assert path.read_bytes() == b'{"a":1}\n{"a":2}\n{"a":3}\n'


async def test_a_repetition_changes_nothing_also_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "raw.ndjson"
    await FileSink(path).deliver(records(b"1"), "k/1")
    await FileSink(path).deliver(records(b"1"), "k/1")
    assert path.read_bytes() == b"1\n"


async def test_all_streams_that_end_in_a_file_have_one_writer(tmp_path: Path) -> None:
    """Two would take each other's journal away."""
    factory = SinkFactory("press-1", None, HttpClient(), lambda _name: None, lambda: Instant(0, 0, "boot"))
    sinks = [factory("press", "lake", "file", {"path": str(tmp_path / where)}) for where in ("out", "x/../out")]
    assert sinks[0] is sinks[1]
    streams = [
        [records(b"%s%d" % (output.encode(), number), sequence=number, output=output) for number in range(1, 20)]
        for output in ("raw", "sums")
    ]

    async def deliver_all(sink: SinkAdapter, segments: list[Segment]) -> None:
        for segment in segments:
            await sink.deliver(segment, segment.idempotency_key("press-1"))

    await asyncio.gather(*map(deliver_all, sinks, streams))
    assert sorted((tmp_path / "out").read_bytes().split()) == sorted(
        segment.data.strip() for segments in streams for segment in segments
    )


NUMBERED = [records(b"%d" % number, sequence=number, run="a" if number < 3 else "b") for number in range(1, 6)]


async def deliver(path: Path, segments: list[Segment]) -> None:
    """As by an agent that has just started."""
    sink = FileSink(path)
    for segment in segments:
        await sink.deliver(segment, segment.idempotency_key("bench"))


@pytest.mark.parametrize("first", range(4))
async def test_all_that_a_crash_brings_back_is_known(tmp_path: Path, first: int) -> None:
    path = tmp_path / "raw.ndjson"
    await deliver(path, NUMBERED[:4])
    await deliver(path, NUMBERED[first:])
    await deliver(path, NUMBERED[first:])
    assert path.read_bytes() == b"1\n2\n3\n4\n5\n"


async def test_all_that_a_crash_brings_back_is_known_but_the_append_that_it_broke(tmp_path: Path) -> None:
    path = tmp_path / "raw.ndjson"
    await deliver(path, NUMBERED[:4])
    with path.open("rb+") as file:
        file.truncate(7)
    await deliver(path, NUMBERED)
    assert path.read_bytes() == b"1\n2\n3\n4\n5\n"


async def test_a_store_from_a_backup_counts_anew_under_another_run(tmp_path: Path) -> None:
    path = tmp_path / "raw.ndjson"
    await deliver(path, NUMBERED)
    await deliver(path, [records(b"other", sequence=2, run="c")])
    assert path.read_bytes() == b"1\n2\n3\n4\n5\nother\n"


async def test_repetitions_are_known_per_stream(tmp_path: Path) -> None:
    path = tmp_path / "raw.ndjson"
    sink = FileSink(path)
    await sink.deliver(records(b"1", output="a"), "a/1")
    await sink.deliver(records(b"2", output="b"), "b/1")
    await sink.deliver(records(b"1", output="a"), "a/1")
    assert path.read_bytes() == b"1\n2\n"


@pytest.mark.parametrize("cut", [0, 1, 5])
async def test_an_append_broken_by_a_crash_is_made_anew(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "raw.ndjson"
    sink = FileSink(path)
    await sink.deliver(records(b"first"), "k/1")
    await sink.deliver(records(b"second", sequence=2), "k/2")
    with path.open("rb+") as file:
        file.truncate(6 + cut)
    await FileSink(path).deliver(records(b"second", sequence=2), "k/2")
    assert path.read_bytes() == b"first\nsecond\n"


async def test_a_file_rotated_away_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "raw.ndjson"
    sink = FileSink(path)
    await sink.deliver(records(b"first"), "k/1")
    path.rename(tmp_path / "raw.ndjson.1")
    await sink.deliver(records(b"second", sequence=2), "k/2")
    assert path.read_bytes() == b"second\n"


async def test_a_place_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Retry, match="cannot write"):
        await FileSink(tmp_path / "file" / "raw.ndjson").deliver(records(b"1"), "k/1")


async def test_an_append_that_failed_before_its_first_byte_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "raw.ndjson"
    sink = FileSink(path)
    await sink.deliver(records(b"first"), "k/1")
    write_journal = FileSink._write_journal

    def fail(self: FileSink, journal: Journal) -> None:
        write_journal(self, journal)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(FileSink, "_write_journal", fail)
        with pytest.raises(Retry, match="cannot write"):
            await sink.deliver(records(b"second", sequence=2), "k/2")
    await sink.deliver(records(b"second", sequence=2), "k/2")
    assert path.read_bytes() == b"first\nsecond\n"
