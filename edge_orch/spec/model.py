"""How models of the job language are declared."""

from __future__ import annotations

import msgspec


class Model(msgspec.Struct, frozen=True, eq=False):
    """What is read of a mapping: each annotation is a key of the job, its `Doc` says what it means.

    A struct and no dataclass: there are some ninety models, and `dataclass` compiles the methods of each whenever the
    program starts. That took 30 ms of the 300 in which `edge-orch validate` is to answer, as structs they take 3.
    """
