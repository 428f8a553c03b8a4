"""Rendering times of the worst texts."""

import time

import pytest

from chat import conf
from chat.markup import markdown
from chat.markup.markdown import render
from chat.tests.helpers.html import is_safe


class TestWorstCase:
    PATTERNS = [
        "[", "]", "[](", "![", "[[]]", "[a](b", "[a](<b", "[a](http://b \"", "[a](http://b)", "![a](http://b) ", "*",
        "**", "_", "*_", "a*", "*a ", "*a* ", "a**b", "*a _b ", "[*a", "*[", "~~", "~~a~~ ", "`", "`a", "``a`", "\\",
        "\\[", "<", "<a", "<http://a>", "<a@b.c>", "<!--", "<![CDATA[", "&#", "&amp;", "http://", "http://a ",
        "http://a(",
        "mailto:a@b.c ", ":tada:", ":tada: ", "::", ">", "> ", ">a\n", "> - ", "- > a\n", "- ", "- a\n", "-  a\n\n",
        "-\n", "1. ", "1. a\n", "#", "# a\n", "a\n", "a\n\n", "\n", "\t", " ", "x", "x ", "\u202e", "🎉", "\"", "```\n",
        "```\na\n```\n", "```py\n1\n```\n", "```java\n\n\n\n```\n", "~~~\n",
        "|", "||", "||a|| ", "|a|b|\n", "|-|-|\n", "\\*", "\\[a](http://b)", "\\`a\\`", "***a", "*a** ",
        "- [ ] a\n", "  - a\n",
        "“**a**”", "http:", "x://a_", "_https://x/y_ ", "mailto:?", "mailto:\u200e ", "http://a(http://a[", "*!!! ",
        "@a ", "\\@a ",
        "`a\n", "```\n`", "- a\n  ", "> > a\n",
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
            "|a" * 60 + "\n" + "|-" * 60 + "\n" + ("|b" * 60 + "\n") * 80,
            "*!" * 2400 + "!*" * 2400,
            "- a\n" + "\n" * 9000 + " b",
        ],
        ids=lambda body: repr(body[:16]),
    )
    def test_ten_thousand_characters_take_no_longer_than_a_few_hundred_ordinary_messages(self, body: str) -> None:
        # Both are measured in one run, since machines differ: an ordinary message takes some 0.1 ms here.
        assert len(body) <= conf.body_length()
        render(body)  # warm up
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
