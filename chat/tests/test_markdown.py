"""Markdown as HTML: the constructs that docs/protocol.md lists."""

import pytest

from chat.markup.markdown import render, render_inline
from chat.tests.helpers.html import Reader, text_of

LINK = 'target="_blank" rel="noopener noreferrer nofollow"'
BOX = '<input type="checkbox" disabled="">'
DONE = '<input type="checkbox" checked="" disabled="">'


class TestSyntax:
    @pytest.mark.parametrize(
        ("body", "html"),
        [
            ("Hello, Bob", "<p>Hello, Bob</p>"),
            ("*a* **b** ~~c~~ `d` _e_", "<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code> <em>e</em></p>"),
            ("***a** b* **c *d***", "<p><em><strong>a</strong> b</em> <strong>c <em>d</em></strong></p>"),
            ("~~*a*~~, **`b`**", "<p><s><em>a</em></s>, <strong><code>b</code></strong></p>"),
            ("*either*/*or*", "<p><em>either</em>/<em>or</em></p>"),
            ("one\ntwo", "<p>one<br>\ntwo</p>"),
            ("one\r\ntwo", "<p>one<br>\ntwo</p>"),
            ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
            ("one\n\n\n\ntwo", "<p>one</p>\n<p><br>\n<br>\ntwo</p>"),
            ("> a\n> b", '<blockquote dir="auto">\n<p>a<br>\nb</p>\n</blockquote>'),
            ("# Title #", "<p><strong>Title #</strong></p>"),
            ("`` a ` b ``", "<p><code>a ` b</code></p>"),
            ("`a\n  b`", "<p><code>a\n  b</code></p>"),
            ("[https://example.org](https://example.org)",
            f'<p><a href="https://example.org" {LINK}>https://example.org</a></p>'),
            ("https://example.org", f'<p><a href="https://example.org" dir="ltr" {LINK}>https://example.org</a></p>'),
            (
                "mailto:a@example.org",
                f'<p><a href="mailto:a@example.org" dir="ltr" {LINK}>mailto:a@example.org</a></p>',
            ),
            ("Well: :tada: :+1: :heart: :nothing:", "<p>Well: 🎉 👍 ❤\ufe0f :nothing:</p>"),
        ],
    )  # fmt: skip
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

    def test_code_ends_with_its_closing_sign_also_behind_its_last_line(self) -> None:
        for body in ("```\n  a\n\n*b*\n```\nc", "```\n  a\n\n*b*```\nc"):
            assert render(body) == '<pre tabindex="0"><code>  a\n\n*b*\n</code></pre>\n<p>c</p>'

    def test_long_code_has_no_colours(self) -> None:
        assert "<span" in render("```python\n" + "x = 1\n" * 400 + "```")
        assert "<span" not in render("```python\n" + "x = 1\n" * 600 + "```")

    def test_a_picture_is_a_link(self) -> None:
        assert Reader(render("![a cat](https://example.org/cat.png)")).links == ["https://example.org/cat.png"]
        assert Reader(render("[![a](https://example.org/b)](https://example.org/c)")).links == ["https://example.org/c"]

    def test_a_link_without_words_shows_where_it_leads(self) -> None:
        for body in ("[](https://example.org)", "![](https://example.org)", "[ ](https://example.org)"):
            assert text_of(render(body)) == "https://example.org"

    def test_an_action_has_no_blocks(self) -> None:
        assert render_inline("waves\n> at *all*") == "waves<br>\n&gt; at <em>all</em>"
        assert render_inline("# 1 ```x```") == "# 1 <code>x</code>"
        assert render_inline("waves") == "waves"

    def test_too_deep_nesting_is_shown_as_text(self) -> None:
        assert render("> " * 8 + "a").count("<blockquote") == 8
        for body in ("> " * 50 + "a", "*a " * 50 + "b* " * 50):
            assert text_of(render(body)) == body


class TestLists:
    def test_a_list_has_paragraphs_in_items(self) -> None:
        for body in ("- a\n- b", "* a\n* b", "- a\n\n- b"):
            assert render(body) == ('<ul>\n<li dir="auto">\n<p>a</p>\n</li>\n<li dir="auto">\n<p>b</p>\n</li>\n</ul>')

    def test_what_stands_below_the_text_of_an_item_belongs_to_it(self) -> None:
        for body in ("- a\n  b\n  - c\n\n  d\n- e", "- a\n  b\n    - c\n\n  d\n- e", "- a\n\tb\n\t- c\n\n\td\n- e"):
            html = "".join(render(body).split("\n")).replace(' dir="auto"', "")
            assert html == "<ul><li><p>a<br>b</p><ul><li><p>c</p></li></ul><p>d</p></li><li><p>e</p></li></ul>"

    def test_code_may_stand_in_an_item(self) -> None:
        assert "<code>a\n  b\n</code>" in render("1. ```\n   a\n     b\n   ```")

    def test_a_task_is_a_disabled_box_with_its_text_as_label(self) -> None:
        html = render("- [ ] write *it*\n- [x] read\n- [X] sign\n- [y] no\n- [ ]\n1. [ ] no")
        assert f'<li dir="auto" class="task">\n<p><label>{BOX} write <em>it</em></label></p>' in html
        assert f"<label>{DONE} read</label>" in html
        assert f"<label>{DONE} sign</label>" in html
        assert (html.count("<input"), text_of(html).count("["), text_of(html).count("]")) == (3, 3, 3)


class TestTables:
    def test_a_head_and_dashes_make_a_table(self) -> None:
        html = "".join(render("| a | b | c |\n|:--|:-:|--:|\n| *1* | `2|3` | 4\\|5 |\nx | y").split("\n"))
        assert html.replace(' dir="auto"', "") == (
            '<div class="table" tabindex="0"><table><thead><tr>'
            '<th class="start">a</th><th class="center">b</th><th class="end">c</th></tr></thead><tbody>'
            '<tr><td class="start"><em>1</em></td><td class="center"><code>2|3</code></td><td class="end">4|5</td></tr>'
            '<tr><td class="start">x</td><td class="center">y</td><td class="end"></td></tr>'
            "</tbody></table></div>"
        )

    def test_a_table_may_stand_below_a_line_and_ends_before_a_line_without_cells(self) -> None:
        html = render("Prices:\na | b\n-|-\n1 | 2\nThat is all.")
        assert html.startswith("<p>Prices:</p>")
        assert html.endswith("<p>That is all.</p>")

    @pytest.mark.parametrize(
        "body", ["a | b\nc | d", "a | b\n--", "a | b\n--|--|--", "a\n--|--", "|\n|-", "a | b\n-- -|--"]
    )
    def test_lines_with_pipes_alone_are_no_table(self, body: str) -> None:
        assert "<table" in render("a | b\n--|--")
        assert text_of(render(body)) == body

    def test_a_row_with_more_cells_than_the_head_is_no_part_of_the_table(self) -> None:
        html = render("a | b\n--|--\n1 | 2\n3 | 4 | 5")
        assert html.endswith("</div>\n<p>3 | 4 | 5</p>")


class TestSpoilers:
    @pytest.mark.parametrize(
        ("body", "html"),
        [
            ("||Bob|| did it", '<p><span class="spoiler"><span>Bob</span></span> did it</p>'),
            ("(||*a*\nb||)", '<p>(<span class="spoiler"><span><em>a</em><br>\nb</span></span>)</p>'),
            ("||/etc/passwd||", '<p><span class="spoiler"><span>/etc/passwd</span></span></p>'),
        ],
    )
    def test_a_spoiler_is_an_element_that_can_be_clicked_around_one_that_is_hidden(self, body: str, html: str) -> None:
        assert render(body) == html

    @pytest.mark.parametrize(
        "body", ["a || b || c", "a||b||c", "if (a||b) {}", "||", "||a", "a||", "|||a|||", "f(x)||g(x)||0"]
    )
    def test_pipes_that_hug_no_words_are_text(self, body: str) -> None:
        assert "spoiler" in render("||a||")
        assert text_of(render(body)) == body


class TestLargeEmoji:
    @pytest.mark.parametrize(
        "body", ["🎉", ":tada:", "🎉🎉🎉", " 👍🏽 👨\u200d👩\u200d👧\u200d👦 🇩🇪\n", ":tada::+1:", "❤\ufe0f"]
    )
    def test_up_to_three_emoji_alone_are_marked(self, body: str) -> None:
        assert render(body).startswith('<p class="emoji">')

    @pytest.mark.parametrize(
        "body", ["🎉🎉🎉🎉", "🎉!", "> 🎉", "- 🎉", "*🎉*", "`🎉`", "©", "1", "🎉\n\n🎉", ":nothing:"]
    )
    def test_other_messages_are_not(self, body: str) -> None:
        assert 'class="emoji"' not in render(body)
