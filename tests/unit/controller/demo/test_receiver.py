from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import msgspec
import pytest
from edge_orch_controller.demo.receiver import Account, Receiver, RepetitionDiffers


def record(seq: int, sensor: str = "press-1") -> bytes:
    return msgspec.json.encode({"site": "austin", "sensor": sensor, "seq": seq, "temp_c": 70.5}) + b"\n"


NOTICE = b'{"agent":"a1","episode":"e1","event":"opened","summary":"hot","job":"j"}'


def test_numbers_are_counted_and_probes_apart() -> None:
    account = Account()
    account.take_records("k1", record(1) + record(2))
    account.take_records("k2", record(2) + record(1, "press-0"))
    assert account.records == {("austin", "press-1", 1): 1, ("austin", "press-1", 2): 2}
    assert account.probes == {("austin", "press-0", 1)}


def test_the_same_request_again_counts_once() -> None:
    account = Account()
    for _ in range(3):
        account.take_records("k1", record(1))
        account.take_notice("n1", NOTICE, offline=True)
        account.take_windows("a1/job/1/stats/warehouse/1", b'{"n":1}\n')
    assert account.records.total() == 1
    assert len(account.notifications) == 1
    assert account.windows == {"a1": 1}
    assert account.repetitions == 6


def test_another_body_under_a_known_key_is_refused() -> None:
    account = Account()
    account.take_records("k1", record(1))
    with pytest.raises(RepetitionDiffers):
        account.take_records("k1", record(2))
    assert account.records.total() == 1


def test_nonsense_is_refused_and_leaves_no_trace() -> None:
    account = Account()
    with pytest.raises(msgspec.MsgspecError):
        account.take_records("k1", record(1) + b'{"site": 1}\n')
    assert not account.records
    account.take_records("k1", record(1))
    assert account.records.total() == 1


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    served = Receiver(offline=lambda: True)
    await served.start()
    yield served
    await served.stop()


async def test_over_http(receiver: Receiver) -> None:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{receiver.port}") as session:

        async def post(path: str, body: bytes, **headers: str) -> int:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            async with session.post(path, data=body, headers=named) as response:
                return response.status

        assert await post("/records", record(1), X_Stream="raw", Idempotency_Key="k1") == 204
        assert await post("/records", b'{"n":3}\n', X_Stream="stats", Idempotency_Key="a1/k2") == 204
        assert await post("/alerts", NOTICE, Idempotency_Key="e1/opened") == 204
        assert await post("/alerts", NOTICE) == 400
        assert await post("/alerts", b"x", Idempotency_Key="e2") == 422
        assert await post("/alerts", b"x", Idempotency_Key="e1/opened") == 409
    assert receiver.account.records.total() == 1
    assert receiver.account.windows == {"a1": 1}
    assert [(told.agent, told.event, told.offline) for told in receiver.account.notifications] == [
        ("a1", "opened", True)
    ]
