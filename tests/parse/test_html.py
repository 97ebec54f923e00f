"""HTML to text: what a reader sees, in lines."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.markup import read_html
from afterword.parse import html_to_text, split_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Dear  Sam,</p>\n<p>we <b>reg</b>ret\nit.</p>", "Dear Sam,\n\nwe regret it."),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<div>one<br></div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("<ul>\n<li>one</li>\n<li>two</li>\n</ul>", "one\ntwo"),
        ("<table><tr><td>one</td><td>two</td></tr><tr><td>three</td></tr></table>", "one two\nthree"),
        ("<h1>News</h1>text", "News\n\ntext"),
        ('see <a href="https://initech.example/track?id=1">our page</a>.', "see our page."),
        ("R&amp;D &lt;3 &#8211; &nbsp; end", "R&D <3 – end"),
        ("<pre>one\n  two</pre>", "one\ntwo"),
        ('<div style="white-space: pre-line">one\ntwo</div>', "one\ntwo"),
        (
            "<html><head><title>T</title><style>p{color:red}</style></head><body>text<script>x()</script></body></html>",
            "text",
        ),
        ("text<!-- a comment --> and <!--[if mso]><p>Outlook only</p><![endif]-->more", "text and more"),
        ("<!--[if !mso]><!--><p>shown</p><!--<![endif]-->", "shown"),
        ("<style><!-- p{} --></style>text", "text"),
        ("no markup at all", "no markup at all"),
        ("a < b and c > d", "a < b and c > d"),
        ('<p class=x">a stray quote</p>', "a stray quote"),
        ('<p title="a > b">quoted bracket</p>', "quoted bracket"),
        ("<p>unclosed <b>bold <p>next", "unclosed bold\n\nnext"),
        ("", ""),
    ],
)
def test_text_is_what_a_reader_sees(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    "tag",
    [
        '<div style="display:none">',
        '<div style="DISPLAY : NONE !important; max-height: 0px">',
        '<span style="visibility:hidden">',
        '<div style="font-size:0">',
        '<div style="font-size: 1px; color: #ffffff; line-height: 1px">',
        '<div style="opacity: 0;">',
        '<div style="opacity:0.0">',
        '<div style="mso-hide:all">',
        '<div style="max-height:0; overflow:hidden">',
        '<div style="height:0;width:0">',
        '<div style="height:0px;overflow:hidden">',
        '<div style="position:absolute; left:-9999px">',
        '<span style="color:white;font-size:4px">',
        '<b style="display:none">',
        "<div hidden>",
        "<select><option>",
        "<svg><text>",
        "<noscript>",
    ],
)
def test_hidden_text_is_left_out(tag: str) -> None:
    name = tag[1:].split()[0].strip(">").split("><")[0]
    assert html_to_text(f"<p>before</p>{tag}secret</{name}><p>behind</p>") == "before\n\nbehind"


@pytest.mark.parametrize(
    "html",
    [
        '<table style="font-size:0px"><tr><td style="font-size:13px">shown</td></tr></table>',
        '<p style="opacity:0.9">shown</p>',
        '<p style="font-size:0.9em">shown</p>',
        '<p style="color:#ffffff;background:#333;font-size:16px">shown</p>',
        '<p style="display:block;line-height:0">shown</p>',
        '<p style="max-height:100px">shown</p>',
    ],
)
def test_text_that_only_looks_hidden_stays(html: str) -> None:
    assert html_to_text(html) == "shown"


def test_quoted_blocks_have_quote_marks() -> None:
    html = '<p>No.</p><div class="gmail_quote">On Mon, 4 May 2026 at 09:00, Sam wrote:<blockquote class="gmail_quote">May I<br>ask?<blockquote>Older</blockquote></blockquote></div><p>Sorry</p>'
    assert (
        html_to_text(html)
        == "No.\n\nOn Mon, 4 May 2026 at 09:00, Sam wrote:\n> May I\n> ask?\n> Older\n\nSorry"
    )


@pytest.mark.parametrize(
    "quote",
    [
        '<div class="gmail_quote"><div class="gmail_attr">On Mon, 4 May 2026 at 09:00, Sam &lt;<a href="mailto:sam@example.org">sam@example.org</a>&gt; wrote:</div><blockquote>May I ask?</blockquote></div>',
        '<div class="yahoo_quoted">Am Mo., 4. Mai 2026 schrieb Sam:<br>May I ask?</div>',
        '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Sam<br><b>Sent:</b> Monday<br><b>Subject:</b> x</div><div>May I ask?</div>',
        '<div id="x_divRplyFwdMsg">nobody is named</div><div>May I ask?</div>',
        '<div style="border-top:solid 1px"><p><b>Von:</b> Sam<br><b>Gesendet:</b> Montag<br><b>An:</b> Dana</p></div><p>May I ask?</p>',
        '<blockquote type="cite">May I ask?</blockquote>',
    ],
)
def test_what_mail_programs_quote_in_html_is_quoted(quote: str) -> None:
    found = split_text(html_to_text(f"<html><body><p>We chose somebody else.</p>{quote}</body></html>"))
    assert found.text == "We chose somebody else."
    assert "May I ask?" in found.quoted


BOMBS = {
    "a hundred thousand nested blocks": "<div>" * 100_000 + "text",
    "blocks with text between": "<div>x" * 100_000,
    "unknown elements and end tags that match nothing": "<x>" * 8000 + "</y>" * 60_000,
    "one tag with a hundred thousand attributes": "<p " + " ".join(f"a{n}" for n in range(100_000)) + ">x",
    "attributes behind a bracket in quotes": '<p a="<" b=">" '
    + " ".join(f"a{n}" for n in range(100_000))
    + ">x",
    "formatting reopened in every paragraph": "".join(f"<b id={n}>" for n in range(3000)) + "<p>x</p>" * 6000,
    "links inside links": "".join(f"<a id={n}>" for n in range(3000)) + "<table><td>x" * 3000,
    "text moved out of tables": "<table>" + "<x>" * 4000 + "<tr></tr><y>" * 4000,
    "comments that never end": "<!--" * 100_000,
    "scripts that never end": "<script>" * 50_000,
    "only brackets": "<" * 500_000,
    "quotes that never end": '<a ="' * 100_000,
    "nested quotes": "<blockquote>" * 8000 + "x",
    "blanks": " " * 500_000,
    "blanks in elements": "<i> </i>" * 60_000,
    "ampersands": "&" * 500_000,
    "a style without end": '<p style="' + "a:b;" * 120_000 + '">x',
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_hostile_markup_is_read_in_bounded_time(bomb: str) -> None:
    begin = perf_counter()
    html_to_text(bomb)
    assert perf_counter() - begin < 1


def test_text_behind_too_many_tags_is_still_read() -> None:
    text, defects = read_html("<div>" * 10_000 + "We chose somebody else." + "</div>" * 10_000)
    assert "We chose somebody else." in text
    assert defects == ("too many HTML tags",)


@given(
    st.lists(
        st.sampled_from(
            [
                "<div>",
                "</div>",
                "<b>",
                "</p>",
                "<p>",
                "<td",
                ">",
                '"',
                "=",
                "<!--",
                "-->",
                "&",
                "x",
                "\0",
                "<blockquote>",
                "\x0e",
                "\x0f",
                "\x0c",
                " ",
                "\ud800",
            ]
        ),
        max_size=60,
    ).map("".join)
)
def test_any_string_gives_tidy_text(html: str) -> None:
    text = html_to_text(html)
    assert text == text.strip(" \n")
    assert "\n\n\n" not in text
    assert not set(text) & {"\0", "\x0e", "\x0f", "\x0c", "\xa0"}
    text.encode("utf-8")
