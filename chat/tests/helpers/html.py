"""The HTML of messages, read by a parser of the standard library, and the rules that make it safe."""

import re
from html.parser import HTMLParser

import pytest

from chat.markup import markdown
from chat.markup.highlighting import CLASSES

TAGS = {
    "a", "blockquote", "br", "code", "div", "em", "input", "label", "li", "ol", "p", "pre", "s", "span", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"dir", "href", "rel", "target"},
    "blockquote": {"dir"},
    "div": {"class", "tabindex"},
    "input": {"checked", "disabled", "type"},
    "li": {"class", "dir", "value"},
    "ol": {"start"},
    "p": {"class"},
    "pre": {"tabindex"},
    "span": {"class", "dir"},
    "table": {"dir"},
    "td": {"class", "dir"},
    "th": {"class", "dir"},
}
SIDES = {"center", "end", "start"}
CLASS_NAMES = {
    "div": {"table"},
    "li": {"task"},
    "p": {"emoji"},
    "span": {*CLASSES, "host", "spoiler"},
    "td": SIDES,
    "th": SIDES,
}


class Reader(HTMLParser):
    """A parser that is independent of the parsers that produce the HTML."""

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
    """Check tags, attributes and links against the lists, and that sanitising changes nothing."""
    for tag, attributes in Reader(html).tags:
        assert tag in TAGS, tag
        assert set(attributes) <= ATTRIBUTES.get(tag, set()), (tag, attributes)
        assert "class" not in attributes or attributes["class"] in CLASS_NAMES[tag]
        assert tag != "input" or (attributes["type"], attributes["disabled"]) == ("checkbox", "")
        assert re.match(r"https?://|mailto:", attributes.get("href") or "http://", re.IGNORECASE), attributes
        assert tag != "a" or attributes["rel"] == "noopener noreferrer nofollow"
    assert markdown.clean(html) == html
    return True
