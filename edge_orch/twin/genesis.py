"""The genesis change: the one beginning that all twins share, so that their maps are the same objects everywhere.

It is a constant, not code: two replicas that each made "the same" maps would have two sets of maps, and one set would
hide the other after a merge. A test makes it anew and compares.
"""

from __future__ import annotations

from edge_orch.twin.facts import Section

GENESIS_ACTOR = bytes(16)
GENESIS = bytes.fromhex(
    "856f4a83fd169f94015a001000000000000000000000000000000000010100000005153134014202560270027a06646576696365087265706f"
    "727465640764657369726564096f766572726964657308657069736f6465730461636b7306060006000600"
)
GENESIS_HASH = bytes.fromhex("fd169f94778a98841af294933b5ed6f5bd6e7d8e2aada98c8547c017ca293336")
GENESIS_LAMPORT = 6
SECTIONS = {
    1: Section.DEVICE,
    2: Section.REPORTED,
    3: Section.DESIRED,
    4: Section.OVERRIDES,
    5: Section.EPISODES,
    6: Section.ACKS,
}
"""Counter of the operation that made the map → what the map holds."""
