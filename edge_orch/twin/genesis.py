"""The genesis change: the one beginning that all twins share, so that their maps are the same objects everywhere.

It is a constant, not code: two replicas that each made "the same" maps would have two sets of maps, and one set would
hide the other after a merge. A test makes it anew and compares.
"""

from __future__ import annotations

from edge_orch.twin.facts import Section

GENESIS_ACTOR = bytes(16)
GENESIS = bytes.fromhex(
    "856f4a83eaddebd101690010000000000000000000000000000000000101000000051540340142025602700278066465766963650872657"
    "06f727465640764657369726564096f766572726964657308657069736f6465730461636b730873696c656e636573056c617465720808"
    "0008000800"
)
GENESIS_HASH = bytes.fromhex("eaddebd192c6ff57c462d47b9528102151c3070b0e4af5143d2ce321433116fa")
GENESIS_LAMPORT = 8
SECTIONS = dict(enumerate(Section, 1))
"""Counter of the operation that made the map → what the map holds."""
