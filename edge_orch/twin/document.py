"""The document of one twin. The only module that knows Automerge (0.2.0.dev4, automerge-rs 0.7.2).

What the binding taught, and where it is heeded:
- A document that loads nothing is silently empty; every document here begins with the genesis change.
- A transaction that is left open segfaults; each is closed before anything else can fail.
- Rust panics arrive as `PanicException`, a `BaseException`, and may leave a document poisoned; peers' changes are
  therefore tried on a fork, which is thrown away on any failure.
- A change whose causes are missing is queued inside Rust without bound; here it never gets there.
- Applying one by one is slow; changes are handed over in batches, as a sync message (the binding has no other way in).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from automerge.core import ROOT, Document, Message, ObjType, ScalarType, SyncState

from edge_orch.errors import Problem, Refused
from edge_orch.twin import gate
from edge_orch.twin.carrier import sync_message
from edge_orch.twin.columns import refuse
from edge_orch.twin.encoding import MAX_FACT
from edge_orch.twin.epoch import Texts
from edge_orch.twin.facts import Section
from edge_orch.twin.gate import Inspected
from edge_orch.twin.genesis import GENESIS
from edge_orch.twin.rights import REPLACEABLE, TOLD_APART

_BATCH = 500  # changes handed to Rust at once


class TwinDocument:
    """Texts of facts under their keys, as the changes say that put them there."""

    def __init__(self, actor: bytes, before: Document | None = None) -> None:
        """A copy of `before`, or empty but for the genesis change; what is written here, `actor` writes."""
        self._document = (before or _EMPTY).fork()
        self._document.set_actor(actor)
        self._actor = actor

    def read(self, raws: Sequence[bytes]) -> None:
        """Take changes whose causes are here or among them."""
        _hand_over(self._document, raws)

    def texts(self) -> Iterator[tuple[Section, str, str]]:
        """Every section, key and text."""
        for section in Section:
            for key in self._document.keys(_MAPS[section]):
                yield section, key, self.text(section, key)

    def text(self, section: Section, key: str) -> str:
        """The text under a key; where two boots of one writer replaced a fact apart, the one Automerge picks."""
        found = self._document.get(_MAPS[section], key)
        kind, text = found[0] if found and isinstance(found[0], tuple) else (None, None)
        if kind != ScalarType.Str or not isinstance(text, str) or len(text) > MAX_FACT:
            refuse(f"no text under {section}/{key}")
        return text

    def write(self, texts: Texts) -> bytes:
        """Put texts under their keys; returns the change."""
        with self._document.transaction() as transaction:
            for (section, key), text in texts.items():
                transaction.put(_MAPS[section], key, ScalarType.Str, text)
        made = self._document.get_last_local_change()
        if made is None:
            refuse("a transaction that wrote nothing")
        return bytes(made.raw_bytes)

    def grown(self, news: Sequence[Inspected], *, tried: bool) -> tuple[TwinDocument, Texts]:
        """A copy with the news in it, proven to hold what they say, and what stands where they write.

        Unless that was `tried` elsewhere, proven to survive a save as well. Raises `Refused`; this one stays as it is.
        """
        try:
            grown = TwinDocument(self._actor, self._document)
            grown.read([item.change.raw for item in news])
            heads = set(self._document.get_heads())
            for item in news:
                heads = (heads - set(item.deps)) | {item.change.hash}
            document = grown._document
            saved = document if tried else Document.load(document.save())
            if not set(document.get_heads()) == set(saved.get_heads()) == heads:
                refuse("heads other than the changes say")
            texts: Texts = {}
            for write in (write for item in news for write in item.writes):
                text = texts[write.section, write.key] = grown.text(write.section, write.key)
                if text != write.text and write.section not in REPLACEABLE | TOLD_APART:
                    refuse(f"another text under {write.section}/{write.key} than the change says")
        except (Refused, KeyboardInterrupt, SystemExit, MemoryError):
            raise
        except BaseException as error:  # PanicException is no Exception
            raise Refused(Problem("change refused by Automerge", found=f"{type(error).__name__}: {error}")) from error
        return grown, texts


def tried(raws: Sequence[bytes]) -> tuple[Inspected, ...]:
    """What the gate reads in a peer's changes, once Automerge has read them too, away from any twin: for a process that
    may die of it. Raises `Refused` for changes that replicas do not write.
    """
    inspected = tuple(gate.inspect(raw) for raw in raws)
    document = _EMPTY.fork()
    _hand_over(document, raws)
    Document.load(document.save())
    return inspected


def _map(document: Document, section: Section) -> bytes:
    found = document.get(ROOT, section)
    if not found or found[0] != ObjType.Map:
        refuse(f"no map {section}")
    return bytes(found[1])


_EMPTY = Document.load(GENESIS)
_MAPS = {section: _map(_EMPTY, section) for section in Section}
"""Automerge's id of each section's map: the same in every document, since each begins with the genesis change."""


def _hand_over(document: Document, changes: Sequence[bytes]) -> None:
    """Give changes to Rust, in batches."""
    for start in range(0, len(changes), _BATCH):
        message = sync_message(changes[start : start + _BATCH])
        document.receive_sync_message(SyncState(), Message.decode(message))
