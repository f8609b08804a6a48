"""The house itself: versions agree, locks name no host, files stay readable, links in the documents lead somewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from edge_orch.compile import compile_job

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for base in ("edge_orch", "agent/edge_orch_agent", "controller/edge_orch_controller")
    for path in sorted((ROOT / base).rglob("*.py"))
]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*/*/README.md"))]


def project(path: str) -> dict[str, object]:
    loaded: dict[str, object] = tomllib.loads((ROOT / path).read_text())["project"]
    return loaded


def test_the_three_distributions_have_one_version() -> None:
    versions = {
        project(path)["version"] for path in ("pyproject.toml", "agent/pyproject.toml", "controller/pyproject.toml")
    }
    assert len(versions) == 1


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.lock")), ids=lambda path: path.name)
def test_locks_pin_hashes_and_name_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    for requirement in re.split(r"\n(?=\S)", text.strip()):
        assert "==" in requirement
        assert "--hash=sha256:" in requirement


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_source_file_stays_below_three_hundred_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 300


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_in_documents_lead_somewhere(document: Path) -> None:
    text = document.read_text("utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_the_job_in_the_readme_compiles() -> None:
    found = re.search(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert found is not None
    assert compile_job(found[1], "README.md").name == "press-temperature"
