from __future__ import annotations

from edge_orch_agent.core.ledger import EARLIER, KEPT, Ledger
from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.transaction import LedgerEntry, Priority, SegmentInfo, StreamId, Transaction

RAW = StreamId("press", "raw", "lake")


def entries(version: int, **fates: int) -> list[LedgerEntry]:
    return [LedgerEntry("press", version, "parsed", fate, count) for fate, count in fates.items()]


def a_ledger(versions: int) -> Ledger:
    ledger = [
        entry for version in range(1, versions + 1) for entry in entries(version, entered=5, passed=3, filtered=2)
    ]
    return Ledger(StoredState(ledger=[*ledger, LedgerEntry("oven", 1, "parsed", "entered", 1)]))


def test_of_many_versions_the_settled_ones_are_added_up() -> None:
    ledger = a_ledger(KEPT + 4)
    total = ledger.total("")
    ledger.add(Transaction(ledger=ledger.closed("press", in_use={2})), [])
    assert {account.version for account in ledger.accounts() if account.job == "press"} == {
        EARLIER,
        2,
        *range(5, KEPT + 5),
    }
    earlier = ledger.account(("press", EARLIER, "parsed"))
    assert (earlier.entered, earlier.out, earlier.filtered, earlier.gap) == (15, 9, 6, 0)
    assert ledger.total("") == total
    assert ledger.closed("press", in_use={2}) == []
    assert ledger.account(("oven", 1, "parsed")).entered == 1


def test_what_is_held_or_does_not_balance_keeps_its_account() -> None:
    ledger = a_ledger(KEPT + 3)
    waiting = SegmentInfo(RAW, 1, 1, 3, 10, Priority.NORMAL, 1)
    ledger.add(Transaction(ledger=[LedgerEntry("press", 1, "raw/lake", "out", 3), *entries(2, entered=1)]), [waiting])
    moves = ledger.closed("press", in_use=())
    assert {entry.version for entry in moves} == {EARLIER, 3}
    ledger.add(Transaction(ledger=moves), [])
    ledger.add(Transaction(ledger=[LedgerEntry("press", 1, "raw/lake", "delivered", 3)], cursors={RAW: 1}), [])
    assert {entry.version for entry in ledger.closed("press", in_use=())} == {EARLIER, 1}
