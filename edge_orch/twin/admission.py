"""Admission: which of a peer's changes may be merged, by what they say; the gate has read them, Rust has not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from edge_orch.twin.columns import refuse
from edge_orch.twin.contents import Contents
from edge_orch.twin.facts import Section
from edge_orch.twin.gate import Inspected, Write
from edge_orch.twin.hand import Hand
from edge_orch.twin.log import ChangeLog
from edge_orch.twin.rights import REPLACEABLE, TOLD_APART, may_write

Allow = Callable[[bytes, Section, str], bool]
"""(actor, section, key) → whether that actor may write there; see `edge_orch.twin.rights`."""


class Admission:
    """Judges changes against what is `merged` in the twin of the agent `doc`; changes nothing."""

    def __init__(self, doc: str, actor: bytes, merged: ChangeLog, contents: Contents, hand: Hand | None) -> None:
        self._doc = doc
        self._actor = actor
        self._merged = merged
        self._contents = contents
        self._hand = hand

    def admitted(self, inspected: Sequence[Inspected], allow: Allow) -> list[Inspected]:
        """The changes that are new here and may be applied, causes before effects. Raises `Refused`."""
        lamports: dict[bytes, int] = {}
        last: dict[bytes, int] = {}
        written: dict[tuple[Section, str], str] = {}
        news: list[Inspected] = []
        for item in sorted(inspected, key=lambda item: (item.start_op, item.change.actor)):
            change = item.change
            if change.hash in self._merged or change.hash in lamports:
                continue
            if change.actor == self._actor:
                refuse("a change by this replica's own actor that it did not make: the actor is in use elsewhere")
            before = last.get(change.actor, self._merged.last(change.actor))
            if change.seq <= before:
                refuse(f"sequence number {change.seq} of actor {change.actor.hex()} a second time, with other content")
            known = [dep in lamports or dep in self._merged for dep in item.deps]
            if change.seq != before + 1 or not all(known):
                continue
            if item.start_op != 1 + max(lamports.get(dep) or self._merged.lamport(dep) for dep in item.deps):
                refuse("an operation number that does not follow its causes")
            for write in item.writes:
                self._check(write, change.actor, allow, written)
            lamports[change.hash] = change.lamport
            last[change.actor] = change.seq
            news.append(item)
        return news

    def _check(self, write: Write, actor: bytes, allow: Allow, written: dict[tuple[Section, str], str]) -> None:
        where = f"{write.section}/{write.key}"
        if not (allow(actor, write.section, write.key) or self._forgotten(actor, write)):
            refuse(f"actor {actor.hex()} may not write {where}")
        if write.section in REPLACEABLE:
            return
        standing = written.setdefault((write.section, write.key), write.text)
        earlier = self._contents.get(write.section, write.key)
        same = standing == write.text and earlier in (None, write.text)
        if write.replaces or not (same or write.section in TOLD_APART):
            refuse(f"{where} is written once, and this is another text")

    def _forgotten(self, actor: bytes, write: Write) -> bool:
        """Whether our own hand wrote it, and we have forgotten."""
        if self._hand is None or not may_write(actor, self._doc, write.section, write.key):
            return False
        return self._hand.recognises(self._doc, write.section, write.key, write.text)
