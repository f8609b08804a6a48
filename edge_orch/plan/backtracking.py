"""How long a backtracking matcher may take for a regular expression: what would take for ever is known beforehand.

The expression becomes an automaton whose states are its characters (Glushkov). Two different ways to read the same text
inside a loop make the time grow exponentially (`(a+)+`); two loops in a row that can read the same text (`.*=.*`) make
it grow with a power of the length, one more for each such loop (Weideman et al., "Analyzing Matching Time Behavior of
Backtracking Regular Expression Matchers", 2016). Lookarounds, back references and counted repetitions are taken as
something that matches at least as much, so that the answer errs on the side of more time.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Any

from edge_orch.plan.automaton import Automaton
from edge_orch.plan.characters import ANY

_parser: Any = import_module("re._parser")  # what the standard library itself compiles from; it has no public name
_STEPS = {2: 50_000_000, 3: 15_000_000}  # for so many loops in a row: well below a second, on a Pi too
_CHOICES = 24  # places from which two ways lead to one place by the same text: 2 to that power ways through them
FOREVER = 0


def longest_text(pattern: str, *, anywhere: bool = False) -> int | None:
    """How many characters the pattern can be matched against in bounded time; None: any number; `FOREVER`: none.

    `anywhere`: it is searched for, not matched with the whole text. Raises `re.error` for what is no pattern.
    """
    return _longest(pattern, anywhere)


@lru_cache(maxsize=256)
def _longest(pattern: str, anywhere: bool) -> int | None:
    tree = _parser.parse(pattern)
    automaton = Automaton(tree.state.flags)
    first, _, _ = automaton.sequence(tree)
    if automaton.hopeless:
        return FOREVER
    if anywhere and not _anchored(tree):
        start = automaton.state(ANY)
        automaton.link({start}, {start})
        automaton.link({start}, first)
    loops = automaton.loops()
    if automaton.choices(loops, _CHOICES) > _CHOICES or any(automaton.ambiguous(loop) for loop in loops):
        return FOREVER
    power = automaton.overlapping(loops)
    if power > 1:
        power = automaton.overlapping(loops, exactly=True)
    if power <= 1:
        return None
    if power not in _STEPS:
        return FOREVER
    # n to the power of k, by k!: so many ways there are to cut a text of n characters between k loops.
    length = 1
    while _ways(length * 2, power) <= _STEPS[power]:
        length *= 2
    while _ways(length + length // 8 + 1, power) <= _STEPS[power]:
        length += length // 8 + 1
    return length


def _ways(length: int, power: int) -> int:
    ways = 1
    for factor in range(power):
        ways = ways * (length + factor) // (factor + 1)
    return ways


def _anchored(tree: Any) -> bool:
    return bool(len(tree)) and str(tree[0][0]) == "AT" and str(tree[0][1]) in {"AT_BEGINNING", "AT_BEGINNING_STRING"}
