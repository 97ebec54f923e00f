"""The reference pages are the schema's and the commands' own output, and every page that is pointed to is there."""

import re
from pathlib import Path

import pytest

from afterword.reference import pages

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("name", ["configuration.md", "commands.md", "provider-settings.md", "afterword.1"])
def test_the_reference_is_up_to_date(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == pages()[name], "run: make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_commands_that_the_pages_name_are_there() -> None:
    """`afterword word` in a page is a command; the manual knows them all."""
    known = set(re.findall(r"^## `afterword (\w+)", pages()["commands.md"], re.MULTILINE))
    named = {
        word
        for page in PAGES
        for word in re.findall(
            r"(?:^|`)(?:\S*/)?afterword ([a-z]+)\b", page.read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    assert named - known == set()
