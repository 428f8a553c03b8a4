"""Markdown as HTML, and text that stays as it was typed."""

import re

import pytest

from chat.markdown import render, render_inline
from chat.tests.helpers.html import Reader, text_of

LINK = 'target="_blank" rel="noopener noreferrer nofollow"'


class TestSyntax:
    @pytest.mark.parametrize(
        ("body", "html"),
        [
            ("Hello, Bob", "<p>Hello, Bob</p>"),
            ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>"),
            ("some_snake_case", "<p>some_snake_case</p>"),
            ("one\ntwo", "<p>one<br>\ntwo</p>"),
            ("one\r\ntwo", "<p>one<br>\ntwo</p>"),
            ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
            ("two  spaces", "<p>two  spaces</p>"),
            ("> a\n> b", "<blockquote>\n<p>a<br>\nb</p>\n</blockquote>"),
            ("- a\n- b", "<ul>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>"),
            ("3. a", '<ol start="3">\n<li>\n<p>a</p>\n</li>\n</ol>'),
            ("# Title", "<p><strong>Title</strong></p>"),
            ("`` a ` b ``", "<p><code>a ` b</code></p>"),
            (r"\*a\*", "<p>*a*</p>"),
            ("[a](https://example.org)", f'<p><a href="https://example.org" {LINK}>a</a></p>'),
            ("<https://example.org>", f'<p><a href="https://example.org" dir="ltr" {LINK}>https://example.org</a></p>'),
            (
                "mailto:a@example.org",
                f'<p><a href="mailto:a@example.org" dir="ltr" {LINK}>mailto:a@example.org</a></p>',
            ),
            (":tada: :+1: :heart: :nothing:", "<p>🎉 👍 ❤\ufe0f :nothing:</p>"),
        ],
    )
    def test_markdown_becomes_html(self, body: str, html: str) -> None:
        assert render(body) == html

    def test_code_is_coloured_by_class_names(self) -> None:
        assert render("```python\nreturn 1  # one\n```") == (
            '<pre tabindex="0"><code><span class="k">return</span> <span class="m">1</span>  '
            '<span class="c"># one</span>\n</code></pre>'
        )

    @pytest.mark.parametrize("language", ["", "text", "brainfuck"])
    def test_code_of_other_languages_has_no_colours(self, language: str) -> None:
        assert render(f"```{language}\nreturn <1>\n```") == '<pre tabindex="0"><code>return &lt;1&gt;\n</code></pre>'

    def test_long_code_has_no_colours(self) -> None:
        assert "<span" in render("```python\n" + "x = 1\n" * 400 + "```")
        assert "<span" not in render("```python\n" + "x = 1\n" * 600 + "```")

    def test_an_address_ends_where_the_sentence_goes_on(self) -> None:
        html = render("(see https://example.org/a_(b)?c=1&d=2), or http://example.com.")
        assert Reader(html).links == ["https://example.org/a_(b)?c=1&d=2", "http://example.com"]

    def test_a_picture_is_a_link(self) -> None:
        assert render("![a cat](https://example.org/cat.png)") == (
            f'<p><a href="https://example.org/cat.png" {LINK}>a cat</a></p>'
        )
        assert Reader(render("[![a](https://example.org/b)](https://example.org/c)")).links == ["https://example.org/c"]

    def test_emoji_names_in_code_links_and_words_stay_text(self) -> None:
        for body in ("`:tada:`", "```\n:tada:\n```", "https://example.org/:tada:/", r"\:tada:", "a:tada:", "10:100:1"):
            assert text_of(render(body)).strip() == body.strip("`\n").replace("\\", "")

    def test_an_action_has_no_blocks(self) -> None:
        assert render_inline("waves\n> at *all*") == "waves<br>\n&gt; at <em>all</em>"
        assert render_inline("# 1 ```x```") == "# 1 <code>x</code>"
        assert render_inline("waves") == "waves"


class TestLiteralText:
    @pytest.mark.parametrize(
        "body",
        [
            "+", "-", ">", "#", "```", "---", "- - -", "***", "1985. A good year", "Title\n---", "[a]: https://b.example",
            "[^1]", "handlers[0]()", "![a]()", "<b>bold</b>", "&lt; &copy; &#65;", "    four spaces",
            "```some words\nand code", "snake_case_name", "2 * 3 * 4", "a | b\n--|--\n1 | 2", "[a](b)", "ftp://example.org",
            "[a](/accounts/logout/)", "[a](//example.org)", "www.example.org", "alice@example.org", "<!-- comment -->",
        ],
    )  # fmt: skip
    def test_nothing_that_was_typed_gets_lost(self, body: str) -> None:
        letters = re.sub(r"[\s`]", "", body)
        assert re.sub(r"[\s`]", "", text_of(render(body))) == letters
        assert re.sub(r"[\s`]", "", text_of(render_inline(body))) == letters

    def test_a_link_without_words_shows_where_it_leads(self) -> None:
        for body in ("[](https://example.org)", "![](https://example.org)"):
            assert text_of(render(body)) == "https://example.org"

    def test_too_deep_nesting_is_shown_as_text(self) -> None:
        assert render("> " * 8 + "a").count("<blockquote>") == 8
        for body in ("> " * 50 + "a", "- " * 50 + "a", "*a " * 50 + "b* " * 50):
            assert text_of(render(body)) == body
