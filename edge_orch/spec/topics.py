"""MQTT topics, as section 4.7 of MQTT 3.1.1 has them."""

from __future__ import annotations

import re
from typing import ClassVar

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.leaves import JsonSchema
from edge_orch.spec.nodes import Scalar
from edge_orch.spec.references import CONTROL, Template

_LONGEST = 65_535
_REFERENCE = re.compile(r"\$\{[^}]*\}")


class Topic(Template, frozen=True):
    """The name of a topic, to publish to."""

    schema: ClassVar[JsonSchema] = {"type": "string", "minLength": 1, "pattern": "^[^+#]*$"}
    expected: ClassVar[str] = "the name of one topic, like factory/alerts"
    level: ClassVar[str] = r"[^+#]*"

    @classmethod
    def parse(cls, node: Scalar) -> str:
        text = str(super().parse(node))
        levels = _REFERENCE.sub("x", text).split("/")
        right = all(re.fullmatch(cls.level, level) for level in levels[:-1])
        right = right and re.fullmatch(cls.last_level(), levels[-1]) is not None
        if not text or not right or CONTROL.search(text) or len(text) > _LONGEST:
            raise Invalid(Problem("not a topic", node.where, cls.expected, repr(text[:60]), cls.mend()))
        return text

    @classmethod
    def last_level(cls) -> str:
        """What the last level may be."""
        return cls.level

    @classmethod
    def mend(cls) -> str:
        """The next step."""
        return "nothing is published to + and #: name the topic, with ${label:NAME} for what differs"


class TopicFilter(Topic, frozen=True):
    """Which topics to subscribe to."""

    schema: ClassVar[JsonSchema] = {"type": "string", "minLength": 1}
    expected: ClassVar[str] = "a topic, or one with + for a whole level and # as the last, like factory/+/raw"
    level: ClassVar[str] = r"[^+#]*|\+"

    @classmethod
    def last_level(cls) -> str:
        return f"{cls.level}|#"

    @classmethod
    def mend(cls) -> str:
        return "let + and # stand alone between the slashes, # only at the end"
