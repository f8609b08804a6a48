"""`python -m reference`: writes docs/reference, and removes pages that are no more."""

from __future__ import annotations

from pathlib import Path

from reference.pages import pages

FOLDER = Path(__file__).parents[1] / "docs" / "reference"


def main() -> None:
    """Write every page."""
    made = pages()
    FOLDER.mkdir(exist_ok=True)
    for file in FOLDER.iterdir():
        if file.name not in made:
            file.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
