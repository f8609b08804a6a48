from __future__ import annotations

from edge_orch.engine.records import Chunk, DeadLetter, Emission, EpisodeEvent, EpisodeEventKind, StepCount
from edge_orch.jobtest.tally import Tally


def event(kind: EpisodeEventKind) -> EpisodeEvent:
    return EpisodeEvent("id", kind, "hot", (), 0, "error", "", ())


def test_emissions_add_up() -> None:
    tally = Tally(outputs={"raw": 0, "stats": 0})
    emission = Emission(
        outputs={"raw": Chunk(b"{}\n{}\n", 2)},
        dead=[DeadLetter(b"x", "parse", "why", "p", 0)],
        episodes=[event(EpisodeEventKind.OPENED), event(EpisodeEventKind.RESOLVED), event(EpisodeEventKind.OPENED)],
        counts={
            "parse": StepCount(entered=4, passed=3, dead=1),
            "other": StepCount(entered=4, passed=4),
            "keep": StepCount(entered=3, passed=2, filtered=1),
            "roll": StepCount(entered=2, folded=1, late=1),
        },
    )
    for _ in range(2):
        tally.add(emission, frozenset({"parse", "other"}))
    assert tally == Tally(
        records_in=8,
        outputs={"raw": 4, "stats": 0},
        filtered=2,
        late=2,
        dead_letters=2,
        opened=4,
        resolved=2,
    )
