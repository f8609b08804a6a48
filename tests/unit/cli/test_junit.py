from __future__ import annotations

from xml.etree import ElementTree as Xml

from edge_orch.cli.junit import junit_xml
from edge_orch.cli.test import CaseVerdict, FileVerdict
from edge_orch.errors import Location, Problem

WRONG = Problem("output o, record 1", Location("a.test.yaml", 5, 3), '{"v":1}', '{"v":2}')
VERDICTS = [
    FileVerdict(
        "a.test.yaml",
        (
            CaseVerdict("good", True, where=Location("a.test.yaml", 1, 3), seconds=0.25),
            CaseVerdict("bad <& \x00\x1b", False, (WRONG, Problem("another")), Location("a.test.yaml", 4, 3), 0.5),
        ),
    ),
    FileVerdict("b.test.yaml", problems=(Problem("not valid YAML"),)),
]


def parsed() -> Xml.Element:
    return Xml.fromstring(junit_xml(VERDICTS))  # noqa: S314 -- our own


def test_ci_systems_can_count() -> None:
    root = parsed()
    assert root.attrib == {
        "name": "edge-orch test", "tests": "3", "failures": "1", "errors": "1", "time": "0.750"
    }  # fmt: skip
    assert [suite.get("name") for suite in root] == ["a.test.yaml", "b.test.yaml"]
    assert [(suite.get("tests"), suite.get("failures"), suite.get("errors")) for suite in root] == [
        ("2", "1", "0"),
        ("1", "0", "1"),
    ]


def test_no_attribute_is_unknown_to_the_schema_of_jenkins() -> None:
    known = {
        "testsuites": {"name", "time", "tests", "failures", "errors"},
        "testsuite": {"name", "tests", "failures", "errors", "time", "skipped", "timestamp", "hostname", "id", "file"},
        "testcase": {"name", "time", "classname"},
        "failure": {"type", "message"},
        "error": {"type", "message"},
    }
    for element in parsed().iter():
        assert set(element.attrib) <= known[element.tag]
    assert all({"name", "tests", "failures", "errors"} <= set(suite.attrib) for suite in parsed())


def test_each_case_says_where_it_stands_and_what_is_wrong() -> None:
    good, bad, broken = parsed().iter("testcase")
    assert (good.get("name"), good.get("classname"), good.get("time")) == ("good", "a.test.yaml", "0.250")
    assert not list(good)
    (failure,) = bad
    assert (failure.tag, failure.get("message")) == ("failure", "output o, record 1")
    assert failure.text == f"{WRONG}\nanother"
    (error,) = broken
    assert (error.tag, error.get("message")) == ("error", "not valid YAML")


def test_what_xml_cannot_hold_is_replaced() -> None:
    _, bad, _ = parsed().iter("testcase")
    assert bad.get("name") == "bad <& \ufffd\ufffd"
