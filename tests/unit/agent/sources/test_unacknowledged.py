from __future__ import annotations

import pytest
from edge_orch_agent.sources.unacknowledged import EACH, Unacknowledged, Verdict

from tests.unit.agent.sources.acknowledging import TOPIC, changed

pytestmark = pytest.mark.usefixtures("small_parts")


def test_a_reused_packet_id_is_a_new_message() -> None:
    account = Unacknowledged()
    receipt, stored = account.read([account.arrived(1, False, TOPIC, b"a")[1]])
    account.durable(receipt)
    assert account.arrived(1, False, TOPIC, b"a")[0] is Verdict.NEW
    restarted = Unacknowledged(changed({}, stored))
    assert restarted.arrived(1, True, TOPIC, b"other")[0] is Verdict.NEW


def test_without_its_session_the_broker_gets_no_old_acknowledgements() -> None:
    account = Unacknowledged()
    receipt, _ = account.read([account.arrived(1, False, TOPIC, b"a")[1]])
    account.reconnected(resumed=False)
    assert account.arrived(1, False, TOPIC, b"b")[0] is Verdict.NEW
    assert account.durable(receipt) == []


def test_an_answered_fence_empties_the_position() -> None:
    account = Unacknowledged()
    receipt, _ = account.read([account.arrived(1, False, TOPIC, b"a")[1]])
    assert not account.fence_needed
    account.durable(receipt)
    account.fence_answered(account.fence_sent())
    _, parts = account.read([account.arrived(2, False, TOPIC, b"b")[1]])
    assert list(map(len, changed({}, parts).values())) == [EACH]


def read_one(account: Unacknowledged, mid: int) -> tuple[int, dict[int, bytes | None]]:
    return account.read([account.arrived(mid, False, TOPIC, b"%d" % mid)[1]])


def test_what_is_written_grows_with_what_is_read_and_not_with_what_waits() -> None:
    account = Unacknowledged()
    written = sum(len(part or b"") for mid in range(1, 201) for part in read_one(account, mid)[1].values())
    assert written <= 200 * EACH * 2


def test_a_part_goes_when_all_of_it_is_forgotten() -> None:
    account = Unacknowledged()
    store: dict[int, bytes] = {}
    receipts = []
    for mid in range(1, 8):
        receipt, parts = read_one(account, mid)
        receipts.append(receipt)
        store = changed(store, parts)
    assert len(store) == 4
    for receipt in receipts[:5]:
        account.durable(receipt)
    account.fence_answered(account.fence_sent())
    _, parts = read_one(account, 8)
    assert [number for number, part in parts.items() if part is None] == [0, 1]
    restarted = Unacknowledged(changed(store, parts))
    known = [mid for mid in range(1, 9) if restarted.arrived(mid, True, TOPIC, b"%d" % mid)[0] is Verdict.DONE]
    assert known == [5, 6, 7, 8]  # 5 goes with its part


def test_messages_that_were_given_one_id_are_each_known_when_they_come_again() -> None:
    """mosquitto 2.0.11 counts its ids up to 65,535 and begins anew, whether they are in use or not."""
    account = Unacknowledged()
    store: dict[int, bytes] = {}
    payloads = [b"%d" % number for number in range(9)]
    for number, payload in enumerate(payloads):
        receipt, parts = account.read([account.arrived(number % 3 + 1, False, TOPIC, payload)[1]])
        store = changed(store, parts)
        assert account.durable(receipt) == [number % 3 + 1]
    account.reconnected(resumed=True)
    for known in (account, Unacknowledged(store)):
        verdicts = {known.arrived(number % 3 + 1, True, TOPIC, payload)[0] for number, payload in enumerate(payloads)}
        assert verdicts == {Verdict.DONE}
        assert known.arrived(1, True, TOPIC, b"another")[0] is Verdict.NEW


def test_what_a_broker_sends_again_while_it_waits_is_not_read_again() -> None:
    """On the same connection, as some do after half a minute."""
    account = Unacknowledged()
    receipt, _ = read_one(account, 1)
    assert account.arrived(1, True, TOPIC, b"1")[0] is Verdict.PENDING
    read_one(account, 2)
    account.durable(receipt)
    assert account.arrived(1, True, TOPIC, b"1")[0] is Verdict.DONE
    assert account.arrived(2, True, TOPIC, b"2")[0] is Verdict.PENDING


def test_an_id_that_another_message_has_by_now_is_acknowledged_only_with_that() -> None:
    account = Unacknowledged()
    first, _ = read_one(account, 1)
    second, _ = account.read([account.arrived(1, False, TOPIC, b"another")[1]])
    assert account.durable(first) == []
    assert account.durable(second) == [1]


def test_without_its_session_nothing_of_the_old_one_stays_stored() -> None:
    account = Unacknowledged()
    store: dict[int, bytes] = {}
    for mid in range(1, 8):
        receipt, parts = read_one(account, mid)
        store = changed(store, parts)
        if mid < 4:
            account.durable(receipt)
    account.reconnected(resumed=False)
    _, parts = read_one(account, 1)
    assert b"".join(changed(store, parts).values()) == changed({}, read_one(Unacknowledged(), 1)[1])[0]
