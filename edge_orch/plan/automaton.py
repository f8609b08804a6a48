"""The automaton of a regular expression (Glushkov), and what makes a backtracking matcher slow in it."""

from __future__ import annotations

import re
from typing import Any

from edge_orch.plan.characters import ANY, characters, folded
from edge_orch.plan.cuts import letters_sought

_LARGEST = 2_000
_LINKS = 20_000
_PAIRS = 5_000  # so many pairs of states are looked at for one that comes together; of more it is taken that one does
_LOOKS = 100_000  # at steps that three ways through the automaton take at once
_COUNTED = 128  # a counted repetition of so many states is written out; a larger one is taken as without bound

_SINGLE = {"LITERAL", "NOT_LITERAL", "ANY", "IN", "AT"}
States = set[int]
Part = tuple[States, States, bool]
"""The states that a part can begin and end with, and whether it matches the empty text."""


class Automaton:
    """States stand for the characters of an expression in its parser's form; links say which may follow which.

    `hopeless`: it is too large, or was seen to be ambiguous while it was made.
    """

    def __init__(self, flags: int) -> None:
        self.ignores_case = bool(flags & re.IGNORECASE)
        self.dot_all = bool(flags & re.DOTALL)
        self.ascii_only = bool(flags & re.ASCII)
        self.hopeless = False
        self.links = 0
        self._looks = _LOOKS
        self.sets: list[int] = []
        self.next: list[dict[int, int]] = []  # state → state that may follow: in how many ways

    def state(self, set_: int) -> int:
        """Add a state for one character of the set."""
        self.sets.append(set_)
        self.next.append({})
        return len(self.sets) - 1

    def link(self, ends: States, beginnings: States) -> None:
        """Each of the beginnings may follow each of the ends, in one more way."""
        self.links += len(ends) * len(beginnings)
        if self.links > _LINKS:
            self.hopeless = True
            return
        for end in ends:
            for beginning in beginnings:
                self.next[end][beginning] = self.next[end].get(beginning, 0) + 1

    def sequence(self, parts: Any) -> Part:
        """Add what a sequence of the parser's operators matches."""
        made: Part = (set(), set(), True)
        for operator, argument in parts:
            made = self._joined(made, self._part(str(operator), argument))
            if len(self.sets) > _LARGEST:
                self.hopeless = True
            if self.hopeless:
                break
        return made

    def _joined(self, one: Part, other: Part) -> Part:
        self.link(one[1], other[0])
        first = one[0] | other[0] if one[2] else one[0]
        last = one[1] | other[1] if other[2] else other[1]
        return first, last, one[2] and other[2]

    def _part(self, operator: str, argument: Any) -> Part:
        match operator:
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                part = self._repeated(*argument)
            case "SUBPATTERN":
                part = self.sequence(argument[3])
            case "ATOMIC_GROUP":
                text = [] if self.ignores_case else letters_sought(argument)
                part = self._cut(text) if text else self.sequence(argument)
            case "BRANCH":
                part = self._either([self.sequence(branch) for branch in argument[1]])
            case "GROUPREF_EXISTS":
                part = self._either([self.sequence(branch or ()) for branch in argument[1:]])
            case "ASSERT" | "ASSERT_NOT" if all(str(each) in _SINGLE for each, _ in argument[1]):
                part = set(), set(), True  # a look at so many characters costs as much each time, and passes none
            case "ASSERT" | "ASSERT_NOT":
                first, last, _ = self.sequence(argument[1])
                part = first, last, True
            case "GROUPREF":
                state = self.state(ANY)
                self.link({state}, {state})
                part = {state}, {state}, True
            case "AT":
                part = set(), set(), True
            case _:
                set_ = characters(operator, argument, dot_all=self.dot_all, ascii_only=self.ascii_only)
                state = self.state(folded(set_) if self.ignores_case else set_)
                part = {state}, {state}, False
        return part

    def _cut(self, text: Any) -> Part:
        """Of a group that ends at a text and is not gone back into: as if what it passes had not the first letter.

        There is one way to read it, and what comes before it looks for the text from each place anew.
        """
        state = self.state(characters("NOT_LITERAL", text[0][1], dot_all=True, ascii_only=self.ascii_only))
        self.link({state}, {state})
        return self._joined(({state}, {state}, True), self.sequence(text))

    def _either(self, branches: list[Part]) -> Part:
        first = set[int]().union(*(branch[0] for branch in branches))
        last = set[int]().union(*(branch[1] for branch in branches))
        self.hopeless |= sum(branch[2] for branch in branches) > 1
        return first, last, any(branch[2] for branch in branches)

    def _repeated(self, least: int, most: Any, body: Any) -> Part:
        before = len(self.sets)
        first, last, empty = self.sequence(body)
        size = len(self.sets) - before
        if most == 0:
            return set(), set(), True
        if empty and least > 1:
            self.hopeless = True  # (a?){30}: which of the thirty are empty?
        if most > 1 and most * size > _COUNTED:  # most: at worst as many as `re` can count
            self.link(last, first)
            return first, last, empty or least == 0
        ends, previous = set(last), last
        for number in range(1, most):
            again = self.sequence(body)
            self.link(previous, again[0])
            previous = again[1]
            ends = ends | previous if number >= least or empty else set(previous)
        return first, ends, empty or least == 0

    def loops(self) -> list[States]:
        """The sets of states that can follow each other for ever (strongly connected components)."""
        rest = self._between_loops()
        reached = {state: self._reached(state) & rest for state in rest}
        found: list[States] = []
        for state in sorted(rest):
            if state in reached[state] and not any(state in loop for loop in found):
                found.append({other for other in reached[state] if state in reached[other]})
        return found

    def _between_loops(self) -> States:
        """The states on a way from a loop to a loop: the others are peeled off from both ends."""
        before: list[States] = [set() for _ in self.sets]
        for state, following in enumerate(self.next):
            for other in following:
                before[other].add(state)
        after = [set(following) for following in self.next]
        rest = set(range(len(self.sets)))
        for ways, opposite in ((before, after), (after, before)):
            agenda = [state for state in rest if not ways[state] & rest]
            while agenda:
                state = agenda.pop()
                rest.discard(state)
                agenda += [other for other in opposite[state] if other in rest and not ways[other] & rest]
        return rest

    def _reached(self, state: int) -> States:
        seen: States = set()
        agenda = [state]
        while agenda:
            for following in self.next[agenda.pop()]:
                if following not in seen:
                    seen.add(following)
                    agenda.append(following)
        return seen

    def choices(self, loops: list[States], most: int) -> int:
        """In how many states outside of loops one character can be read by two that follow.

        If these are more than `most`, only those count of which both ways can come together again by the same text:
        others may be tried in vain, but do not multiply.
        """
        looping = set[int]().union(*loops)
        places = [state for state in range(len(self.sets)) if state not in looping and self._pairs(state, state)]
        return len(places) if len(places) <= most else sum(map(self._rejoins, places))

    def _pairs(self, one: int, other: int) -> set[tuple[int, int]]:
        """The two different states in which one character may lead from these two."""
        return {
            (min(first, second), max(first, second))
            for first in self.next[one]
            for second in self.next[other]
            if first != second and self.sets[first] & self.sets[second]
        }

    def _rejoins(self, state: int) -> bool:
        seen = self._pairs(state, state)
        agenda = list(seen)
        while agenda:
            one, other = agenda.pop()
            if not self.next[one].keys().isdisjoint(self.next[other]) or len(seen) > _PAIRS:
                return True
            following = self._pairs(one, other) - seen
            seen |= following
            agenda += following
        return False

    def ambiguous(self, loop: States) -> bool:
        """Whether some text leads from a state of the loop back to it in two ways."""
        if any(ways > 1 for state in loop for following, ways in self.next[state].items() if following in loop):
            return True
        back: dict[tuple[int, int], set[tuple[int, int]]] = {}
        same = {(state, state) for state in loop}
        agenda = list(same)
        seen = set(agenda)
        while agenda:
            pair = agenda.pop()
            for one in self.next[pair[0]]:
                for other in self.next[pair[1]]:
                    if one in loop and other in loop and self.sets[one] & self.sets[other]:
                        following = (one, other)
                        back.setdefault(following, set()).add(pair)
                        if following not in seen:
                            seen.add(following)
                            agenda.append(following)
        returning, agenda = set(same), list(same)
        while agenda:
            for pair in back.get(agenda.pop(), ()):
                if pair not in returning:
                    returning.add(pair)
                    agenda.append(pair)
        return any(one != other for one, other in seen & returning)

    def overlapping(self, loops: list[States], *, exactly: bool = False) -> int:
        """By which power of its length a text can be read: one, and one for each two loops that can read the same.

        These are loops on one way through the automaton: of `\\w*\\w*-\\w*\\w*` two and two, which makes three. The way
        between two must be able to read that text as well. It may be told too many, since it looks at characters only;
        `exactly` it looks at whole texts, as far as that takes no more than `_LOOKS`.
        """
        self._looks = _LOOKS
        sets = [self._union(loop) for loop in loops]
        behind = [self._reached(min(loop)) for loop in loops]
        powers: dict[int, int] = {}

        def power(here: int) -> int:
            """The greatest of a way that begins in this loop."""
            if here not in powers:
                powers[here] = 1
                for there, loop in enumerate(loops):
                    if there == here or not loop & behind[here]:
                        continue
                    joined = self._joins(loops[here], loop, sets[here]) and (
                        not exactly or self._reads_both(loops[here], loop)
                    )
                    powers[here] = max(powers[here], power(there) + joined)
            return powers[here]

        return max(map(power, range(len(loops))), default=0)

    def _reads_both(self, here: States, there: States) -> bool:
        """Whether one text leads from a state back to it, from there to a state of the other loop, and that to itself.

        After too many looks it is taken that it does.
        """
        return any(self._leads(one, other, here, there) for one in here for other in there)

    def _leads(self, one: int, other: int, here: States, there: States) -> bool:
        goal = (one, other, other)
        seen = {(one, one, other)}
        agenda = list(seen)
        while agenda:
            stays, goes, ends = agenda.pop()
            for first in self.next[stays].keys() & here:
                for last in self.next[ends].keys() & there:
                    readable = self.sets[first] & self.sets[last]
                    for way in self.next[goes] if readable else ():
                        self._looks -= 1
                        triple = (first, way, last)
                        if (triple == goal and self.sets[way] & readable) or self._looks < 0:
                            return True
                        if self.sets[way] & readable and triple not in seen:
                            seen.add(triple)
                            agenda.append(triple)
        return False

    def _joins(self, here: States, there: States, readable: int) -> bool:
        readable &= self._union(there)
        agenda, seen = list(here), set(here)
        while agenda:
            for following in self.next[agenda.pop()]:
                if following not in seen and self.sets[following] & readable:
                    if following in there:
                        return True
                    seen.add(following)
                    agenda.append(following)
        return False

    def _union(self, loop: States) -> int:
        union = 0
        for state in loop:
            union |= self.sets[state]
        return union
