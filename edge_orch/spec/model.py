"""How models of the job language are declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, eq_default=False)
def model(cls: type[T]) -> type[T]:
    """A frozen dataclass that is neither compared nor printed.

    Those methods would take half of the time in which `edge-orch validate` gets ready: there are seventy models, and
    `dataclass` compiles each method of each of them whenever the program starts.
    """
    return dataclass(frozen=True, eq=False, repr=False)(cls)
