"""Texts that the device completes: `${secret:NAME}`, `${label:NAME}`. A secret never stands in a job itself."""

from __future__ import annotations

import re
from typing import ClassVar

from edge_orch.errors import Invalid, Problem
from edge_orch.spec.leaves import JsonSchema, LabelName, Text
from edge_orch.spec.nodes import Node, Scalar
from edge_orch.spec.reading import entries_of, gathered
from edge_orch.spec.words import did_you_mean

_REFERENCE = re.compile(r"\$\{(\w*):?([^}]*)\}?")
_SECRET = re.compile(r"\$\{secret:[A-Za-z0-9_.-]{1,63}\}")
_WHOLE = re.compile(r"\$\{(secret|label):[A-Za-z0-9_./-]{1,63}\}")
_CREDENTIAL = r"authorization|cookie|token|secret|password|api[-_]?key|signature|credential"
_SECRET_PATH = re.compile(  # whoever knows it may post: Slack, Discord, Teams
    r"https://(hooks\.slack\.com/(services|workflows|triggers)/|discord(app)?\.com/api/webhooks/|[\w.-]+\.webhook\.office\.com/)\w"
)
_SECRET_HEADER = re.compile(_CREDENTIAL, re.IGNORECASE)
_LITERAL_QUERY = re.compile(rf"[?&]([^=&]*({_CREDENTIAL})[^=&]*|sig|auth|pwd)=[^&]", re.IGNORECASE)
_URL = re.compile(
    r"(?P<scheme>[a-z]+)://((?P<user>[^/?#@]*)@)?(\[[0-9a-fA-F:.]+\]|[^/?#@:\s\[\]]+)(:(?P<port>\d{1,5}))?([/?#]\S*)?"
)
_CALLED = re.compile(r"\$\{?(?:secrets?[.:]|env[.:])?([A-Z][A-Z0-9_]*)\}?")
CONTROL = re.compile(r"[\0-\x1f\x7f]")
_NEXT_STEP = "write ${secret:NAME}, and put the value on the device: secrets/NAME in its data folder"


def _reference_meant(kind: str, name: str) -> str:
    if kind.lower() in {"env", "file", "vault", "param", "var"} and name:
        return f"write ${{secret:{name}}}, or ${{label:{name}}} for a label of the device"
    if kind and not name and kind not in {"secret", "label"}:
        return f"write ${{label:{kind}}}, or ${{secret:{kind}}} for a credential"
    return did_you_mean(kind, ["secret", "label"])


class Template(Text, frozen=True):
    """Text that may hold references; every `${` begins a known one."""

    @classmethod
    def parse(cls, node: Scalar) -> str:
        text = str(super().parse(node))
        for match in _REFERENCE.finditer(text):
            if not _WHOLE.fullmatch(match[0]):
                near = _reference_meant(match[1], match[2])
                expected = "${secret:NAME} or ${label:NAME}"
                raise Invalid(Problem("not a reference", node.at(match.start()), expected, match[0], near))
        return text


class FilePath(Template, frozen=True):
    """The path of a file on the device."""

    schema: ClassVar[JsonSchema] = {"type": "string", "minLength": 1}

    @classmethod
    def parse(cls, node: Scalar) -> str:
        text = str(super().parse(node))
        if not text or text.endswith(("/", "/.", "/..")) or CONTROL.search(text):
            raise Invalid(Problem("not the path of a file", node.where, "like /var/log/press.log", repr(text)))
        if text.startswith("~") or re.match("file:/", text):
            next_step = f"write {re.sub('^(file:/+|~[^/]*/?)', '/' if text[0] == 'f' else '/home/NAME/', text)}"
            what = "a path has no scheme and no ~"
            raise Invalid(Problem(what, node.where, "like /var/log/press.log", repr(text), next_step))
        return text


class OneFile(FilePath, frozen=True):
    """The path of the one file that a sink appends to."""

    @classmethod
    def parse(cls, node: Scalar) -> str:
        text = str(super().parse(node))
        if sign := re.search(r"(?<!\$)\{\w*\}|%[YmdHMSj]|[*?]", text):
            what = f"`{sign[0]}` stands for itself: a file sink has one path"
            next_step = "leave it out; ${label:NAME} is what differs between devices"
            raise Invalid(Problem(what, node.at(sign.start()), "like /data/rows.ndjson", repr(text), next_step))
        return text


class FilePattern(FilePath, frozen=True):
    """The path of a file on the device, or of all whose names fit its last part."""

    @classmethod
    def parse(cls, node: Scalar) -> str:
        text = str(super().parse(node))
        if wild := re.search(r"[*?\[]", text.rpartition("/")[0]):
            what = f"`{wild[0]}` names several files in the last part of a path only"
            next_step = "name the folder; for several folders, several jobs"
            raise Invalid(Problem(what, node.at(wild.start()), "like /var/log/press-*.log", repr(text), next_step))
        return text


class Secret(Template, frozen=True):
    """A credential: nothing but one `${secret:NAME}`."""

    schema: ClassVar[JsonSchema] = {"type": "string", "pattern": r"^\$\{secret:[A-Za-z0-9_.-]{1,63}\}$"}

    @classmethod
    def parse(cls, node: Scalar) -> str:
        if not _SECRET.fullmatch(node.text):
            # Not `found`: the text may be the secret itself, and errors reach logs.
            called = _CALLED.fullmatch(node.text)
            next_step = _NEXT_STEP.replace("NAME", called[1]) if called else _NEXT_STEP
            raise Invalid(Problem("a secret must not stand in a job", node.where, "${secret:NAME}", "", next_step))
        return node.text


_FIELD = re.compile(r"(?<!\$)\{\w+\}")


class Url(Template, frozen=True):
    """An address with a scheme and a host, and without a password in it."""

    schemes: ClassVar[tuple[str, ...]] = ("http", "https")

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return {"type": "string", "pattern": rf"^(({'|'.join(cls.schemes)})://[^\s/]|\$\{{)"}

    @classmethod
    def parse(cls, node: Scalar) -> str:
        text = str(super().parse(node))
        if _WHOLE.match(text):
            return text
        without_secrets = _WHOLE.sub("x", _SECRET.sub("", text))
        match = _URL.match(without_secrets)
        if _SECRET_PATH.match(text):
            next_step = _NEXT_STEP.replace("${secret", "url: ${secret")
            raise Invalid(Problem("the whole address is a credential", node.where, next_step=next_step))
        if match and (_has_password(match) or _LITERAL_QUERY.search(without_secrets)):
            raise Invalid(Problem("a password must not stand in a job", node.where, next_step=_NEXT_STEP))
        match = _URL.fullmatch(_WHOLE.sub("x", text))
        if not match or match["scheme"] not in cls.schemes:
            expected = " or ".join(f"{scheme}://host…" for scheme in cls.schemes)
            rest = re.sub("^[a-z+]+://", "", text)
            next_step = f"write {cls.schemes[0]}://{rest}" if _URL.fullmatch(f"x://{_WHOLE.sub('x', rest)}") else ""
            raise Invalid(Problem("not an address", node.where, expected, repr(text), next_step))
        if braced := _FIELD.search(text):
            next_step = "write the address as it is: it is the same for all records; what differs goes into a field"
            raise Invalid(Problem(f"`{braced[0]}` stands for itself", node.at(braced.start()), next_step=next_step))
        if match["port"] and not 0 < int(match["port"]) <= 65_535:
            raise Invalid(Problem("no such port", node.where, "1 to 65535", match["port"]))
        return text


def _has_password(match: re.Match[str]) -> bool:
    return bool((match["user"] or "").partition(":")[2])


class BrokerUrl(Url, frozen=True):
    """The address of an MQTT broker."""

    schemes: ClassVar[tuple[str, ...]] = ("mqtt", "mqtts")


class Headers:
    """HTTP headers; one that authenticates must take its credential from a secret."""

    @classmethod
    def read(cls, node: Node) -> dict[LabelName, Template]:
        def header(entry: tuple[Scalar, Node]) -> tuple[LabelName, Template]:
            name, value = LabelName.read(entry[0]), Template.read(entry[1])
            if CONTROL.search(value.value):
                what = f"the header `{name.value}` must stand in one line"
                raise Invalid(Problem(what, value.where, "no control characters", repr(value.value)))
            if _SECRET_HEADER.search(name.value) and not _SECRET.search(value.value):
                what = f"the header `{name.value}` must not hold a literal secret"
                raise Invalid(Problem(what, value.where, "text with ${secret:NAME}", "", _NEXT_STEP))
            return name, value

        return dict(gathered(entries_of(node), header))

    @classmethod
    def json_schema(cls) -> JsonSchema:
        return {"type": "object", "additionalProperties": {"type": "string"}}
