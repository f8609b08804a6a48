"""The ledger balances, always; what does not is an alarm of the agent's own (ANCHORS 5: missing segments)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from edge_orch_agent.core.agent_core import AgentCore
from edge_orch_agent.core.alarms import LEDGER, STORE, UNDELIVERABLE
from edge_orch_agent.core.events import PositionLost
from edge_orch_agent.core.ledger import Account
from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.transaction import PositionKey, StreamId
from edge_orch_agent.core.work import Work
from edge_orch_agent.store.memory_store import MemoryStore

from edge_orch.time import MINUTE, SECOND
from tests.unit.agent.core.numbered_source import Source
from tests.unit.agent.core.press import CALM, FEVER, JOB, a_rig, lines
from tests.unit.agent.core.rig import Rig


def alarms(rig: Rig, rule: str) -> list[tuple[str, str]]:
    """(event, stream), oldest first."""
    facts = [fact for fact in rig.facts().episodes.values() if fact.rule == rule]
    return [(fact.event, fact.key_values[-1]) for fact in sorted(facts, key=lambda fact: fact.at_us)]


def account(core: AgentCore, stream: str) -> Account:
    (found,) = [account for account in core.ledger.accounts() if account.stream == stream]
    return found


@pytest.mark.parametrize("batches", [CALM, FEVER])
def test_every_account_balances_whatever_happens(batches: list[bytes]) -> None:
    for unplug_at in range(0, 60, 7):
        rig = a_rig([*batches, b"no json\n", lines(3, 2)], unplug_at=unplug_at)
        rig.poison = b'"n":6,'
        rig.run(MINUTE)
        assert [account for account in rig.core.ledger.accounts() if account.gap] == []
        assert alarms(rig, LEDGER) == []


def test_what_waits_is_held() -> None:
    rig = a_rig([lines(0, 5)])
    rig.down = {"lake"}
    rig.run(MINUTE)
    assert account(rig.core, "raw/lake") == Account("press", 1, "raw/lake", 5, 0, 0, 0, 0, 0, held=5, gap=0)
    assert account(rig.core, "parsed") == Account("press", 1, "parsed", 5, 5, 0, 0, 0, 0, 0, 0)
    rig.down = set()
    rig.run(2 * MINUTE)
    assert account(rig.core, "raw/lake").out == 5


def test_a_full_outbox_balances() -> None:
    rig = Rig()
    rig.sources["press"] = Source([lines(n, 1) for n in range(200)], ahead=1)
    rig.down = {"lake"}
    rig.desire(JOB + "  limits: {outbox: 2KiB, on_full: drop_newest, dead_letters: 1KiB}\n", 1)
    rig.sources["press"].batches += [b"x" * 100 + b"\n"] * 30
    rig.link(up=True)
    rig.run(MINUTE)
    assert account(rig.core, "raw/lake").dropped > 0
    assert [account for account in rig.core.ledger.accounts() if account.gap] == []


def test_a_missing_segment_is_found_at_the_next_start() -> None:
    store = MemoryStore()
    rig = a_rig([lines(0, 5)], store=store)
    rig.down = {"lake"}
    rig.run(MINUTE)
    gone = next(key for key in store._tables.segments if key[0].output == "raw")
    del store._tables.segments[gone]
    for _ in range(2):
        rig.restart()
        rig.run(SECOND)
    assert alarms(rig, LEDGER) == [("opened", "raw/lake")]
    (alert,) = [alert for alert in rig.core.view().alerts if alert.rule == LEDGER]
    assert alert.state == "open"
    assert "5 of 5 records are unaccounted for" in alert.summary
    store._tables.ledger["press", 1, "raw/lake", "dropped:missing"] = 5
    rig.restart()
    rig.run(SECOND)
    assert alarms(rig, LEDGER) == [("opened", "raw/lake"), ("resolved", "raw/lake")]


def test_a_miscount_is_found_at_its_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = a_rig([])
    count: Any = Work.count

    def forgetful(self: Work, *account: Any) -> None:
        *key, stream, fate, number = account
        count(self, *key, stream, fate, number - ((stream, fate) == ("parsed", "passed")))

    monkeypatch.setattr(Work, "count", forgetful)
    rig.sources["press"].batches.append(lines(0, 5))
    rig.run(SECOND)
    assert alarms(rig, LEDGER) == [("opened", "parsed")]


def test_a_backlog_that_nobody_will_take_is_an_alarm_until_somebody_does() -> None:
    rig = a_rig([lines(0, 5)])
    rig.down = {"lake"}
    rig.run(2 * MINUTE)
    other = JOB.replace("to: lake", "to: pond").replace("lake: {", "pond: {")
    for version in (2, 3):
        rig.desire(other.replace("hot'", f"hot {version}'"), version)
        rig.sources["press"].batches.append(lines(20 * version, 20))  # enough to prove itself
        rig.run(2 * MINUTE)
    assert ("opened", "raw/lake") in alarms(rig, UNDELIVERABLE)
    assert "resolved" not in dict(alarms(rig, UNDELIVERABLE))
    rig.down = set()
    rig.desire(JOB, 4)
    rig.run(2 * MINUTE)
    assert ("resolved", "raw/lake") in alarms(rig, UNDELIVERABLE)
    assert rig.store.load().segments == []


def test_what_waited_and_cannot_be_read_is_an_alarm_once_a_stream_and_balances() -> None:
    rig = a_rig([lines(0, 5)])
    rig.down = {"lake"}
    rig.run(2 * SECOND)
    rig.sources["press"].batches.append(lines(5, 5))
    rig.run(2 * SECOND)
    rig.unreadable, rig.down = {StreamId("press", "raw", "lake")}, set()
    rig.run(2 * MINUTE)
    assert alarms(rig, STORE) == [("opened", "raw/lake")]
    (alert,) = [alert for alert in rig.core.view().alerts if alert.rule == STORE]
    assert "5 records are lost" in alert.summary
    found = account(rig.core, "raw/lake")
    assert (found.entered, found.dead, found.gap) == (10, 10, 0)


class SetAside(MemoryStore):
    """A store that had to set its file aside."""

    def load(self) -> StoredState:
        return msgspec.structs.replace(super().load(), report="the database was damaged")


def test_a_store_that_was_damaged_is_told_once_a_start() -> None:
    rig = a_rig([lines(0, 5)], store=SetAside())
    rig.run(MINUTE)
    assert alarms(rig, STORE) == [("opened", "store")]
    (alert,) = [alert for alert in rig.core.view().alerts if alert.rule == STORE]
    assert alert.summary == "the database was damaged"


def test_a_position_that_cannot_be_read_is_an_alarm_and_is_deleted() -> None:
    rig = a_rig([lines(0, 5)])
    rig.run(2 * SECOND)
    assert PositionKey("press", "p") in rig.store.load().positions
    rig.tell(PositionLost("press", "p", "damaged"))
    rig.run(2 * SECOND)
    assert alarms(rig, STORE) == [("opened", "p")]
    (alert,) = [alert for alert in rig.core.view().alerts if alert.rule == STORE]
    assert "records may come twice" in alert.summary
    assert PositionKey("press", "p") not in rig.store.load().positions
