"""Addresses and mentions within text: the signs around them that they include, and the targets of addresses."""

import json
import re
from pathlib import Path

import pytest

from chat.markup.markdown import mentions_shown, render, render_inline
from chat.tests.helpers.html import Reader, text_of

TEXTS = json.loads(Path(__file__).with_name("helpers").joinpath("texts.json").read_text("utf-8"))


@pytest.mark.parametrize(("text", "links"), TEXTS["addresses"], ids=ascii)
def test_the_server_finds_the_addresses_that_the_page_finds(text: str, links: str) -> None:
    html = render_inline(text)
    assert text_of(html) == text
    assert " ".join(re.findall("<a [^>]*>([^<]*)</a>", html)) == links


@pytest.mark.parametrize("before", TEXTS["mentioned"], ids=ascii)
def test_a_mention_begins_where_the_page_suggests_names(before: str) -> None:
    assert mentions_shown(render_inline(f"{before}@zed", {"zed": "7"})) == {"zed": "7"}


@pytest.mark.parametrize("before", TEXTS["unmentioned"], ids=ascii)
def test_no_mention_begins_where_the_page_suggests_none(before: str) -> None:
    assert mentions_shown(render_inline("@zed", {"zed": "7"}))
    assert mentions_shown(render_inline(f"{before}@zed", {"zed": "7"})) == {}


@pytest.mark.parametrize(
    ("body", "link", "around"),
    [
        ("_https://example.net/b_", "https://example.net/b", "em"),
        ("*https://example.net/b*", "https://example.net/b", "em"),
        ("**https://example.net/b**.", "https://example.net/b", "strong"),
        ("~~https://example.net/b~~", "https://example.net/b", "s"),
        ("_so https://example.net/d_e, ja_", "https://example.net/d_e", "em"),
        ("_https://example.net/d_e_", "https://example.net/d_e", "em"),
        ("**https://example.net/b**内容", "https://example.net/b", "strong"),
        ("||https://example.net/b||", "https://example.net/b", "span"),
        ("https://example.net/d_e_", "https://example.net/d_e_", ""),
        ("https://example.net/a*b*", "https://example.net/a*b*", ""),
        ("_a_ https://example.net/d_e_", "https://example.net/d_e_", ""),
        ("https://example.net/~~a", "https://example.net/~~a", ""),
        ("**https://example.net/**", "https://example.net/", "strong"),
        ("_https://example.net/a/_", "https://example.net/a/", "em"),
        ("*https://example.net/*的", "https://example.net/", "em"),
        ("*_https://例.example/b_*", "https://xn--fsq.example/b", "em"),
        ("~~mailto:a_b@example.net~~", "mailto:a_b@example.net", "s"),
        ("_https://example.net/(b_)_", "https://example.net/(b_)", "em"),
    ],
)
def test_signs_that_close_something_are_no_part_of_an_address(body: str, link: str, around: str) -> None:
    html = render(body)
    assert Reader(html).links == [link]
    assert around in ("", html.removeprefix("<p><").partition(">")[0].partition(" ")[0])


@pytest.mark.parametrize(
    ("body", "link"),
    [
        ("见https://example.net/x，谢谢", "https://example.net/x"),
        ("见https://example.net，谢谢", "https://example.net"),
        ("（https://example.net/x）", "https://example.net/x"),
        ("「https://example.net/x」です", "https://example.net/x"),
        ("https://example.net/x。", "https://example.net/x"),
        ("https://example.net/x！？", "https://example.net/x"),
        ("https://example.net/x、https", "https://example.net/x"),
        ("https://example.net/x：三", "https://example.net/x"),
        ("„https://example.net/x“ sagt", "https://example.net/x"),
        ("«https://example.net/x»", "https://example.net/x"),
        ("https://example.net/x…", "https://example.net/x"),
        ("https://example.net/x، ثم", "https://example.net/x"),
        ("https://example.net/x।", "https://example.net/x"),
        ("https://ja.example.net/スター・ウォーズ",
        "https://ja.example.net/%E3%82%B9%E3%82%BF%E3%83%BC%E3%83%BB%E3%82%A6%E3%82%A9%E3%83%BC%E3%82%BA"),
        ("https://example.net/1914–18", "https://example.net/1914%E2%80%9318"),
        ("见https://example.net/x——谢谢", "https://example.net/x"),
        ("https://example.net/x—it is", "https://example.net/x"),
        ("https://example.net/x〜です", "https://example.net/x"),
        ("https://example.net/x～です", "https://example.net/x"),
        ("https://example.net/x–", "https://example.net/x"),
        ("https://example.net/x；", "https://example.net/x"),
        ("https://example.net/x؟", "https://example.net/x"),
        ("‹https://example.net/x›", "https://example.net/x"),
        ("https://example.net/ｽﾀｰ･ｳｫｰｽﾞ", "https://example.net/%EF%BD%BD%EF%BE%80%EF%BD%B0%EF%BD%A5%EF%BD%B3%EF%BD%AB%EF%BD%B0%EF%BD%BD%EF%BE%9E"),
    ],
)  # fmt: skip
def test_an_address_ends_before_full_width_and_typographic_marks(body: str, link: str) -> None:
    assert Reader(render(body)).links == [link]
    assert text_of(render(body)) == body


@pytest.mark.parametrize(
    ("body", "link"),
    [
        ("(Siehe https://example.net/a.)", "https://example.net/a"),
        ('"Siehe https://example.net/a."', "https://example.net/a"),
        ("„Siehe https://example.net/a.“", "https://example.net/a"),
        ("'https://example.net/a!'", "https://example.net/a"),
        ("[https://example.net/a?]", "https://example.net/a"),
        ("({https://example.net/a:}),", "https://example.net/a"),
        ("(https://example.net/a), b", "https://example.net/a"),
        ("https://example.net/q_(r)", "https://example.net/q_(r)"),
        ("(https://example.net/q_(r).)", "https://example.net/q_(r)"),
        ("https://example.net/a?b=c&d=e;f!", "https://example.net/a?b=c&d=e;f"),
        ("https://example.net/a'b", "https://example.net/a'b"),
        ("see https://example.net/a(or b)", "https://example.net/a"),
        ("<https://example.net/a>", "https://example.net/a"),
        ("(https://example.net/a…)", "https://example.net/a"),
        ("(ראו https://example.net/a?)", "https://example.net/a"),
        ("\u2068https://example.net/a\u2069", "https://example.net/a"),
        ("https://example.net/a\u200f.", "https://example.net/a"),
        ("(https://example.net/a\u200b).", "https://example.net/a"),
        ("https://example.net/a.\ufeff", "https://example.net/a"),
        ("https://en.example/wiki/A_(b)_(c)?", "https://en.example/wiki/A_(b)_(c)"),
    ],
)
def test_signs_of_the_sentence_are_no_part_of_an_address(body: str, link: str) -> None:
    assert Reader(render(body)).links == [link]
    assert text_of(render(body)) == body


@pytest.mark.parametrize(
    "body", [r"\*https://example.net/b\*", r"\_https://example.net/b\_", r"\*\*https://example.net/b**"]
)
def test_a_backslash_before_a_sign_that_would_close_something_is_no_part_of_an_address(body: str) -> None:
    assert Reader(render(body)).links == ["https://example.net/b"]
    assert text_of(render(body)) == body.replace("\\", "")


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://MÜNCHEN.example/Ü", "https://xn--mnchen-3ya.example/%C3%9C"),
        ("https://cafe\u0301.example/e\u0301", "https://xn--caf-dma.example/e%CC%81"),
        ("https://ｅｘａｍｐｌｅ.net/", "https://example.net/"),
        ("https://ΟΔΟΣ.example/", "https://xn--pxavbq.example/"),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
    ],
    ids=ascii,
)
def test_a_host_is_looked_up_in_lower_case_and_composed(address: str, host: str) -> None:
    assert Reader(render(address)).links == [host]
    assert text_of(render(address)) == address


@pytest.mark.parametrize(
    "address",
    [
        "https://example.net:99999/", "https://example.net:port/", "https://1.2.3.4.5/", "https://xn--a/",
        "https://[:::]/", "https://bank.example／login.evil.example/", "https://ﷺ.example/", "https://example.net:8０/",
    ],
)  # fmt: skip
def test_an_address_that_no_browser_can_open_is_no_link(address: str) -> None:
    for body in (address, f"[here]({address})"):
        for html in (render(body), render_inline(body)):
            assert Reader(html).links == []
            assert text_of(html) == body
