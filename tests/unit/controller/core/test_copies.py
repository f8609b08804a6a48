"""Two devices that run as one agent are told from one that was restarted."""

from __future__ import annotations

from edge_orch_controller.core.copies import REMEMBERED_US, Copies


def heard(turns: str) -> list[bool]:
    copies = Copies()
    return [copies.heard("pi", boot.encode(), at) for at, boot in enumerate(turns)]


def test_restarts_are_no_copies_and_neither_is_a_late_message() -> None:
    assert not any(heard("aaabbbcccddd"))
    assert not any(heard("aabbabbccdd")), "a and b were one device, and a message of a came late"


def test_two_or_three_devices_that_take_turns_are_told_once() -> None:
    assert heard("aabbaba") == [False] * 6 + [True]
    assert heard("ababababab").count(True) == 1
    assert heard("abcabc").count(True) == 1


def test_it_is_remembered_for_an_hour_or_until_it_is_enrolled_anew() -> None:
    copies = Copies()
    for at, boot in enumerate((b"a", b"b", b"a", b"b", b"a")):
        copies.heard("pi", boot, at)
    assert copies.seen("pi", 10)
    assert not copies.seen("pi", 4 + REMEMBERED_US)
    assert not copies.seen("other", 10)
    copies.forget("pi")
    assert not copies.seen("pi", 10)
