"""What was written, what is quoted, and the signature: nothing that decides may get lost."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.parse import split_text
from tests.parse.letters import VERDICT

LETTER = f"Dear Sam,\n\n{VERDICT}"
ASKED = "May I ask how my application stands?"


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 4 May 2026 at 09:00, Sam Rivera <sam@example.org> wrote:",
        "On 4 May 2026, at 09:00, Sam Rivera wrote:",
        "On Mon, May 4, 2026 at 9:00 AM Sam Rivera <\nsam@example.org> wrote:",
        "On Mon, May 4, 2026 at 9:00 AM Sam Rivera <sam@example.org>\nwrote:",
        "Am Mo., 4. Mai 2026 um 09:00 Uhr schrieb Sam Rivera <sam@example.org>:",
        "Am 04.05.2026 um 09:00 schrieb Sam Rivera:",
        "Am Mo., 4. Mai 2026 um 09:00 Uhr schrieb Sam Rivera <\nsam@example.org>:",
        "Le lun. 4 mai 2026 à 09:00, Sam Rivera <sam@example.org> a écrit :",
        "El lun, 4 may 2026 a las 9:00, Sam Rivera (<sam@example.org>) escribió:",
        "Op ma 4 mei 2026 om 09:00 schreef Sam Rivera <sam@example.org>:",
        "Em seg., 4 de mai. de 2026 às 09:00, Sam Rivera <sam@example.org> escreveu:",
        "Il giorno lun 4 mag 2026 alle ore 09:00 Sam Rivera <sam@example.org> ha scritto:",
        "Den mån 4 maj 2026 kl 09:00 skrev Sam Rivera <sam@example.org>:",
        "Sam Rivera <sam@example.org> wrote on 2026-05-04 09:00:",
    ],
)
@pytest.mark.parametrize("mark", ["> ", ""])
def test_a_quoted_mail_is_told_by_its_attribution(attribution: str, mark: str) -> None:
    found = split_text(f"{LETTER}\n\n{attribution}\n\n{mark}{ASKED}\n")
    assert found.text == LETTER
    assert found.quoted.endswith(ASKED)
    assert attribution.split("\n")[0] in found.quoted


@pytest.mark.parametrize(
    "header",
    [
        "-----Original Message-----\nFrom: Sam Rivera\nSent: Monday, 4 May 2026 09:00\nTo: Dana\nSubject: x\n",
        "________________________________\nVon: Sam Rivera <sam@example.org>\nGesendet: Montag, 4. Mai 2026 09:00\nAn: Dana\nBetreff: x\n",
        "De : Sam Rivera <sam@example.org>\nEnvoyé : lundi 4 mai 2026 09:00\nÀ : Dana\nObjet : x\n",
        "De: Sam Rivera\nEnviado el: lunes, 4 de mayo de 2026 9:00\nPara: Dana\nAsunto: x\n",
        "Van: Sam Rivera\nVerzonden: maandag 4 mei 2026 09:00\nAan: Dana\nOnderwerp: x\n",
        "De: Sam Rivera\nEnviado: segunda-feira, 4 de maio de 2026 09:00\nPara: Dana\nAssunto: x\n",
        "Da: Sam Rivera\nInviato: lunedì 4 maggio 2026 09:00\nA: Dana\nOggetto: x\n",
        "*From:* Sam Rivera\n*Sent:* Monday\n*To:* Dana and everybody else whom it may\nconcern\n*Subject:* x\n",
        "-----Ursprüngliche Nachricht-----\n",
        "---------- Forwarded message ---------\nFrom: Sam Rivera\n",
        "Begin forwarded message:\n\nFrom: Sam Rivera\nSubject: x\n",
        "-------- Weitergeleitete Nachricht --------\nBetreff: x\n",
    ],
)
def test_a_quoted_mail_is_told_by_its_copied_header(header: str) -> None:
    found = split_text(f"{LETTER}\n\n{header}\n{ASKED}\n")
    assert found.text == LETTER
    assert found.quoted.endswith(ASKED)


def test_answers_between_quoted_lines_stay() -> None:
    found = split_text(
        "Sam Rivera wrote:\n> Is the role still open?\n\nNo, it was filled.\n\n> Was there anything that I lacked?\nNo, nothing.\n"
    )
    assert found.text == "No, it was filled.\n\nNo, nothing."
    assert "Is the role still open?" in found.quoted


def test_an_answer_below_the_quotation_stays() -> None:
    for above in (
        "On Mon, 4 May 2026, Sam wrote:",
        "----- Original Message -----\nFrom: Sam Rivera\nSent: Monday\nTo: Dana",
    ):
        found = split_text(f"{above}\n\n> {ASKED}\n\n{LETTER}")
        assert found.text == LETTER
        assert found.quoted.endswith(ASKED)


def test_quoted_lines_lose_their_marks() -> None:
    assert split_text(f"{LETTER}\n\n> one\n> > two\n>three").quoted == "one\ntwo\nthree"


@pytest.mark.parametrize(
    "mark",
    [
        "---------- Forwarded message ---------\nFrom: Dana\nDate: Monday\nSubject: x",
        "-----Original Message-----",
        "From: Dana Whitlock\nSent: Monday\nTo: Sam\nSubject: x",
        "Anfang der weitergeleiteten Nachricht:",
    ],
)
def test_a_mail_that_only_forwards_another_says_nothing_itself(mark: str) -> None:
    found = split_text(f"{mark}\n\n{LETTER}")
    assert found.text == ""
    assert VERDICT in found.quoted


def test_a_quotation_with_nothing_written_says_nothing_itself() -> None:
    found = split_text(f"On Mon, 4 May 2026 at 09:00, Sam wrote:\n\n> {ASKED}")
    assert found.text == ""
    assert found.quoted.endswith(ASKED)


@pytest.mark.parametrize(
    "text",
    [
        LETTER,
        "\n".join(f"> {line}" for line in LETTER.split("\n")),  # quote marks, and nobody quoted
        f"On 4 May 2026 our board wrote:\n{VERDICT}\nThat is all.",
        f"Dear Sam,\n\nas I wrote in my mail of 4.5.2026:\n{VERDICT}",
        f"Dear Sam,\n\nOn balance this is what we decided:\n{VERDICT}",
        f"From: our heart\n{VERDICT}",
        f"Thank you\n\nDear Sam,\n{VERDICT}",
        f"Dear Sam,\n\nthank you for the talk and all the effort that you put into it.\n\nBest,\nP.S. {VERDICT}",
        f"Dear Sam, thank you for all the effort that you put in.\n--\n{VERDICT}\nDana",
        f"{VERDICT}\n\nBest regards",
        f"Cheers,\n{VERDICT}",
        VERDICT,
        "No.",
    ],
)
def test_in_doubt_it_was_written(text: str) -> None:
    found = split_text(text)
    assert VERDICT in found.text or found.text == text


@pytest.mark.parametrize(
    "closing",
    [
        "Kind regards,", "Best,", "Sincerely", "Yours sincerely,", "Many thanks,", "With best regards,", "All the best",
        "Mit freundlichen Grüßen", "Viele Grüße aus Köln,", "Beste Grüsse", "MfG", "Cordialement,", "Bien à vous,",
        "Saludos cordiales,", "Atentamente,", "Met vriendelijke groet,", "Atenciosamente,", "Com os melhores cumprimentos,",
        "Cordiali saluti", "Distinti saluti,",
    ],
)  # fmt: skip
def test_names_behind_a_closing_are_the_signature(closing: str) -> None:
    found = split_text(
        f"{LETTER}\n\n{closing}\n\nDana Whitlock\nTalent Partner, Initech\n+44 20 7946 0000\ndana@initech.example"
    )
    assert found.text == f"{LETTER}\n\n{closing}"
    assert found.signature == "Dana Whitlock\nTalent Partner, Initech\n+44 20 7946 0000\ndana@initech.example"


def test_a_name_on_the_line_of_the_closing_is_the_signature() -> None:
    found = split_text(f"{LETTER}\n\nBest regards, Dana Whitlock\nInitech")
    assert (found.text, found.signature) == (f"{LETTER}\n\nBest regards,", "Dana Whitlock\nInitech")


def test_lines_behind_the_delimiter_are_the_signature() -> None:
    found = split_text(f"{LETTER}\n\n-- \nDana Whitlock\nYour Talent Team\n")
    assert (found.text, found.signature) == (LETTER, "Dana Whitlock\nYour Talent Team")


def test_a_sentence_behind_the_names_stays_in_the_text() -> None:
    found = split_text(f"Dear Sam, thank you for coming in.\n\nRegards,\nDana\n\nP.S. {VERDICT}")
    assert found.signature == "Dana"
    assert VERDICT in found.text


def test_a_telephone_s_signature_is_one() -> None:
    found = split_text(f"{LETTER}\n\nSent from my telephone")
    assert (found.text, found.signature) == (LETTER, "Sent from my telephone")


def test_a_signature_above_a_quotation_is_found() -> None:
    found = split_text(f"{LETTER}\n\nRegards\nDana\n\nOn Mon, 4 May 2026 at 09:00, Sam wrote:\n> {ASKED}")
    assert (found.text, found.signature) == (f"{LETTER}\n\nRegards", "Dana")


def test_nothing_gives_nothing() -> None:
    assert split_text(" \n\n\t") == split_text("")
    assert split_text("").text == ""


BOMBS = {
    "quote marks": ">" * 1_000_000,
    "quoted lines": ">\n" * 130_000,
    "openers": "On 1 " * 50_000,
    "opener lines": "On 1 Am 2\n" * 25_000,
    "attributions": "On 1.1.2026 a@b wrote:\n" * 11_000,
    "attributions without end": ("Am 1.1.2026 schrieb " * 20 + "\n") * 600,
    "Scandinavian attributions": ("Den 1 skrev " * 33 + ":\n") * 600,
    "Czech attributions": ("Dne 1 " * 33 + ":\n") * 1200,
    "Chinese attributions": ("2026年1月1日 " * 20 + ":\n") * 1200,
    "headers": "From: a\nx\n" * 26_000,
    "closings": "Best, Dana\n" * 24_000,
    "delimiters": "--\n" * 87_000,
    "dashes": "-" * 262_144,
    "original messages": "--Original " * 24_000,
    "line feeds": "\n" * 262_144,
    "blanks": " " * 262_144,
    "colons": ":\n" * 131_072,
    "one line": "word " * 1_000_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_hostile_text_is_split_in_bounded_time(bomb: str) -> None:
    begin = perf_counter()
    split_text(bomb)
    assert perf_counter() - begin < 1


LINES = st.sampled_from(
    ["", "> quoted", "Best regards,", "Dana Whitlock", "-- ", "On 4 May 2026 Sam wrote:", "On 4 May", "wrote:", "a sentence that we wrote.", "From: Sam",
     "Sent: Monday", "Subject: x", "-----Original Message-----", "_______", "Sent from my telephone", "Best, Lee", ">", "Thanks"]
)  # fmt: skip


@given(st.lists(LINES, max_size=14))
def test_no_word_is_lost_between_the_three_parts(lines: list[str]) -> None:
    found = split_text("\n".join(lines))
    parts = "\n".join((found.text, found.quoted, found.signature)).replace(",", " ").split()
    for word in "\n".join(lines).replace(",", " ").replace(">", " ").split():
        if any(character.isalnum() for character in word):
            parts.remove(word)


@given(st.lists(LINES, max_size=14))
def test_what_is_above_everything_quotable_stays_written(lines: list[str]) -> None:
    assert split_text("\n".join([LETTER, "", *lines])).text.startswith(LETTER)
