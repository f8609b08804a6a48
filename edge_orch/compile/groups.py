"""Named groups as other products write them → those that Python's `re` takes."""

from __future__ import annotations

import re

import msgspec

NAME = r"@?[A-Za-z_][\w.@-]*|(?:\[[\w.@-]+\])+"
"""A name that a group may have: `status`, `source.ip`, `@timestamp`, or `[source][ip]`, which says `source.ip`."""
_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|\(\?(?:P?<(?![=!])(?P<name>[^>]*)>|'(?P<quoted>[^']*)')", re.DOTALL
)


class Groups(msgspec.Struct, frozen=True):
    """An expression for `re`, and which of its groups hold what each name stands for: the first of them that matched.

    `shifts`: where the expression has become longer or shorter, and by how many characters.
    """

    pattern: str
    names: dict[str, tuple[str, ...]]
    shifts: tuple[tuple[int, int], ...] = ()

    def origin(self, at: int) -> int:
        """The place in the expression as it was written."""
        return at - sum(by for place, by in self.shifts if place <= at)


def named(key: str) -> str:
    """The name that `[source][ip]` says; others are what they are."""
    return ".".join(re.findall(r"\[([^\]]*)\]", key)) if key.startswith("[") else key


def with_groups(pattern: str) -> Groups:
    """The expression, in which a name may be any `NAME` and stand several times.

    A group may begin with `(?<name>` or `(?'name'`, too.

    What is no `NAME` stays as it is, for `re` to refuse.
    """
    parts: list[str] = []
    shifts: list[tuple[int, int]] = []
    names: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    end = length = 0
    for token in _TOKEN.finditer(pattern):
        key = token["quoted"] if token["name"] is None else token["name"]
        if key is None or not re.fullmatch(NAME, key):
            continue
        group = _fresh(named(key), taken)
        names[named(key)] = (*names.get(named(key), ()), group)
        written = f"(?P<{group}>"
        parts += [pattern[end : token.start()], written]
        length += token.start() - end + len(written)
        if len(written) != len(token[0]):
            shifts.append((length, len(written) - len(token[0])))
        end = token.end()
    return Groups("".join([*parts, pattern[end:]]), names, tuple(shifts))


def _fresh(name: str, taken: set[str]) -> str:
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    group, count = plain, 1
    while group in taken:
        count += 1
        group = f"{plain}_{count}"
    taken.add(group)
    return group
