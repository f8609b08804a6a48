from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_orch.engine.formats.xml import MOST_DEPTH, MOST_NODES, xml_reader
from edge_orch.plan.formats import XmlFormat

BOMB = (
    '<!DOCTYPE r [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {name} "{f"&{inner};" * 10}">' for inner, name in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><r>&i;</r>"
)


@pytest.mark.parametrize(
    ("format_", "document", "expected"),
    [
        (XmlFormat(), "<r/>", {"r": ""}),
        (XmlFormat(), '<r a="1"/>', {"r": {"@a": "1"}}),
        (XmlFormat(), '<r a="1"> x\n</r>', {"r": {"@a": "1", "#text": "x"}}),
        (XmlFormat(), "<r><a>1</a><b/><a>2</a></r>", {"r": {"a": ["1", "2"], "b": ""}}),
        (XmlFormat(), "<r>one <a/>two<!-- no --><?no text?> three</r>", {"r": {"a": "", "#text": "one two three"}}),
        (XmlFormat(), "<r>&lt;&#65;<![CDATA[<&]]></r>", {"r": "<A<&"}),
        (XmlFormat(arrays=("a",)), "<r><a>1</a></r>", {"r": {"a": [{"#text": "1"}]}}),
        (XmlFormat(arrays=("a",)), '<r><a/><a b="1"/></r>', {"r": {"a": [{}, {"@b": "1"}]}}),
        (
            XmlFormat(children=("r",)),
            '<r x="1"><b>2</b><a y="3"/><b/></r>',
            {"r": {"#children": [{"#name": "b", "#text": "2"}, {"#name": "a", "@y": "3"}, {"#name": "b"}], "@x": "1"}},
        ),
        (XmlFormat(children=("r",)), "<r/>", {"r": {"#children": []}}),
        (
            XmlFormat(),
            '<p:r xmlns:p="urn:p" xmlns="urn:d" p:x="1"><a p:y="2" y="3"/></p:r>',
            {"r": {"@x": "1", "a": {"@y": "3"}}},
        ),
        (
            XmlFormat(namespaces=(("q", "urn:p"),)),
            '<p:r xmlns:p="urn:p"><a p:y="2" y="3"/></p:r>',
            {"q:r": {"a": {"@q:y": "2", "@y": "3"}}},
        ),
    ],
)  # fmt: skip
def test_elements_are_values_like_those_of_json(format_: XmlFormat, document: str, expected: Any) -> None:
    assert xml_reader(format_)(document) == expected
    assert xml_reader(format_)(document.encode()) == expected


def test_published_examples_are_what_their_products_make_of_them_but_for_names_and_types() -> None:
    """Of Vector's parse_xml, Bento's parse_xml and xmltodict."""
    read = xml_reader(XmlFormat())
    assert read(
        '<book category="CHILDREN"><title lang="en">Harry Potter</title><author>J K. Rowling</author>'
        "<year>2005</year></book>"
    ) == {
        "book": {
            "@category": "CHILDREN",
            "author": "J K. Rowling",
            "title": {"@lang": "en", "#text": "Harry Potter"},
            "year": "2005",
        }
    }
    assert read("""<root>
  <title>This is a title</title>
  <description tone="boring">This is a description</description>
  <elements id="1">foo1</elements>
  <elements id="2">foo2</elements>
  <elements>foo3</elements>
</root>""") == {
        "root": {
            "title": "This is a title",
            "description": {"#text": "This is a description", "@tone": "boring"},
            "elements": [{"#text": "foo1", "@id": "1"}, {"#text": "foo2", "@id": "2"}, "foo3"],
        }
    }
    assert read('<mydocument has="an attribute"><and><many>elements</many><many>more elements</many></and>'
                '<plus a="complex">element as well</plus></mydocument>') == {
        "mydocument": {
            "@has": "an attribute",
            "and": {"many": ["elements", "more elements"]},
            "plus": {"@a": "complex", "#text": "element as well"},
        }
    }  # fmt: skip


@pytest.mark.parametrize(
    ("codec", "declared"),
    [("utf-8", ""), ("utf-8-sig", ""), ("utf-16", ""), ("iso-8859-1", "ISO-8859-1"), ("cp1252", "windows-1252"),
     ("iso-8859-15", "iso-8859-15"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16LE"), ("utf-16-be", "utf-16be")],
)  # fmt: skip
def test_bytes_are_in_the_encoding_that_they_declare(codec: str, declared: str) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    assert xml_reader(XmlFormat())(f"{head}<r>21 °C</r>".encode(codec)) == {"r": "21 °C"}


def test_a_text_is_what_it_is_whatever_it_declares() -> None:
    assert xml_reader(XmlFormat())('<?xml version="1.0" encoding="UTF-16"?><r>°</r>') == {"r": "°"}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "is no XML: no element found (line 1, column 0)"),
        (b"21.5", "is no XML: syntax error (line 1, column 0)"),
        (b"<r><a></r>", "is no XML: mismatched tag (line 1, column 8)"),
        (b"<r/><r/>", "is no XML: junk after document element (line 1, column 4)"),
        (b"<r>\xff</r>", "is no XML: not well-formed (invalid token) (line 1, column 3)"),
        (b"<r>&deg;</r>", "is no XML: undefined entity (line 1, column 3)"),
        (b"<p:r/>", "is no XML: unbound prefix (line 1, column 0)"),
        (b'<?xml version="1.0" encoding="EUC-JP"?><r/>', "is written in EUC-JP, which is not read"),
        (b'<?xml version="1.0" encoding="unicode_escape"?><r/>', "is written in unicode_escape, which is not read"),
        (b'<?xml version="1.0" encoding="iso-8859-99"?><r/>', "is no XML: unknown encoding: iso-8859-99"),
        (BOMB.encode(), "has a document type declaration, <!DOCTYPE r>, which is not read"),
        (
            b'<!DOCTYPE r SYSTEM "http://127.0.0.1/x.dtd"><r/>',
            "has a document type declaration, <!DOCTYPE r>, which is",
        ),
        (b"<a>" * (MOST_DEPTH + 1), f"is nested more than {MOST_DEPTH} levels deep"),
        (b"<r>" + b"<a/>" * MOST_NODES + b"</r>", f"has more than {MOST_NODES:,} elements and attributes"),
        (
            b"<r " + b" ".join(b'a%d=""' % number for number in range(2 * MOST_NODES)) + b"/>",
            f"has more than {2 * MOST_NODES:,} quotes in one element",
        ),
        (b'<r><a b=""/>' + b'<a b=""/>' * (MOST_NODES // 2), f"has more than {MOST_NODES:,} elements and attributes"),
    ],
)
def test_what_is_none_is_told_with_a_reason(document: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=r"^(is|has) ") as error:
        xml_reader(XmlFormat())(document)
    assert str(error.value).startswith(reason)


def test_as_deep_and_as_many_as_the_bounds_are_read() -> None:
    read = xml_reader(XmlFormat())
    assert read(b"<a>" * MOST_DEPTH + b"</a>" * MOST_DEPTH)
    assert len(read(b"<r>" + b"<a/>" * (MOST_NODES - 1) + b"</r>")["r"]["a"]) == MOST_NODES - 1  # type: ignore[call-overload, index]


NAMES = st.sampled_from(["a", "b", "c-1", "é"])
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))


@st.composite
def elements(draw: Callable[..., Any], depth: int = 3) -> ElementTree.Element:
    element = ElementTree.Element(draw(NAMES), draw(st.dictionaries(NAMES, TEXTS, max_size=2)))
    element.text = draw(TEXTS)
    for _ in range(draw(st.integers(0, 3)) if depth else 0):
        element.append(draw(elements(depth - 1)))
    return element


def said(element: ElementTree.Element, arrays: set[str], children: set[str]) -> Any:
    """What the format is to make of it, told in another way."""
    found: dict[str, Any] = {f"@{key}": value for key, value in element.attrib.items()}
    text = (element.text or "").strip()
    below = [(inner.tag, said(inner, arrays, children)) for inner in element]
    if element.tag in children:
        found["#children"] = [
            {"#name": tag} | (value if isinstance(value, dict) else {"#text": value} if value else {})
            for tag, value in below
        ]
    else:
        for tag in {tag for tag, _ in below}:
            values = [value for other, value in below if other == tag]
            found[tag] = values if len(values) > 1 or tag in arrays else values[0]
    if text:
        found["#text"] = text
    return found if found.keys() - {"#text"} or element.tag in arrays else text


@given(elements(), st.sets(NAMES, max_size=2), st.sets(NAMES, max_size=2))
def test_any_document_is_what_its_elements_say(root: ElementTree.Element, arrays: set[str], children: set[str]) -> None:
    document = ElementTree.tostring(root, encoding="unicode")
    found = xml_reader(XmlFormat(tuple(arrays), tuple(children)))(document)
    expected = said(root, arrays, children)
    assert found == {root.tag: [expected] if root.tag in arrays else expected}
