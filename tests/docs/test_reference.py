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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_into_a_page_leads_to_a_heading(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text(encoding="utf-8"))
    lost = [
        anchor for target, anchor in links if anchor not in anchors(page.parent / target if target else page)
    ]
    assert lost == []


def anchors(page: Path) -> set[str]:
    """What a heading is called in a link."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_every_page_has_its_place_in_the_site() -> None:
    """`make site` takes care of everything else; it is not needed to run the tests."""
    named = re.findall(r"(?m)^ +- .+: (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    generated = {"index.md", "changelog.md", "contributing.md"}
    assert sorted(named) == sorted({page.name for page in (ROOT / "docs").glob("*.md")} | generated)


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
