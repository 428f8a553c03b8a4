"""Random texts: text without markup is shown as typed, and rendering removes nothing but markup."""

import re
from random import Random

import pytest

from chat.markup.markdown import mentions_of, mentions_shown, render, render_inline
from chat.tests.helpers.html import Reader, is_safe, text_of
from chat.tests.helpers.texts import MARKUP, any_text, text
from testing.length import length

TEXTS = length.pick(full=10_000, short=250)
pytestmark = pytest.mark.timeout(length.pick(full=3_600, short=120))


def shown(html: str) -> str:
    return without_gaps(text_of(html))


def without_gaps(text: str) -> str:
    """Treat several line breaks as one, since paragraphs have a gap between them."""
    return re.sub(r"\n+", "\n", text).strip("\n")


def test_text_without_markup_is_shown_as_it_was_typed() -> None:
    random = Random(7)
    for _ in range(TEXTS):
        body = text(random)
        assert shown(render(body)) == without_gaps(body), body
        assert text_of(render_inline(body)) == body


def test_text_in_a_quote_or_in_an_item_is_shown_as_it_was_typed() -> None:
    random = Random(8)
    for _ in range(TEXTS // 4):
        body = text(random)
        assert shown(render("\n".join(f"> {line}" for line in body.split("\n")))) == without_gaps(body)
        item = render("- " + body.replace("\n", "\n  "))
        assert shown(item).lstrip("\n") == without_gaps(body)


def test_of_any_text_nothing_but_markup_goes() -> None:
    random = Random(9)
    for _ in range(TEXTS):
        body = any_text(random).replace("](", "] (")
        html = render(body)
        assert is_safe(html)
        assert None not in Reader(html).links
        assert mentions_shown(html) == {}
        wanted, found = (re.sub(rf"[\s{re.escape(MARKUP)}]", "", each) for each in (body, text_of(html)))
        assert re.sub("[xX]|[0-9]", "", wanted) == re.sub("[xX]|[0-9]", "", found), body


def test_a_text_that_was_rendered_is_rendered_the_same_again() -> None:
    random = Random(10)
    for _ in range(TEXTS // 4):
        body = any_text(random) + "\n\nSo @zed, _@leo_ and @ぜど"
        html = render(body, {"zed": "1", "leo": "2", "ぜど": "3"})
        assert mentions_shown(html) == {"zed": "1", "leo": "2", "ぜど": "3"}
        assert render(body, mentions_of(body, html)) == html


@pytest.mark.parametrize("body", ["@zed &amp; <b>@zed</b>", "@ZED", "**@zed**"])
def test_mentions_are_found_again_in_html(body: str) -> None:
    assert mentions_shown(render(body, {"zed": "7"})) == {"zed": "7"}
