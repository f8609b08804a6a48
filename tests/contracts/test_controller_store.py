"""What every store of a controller must do, whatever keeps the bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from edge_orch_controller.core.records import Agent, AuditEntry, JobVersion, Role, Rollout, Standing, Token
from edge_orch_controller.core.transaction import Transaction, TwinUpdate
from edge_orch_controller.store.memory_store import MemoryStore
from edge_orch_controller.store.port import Store, Taken
from edge_orch_controller.store.sqlite_store import SqliteStore

from edge_orch.errors import Refused
from edge_orch.time import Instant
from edge_orch.twin.change import Change
from edge_orch.twin.epoch import Epoch, Rolled
from edge_orch.twin.facts import Ack, Desired, EpisodeFact, Fact, JobState, Override, Reported, Section

AUDIT = AuditEntry(at_us=7, who="ada", what="test", subject="it")
NOW = Instant(1_000, 2_000, "boot")
Reopen = Callable[[], Store]


@pytest.fixture(params=["memory", "sqlite"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reopen]:
    """Opens the store; called again, it opens the same store as after a restart."""
    opened: list[Store] = []

    def open_again() -> Store:
        if request.param == "memory":
            store: Store = opened[-1] if opened else MemoryStore()
        else:
            if opened:
                opened[-1].close()
            store = SqliteStore(tmp_path / "controller.db")
        opened.append(store)
        return store

    yield open_again
    for store in opened:
        store.close()


@pytest.fixture
def store(reopen: Reopen) -> Store:
    return reopen()


def version(job: str, number: int, content: str = "") -> JobVersion:
    digest = f"sha256:{job}{content or number}"
    return JobVersion(job, number, digest, "text", b"plan", b"envelope", 10 * number, "ada")


def join_token(digest: str = "t1", expires_at_us: int | None = 100) -> Token:
    return Token(digest, "join", "press-1", "viewer", {"site": "austin"}, 1, "ada", expires_at_us)


def agent(name: str = "press-1", key: bytes = b"k" * 32, at_us: int = 50) -> Agent:
    return Agent(name, key, {}, at_us)


def change(seq: int, actor: bytes = b"a" * 16, lamport: int = 0) -> Change:
    return Change(actor, seq, bytes([seq]) * 32, lamport or seq, b"raw%d" % seq)


def test_an_empty_store_holds_nothing(store: Store) -> None:
    state = store.load()
    assert (state.jobs, state.agents, state.standings) == ([], [], {})
    assert store.facts("nobody") == msgspec.structs.replace(store.facts("nobody"))
    assert store.changes("nobody") == []
    assert store.version_by_digest("sha256:none") is None
    assert store.token("none") is None


def test_versions_and_their_rollouts_survive_a_restart(reopen: Reopen) -> None:
    store = reopen()
    first = store.add_version(version("job", 1), AUDIT)
    second = store.add_version(version("job", 2), AUDIT)
    other = store.add_version(version("other", 1), AUDIT)
    assert (first.generation, second.generation, other.generation) == (1, 2, 1)
    assert first.id != second.id

    store = reopen()
    assert [v.version for v in store.versions("job")] == [2, 1]
    assert store.version_by_digest("sha256:job1") == version("job", 1)
    assert {(r.version.job, r.version.version, r.rollout.generation) for r in store.load().jobs} == {
        ("job", 2, 2),
        ("other", 1, 1),
    }
    assert [r.state for r in store.rollouts() if r.job == "job"] == ["running", "superseded"]


def test_going_back_is_a_rollout_of_an_old_version_under_a_new_generation(store: Store) -> None:
    store.add_version(version("job", 1), AUDIT)
    store.add_version(version("job", 2), AUDIT)
    back = store.add_rollout(version("job", 1), 99, "ada", AUDIT)
    assert (back.version, back.generation) == (1, 3)
    (job,) = store.load().jobs
    assert (job.version.version, job.rollout) == (1, back)


@pytest.mark.parametrize("clash", [version("job", 1, "other content"), version("job", 2, "1"), version("two", 1, "x")])
def test_a_number_and_a_content_are_given_once(store: Store, clash: JobVersion) -> None:
    store.add_version(version("job", 1), AUDIT)
    if clash.job == "two":
        clash = msgspec.structs.replace(clash, digest="sha256:job1")
    with pytest.raises(Taken):
        store.add_version(clash, AUDIT)
    assert len(store.versions("job")) == len(store.rollouts()) == 1
    assert len(store.audit(10)) == 1


def test_a_twin_is_its_changes_and_its_facts(reopen: Reopen) -> None:
    store = reopen()
    store.add_token(join_token(), AUDIT)
    store.enroll("t1", agent(), AUDIT)
    old, new = (Desired("job", g, g, f"sha256:{g}", f"job-{g}") for g in (9, 10))
    reported = Reported("job", 9, "sha256:9", 9, JobState.RUNNING)
    facts: list[Fact] = [
        new,
        old,
        reported,
        Override("o1", "job", "hot_c", 90.5, "op", "operator", "summer", "agent", NOW, 3_600, ("o0",)),
        EpisodeFact("e1", "opened", "job", 9, "hot", 5, ("k",), "critical", "it is hot"),
        Ack("e1", "controller", 1, "ada", NOW, "seen"),
    ]
    first = TwinUpdate([change(1), change(2)], facts)
    store.commit(Transaction(twins={"press-1": first}, last_seen_us={"press-1": 77}, audit=[AUDIT]))
    moved = msgspec.structs.replace(reported, version=10, generation=10)
    again = TwinUpdate([change(2), change(3, b"b" * 16, lamport=1)], [moved])
    store.commit(Transaction(twins={"press-1": again}))

    store = reopen()
    assert [(c.actor[:1], c.seq) for c in store.changes("press-1")] == [(b"a", 1), (b"b", 3), (b"a", 2)]
    found = store.facts("press-1")
    assert found.reported == {"job": moved}
    assert found.overrides["o1"] == facts[3]
    assert found.episodes["e1/opened"] == facts[4]
    assert found.acks["e1/controller/1"] == facts[5]
    state = store.load()
    assert state.standings == {"press-1": Standing({"job": new}, {"job": moved})}
    assert state.agents[0].last_seen_us == 77
    assert store.agents_with(Section.EPISODES) == ["press-1"]
    assert store.agents_with(Section.DEVICE) == []


def test_a_token_that_says_so_lets_an_agent_in_with_another_key(reopen: Reopen) -> None:
    store = reopen()
    store.add_token(join_token(), AUDIT)
    store.enroll("t1", agent(), AUDIT)
    store.add_token(join_token("t2"), AUDIT)
    with pytest.raises(Taken, match="--replace"):
        store.enroll("t2", agent(key=b"n" * 32), AUDIT)
    store.add_token(msgspec.structs.replace(join_token("t3"), labels={}, replace=True), AUDIT)
    kept = store.enroll("t3", agent(key=b"n" * 32), AUDIT)
    assert (kept.public_key, kept.labels) == (b"n" * 32, {"site": "austin"}), (
        "it keeps its labels unless new ones are given"
    )
    assert store.enroll("t3", agent(key=b"n" * 32), AUDIT) == kept, "asked again, because the answer was lost"
    with pytest.raises(Refused, match="has been used"):
        store.enroll("t3", agent(key=b"m" * 32), AUDIT)
    assert [one.public_key for one in reopen().load().agents] == [b"n" * 32]


def test_a_new_epoch_takes_the_place_of_the_old_one_and_what_left_is_archived(reopen: Reopen) -> None:
    store = reopen()
    assert store.epoch("press-1") == Epoch()
    acks: list[Fact] = [Ack("e1", "agent", n, "ada", NOW) for n in (1, 2)]
    store.commit(Transaction(twins={"press-1": TwinUpdate([change(1), change(2)], acks)}))
    left = ((Section.ACKS, "e1/agent/1", '{"n":1}'),)
    rolled = Rolled(Epoch(1, b"e" * 16, 1, {b"a" * 16: 2}), (change(3),), left)
    store.commit(Transaction(twins={"press-1": TwinUpdate([change(4)], [], [rolled])}))

    store = reopen()
    assert store.epoch("press-1") == rolled.epoch
    assert store.changes("press-1") == [change(3), change(4)]
    assert set(store.facts("press-1").acks) == {"e1/agent/2"}
    assert store.archived("press-1") == list(left)
    assert store.archived("press-2") == []


def test_what_left_in_other_words_stands_in_the_new_ones(reopen: Reopen) -> None:
    store = reopen()
    old, new = (EpisodeFact("e1", "opened", "job", 1, "hot", at_us) for at_us in (1, 2))
    store.commit(Transaction(twins={"press-1": TwinUpdate([change(1)], [old])}))
    rolled = Rolled(Epoch(1, b"e" * 16, 1), (change(2),), ((Section.EPISODES, old.key, "{}"),))
    store.commit(Transaction(twins={"press-1": TwinUpdate([], [new], [rolled])}))
    assert reopen().facts("press-1").episodes == {new.key: new}


def test_a_generation_is_above_all_that_any_twin_holds(reopen: Reopen) -> None:
    store = reopen()
    store.add_version(version("job", 1), AUDIT)
    assert store.wished("job") == (0, 0)
    forgotten: list[Fact] = [Desired("job", 10, 7, "sha256:7", "job-10"), Desired("jobs", 99, 98, "sha256:8", "x")]
    for name in ("press-1", "press-2"):
        store.commit(Transaction(twins={name: TwinUpdate([], forgotten)}))
    assert store.wished("job") == (7, 10)
    rollout = store.add_version(version("job", 8), AUDIT)
    assert (rollout.generation, rollout.id) == (11, "job-11")
    moved = msgspec.structs.replace(rollout, generation=20)
    store.commit(Transaction(rollouts={moved.id: moved}))
    assert [job.rollout for job in reopen().load().jobs] == [moved]
    assert reopen().add_rollout(version("job", 1), 99, "ada", AUDIT).generation == 21


def test_progress_of_a_rollout_is_kept(store: Store) -> None:
    rollout = store.add_version(version("job", 1), AUDIT)
    ahead: Rollout = msgspec.structs.replace(rollout, total=3, done=2, failed=1, state="failed", errors={"p": "why"})
    store.commit(Transaction(rollouts={ahead.id: ahead}))
    assert store.rollouts() == [ahead]


def test_a_join_token_lets_one_agent_in_with_the_tokens_labels(reopen: Reopen) -> None:
    store = reopen()
    store.add_token(join_token(), AUDIT)
    kept = store.enroll("t1", agent(), AUDIT)
    assert kept.labels == {"site": "austin"}
    assert store.enroll("t1", agent(at_us=60), AUDIT) == kept  # its first answer was lost
    with pytest.raises(Refused):
        store.enroll("t1", agent("press-2", b"2" * 32), AUDIT)
    store = reopen()
    token = store.token("t1")
    assert token is not None
    assert token.used_by == "press-1"
    assert store.load().agents == [kept]


@pytest.mark.parametrize(
    ("token", "presented", "raised"),
    [
        (join_token(), "t2", Refused),
        (join_token(expires_at_us=50), "t1", Refused),
        (msgspec.structs.replace(join_token(), name="press-2"), "t1", Refused),
        (Token("t1", "user", "ada", "admin", {}, 1, "ada"), "t1", Refused),
    ],
    ids=["unknown", "expired", "another agent's", "a person's token"],
)
def test_a_token_that_is_not_good_lets_nobody_in(
    store: Store, token: Token, presented: str, raised: type[Exception]
) -> None:
    store.add_token(token, AUDIT)
    with pytest.raises(raised):
        store.enroll(presented, agent(), AUDIT)
    assert store.load().agents == []


def test_a_name_belongs_to_its_first_key(store: Store) -> None:
    for digest in ("t1", "t2"):
        store.add_token(join_token(digest), AUDIT)
    store.enroll("t1", agent(), AUDIT)
    with pytest.raises(Taken):
        store.enroll("t2", agent(key=b"x" * 32), AUDIT)
    unused = store.token("t2")
    assert unused is not None
    assert unused.used_by == ""


@pytest.mark.parametrize("role", ["viewer", "operator", "admin"])
def test_a_persons_token_keeps_its_role(store: Store, role: Role) -> None:
    token = Token("d", "user", "ada", role, {}, 1, "root", None)
    store.add_token(token, AUDIT)
    assert store.token("d") == token


def test_the_audit_log_shows_the_latest_first(reopen: Reopen) -> None:
    store = reopen()
    for n in range(5):
        store.record(msgspec.structs.replace(AUDIT, at_us=n))
    assert [entry.at_us for entry in reopen().audit(3)] == [4, 3, 2]


# What only a file can do.
