"""HTML of messages, read by a parser of the standard library, and the rules that make it safe."""

import re
from html.parser import HTMLParser

import pytest

from chat import markdown
from chat.highlighting import CLASSES

TAGS = {"a", "blockquote", "br", "code", "em", "li", "ol", "p", "pre", "s", "span", "strong", "ul"}
ATTRIBUTES = {
    "a": {"dir", "href", "rel", "target"},
    "ol": {"start"},
    "pre": {"tabindex"},
    "span": {"class"},
}


class Reader(HTMLParser):
    """A parser that is independent of those that make the HTML."""

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
        assert attributes.get("class", "c") in CLASSES
        assert re.match(r"https?://|mailto:", attributes.get("href") or "http://", re.IGNORECASE), attributes
        assert tag != "a" or attributes["rel"] == "noopener noreferrer nofollow"
    assert markdown.clean(html) == html
    return True
