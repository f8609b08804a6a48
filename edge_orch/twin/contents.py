"""The contents of a twin as text and as decoded facts, each text decoded once."""

from __future__ import annotations

from typing import Any

from edge_orch.twin.encoding import decode_fact
from edge_orch.twin.facts import SECTION_OF, Facts, Section


class Contents:
    """What stands under each key. A later `put` under the same key replaces."""

    def __init__(self) -> None:
        self._texts: dict[tuple[Section, str], str] = {}
        self._decoded: dict[Section, dict[str, Any]] = {section: {} for section in SECTION_OF.values()}
        self._unreadable: set[tuple[Section, str]] = set()
        self._facts: Facts | None = Facts()

    def get(self, section: Section, key: str) -> str | None:
        """The text under a key, or None."""
        return self._texts.get((section, key))

    def texts(self) -> dict[tuple[Section, str], str]:
        """Everything, readable or not; a value of its own."""
        return dict(self._texts)

    def put(self, section: Section, key: str, text: str) -> None:
        """Set the text under a key; text that cannot be read as a fact counts as unreadable."""
        if self._texts.get((section, key)) == text:
            return
        self._texts[section, key] = text
        self._decoded[section].pop(key, None)
        self._unreadable.discard((section, key))
        fact = decode_fact(section, key, text)
        if fact is None:
            if section is not Section.LATER:  # there it is of a kind that a later release knows
                self._unreadable.add((section, key))
        else:
            self._decoded[section][key] = fact
        self._facts = None

    def facts(self) -> Facts:
        """All readable facts; a value of its own that later changes do not touch."""
        if self._facts is None:
            self._facts = Facts(**{section.value: dict(facts) for section, facts in self._decoded.items()})
        return self._facts

    def unreadable(self) -> tuple[tuple[Section, str], ...]:
        """Section and key of every unreadable text, sorted."""
        return tuple(sorted(self._unreadable))
