"""Words of a message: mentions, emoji, and links that show their target."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from itertools import takewhile

from markdown_it.token import Token

from accounts.usernames.rules import folded, is_name_character
from chat.markup import links
from chat.markup.emoji import ENDS_OF_EMOJI, with_emoji

# Members who may be mentioned: folded name → value of `data-mention`. Empty: a known name that stays text.
Mentions = Mapping[str, str]

# Not the end of an email address, which has a letter or a digit before the sign.
_NAME = re.compile(r"(?<![^\W_])(?<![^\W_]_)(?<!@)@([^\x00-,/:-@[-^`{-\x7f\s]+)")
_ESCAPED_NAME = re.compile(rf"\\{_NAME.pattern}")
_MENTION = re.compile(r'<span class="mention" data-mention="([^"]*)">@([^<]*)</span>')


def names_in(body: str) -> set[str]:
    """Return the possible mentions in a body: folded names, also without punctuation at their end."""
    if body.isascii():
        found = set(_NAME.findall(body.lower()))
    else:
        found = {folded(_name_in(run)) for run in _NAME.findall(body)}
    return found | {_without_end(name) for name in found}


def mentioned_in(html: str) -> set[str]:
    return {mention for mention, _ in _MENTION.findall(html)}


def mentions_shown(html: str) -> dict[str, str]:
    return {folded(unescape(name)): mention for mention, name in _MENTION.findall(html)}


def mentions_of(body: str, html: str) -> dict[str, str]:
    """Return the mentions that the HTML was made with, so that the body can be rendered again with the same ones.

    A name that is only escaped by a backslash, and so not in the HTML, is included without an id.
    """
    shown = mentions_shown(html)
    escaped = {_name_in(run) for run in _ESCAPED_NAME.findall(body)} - {""}
    hidden = {name for name in escaped if body.count(f"\\@{name}") > html.count(f"\\@{name}")}
    unseen = {folded(name) for name in hidden}
    return {_without_end(name): "" for name in unseen if name not in shown} | shown


def finished(tokens: Sequence[Token], mentions: Mentions) -> Iterator[Token]:
    """Yield the tokens of a line with emoji and mentions, and with the hosts of links that hide them."""
    link: Token | None = None
    is_misleading = False
    for index, token in enumerate(tokens):
        if token.type == "link_open":
            link, words = token, _words_of_link(tokens[index:])
            is_misleading = not _is_bare(token) and links.misleads(words, _target(token))
            if not is_misleading:
                yield token
        elif token.type == "link_close" and link:
            yield from _end_of_link(link, words, is_misleading, token)
            link = None
        elif token.type == "text" and not _is_bare(link):
            yield from _words(token, {} if link else mentions)
        else:
            yield token


def _words(token: Token, mentions: Mentions) -> Iterator[Token]:
    """Yield text, with its mentions as tokens of their own. A mention behind a backslash is text."""
    words, end = token.content, 0
    for found in _NAME.finditer(words) if mentions else ():
        name = _name_in(found[1])
        name = name if folded(name) in mentions else _without_end(name)
        if (mention := mentions.get(folded(name))) is None or _is_behind_mark(words, found.start()):
            continue
        if _is_escaped(words, found.start()):
            yield _text(with_emoji(words[end : found.start() - 1]), token)
            end = found.start()
            continue
        if not mention:
            continue
        yield _text(with_emoji(words[end : found.start()]), token)
        yield Token("mention", "", 0, info=mention, content=f"@{name}", level=token.level)
        end = found.start() + 1 + len(name)
    yield _text(with_emoji(words[end:]), token)


def _is_behind_mark(words: str, at: int) -> bool:
    before = words[:at].removesuffix("_")[-1:]
    return bool(before) and unicodedata.category(before).startswith("M") and before not in ENDS_OF_EMOJI


def _is_escaped(words: str, at: int) -> bool:
    return words[at - 1 : at] == "\\" and (at == 1 or words[at - 2].isspace() or words[at - 2] in "([{\"'")


def _name_in(run: str) -> str:
    return run if run.isascii() else "".join(takewhile(is_name_character, run))


def _without_end(name: str) -> str:
    return name.rstrip("._-")


def _words_of_link(tokens: Sequence[Token]) -> str:
    return "".join(token.content for token in takewhile(lambda each: each.type != "link_close", tokens))


def _end_of_link(link: Token, words: str, is_misleading: bool, close: Token) -> Iterator[Token]:
    """Yield the host after words that do not name it, or the bare address after words that name another host."""
    href = _target(link)
    if is_misleading:
        yield _text(" ", close)
        yield Token("link_open", "a", 1, attrs={"href": href, "dir": "ltr"}, level=close.level)
        yield _text(href, close)
    elif not _is_bare(link) and not links.names_host(words, href):
        yield Token("host", "", 0, content=links.shown_host(href), level=close.level)
    yield close


def _target(link: Token) -> str:
    return str(link.attrGet("href"))


def _is_bare(link: Token | None) -> bool:
    """Return whether the link is an address as it was typed, without other words."""
    return link is not None and link.info == "bare"


def _text(words: str, beside: Token) -> Token:
    return Token("text", "", 0, content=words, level=beside.level)
