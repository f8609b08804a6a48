"""Texts that leave as lines, as they stand."""

from __future__ import annotations

from collections.abc import Sequence


def encoded_lines(texts: Sequence[str]) -> bytes:
    """A line for each text, in UTF-8; a line break within a text becomes a blank, so that a record stays one line."""
    lines = "\n".join([*texts, ""])
    if "\r" in lines or lines.count("\n") > len(texts):
        lines = "".join([text.replace("\r", " ").replace("\n", " ") + "\n" for text in texts])
    return lines.encode()
