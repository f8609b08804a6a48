from __future__ import annotations

import asyncio
import gzip
from typing import Any

import pytest
from edge_orch_agent.sources import http
from edge_orch_agent.sources.http import HttpSource

from tests.contracts.source_contract import NOW, Reader, records_of
from tests.unit.agent.sources.requests import post


def a_source(token: str | None = None) -> HttpSource:
    return HttpSource(job="press", listen="127.0.0.1:0", path="/ingest", token=token, max_body=1_000, now=lambda: NOW)


def port(reader: Reader) -> int:
    assert isinstance(reader.source, HttpSource)
    return reader.source.port


async def posted(reader: Reader, body: bytes, **headers: str) -> asyncio.Task[Any]:
    """A request whose records have been handed in, and which waits for its answer."""
    task = asyncio.create_task(post(port(reader), body, **headers))
    await reader.until(len(reader.records) + 1)
    return task


async def test_the_answer_waits_for_the_commit() -> None:
    async with Reader(a_source(), keeps=True) as reader:
        first, second = await posted(reader, b"1\n"), await posted(reader, b"2\n")
        reader.acknowledge(reader.batches[1])
        assert (await second).status == 200
        assert not first.done()
        reader.acknowledge(reader.batches[0])
        assert (await first).body == '{"records": 1}'


async def test_lines_are_records_and_a_body_of_json_is_one() -> None:
    async with Reader(a_source()) as reader:
        await post(port(reader), b'{"n":1}\n\n{"n":2}', Content_Type="application/x-ndjson")
        await post(port(reader), b'{\n "n": 3\n}', Content_Type="application/json; charset=utf-8")
        await post(port(reader), gzip.compress(b"4\n5\n"), Content_Encoding="gzip")
        await post(port(reader), b"<a>\n</a>", Content_Type="text/xml")
        assert [records_of(event) for event in reader.batches] == [
            [b'{"n":1}', b'{"n":2}'],
            [b'{\n "n": 3\n}'],
            [b"4", b"5"],
            [b"<a>\n</a>"],
        ]
        assert (await post(port(reader), b"\n")).body == '{"records": 0}'


async def test_of_a_job_that_reads_documents_each_body_is_one_record() -> None:
    source = HttpSource(
        job="press", listen="127.0.0.1:0", path="/ingest", token=None, max_body=1_000, now=lambda: NOW, whole=True
    )
    async with Reader(source) as reader:
        await post(port(reader), b"<a>\n</a>\n", Content_Type="application/x-www-form-urlencoded")
        assert [records_of(event) for event in reader.batches] == [[b"<a>\n</a>\n"]]
        assert (await post(port(reader), b" \n")).body == '{"records": 0}'


async def test_what_cannot_be_taken_is_refused_with_the_reason() -> None:
    async with Reader(a_source(token="s3cret")) as reader:
        assert (await post(port(reader), b"1")).status == 401
        assert (await post(port(reader), b"1", Authorization="Bearer wrong")).status == 401
        allowed = {"Authorization": "Bearer s3cret"}
        assert (await post(port(reader), b"x" * 1_001, **allowed)).status == 413
        bomb = gzip.compress(b"x" * 100_000)
        assert (await post(port(reader), bomb, Content_Encoding="gzip", **allowed)).status == 413
        assert (await post(port(reader), b"1", path="/other", **allowed)).status == 404
        assert reader.batches == []
        assert (await post(port(reader), b"1", **allowed)).status == 200


async def test_a_sender_that_goes_in_the_middle_leaves_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    async with Reader(a_source()) as reader:
        source = reader.source
        assert isinstance(source, HttpSource)
        _, sender = await asyncio.open_connection("127.0.0.1", source.port)
        sender.write(b"POST /ingest HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1\n2")
        while not source._requests:
            await asyncio.sleep(0)
        sender.transport.abort()
        while source._requests:
            await asyncio.sleep(0)
        assert (await post(source.port, b"\n")).status == 200
        assert reader.batches == []
        assert caplog.records == []


async def test_too_much_under_way_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "WINDOW", 100)
    async with Reader(a_source(), keeps=True) as reader:
        waiting = await posted(reader, b"x" * 200)
        refused = await post(port(reader), b"1")
        assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
        reader.acknowledge(reader.batches[0])
        assert (await waiting).status == 200
        taken = await posted(reader, b"1")
        reader.acknowledge(reader.batches[1])
        assert (await taken).status == 200


async def test_records_that_are_not_stored_in_time_are_not_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "PATIENCE_S", 0.01)
    async with Reader(a_source(), keeps=True) as reader:
        assert (await post(port(reader), b"1")).status == 503


async def test_a_stop_tells_who_waits_to_come_again() -> None:
    async with Reader(a_source(), keeps=True) as reader:
        waiting = await posted(reader, b"1")
    assert (await waiting).status == 503


async def test_a_key_that_comes_again_is_not_taken_twice() -> None:
    async with Reader(a_source(), keeps=True) as reader:
        first = await posted(reader, b"1", Idempotency_Key="a")
        second = asyncio.create_task(post(port(reader), b"1", Idempotency_Key="a"))
        reader.acknowledge(reader.batches[0])
        assert {(await first).status, (await second).status} == {200}
        assert (await post(port(reader), b"1", Idempotency_Key="a")).status == 200
        assert reader.records == [b"1"]
    async with Reader(a_source(), reader.positions) as after_a_crash:
        assert (await post(port(after_a_crash), b"1", Idempotency_Key="a")).status == 200
        assert after_a_crash.records == []
        await post(port(after_a_crash), b"2", Idempotency_Key="a")  # other records: never dropped for a bad key
        assert after_a_crash.records == [b"2"]


async def test_only_the_latest_keys_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "KEYS", 2)
    async with Reader(a_source()) as reader:
        for key in "abca":
            await post(port(reader), b"1", Idempotency_Key=key)
        assert len(reader.records) == 4
        await post(port(reader), b"1", Idempotency_Key="c")
        assert len(reader.records) == 4
