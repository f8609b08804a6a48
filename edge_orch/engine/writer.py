"""Lines of Python source, indented, and the names of generated variables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Writer:
    """Collects lines at the current depth. Text handed in must come from the generator, never from a user."""

    def __init__(self, depth: int = 0) -> None:
        self.lines: list[str] = []
        self._depth = depth

    def line(self, text: str) -> None:
        """Add one line."""
        self.lines.append("    " * self._depth + text)

    def later(self) -> Callable[[str], None]:
        """Keep a line free, at the current depth; what is called with its text writes it."""
        place, indent = len(self.lines), "    " * self._depth
        self.lines.append("")

        def write(text: str) -> None:
            self.lines[place] = indent + text

        return write

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """`head` (which ends in a colon), and below it, one level deeper, what is written inside the `with`."""
        self.line(head)
        self._depth += 1
        before = len(self.lines)
        yield
        if _says_nothing(self.lines[before:]):
            self.line("pass")
        self._depth -= 1


class Names:
    """Fresh identifiers (`f0`, `f1`, `k0` …) and the objects that generated code knows by such a name."""

    def __init__(self) -> None:
        self.objects: dict[str, Any] = {}
        self._next: dict[str, int] = {}

    def fresh(self, prefix: str) -> str:
        """A name not used before."""
        number = self._next.get(prefix, 0)
        self._next[prefix] = number + 1
        return f"{prefix}{number}"

    def bind(self, prefix: str, value: Any) -> str:
        """A fresh global name for `value`."""
        name = self.fresh(prefix)
        self.objects[name] = value
        return name


class FunctionWriter:
    """One generated function: what is set up once a call, what runs, what is counted at the end."""

    def __init__(self, name: str, arguments: str) -> None:
        self.name = name
        self.arguments = arguments
        self.body = Writer(1)
        self.epilogue = Writer(1)
        self._prologue = Writer(1)
        self._once: dict[str, str] = {}

    def once(self, name: str, code: str) -> str:
        """`name = code` at the top of the function; the same code is evaluated once and keeps its first name."""
        if code not in self._once:
            self._once[code] = name
            self._prologue.line(f"{name} = {code}")
        return self._once[code]

    def initial(self, name: str, code: str) -> str:
        """`name = code` at the top of the function, for a variable that will change."""
        self._prologue.line(f"{name} = {code}")
        return name

    def counter(self, name: str) -> str:
        """A local integer that starts at zero in each call."""
        return self.initial(name, "0")

    def source(self) -> list[str]:
        """The whole function."""
        lines = [*self._prologue.lines, *self.body.lines, *self.epilogue.lines]
        return [f"def {self.name}({self.arguments}):", *lines, *(["    pass"] if _says_nothing(lines) else [])]


def _says_nothing(lines: list[str]) -> bool:
    """Whether they are comments: what a step does to records that nobody reads. A line kept free will be written."""
    return all(line.lstrip().startswith("#") for line in lines)
