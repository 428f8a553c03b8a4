"""Text that stays as it was typed: markup needs its usual surroundings, and ends where its author ended it."""

import re

import pytest

from chat.markup.markdown import render, render_inline
from chat.tests.helpers.html import Reader, text_of


def lines_in(html: str, tag: str) -> list[str]:
    """Return the text of each element of this name."""
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
    ],
)
def test_a_backslash_makes_markup_text_and_is_not_shown_itself(body: str, shown: str) -> None:
    html = render(body)
    assert text_of(html) == shown
    assert not re.search(r"<(?!/?p>|/?a\b)", html)


@pytest.mark.parametrize(
    "body",
    [">3 km noch", "+ 1 von mir", "+1", "-1", "*Fußnote", ">a", "#a", "1.a", "•a", "– a", "+ a\n+ b", "=> a", "-- a"],
)
def test_a_sign_at_the_start_of_a_line_stays(body: str) -> None:
    html = render(body)
    assert text_of(html) == body
    assert set(re.findall(r"<(\w+)", html)) <= {"p", "br"}


@pytest.mark.parametrize(
    ("body", "link", "around"),
    [
        ("_https://example.net/b_", "https://example.net/b", "em"),
        ("*https://example.net/b*", "https://example.net/b", "em"),
        ("**https://example.net/b**.", "https://example.net/b", "strong"),
        ("~~https://example.net/b~~", "https://example.net/b", "s"),
        ("_so https://example.net/d_e, ja_", "https://example.net/d_e", "em"),
        ("_https://example.net/d_e_", "https://example.net/d_e", "em"),
        ("**https://example.net/b**内容", "https://example.net/b", "strong"),
        ("||https://example.net/b||", "https://example.net/b", "span"),
        ("https://example.net/d_e_", "https://example.net/d_e_", ""),
        ("https://example.net/a*b*", "https://example.net/a*b*", ""),
        ("_a_ https://example.net/d_e_", "https://example.net/d_e_", ""),
        ("https://example.net/~~a", "https://example.net/~~a", ""),
    ],
)
def test_signs_that_close_something_are_no_part_of_an_address(body: str, link: str, around: str) -> None:
    html = render(body)
    assert Reader(html).links == [link]
    assert around in ("", html.removeprefix("<p><").partition(">")[0].partition(" ")[0])


@pytest.mark.parametrize(
    ("body", "link"),
    [
        ("见https://example.net/x，谢谢", "https://example.net/x"),
        ("见https://example.net，谢谢", "https://example.net"),
        ("（https://example.net/x）", "https://example.net/x"),
        ("「https://example.net/x」です", "https://example.net/x"),
        ("https://example.net/x。", "https://example.net/x"),
        ("https://example.net/x！？", "https://example.net/x"),
        ("https://example.net/x、https", "https://example.net/x"),
        ("https://example.net/x：三", "https://example.net/x"),
        ("„https://example.net/x“ sagt", "https://example.net/x"),
        ("«https://example.net/x»", "https://example.net/x"),
        ("https://example.net/x…", "https://example.net/x"),
        ("https://example.net/x، ثم", "https://example.net/x"),
        ("https://example.net/x।", "https://example.net/x"),
        ("https://ja.example.net/スター・ウォーズ",
        "https://ja.example.net/%E3%82%B9%E3%82%BF%E3%83%BC%E3%83%BB%E3%82%A6%E3%82%A9%E3%83%BC%E3%82%BA"),
        ("https://example.net/1914–18", "https://example.net/1914%E2%80%9318"),
    ],
)  # fmt: skip
def test_an_address_ends_before_full_width_and_typographic_marks(body: str, link: str) -> None:
    assert Reader(render(body)).links == [link]
    assert text_of(render(body)) == body


@pytest.mark.parametrize(
    ("body", "link"),
    [
        ("(Siehe https://example.net/a.)", "https://example.net/a"),
        ('"Siehe https://example.net/a."', "https://example.net/a"),
        ("„Siehe https://example.net/a.“", "https://example.net/a"),
        ("'https://example.net/a!'", "https://example.net/a"),
        ("[https://example.net/a?]", "https://example.net/a"),
        ("({https://example.net/a:}),", "https://example.net/a"),
        ("(https://example.net/a), b", "https://example.net/a"),
        ("https://example.net/q_(r)", "https://example.net/q_(r)"),
        ("(https://example.net/q_(r).)", "https://example.net/q_(r)"),
        ("https://example.net/a?b=c&d=e;f!", "https://example.net/a?b=c&d=e;f"),
        ("https://example.net/a'b", "https://example.net/a'b"),
        ("see https://example.net/a(or b)", "https://example.net/a"),
        ("<https://example.net/a>", "https://example.net/a"),
    ],
)
def test_signs_of_the_sentence_are_no_part_of_an_address(body: str, link: str) -> None:
    assert Reader(render(body)).links == [link]
    assert text_of(render(body)) == body


@pytest.mark.parametrize(
    "body",
    [
        "www.example.net/:m:/b", "/srv/:cd:/x", "example.net:tada:", ":cd:/x", "~/:cd:", "a=:cd:", ":cd:.txt",
        r"C:\:cd:",
        "`:tada:`", "a:tada:", ":tada:b", "10:100:1", "https://example.org/:tada:/", "-:tada:-", "user@:cd:",
        ":tada::nothing:",
    ],
)  # fmt: skip
def test_names_of_emoji_in_paths_hosts_and_words_stay_text(body: str) -> None:
    assert text_of(render(body)).strip() == body.strip("`")


@pytest.mark.parametrize(
    "body", ["gut so {}", "{}", "({})", "{}!", "{}.", "{} a", "**{}**", "a, {}", "{}\na", "“{}”", "{}?!"]
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
    ],
)
def test_white_space_at_the_start_of_lines_stays(body: str, shown: str) -> None:
    assert re.sub(r"\n+", "\n", text_of(render(body)).strip("\n")) == shown
    assert text_of(render_inline(body)) == body
