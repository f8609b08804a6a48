"""What every agent store must keep, whatever it writes to. A test class per adapter inherits this suite."""

from __future__ import annotations

import msgspec
import pytest
from edge_orch_agent.core.lineage import Input, Lineage, Made, Maker
from edge_orch_agent.core.redating import Redating
from edge_orch_agent.core.stored_state import StoredState
from edge_orch_agent.core.transaction import (
    Drop,
    JobDeadLetter,
    LedgerEntry,
    Rejection,
    Slot,
    SlotName,
    Transaction,
    WearDay,
)
from edge_orch_agent.store.port import ARCHIVED, Store

from edge_orch.engine.records import DeadLetter
from edge_orch.twin.epoch import Epoch, Rolled
from edge_orch.twin.facts import Section
from tests.contracts.stored import (
    OTHER,
    POSITION,
    STREAM,
    Torn,
    a_change,
    a_full_transaction,
    a_segment,
)


class StoreContract:
    """Inherit, provide `store` and `reopened`."""

    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError

    def reopened(self, store: Store) -> Store:
        """The same store as the next start of the process finds it."""
        raise NotImplementedError

    def test_a_fresh_store_is_empty(self, store: Store) -> None:
        assert store.load() == StoredState()

    def test_all_that_was_committed_is_there_after_a_restart(self, store: Store) -> None:
        done = a_full_transaction()
        assert store.commit(done) > 0
        store = self.reopened(store)
        assert store.load() == StoredState(
            positions={POSITION: b"at 7"},
            states={"press": b"\x00state"},
            segments=[a_segment(1, stream=OTHER).info, a_segment(1).info, a_segment(2).info],
            next_sequence={OTHER: 2, STREAM: 3},
            changes=[a_change(1), a_change(2)],
            slots=done.slots,
            envelopes=done.envelopes,
            ledger=done.ledger,
            dead_bytes={"press": 5},
        )

    def test_a_new_epoch_of_the_twin_takes_the_place_of_the_old_one(self, store: Store) -> None:
        store.commit(Transaction(changes=[a_change(1), a_change(2)]))
        left = tuple((Section.ACKS, f"e/agent/{n}", "{}") for n in range(3))
        first = Rolled(Epoch(1, b"e" * 16, 1, {b"a" * 16: 2}), (a_change(3),), left)
        second = Rolled(Epoch(2, b"f" * 16, 1, {b"a" * 16: 2, b"b" * 16: 1}), (a_change(5),), left[:1])
        early = Transaction(changes=[a_change(4)], rolls=[first])
        early.add(Transaction(changes=[a_change(6)], rolls=[second]))
        store.commit(early)
        store = self.reopened(store)
        state = store.load()
        assert state.epoch == second.epoch
        assert state.changes == [a_change(5), a_change(6)], "and what was gathered before it is part of it"
        assert store.archived() == [*left, left[0]]

    def test_the_archive_keeps_a_bounded_number(self, store: Store) -> None:
        left = tuple((Section.ACKS, f"{n}", "{}") for n in range(ARCHIVED + 5))
        store.commit(Transaction(rolls=[Rolled(Epoch(1, b"e" * 16, 1), (a_change(1),), left)]))
        assert store.archived() == list(left[5:])

    def test_a_segment_comes_back_byte_for_byte(self, store: Store) -> None:
        data = b"".join(b'{"n":%d,"text":"\xc3\xa4"}\n' % n for n in range(1_000))
        store.commit(Transaction(segments=[a_segment(1, data)]))
        assert self.reopened(store).segment(STREAM, 1) == a_segment(1, data)

    def test_neighbours_become_one_segment_under_a_key_of_its_own(self, store: Store) -> None:
        parts = [msgspec.structs.replace(a_segment(n, b"%d\n" % n), run=f"run{n}", created_us=n) for n in range(1, 7)]
        other = a_segment(3, stream=OTHER)
        store.commit(Transaction(segments=[*parts, other]))
        store.merge(STREAM, 2, 3)
        merged = store.merge(STREAM, 2, 5)
        store = self.reopened(store)
        whole = store.segment(STREAM, 5)
        assert whole == msgspec.structs.replace(parts[4], data=b"2\n3\n4\n5\n", count=4, first=2)
        assert merged == whole.info
        assert whole.idempotency_key("press-1") == "press-1/press/1/stats/lake/run5.2-5"
        assert store.load().segments == [other.info, parts[0].info, whole.info, parts[5].info]
        store.commit(Transaction(cursors={STREAM: 5}))
        assert store.load().segments == [other.info, parts[5].info]
        assert store.load().next_sequence[STREAM] == 7

    def test_what_is_dated_later_and_what_is_rejected_may_be_merged(self, store: Store) -> None:
        store.commit(Transaction(segments=[msgspec.structs.replace(a_segment(n), created_us=-n) for n in (1, 2)]))
        store.merge(STREAM, 1, 2)
        store.commit(Transaction(redatings=[Redating(1_000)]))
        assert [info.created_us for info in store.load().segments] == [1_002]
        store.commit(Transaction(rejections=[Rejection(STREAM, 2, 3, 4, "HTTP 422", 9)], cursors={STREAM: 2}))
        assert [dead.letter.raw for dead in self.dead(store)] == [b'{"n":2}']

    def test_an_unknown_segment_is_none(self, store: Store) -> None:
        assert store.segment(STREAM, 1) is None

    @pytest.mark.parametrize(
        "field",
        [
            "segments",
            "rejections",
            "changes",
            "dead",
            "ledger",
            "drops",
            "slots",
            "removed_slots",
            "lineage",
            "replayed",
        ],
    )
    def test_a_commit_that_breaks_half_way_changes_nothing(self, store: Store, field: str) -> None:
        store.commit(Transaction(segments=[a_segment(9)], cursors={OTHER: 3}))
        before = store.load()
        broken = a_full_transaction()
        broken.cursors = {STREAM: 9}
        setattr(broken, field, Torn(getattr(broken, field)))
        with pytest.raises(OSError, match="no space"):
            store.commit(broken)
        assert store.load() == before
        assert self.reopened(store).load() == before

    def test_after_a_broken_commit_the_next_one_works(self, store: Store) -> None:
        broken = a_full_transaction()
        broken.ledger = Torn(broken.ledger)
        with pytest.raises(OSError, match="no space"):
            store.commit(broken)
        store.commit(a_full_transaction())
        assert len(store.load().segments) == 3

    @pytest.mark.parametrize(("offset_us", "dated"), [(1_000_000, 1_000_700), (None, 0)])
    def test_stamps_of_an_unknown_clock_get_their_time_or_none(
        self, store: Store, offset_us: int | None, dated: int
    ) -> None:
        stamped = [msgspec.structs.replace(a_segment(n), created_us=us) for n, us in ((1, -700), (2, 5), (3, 0))]
        store.commit(Transaction(segments=stamped))
        store.commit(Transaction(redatings=[Redating(offset_us)]))
        assert [info.created_us for info in self.reopened(store).load().segments] == [dated, 5, 0]

    def test_a_cursor_deletes_what_lies_behind_it_and_the_sequence_goes_on(self, store: Store) -> None:
        store.commit(Transaction(segments=[a_segment(1), a_segment(2), a_segment(1, stream=OTHER)]))
        store.commit(Transaction(cursors={STREAM: 2}))
        state = self.reopened(store).load()
        assert [info.stream for info in state.segments] == [OTHER]
        assert state.cursors == {STREAM: 2}
        assert state.next_sequence == {STREAM: 3, OTHER: 2}

    def test_none_deletes_positions_and_states(self, store: Store) -> None:
        store.commit(a_full_transaction())
        store.commit(Transaction(positions={POSITION: None}, states={"press": None}))
        state = store.load()
        assert state.positions == {}
        assert state.states == {}

    def test_what_came_after_a_state_is_appended_until_the_next_state(self, store: Store) -> None:
        store.commit(Transaction(states={"press": b"one"}, replays={"oven": [b"x"]}))
        store.commit(Transaction(replays={"press": [b"a", b"b"]}))
        store.commit(Transaction(replays={"press": [b"c"]}))
        assert self.reopened(store).load().replays == {"press": [b"a", b"b", b"c"], "oven": [b"x"]}
        store = self.reopened(store)
        store.commit(Transaction(states={"press": b"two", "oven": None}))
        assert store.load().replays == {}
        store.commit(Transaction(replays={"press": [b"d"]}))
        assert self.reopened(store).load().replays == {"press": [b"d"]}

    def test_ledger_entries_add_up(self, store: Store) -> None:
        entry = LedgerEntry("press", 1, "stats/lake", "out", 4)
        store.commit(Transaction(ledger=[entry, entry]))
        store.commit(Transaction(ledger=[entry]))
        assert store.load().ledger == [LedgerEntry("press", 1, "stats/lake", "out", 12)]

    def test_ledger_entries_that_add_up_to_nothing_are_gone(self, store: Store) -> None:
        store.commit(Transaction(ledger=[LedgerEntry("press", version, "parsed", "passed", 4) for version in (1, 2)]))
        moved = [LedgerEntry("press", 1, "parsed", "passed", -4), LedgerEntry("press", 0, "parsed", "passed", 4)]
        store.commit(Transaction(ledger=moved))
        assert self.reopened(store).load().ledger == [
            LedgerEntry("press", 0, "parsed", "passed", 4),
            LedgerEntry("press", 2, "parsed", "passed", 4),
        ]

    def test_drops_that_continue_each_other_are_one(self, store: Store) -> None:
        drops = [Drop(STREAM, 1, n, n, 10, "outbox_full", n) for n in (1, 2, 5, 6)]
        other = Drop(STREAM, 1, 7, 7, 3, "max_age", 9)
        store.commit(Transaction(drops=drops[:1], cursors={STREAM: 1}))
        store.commit(Transaction(drops=[*drops[1:], other]))
        assert self.reopened(store).load().drops == [
            Drop(STREAM, 1, 1, 2, 20, "outbox_full", 2),
            Drop(STREAM, 1, 5, 6, 20, "outbox_full", 6),
            other,
        ]

    def test_the_wear_of_a_day_is_replaced_and_the_latest_days_are_kept_in_order(self, store: Store) -> None:
        for number in range(1, 41):
            name = f"2026-01-{number:02d}"
            store.commit(Transaction(wear={name: WearDay(name, 1, 1)}))
        store.commit(Transaction(wear={"2026-01-40": WearDay("2026-01-40", 7, 5)}))
        wear = self.reopened(store).load().wear
        assert [day.day for day in wear] == [f"2026-01-{number:02d}" for number in range(10, 41)]
        assert wear[-1] == WearDay("2026-01-40", 7, 5)

    def test_an_envelope_that_no_slot_names_is_deleted(self, store: Store) -> None:
        store.commit(a_full_transaction())
        store.commit(
            Transaction(
                removed_slots=[("press", SlotName.CURRENT)],
                slots=[Slot("press", SlotName.CANDIDATE, 2, "sha256:2", 2)],
                envelopes={"sha256:2": b"second"},
            )
        )
        assert store.load().envelopes == {"sha256:2": b"second"}

    def test_rejected_records_become_dead_letters_when_their_segment_goes(self, store: Store) -> None:
        store.commit(Transaction(segments=[a_segment(1, b"good\nbad\ngood\n")]))
        store.commit(Transaction(rejections=[Rejection(STREAM, 1, 1, 2, "HTTP 422", 9)], cursors={STREAM: 1}))
        state = store.load()
        assert state.segments == []
        assert state.dead_bytes == {"press": 3}
        assert self.dead(store) == [
            JobDeadLetter("press", 1, 9, DeadLetter(b"bad", "stats", "HTTP 422", "lake", 1)),
        ]

    def test_a_dead_letter_that_entered_again_is_gone(self, store: Store) -> None:
        one, two, three = (
            JobDeadLetter("press", 1, 5, DeadLetter(b"%d" % n, "parsed", "no", "p", n, "n")) for n in (1, 2, 3)
        )
        store.commit(Transaction(dead=[one, two, three]))
        found = store.letters([3, 1, 99])
        assert [letter.dead for letter in found] == [one, three]
        store.commit(Transaction(replayed=[found[0].id]))
        store = self.reopened(store)
        assert self.dead(store) == [two, three]
        assert store.load().dead_bytes == {"press": 2}

    def test_lineage_is_kept_the_latest_last(self, store: Store) -> None:
        first, second = (
            Lineage(
                Maker("press", 1, "sha256:1", {"hot_c": 85.0}, "1a"),
                at,
                (Input("p", 0, 5),),
                (Made("raw", "lake", at, 5),),
            )
            for at in (1, 2)
        )
        store.commit(Transaction(lineage=[first]))
        store.commit(Transaction(lineage=[second]))
        assert self.lineage(self.reopened(store)) == [first, second]

    def lineage(self, store: Store) -> list[Lineage]:
        """All that is kept, oldest first."""
        raise NotImplementedError

    def dead(self, store: Store) -> list[JobDeadLetter]:
        """Every dead letter, oldest first."""
        raise NotImplementedError
