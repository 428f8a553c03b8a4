"""Random texts: what has no markup is shown as it was typed, and nothing but markup ever goes."""

import re
from random import Random

import pytest

from chat.markup.markdown import mentions_shown, render, render_inline
from chat.tests.helpers.html import is_safe, text_of
from project.testing.length import length

TEXTS = length.pick(full=10_000, short=250)

WORDS = [
    "tern", "Möwe", "слово", "鳥", "طائر", "שלום", "नमस्ते", "ครับ", "한국어", "naïve", "İstanbul", "e\u0301", "Ω", "🎉",
    "👨‍👩‍👧",
    "terns’", "„über“", "«да»", "（重要）", "「鳥」", "重要：内容", "O'Brien", "don't", "7", "1985.", "3,5", "-5", "+1",
    "12:30:45",
]  # fmt: skip
# Signs and identifiers that are no markup in any combination: some could begin it, none could end it.
SIGNS = [
    "*", "**", "_", "__", "~", "~~", "|", "||", "#", "##", ">", "+", "-", "--", "=", "=>", "<-", "&", "&amp;",
    "<b>", "</p>",
    "\\", "\\\\", "/", "//", "^", "%", "$", "§", "°", "…", "–", "•", "!", "?!", "(", ")", "[", "]", "{}", "[]",
    "()", "!", "'", '"',
    "2*3*4", "x**2", "5*x*y", "a*b", "src/*/test/*.py", "*.py", "/*x*/", ".*foo.*",
    "-*-", "f****ing", "snake_case_name", "__init__", "__main__.py", "_private", "$_GET['a_b']", "a||b", "x||(y)",
    "D:\\tools\\_new", "C:\\*.txt", "\\\\server\\_share", "\\d+\\.\\*", "\\n", "¯\\_(ツ)_/¯", ":nothing:",
    "/srv/:cd:/x",
    "www.example.net/:m:/b", "a:tada:b", "10:100:1", "handlers[0](1)", "[a](b)", "[^1]", "[a]:",
    "alice@example.org", "@nobody",
    "@leo/@zed", ">_<", "o_O", "<3", ">3", "#hash", "1.5", "1)", "a.b", "~5", "http:", "://", "mailto:", "\\@",
    "\\(", "`",
]  # fmt: skip
ADDRESSES = [
    "https://example.net/a_b_", "(https://example.net/a.)", "https://example.net/x，谢谢",
    "http://example.net:80/?a=1&b=*c*#d",
    "„https://example.net“", "https://example.net/q_(r)", "https://münchen.example/ü", "ftp://example.net/_a_",
    "<https://a.example>",
    "https://a@example.net/", "https://example.net/~~a",
]  # fmt: skip
BLANKS = [" ", " ", " ", " ", "  ", "\t", "\n", "\n", "\n\n", "\n  ", "\n\t", "\n\n    "]
STARTS = re.compile(r"^[ \t]*(?:[-*>]|#{1,6}|\d\d?\.)[ \t]", re.MULTILINE)
MARKUP = "*_~|`[]()!#>\\-.:"


def text(random: Random) -> str:
    """Return words, signs and addresses that are no markup together."""
    pieces = [random.choice(WORDS)]
    for _ in range(random.randrange(1, 40)):
        kinds = [WORDS, SIGNS, ADDRESSES]
        pieces += [random.choice(BLANKS), random.choice(random.choices(kinds, [5, 4, 1])[0])]
    first, *others = "".join(pieces).split("`")
    body = STARTS.sub("x ", first + ("`" if others else "") + "".join(others))
    return re.sub(r"\n[ \t]+(?=\n|$)", "\n", body)  # a line of blanks alone is an empty one


def shown(html: str) -> str:
    return without_gaps(text_of(html))


def without_gaps(text: str) -> str:
    """One line break is as good as two: between paragraphs there is a gap."""
    return re.sub(r"\n+", "\n", text).strip("\n")


def test_text_without_markup_is_shown_as_it_was_typed() -> None:
    random = Random(7)
    for _ in range(TEXTS):
        body = text(random)
        assert shown(render(body)) == without_gaps(body), body
        assert text_of(render_inline(body)) == body


def test_text_in_a_quote_or_in_an_item_is_shown_as_it_was_typed() -> None:
    random = Random(8)
    for _ in range(TEXTS // 4):
        body = text(random)
        assert shown(render("\n".join(f"> {line}" for line in body.split("\n")))) == without_gaps(body)
        item = render("- " + body.replace("\n", "\n  "))
        assert shown(item).lstrip("\n") == without_gaps(body)


def test_of_any_text_nothing_but_markup_goes() -> None:
    random = Random(9)
    kinds = [WORDS, SIGNS, ADDRESSES, [*MARKUP], ["> ", "- ", "1. ", "# ", "```", "\n```\n", "- [ ] ", "|-|-|", "\n"]]
    for _ in range(TEXTS):
        pieces = (random.choice(random.choice(kinds)) + random.choice(["", "", *BLANKS]) for _ in range(30))
        body = "".join(pieces).replace("](", "] (")
        html = render(body)
        assert is_safe(html)
        assert mentions_shown(html) == {}
        wanted, found = (re.sub(rf"[\s{re.escape(MARKUP)}]", "", each) for each in (body, text_of(html)))
        assert re.sub("[xX]|[0-9]", "", wanted) == re.sub("[xX]|[0-9]", "", found), body


def test_a_text_that_was_rendered_is_rendered_the_same_again() -> None:
    random = Random(10)
    for _ in range(TEXTS // 4):
        body = text(random) + "\nSo @zed, _@leo_ and @ぜど"
        html = render(body, {"zed": "1", "leo": "2", "ぜど": "3"})
        assert mentions_shown(html) == {"zed": "1", "leo": "2", "ぜど": "3"}
        assert render(body, mentions_shown(html)) == html


@pytest.mark.parametrize("body", ["@zed &amp; <b>@zed</b>", "@ZED", "**@zed**"])
def test_mentions_are_found_again_in_html(body: str) -> None:
    assert mentions_shown(render(body, {"zed": "7"})) == {"zed": "7"}
