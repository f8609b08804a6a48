from __future__ import annotations

import pytest
from edge_orch_agent.sinks.topics import MOST, TopicTemplate


@pytest.mark.parametrize(
    ("template", "record", "topic"),
    [
        ("plant/alerts", b"no JSON at all", "plant/alerts"),
        ("plant/{line}/{m}", b'{"line": "A", "m": 7}', "plant/A/7"),
        ("{site}/{ok}/{x}", '{"site": "Köln", "ok": true, "x": 2.5}'.encode(), "Köln/true/2.5"),
        ("{m}", b'{"m": "press\\/1 \\u00e9"}\n', "press/1 é"),
        ("a/{m}/b", b'{"m": null}', "a/_/b"),
        ("a/{m}/b", b'{"m": ""}', "a/_/b"),
        ("a/{m}/b", b"{}", "a/_/b"),
        ("a/{m}", b'{"m": "x/#/+\\u0000\\n"}', "a/x/_/___"),
        ("{m}/state", b'{"m": "$SYS"}', "_SYS/state"),
        ("$share/{m}", b'{"m": "a"}', "$share/a"),
        ("a/{m}", b'{"m": {"deep": [1]}}', 'a/{"deep": [1]}'),
        ("a/{m}", b'{"m": "%s"}' % (b"x" * 999), "a/" + "x" * MOST),
    ],
)
def test_a_topic_is_made_of_the_record(template: str, record: bytes, topic: str) -> None:
    assert TopicTemplate(template).topic(record) == topic
