"""Which folder is which, where servers disagree about it."""

import pytest

from afterword.errors import MissingFolder
from afterword.mailbox.protocol import Folder
from afterword.mailbox.special import resolve, resolve_optional


def folders(*names: str, **uses: str) -> list[Folder]:
    return [Folder(name) for name in names] + [
        Folder(name, frozenset({f"\\{use}"})) for use, name in uses.items()
    ]


def test_a_configured_name_wins_over_special_use() -> None:
    assert resolve(folders("Mine", drafts="Drafts"), "\\drafts", "Mine", "a") == "Mine"


def test_a_configured_name_has_to_exist() -> None:
    with pytest.raises(MissingFolder, match="Mine") as caught:
        resolve(folders(drafts="Drafts"), "\\drafts", "Mine", "a")
    assert "Drafts" in caught.value.advice


def test_special_use_wins_over_a_name() -> None:
    assert resolve(folders("Drafts", drafts="Entwürfe 2"), "\\drafts", "", "a") == "Entwürfe 2"


@pytest.mark.parametrize(
    "name",
    [
        "INBOX.Drafts",
        "[Gmail]/Drafts",
        "Entwürfe",
        "INBOX.Entwürfe",
        "Brouillons",
        "Borradores",
        "DRAFTS",
        "Bozze",
    ],
)
def test_a_well_known_name_is_found_wherever_it_stands(name: str) -> None:
    assert resolve(folders("INBOX", name), "\\drafts", "", "a") == name


def test_two_candidates_are_not_guessed_between() -> None:
    with pytest.raises(MissingFolder, match="no drafts folder"):
        resolve(folders("Drafts", "Entwürfe"), "\\drafts", "", "a")


def test_of_two_candidates_the_one_that_lies_higher_is_taken() -> None:
    assert resolve(folders("Backup/Drafts", "Drafts"), "\\drafts", "", "a") == "Drafts"
    assert resolve(folders("INBOX.2019.Drafts", "INBOX.Entwürfe"), "\\drafts", "", "a") == "INBOX.Entwürfe"


def test_a_missing_drafts_folder_lists_what_is_there_and_what_to_write() -> None:
    with pytest.raises(MissingFolder) as caught:
        resolve(folders("INBOX", "Notes"), "\\drafts", "", "personal")
    assert "INBOX, Notes" in caught.value.advice
    assert "drafts = " in caught.value.advice
    assert caught.value.exit_code == 2


def test_other_folders_may_be_missing() -> None:
    assert resolve_optional(folders("INBOX"), "\\sent", "", "a") == ""
