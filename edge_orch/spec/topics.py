"""MQTT topics, as section 4.7 of MQTT 3.1.1 has them."""

from __future__ import annotations

import re
from typing import ClassVar

from edge_orch.errors import Invalid, Location, Problem
from edge_orch.spec.leaves import JsonSchema, Name
from edge_orch.spec.nodes import Scalar
from edge_orch.spec.references import CONTROL, Template

_LONGEST = 65_535
_BRACED = re.compile(r"(?<!\$)\{[^{}]*\}?")
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


class RecordTopic(Topic, frozen=True):
    """The name of a topic to publish records to, in which `{field}` stands for a field of the record."""

    @classmethod
    def parse(cls, node: Scalar) -> str:
        text = str(super().parse(node))
        for match in _BRACED.finditer(text):
            if not re.fullmatch(rf"\{{{Name.pattern}\}}", match[0]):
                what = "not a field of the record"
                raise Invalid(Problem(what, node.at(match.start()), "a name in braces, like {sensor}", repr(match[0])))
        return text

    @property
    def fields(self) -> list[tuple[str, Location]]:
        """The fields it is made of, and where each stands."""
        return [(match[0][1:-1], self.node.at(match.start())) for match in _BRACED.finditer(self.value)]

    @classmethod
    def mend(cls) -> str:
        return "nothing is published to + and #: name the topic, with {field} or ${label:NAME} for what differs"


class TopicFilter(Topic, frozen=True):
    """Which topics to subscribe to."""

    schema: ClassVar[JsonSchema] = {"type": "string", "pattern": r"^(([^+#/]*|\+)/)*([^+#/]+|\+|#|(?<=/))$"}
    expected: ClassVar[str] = "a topic, or one with + for a whole level and # as the last, like factory/+/raw"
    level: ClassVar[str] = r"[^+#]*|\+"

    @classmethod
    def parse(cls, node: Scalar) -> str:
        text = str(super().parse(node))
        if braced := _BRACED.search(text):
            next_step = "write + for a level that differs; source.topic is the whole topic of a record"
            what = f"`{braced[0]}` stands for itself: a source has no fields yet"
            raise Invalid(Problem(what, node.at(braced.start()), cls.expected, "", next_step))
        return text

    @classmethod
    def last_level(cls) -> str:
        return f"{cls.level}|#"

    @classmethod
    def mend(cls) -> str:
        return "let + and # stand alone between the slashes, # only at the end"
