"""Text that stays as typed: markup needs the usual surroundings, and ends where its author ended it."""

import re

import pytest

from chat.markup.markdown import mentions_of, render, render_inline
from chat.tests.helpers.html import Reader, text_of


def lines_in(html: str, tag: str) -> list[str]:
    return [text_of(found).strip() for found in re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", html, re.DOTALL)]


def numbers_in(html: str) -> list[int]:
    """Return the numbers that a browser draws beside the items of the list."""
    numbers: list[int] = []
    for tag, attributes in Reader(html).tags:
        if tag == "ol":
            following = int(attributes.get("start") or 1)
        elif tag == "li":
            numbers.append(int(attributes.get("value") or following))
            following = numbers[-1] + 1
    return numbers


@pytest.mark.parametrize(
    "body",
    [
        "+", "-", ">", "#", "```", "---", "- - -", "***", "1985. A good year", "Title\n---", "[a]: https://b.example",
        "[^1]", "handlers[0]()", "![a]()", "<b>bold</b>", "&lt; &copy; &#65;", "    four spaces",
        "```some words\nand code",
        "snake_case_name", "2 * 3 * 4", "2*3*4", "x**2 + y**2", "src/*/test/*.py", "/*comment*/", ".*foo.*",
        "f(*args, **kw)",
        "int **argv, *p;", "*_*", "\"*\" and \"*\"", "-*- coding: utf-8 -*-", "f****ing", "*****secret*****",
        "___ and ___",
        "~5 min ~ 6 min", "~~~~", "a ~~ b ~~ c", "[a](b)", "[a](<https://x>)", "ftp://example.org",
        "[a](/accounts/logout/)",
        "[a](//example.org)", "www.example.org", "alice@example.org", "<!-- comment -->", "<https://example.org>",
        "[a](https://example.org \"title\")", "a\n14. May", "01. May", "1) one\n2) two", "#hash", "#1", ">>> print(1)",
        ">_<", "-5 degrees", "-a", "- ", "1.5 l", "1.", "call __main__ first", "__a b__", "$_GET", "i_", "_i",
        "__重要__内容", "(__дом__)", "obj._y_.z", "_тест_ы", "___init___",
        "~~~\ncode\n~~~", "```\nwithout an end", "a\tb", "two  spaces", "a  \nb", "  \u3000a", "a &amp; b\\",
    ],
)  # fmt: skip
def test_signs_that_are_no_markup_stay(body: str) -> None:
    for html in (render(body), render_inline(body)):
        assert not re.search(r"<(?!/?p>|/?a\b|br>)", html)
        assert text_of(html) == body


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        ("7. drei\n9. vier", [7, 9]),
        ("1. a\n1. b\n1. c", [1, 1, 1]),
        ("3. a\n2. b\n1. c", [3, 2, 1]),
        ("0. a\n1. b", [0, 1]),
        ("1. a\n\n2. b\n\n4. c", [1, 2, 4]),
        ("> 5. a\n> 7. b", [5, 7]),
        ("98. a\n99. b\n100. c", [98, 99]),
        ("10. a\n9. b\n8. c", [10, 9, 8]),
        ("7. a\n  b\n9. c", [7, 9]),
        ("3.\ta\r\n5.\tb", [3, 5]),
    ],
)
def test_a_number_in_a_list_is_shown_as_it_was_typed(body: str, numbers: list[int]) -> None:
    assert numbers_in(render(body)) == numbers
    assert ("100. c" in text_of(render(body))) == ("100. c" in body)


@pytest.mark.parametrize(
    ("body", "outside"),
    [
        ("> Wann?\nUm acht.", "Um acht."),
        ("- Milch\nDas war alles.", "Das war alles."),
        ("1. a\n b", " b"),
        ("> - a\nb", "b"),
        ("- > a\n- b\nc", "c"),
        ("> a\n>\nb", "b"),
        ("> ```\n> a\nb", "b"),
        ("a | b\n--|--\nc", "c"),
        ("# a\nb", "b"),
        ("- a\n\nb", "b"),
        ("> אחת\r\nשתיים", "שתיים"),
        ("> > a\n> b\n> - c\nd", "d"),
        ("- [x] a\nb", "b"),
        ("> a\n\xa0b", "&nbsp;b"),
    ],
)
def test_a_line_below_a_quote_or_a_list_stands_outside_of_it(body: str, outside: str) -> None:
    assert render(body).endswith(f"\n<p>{outside}</p>")


@pytest.mark.parametrize(
    "body",
    [
        r"D:\tools\_new", r"C:\*.txt", r"\\server\share", r"D:\_build\out_", r"a\b\c", "\\", r"\d+\.\d*",
        r"\alpha_1", r"a\*b",
        r"¯\_(ツ)_/¯", r"\n\t", r"\> x".replace("> ", ">"), r"C:\`x", r"C:\[x]", r"1\. x".replace(" ",
        ""), r"C:\:cd:\x",
        r"\@nobody", r"~\#1", "a\\\nb", r"\section{a}", r"C:\-x", r"\*",
        r"D:\_x_\_y_", r"\- ", r"\> ", r"9\. ", r"01\. a", r"\- - -", r"(\_/)", r"sed 's/\_/\-/g'", "\\\t", r"\：a",
    ],
)  # fmt: skip
def test_a_backslash_stays(body: str) -> None:
    for html in (render(body), render_inline(body)):
        assert text_of(html) == body


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (r"\*a\*", "*a*"),
        (r"\*a*", "*a*"),
        (r"\**a**", "**a**"),
        (r"\*\*a b\*\*", "**a b**"),
        (r"\_a\_", "_a_"),
        (r"\~~a~~", "~~a~~"),
        (r"\||a||", "||a||"),
        (r"\`a`", "`a`"),
        (r"\`a\`", "`a`"),
        (r"\[a](https://example.org)", "[a](https://example.org)"),
        (r"\:tada:", ":tada:"),
        (r"\> a", "> a"),
        (r"\- a", "- a"),
        (r"\# a", "# a"),
        (r"1\. a", "1. a"),
        ("1\\. a\n2\\. b", "1. a\n2. b"),
        ("a\r\n\\> b", "a\n> b"),
        (r"(\*a\*)", "(*a*)"),
        (r"\*\*重要：**内容", "**重要：**内容"),
    ],
)
def test_a_backslash_makes_markup_text_and_is_not_shown_itself(body: str, shown: str) -> None:
    html = render(body)
    assert text_of(html) == shown
    assert not re.search(r"<(?!/?p>|/?a\b|br>)", html)


@pytest.mark.parametrize(
    "body",
    [
        ">3 km noch", "+ 1 von mir", "+1", "-1", "*Fußnote", ">a", "#a", "1.a", "•a", "– a", "+ a\n+ b", "=> a", "-- a",
        "＞ a", "＊ a", "１. a", "-\xa0a", ">\u3000a", "#\u3000a", "*\u200ba", "\u200e- a", "٣. ثلاثة", "-5 °C\n-6 °C",
    ],
)  # fmt: skip
def test_a_sign_at_the_start_of_a_line_stays(body: str) -> None:
    html = render(body)
    assert text_of(html) == body
    assert set(re.findall(r"<(\w+)", html)) <= {"p", "br"}


@pytest.mark.parametrize(
    "body",
    [
        "www.example.net/:m:/b", "/srv/:cd:/x", "example.net:tada:", ":cd:/x", "~/:cd:", "a=:cd:", ":cd:.txt",
        r"C:\:cd:",
        "`:tada:`", "a:tada:", ":tada:b", "10:100:1", "https://example.org/:tada:/", "-:tada:-", "user@:cd:",
        "/опт/:cd:/x", "例.example/:cd:/b", "file:///:cd:", "$PATH:cd:", "?a=:cd:", ":cd:é", "std::cd::x", "[::cd:]",
        "C:/:cd:/x",
        ":tada::nothing:",
    ],
)  # fmt: skip
def test_names_of_emoji_in_paths_hosts_and_words_stay_text(body: str) -> None:
    assert text_of(render(body)).strip() == body.strip("`")


@pytest.mark.parametrize(
    "body",
    ["gut so {}", "{}", "({})", "{}!", "{}.", "{} a", "**{}**", "a, {}", "{}\na", "“{}”", "{}?!", "（{}）", "{}。"],
)
def test_names_of_emoji_among_words_become_emoji(body: str) -> None:
    assert text_of(render(body.format(":tada:"))).strip() == body.format("🎉").replace("*", "")


@pytest.mark.parametrize(
    ("body", "strong"),
    [
        ("**重要：**内容", "重要："),
        ("**„Achtung“**gilt", "„Achtung“"),
        ("这是**重要**的", "重要"),
        ("这是**（重要）**的", "（重要）"),
        ("das**„Achtung“**", "„Achtung“"),
        ("**«Внимание»**всем", "«Внимание»"),
        ("**「重要」**です", "「重要」"),
        ("価格は**100円（税込）**です", "100円（税込）"),
        ("**중요**한 내용", "중요"),
        ("**สำคัญ**มาก", "สำคัญ"),
        ("**!wichtig!**", "!wichtig!"),
        ("“**a**”—**b**", "a b"),
        ("**《书》**很好", "《书》"),
        ("**العربية،**ثم", "العربية،"),
        ("**¿Qué…**sí", "¿Qué…"),
        ("**\u1112\u1161\u11ab**\u1102\u1173\u11ab", "\u1112\u1161\u11ab"),
        ("❤\ufe0f**Danke**", "Danke"),
        ("**❤\ufe0f**x", "❤\ufe0f"),
        ("**1\ufe0f\u20e3**Schritt", "1\ufe0f\u20e3"),
        ("**བོད**སྐད", "བོད"),
    ],
)
def test_emphasis_may_stand_next_to_full_width_and_typographic_signs(body: str, strong: str) -> None:
    assert " ".join(lines_in(render(body), "strong")) == strong
    assert text_of(render(body)) == body.replace("*", "")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("a:\n  b: 1", "a:\n  b: 1"),
        ("  a", "  a"),
        ("\ta\n\t\tb ", "\ta\n\t\tb "),
        ("if x:\n    y = 1\n\n    z = 2", "if x:\n    y = 1\n    z = 2"),
        ("> a\n>   b", "a\n  b"),
        ("- a\n    b", "a\n  b"),
        ("  - a", "  - a"),
        (" > a", " > a"),
        (" # a", " # a"),
        ("  1. a", "  1. a"),
        ("\u3000段落", "\u3000段落"),
        ("\xa0\xa0a\n\xa0b", "\xa0\xa0a\n\xa0b"),
        ("a:\n\tב: 1", "a:\n\tב: 1"),
    ],
)
def test_white_space_at_the_start_of_lines_stays(body: str, shown: str) -> None:
    assert re.sub(r"\n+", "\n", text_of(render(body)).strip("\n")) == shown
    assert text_of(render_inline(body)) == body


@pytest.mark.parametrize(
    "body",
    [
        "**\u200b**",
        "# \u200e",
        "> \u3164",
        "- \u2800",
        "`\u200b`",
        "||\ufe0f||",
        "*\u00ad*",
        "1. \u2060",
        "```\n\u200b\n```",
    ],
    ids=ascii,
)
def test_markup_around_nothing_that_can_be_seen_is_text(body: str) -> None:
    assert text_of(render(body)) == body


@pytest.mark.parametrize("body", ["\ufeffa**", "\ufeff\ufeff- a", "\ufeff> אב"], ids=ascii)
def test_a_mark_of_the_byte_order_stays(body: str) -> None:
    assert text_of(render(body)) == text_of(render_inline(body)) == body


@pytest.mark.parametrize(
    ("body", "mentions"),
    [
        (r"\@zed", {"zed": "7"}),
        (r"\@zed", {}),
        (r"\@ZED. \@nobody, @zed", {"zed": "7"}),
        (r"(\@ぜど) \@«да»", {"ぜど": "8"}),
        (r"> @zed" + "\n\\@zed", {"zed": "7"}),
        (r"`\@zed` \@zed C:\@zed", {"zed": "7"}),
    ],
)
def test_names_behind_a_backslash_are_the_same_when_they_are_rendered_again(
    body: str, mentions: dict[str, str]
) -> None:
    html = render(body, mentions)
    assert render(body, mentions_of(body, html)) == html
