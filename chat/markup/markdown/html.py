"""Tokens as HTML, and the sanitiser with its allow-list: all HTML of messages passes through it."""

from collections.abc import Sequence
from html import escape
from typing import Any

import nh3
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from chat.markup.highlighting import CLASSES, highlighted, is_language

_CLEANER = nh3.Cleaner(
    tags={
        "a", "blockquote", "br", "code", "div", "em", "input", "label", "li", "ol", "p", "pre", "s", "span", "strong",
        "table", "tbody", "td", "th", "thead", "tr", "ul",
    },
    attributes={
        "*": set(),
        "a": {"dir", "href"},
        "blockquote": {"dir"},
        "div": {"tabindex"},
        "li": {"dir", "value"},
        "ol": {"start"},
        "pre": {"tabindex"},
        "span": {"data-mention", "dir"},
        "table": {"dir"},
        "td": {"dir"},
        "th": {"dir"},
    },
    allowed_classes={
        "div": {"table"},
        "li": {"task"},
        "p": {"emoji"},
        "span": {*CLASSES, "host", "mention", "spoiler"},
        "td": {"center", "end", "start"},
        "th": {"center", "end", "start"},
    },
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
    tag_attribute_values={"input": {"type": {"checkbox"}, "checked": {""}}},
    set_tag_attribute_values={"a": {"target": "_blank"}, "input": {"disabled": ""}},
)  # fmt: skip


def clean(html: str) -> str:
    # The parser takes a leading U+FEFF for a byte order mark.
    return "\ufeff" * html.startswith("\ufeff") + _CLEANER.clean(html)


def is_target(href: str) -> bool:
    """Return whether a link may lead there. The sanitiser refuses what browsers cannot open, such as port 99999."""
    return " href=" in _CLEANER.clean(f'<a href="{escape(href)}">')


class Renderer(RendererHTML):
    def heading_open(self, *args: Any) -> str:
        return "<p><strong>"

    def heading_close(self, *args: Any) -> str:
        return "</strong></p>\n"

    def fence(self, tokens: Sequence[Token], index: int, *args: Any) -> str:
        """Render code. An info string that names no language is shown as the first line of code."""
        info, code = tokens[index].info.strip(), tokens[index].content
        if info and not is_language(info):
            info, code = "", f"{info}\n{code}"
        return f'<pre tabindex="0"><code>{highlighted(code, info)}</code></pre>\n'

    def mention(self, tokens: Sequence[Token], index: int, *args: Any) -> str:
        token = tokens[index]
        return f'<span class="mention" data-mention="{escape(token.info)}">{escape(token.content)}</span>'

    def host(self, tokens: Sequence[Token], index: int, *args: Any) -> str:
        return f' <span class="host" dir="ltr">({escape(tokens[index].content)})</span>'

    def task(self, tokens: Sequence[Token], index: int, *args: Any) -> str:
        checked = ' checked=""' if tokens[index].meta["is_done"] else ""
        return f'<label><input type="checkbox"{checked} disabled=""> '

    def task_end(self, *args: Any) -> str:
        return "</label>"

    def spoiler_open(self, *args: Any) -> str:
        """Render two elements: the outer one can be clicked while the inner one is hidden."""
        return '<span class="spoiler"><span>'

    def spoiler_close(self, *args: Any) -> str:
        return "</span></span>"
