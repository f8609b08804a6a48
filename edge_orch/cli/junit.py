"""Verdicts as JUnit XML, the form in which CI systems read test reports.

There is no standard, but one shape that all of them take: `testsuites/testsuite/testcase`, with `failure` or `error`
inside a case that did not pass. Nothing that the schema of Jenkins' xUnit plugin (junit-10.xsd) would refuse is in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

if TYPE_CHECKING:
    from edge_orch.cli.test import FileVerdict
    from edge_orch.errors import Problem

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""


def junit_xml(verdicts: Sequence[FileVerdict]) -> bytes:
    """The report, UTF-8. A file that could not be read is a suite with one case of its name, in error."""
    root = Xml.Element("testsuites", name="edge-orch test")
    for verdict in verdicts:
        suite = _element(root, "testsuite", name=verdict.file, file=verdict.file)
        failed = sum(not case.passed for case in verdict.cases)
        broken = int(bool(verdict.problems))
        for case in verdict.cases:
            shown = _element(suite, "testcase", name=case.name, classname=verdict.file, time=_s(case.seconds))
            _told(shown, "failure", case.problems)
        if broken:
            shown = _element(suite, "testcase", name=verdict.file, classname=verdict.file, time="0.000")
            _told(shown, "error", verdict.problems)
        seconds = sum(case.seconds for case in verdict.cases)
        _count(suite, len(verdict.cases) + broken, failed, broken, seconds)
    suites = list(root)
    tests, failures, errors = (
        sum(int(one.get(name, "0")) for one in suites) for name in ("tests", "failures", "errors")
    )
    _count(root, tests, failures, errors, sum(float(suite.get("time", "0")) for suite in suites))
    Xml.indent(root)
    return bytes(Xml.tostring(root, "utf-8", xml_declaration=True)) + b"\n"


def _told(shown: Xml.Element, kind: str, problems: Sequence[Problem]) -> None:
    if problems:
        _element(shown, kind, message=problems[0].what).text = _clean("\n".join(map(str, problems)))


def _count(element: Xml.Element, tests: int, failures: int, errors: int, seconds: float) -> None:
    counts = {"tests": tests, "failures": failures, "errors": errors}
    element.attrib.update({name: str(count) for name, count in counts.items()} | {"time": _s(seconds)})


def _element(parent: Xml.Element, tag: str, **attributes: str) -> Xml.Element:
    return Xml.SubElement(parent, tag, {name: _clean(value) for name, value in attributes.items()})


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _s(seconds: float) -> str:
    return f"{seconds:.3f}"
