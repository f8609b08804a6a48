"""Every kind of fault that histories must have had: a fault that never fires proves nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

HOSTILE = ("noise", "damaged", "borrowed", "presumptuous", "boast", "forged", "split", "far")
"""What the hostile peer does."""

FAULTS: dict[str, tuple[str, ...]] = {
    "lost": ("loss",),
    "doubled": ("duplication",),
    "echoed": ("echo",),
    "damaged": ("corruption",),
    "refused at the seal": ("corruption",),
    "delayed": ("delay",),
    "reordered": (),
    "cut": ("partition", "absence"),
    "cut in one direction": ("one_way",),
    "cut on the way": ("partition", "absence", "one_way"),
    "clogged": ("clog",),
    "lost before a clog": ("clog",),
    "crashed between commands": ("crashes",),
    "lost in a crash": ("crashes", "power"),
    "old image put back": ("restore",),
    "started from a copy": ("clone",),
    "clock jumped": ("clock",),
    "woke in 1970": ("clock",),
    "disk full": ("full_disk",),
    "disk only_reserve": ("full_disk",),
    "disk broken": ("full_disk",),
    "disk full at the controller": ("full_centre",),
    "sink down": ("sink",),
    "sink without an answer": ("sink",),
    "sensor flapping": ("storm",),
    "episodes only counted": ("storm",),
    "refused by a sink": (),
    "refused of a liar": ("mallory",),
    **{f"hostile: {act}": ("mallory",) for act in HOSTILE},
    **{f"{who} of {which} release": ("release",) for who in ("agent", "controller") for which in ("last", "next")},
}
"""What is counted where it hits, and without which conditions and troubles it cannot."""


def never(happened: Mapping[str, int], without: Iterable[str] = ()) -> list[str]:
    """The kinds that did not happen though nothing that they need was left out."""
    gone = set(without)
    return [kind for kind, needs in FAULTS.items() if not happened.get(kind) and not gone.intersection(needs)]
