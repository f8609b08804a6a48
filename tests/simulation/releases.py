"""What an agent or a controller of another release would put on the wire, by what one release may change in it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from edge_orch.wire.messages import SPOKEN, Have, Message, encode_message

_AS_OF_LAST_RELEASE: dict[type, int] = {Have: 6}
"""Words of a message, its kind among them, before this release added to it."""


class Release(StrEnum):
    """Which release runs there, seen from this one."""

    LAST = "last"
    THIS = "this"
    NEXT = "next"


def spoken(message: Message, release: Release) -> bytes:
    """The message as that release says it: the last one without what is new, the next one with more that we ignore."""
    if release is Release.THIS:
        return encode_message(message)
    if release is Release.NEXT and isinstance(message, Have):
        message = msgspec.structs.replace(message, speaks=(SPOKEN[0], SPOKEN[1] + 1))
    words = msgspec.msgpack.decode(encode_message(message))
    if release is Release.LAST:
        return msgspec.msgpack.encode(words[: _AS_OF_LAST_RELEASE.get(type(message), len(words))])
    return msgspec.msgpack.encode([*words, {"added": "by the next release"}])


NEWS = msgspec.msgpack.encode(["inventory", 1, {"what": "only the next release knows"}])
"""A message of a kind that this release does not have."""
