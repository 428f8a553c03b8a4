"""Links in messages are honest: the host is shown, and text that names a host leads to it."""

import re

import pytest

from chat.markup.markdown import render, render_inline
from chat.tests.helpers.html import Reader, text_of


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/@alice?to=a@b#@c",
        "https://example.org:8443/",
        "https://xn--mnchen-3ya.de",
        "https://ノート.example/",
        "https://[::1]/",
    ],
)
def test_an_address_that_shows_its_host_becomes_a_link(address: str) -> None:
    assert len(Reader(render(f"[here]({address})")).links) == 1


@pytest.mark.parametrize(
    "address",
    [
        "https://alice@example.org/",
        "https://bank.example:443@evil.example/",
        "https://bank.example\\@evil.example",
        "https://bank.example%40evil.example/",
        "http://bank.example⁄login.evil.example/",
        "http://bank.example∕login.evil.example/",
        "http://bank.example／login.evil.example/",
        "https://bank.exampleノlogin.evil.example/",
        "https://bank.example。evil.example/",
        "https://[bank.example]/",
    ],
)
def test_an_address_that_hides_its_host_does_not_become_a_link_to_it(address: str) -> None:
    for body in (address, f"[here]({address})", f"![here]({address})", f"<{address}>"):
        for html in (render(body), render_inline(body)):
            assert not re.search(r"evil|@|\[", " ".join(filter(None, Reader(html).links)))
            assert "example" in text_of(html)


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("https://example.org", "https://example.org/login"),
        ("(see https://example.org/a).", "https://www.example.org/b"),
        ("www.example.com/docs", "https://example.com"),
        ("Bücher.de", "https://bücher.de/a"),
        ("alice@example.com", "mailto:alice@example.com?subject=Tea"),
    ],
)
def test_words_that_name_the_host_of_a_link_stay_the_link(words: str, address: str) -> None:
    html = render(f"[{words}]({address})")
    assert text_of(html) == words
    assert len(Reader(html).links) == 1


@pytest.mark.parametrize(
    ("words", "address", "host"),
    [
        ("click", "https://evil.example/x", "evil.example"),
        ("the docs, e.g. of version 2.0", "https://example.org", "example.org"),
        ("README.md", "https://example.org/src/README.md", "example.org"),
        ("*here*", "http://www.example.org:8443/?a#b", "example.org"),
        ("intranet", "https://alice.github.io/", "alice.github.io"),
        ("Bücher", "https://bücher.de/", "xn--bcher-kva.de"),
        ("כאן", "https://example.org/", "example.org"),
        ("write to me", "mailto:alice@example.org?subject=Tea", "alice@example.org"),
    ],
)
def test_behind_words_that_do_not_name_the_host_of_a_link_the_host_is_shown(
    words: str, address: str, host: str
) -> None:
    for body in (f"[{words}]({address})", f"![{words}]({address})"):
        html = render(body)
        assert text_of(html) == f"{words.strip('*')} ({host})"
        assert f' <span class="host" dir="ltr">({host})</span></a>' in html
        assert len(Reader(html).links) == 1


@pytest.mark.parametrize(
    "words",
    [
        "https://bank.example",
        "https://bank.example@evil.example",
        "log in at https://**bank**.example/",
        "`bank.com`",
        "bank.com/login",
        "www.bank.com",
        "✅bank.com|",
        "alice@bank.com",
        "BANK.COM",
        "ba\u200bnk.com",
        "bank․com",
        "bank。com",
        "https:⁄⁄bank.example",
        "https：//bank.example",
        "\u202emoc.knab//:sptth",
        "испытание.рф",
        "README.md",
        "bank.com " + "and so on " * 40,
    ],
)
def test_behind_words_that_name_another_host_the_address_itself_is_the_link(words: str) -> None:
    for body in (f"[{words}](https://evil.example/bank.com)", f"![{words}](https://evil.example/bank.com)"):
        html = render(body)
        assert Reader(html).links == ["https://evil.example/bank.com"]
        assert html.split(">https://evil.example/bank.com</a>")[0].endswith('noreferrer nofollow"')
        assert text_of(html).endswith(" https://evil.example/bank.com")


def test_an_e_mail_address_leads_to_that_address_alone() -> None:
    assert text_of(render("[alice@bank.com](mailto:alice@bank.com)")) == "alice@bank.com"
    assert text_of(render("[alice@bank.com](mailto:mallory@bank.com)")) == "alice@bank.com mailto:mallory@bank.com"
