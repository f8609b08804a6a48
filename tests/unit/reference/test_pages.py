"""docs/reference is what the components say of themselves, and what their examples do."""

from __future__ import annotations

from reference.__main__ import FOLDER
from reference.pages import pages


def test_the_reference_is_up_to_date() -> None:
    written = {file.name: file.read_text("utf-8") for file in FOLDER.iterdir()}
    assert written == pages(), "run `make docs`"


def test_every_example_that_can_run_lets_something_pass() -> None:
    assert "(nothing passes)" not in "".join(pages().values())
