"""What a message says to write is no mistake itself: written there, the job compiles or is told something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_orch.compile import compile_job
from edge_orch.errors import Invalid, Problem
from edge_orch.spec.assets import given_assets
from tests.unit.compile.test_wrong_jobs import ASSETS, WRONG

_SAID = re.compile(r"(?:did you mean `(?P<near>[^`]+)`\?|write (?P<write>[^\s:;,]+|\{[\w: %.]+\}|\[[\w, ]+\]))")


def problems_of(text: str, file: str) -> tuple[Problem, ...]:
    try:
        compile_job(text, file, given_assets(ASSETS))
    except Invalid as error:
        return error.problems
    return ()


def told(problem: Problem) -> list[str]:
    """What may stand at the place, as the message names it."""
    found = re.sub(r"^the (text|number) ", "", problem.found)
    return [word for word in (found.strip("'\""), found, *re.findall("`([^`]+)`", problem.what)[::-1]) if word]


def mended(text: str, problem: Problem) -> str | None:
    """The job with what the message says in the place of what it found; None where that is not one word for another."""
    said = _SAID.fullmatch(problem.next_step)
    if not said or problem.where is None:
        return None
    lines = text.splitlines(keepends=True)
    line, at = lines[problem.where.line - 1], problem.where.column - 1
    at += line.startswith(("'", '"'), at)
    word = next((word for word in told(problem) if re.match(rf"{re.escape(word)}(?!\w)", line[at:])), None)
    if word is None:
        return None
    lines[problem.where.line - 1] = line[:at] + (said["near"] or said["write"]) + line[at + len(word) :]
    return "".join(lines)


def applied() -> Iterator[tuple[Path, Problem, str]]:
    for file in WRONG:
        text = file.read_text("utf-8")
        for problem in problems_of(text, file.name):
            mending = mended(text, problem) if problem.where and problem.where.file == file.name else None
            if mending is not None:
                yield file, problem, mending


APPLIED = list(applied())


def test_many_messages_say_one_word_for_another() -> None:
    assert len(APPLIED) > 100


@pytest.mark.parametrize(
    ("file", "problem", "mending"),
    APPLIED,
    ids=[f"{file.stem}:{problem.where.line if problem.where else 0}" for file, problem, _ in APPLIED],
)
def test_what_a_message_says_to_write_is_not_the_next_mistake(file: Path, problem: Problem, mending: str) -> None:
    after = problems_of(mending, file.name)
    again = [one for one in after if (one.where, one.what) == (problem.where, problem.what)]
    assert not again, f"{problem.next_step}\n{again[0]}"
    words = [word for one in after if one.where == problem.where and "twice" not in one.what for word in told(one)]
    said = _SAID.fullmatch(problem.next_step)
    assert said is not None
    assert (said["near"] or said["write"]) not in words, f"{problem.next_step}: then {after}"
