"""Injections and arbitrary text are rendered as safe HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.markup import markdown
from chat.markup.markdown import render, render_inline
from chat.tests.helpers.html import Reader, is_safe, letters_of, text_of

# Injections that were found in other applications.
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

    # Names of languages are left out: they are visible only as colours.
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
