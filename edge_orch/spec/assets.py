"""Files that ship with a job: named in it relative to its own folder, read by whoever has that folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.leaves import JsonSchema, Text
from edge_orch.spec.nodes import Scalar
from edge_orch.spec.words import did_you_mean, names

Assets = Callable[[str], str]
"""The text of an asset by its path in the job. Raises `Invalid`, its problem without a place, when there is none."""


class AssetPath(Text, frozen=True):
    """A path with `/` between its parts that cannot leave the folder of the job."""

    expected: ClassVar[str] = "a path inside the folder of the job, like tables/registers.csv"
    schema: ClassVar[JsonSchema] = {"type": "string", "pattern": r"^(?!/)(?!(.*/)?\.{0,2}(/|$))[^\\:]+$"}

    @classmethod
    def parse(cls, node: Scalar) -> str:
        text = str(super().parse(node))
        if any(part in {"", ".", ".."} for part in text.split("/")) or set(text) & set("\\:\0"):
            raise Invalid(Problem("not the path of an asset", node.where, cls.expected, repr(text)))
        return text


def given_assets(texts: Mapping[str, str]) -> Assets:
    """The assets whose texts came along with the job."""

    def text_of(path: str) -> str:
        if path not in texts:
            near = did_you_mean(path, texts, "give it along with the job: `edge-orch apply` does")
            expected = f"one of: {names(texts)}" if texts else ""
            raise Invalid(Problem(f"the asset {path} did not come with the job", None, expected, "", near))
        return texts[path]

    return text_of
