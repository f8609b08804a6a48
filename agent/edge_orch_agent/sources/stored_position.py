"""Reads the positions that are stored; one that is damaged does not keep its source from reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

T = TypeVar("T")


class UnreadablePosition(Exception):
    """What is stored for this partition is no position of its source."""

    def __init__(self, partition: str, reason: str) -> None:
        super().__init__(f"the position of {partition} cannot be read: {reason}")
        self.partition = partition
        self.reason = reason


def decoded(positions: Mapping[str, bytes], decode: Callable[[str, bytes], T]) -> dict[str, T]:
    """Each by its partition. Raises `UnreadablePosition` at the first that `decode` cannot read."""
    read: dict[str, T] = {}
    for partition, stored in positions.items():
        try:
            read[partition] = decode(partition, stored)
        except (msgspec.DecodeError, ValueError) as error:
            raise UnreadablePosition(partition, str(error)) from error
    return read
