"""Inline markup, by markdown-it's inline parser with our own rules."""

import re

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.ruler import Ruler
from markdown_it.rules_inline import StateInline, fragments_join, text
from markdown_it.token import Token

from chat.markup import links
from chat.markup.markdown.bare_links import SCHEME, end_of_address
from chat.markup.markdown.bounds import Environment, count_inline_step, count_step, environment
from chat.markup.markdown.emphasis import emphasis, escaped_emphasis, is_open
from chat.markup.markdown.html import Renderer, is_target

_ADDRESS = re.compile(r"(https?://[^/?#]|mailto:[^?])", re.IGNORECASE)
_TURNED = re.compile(r"%E2%80%(8[EF]|A[A-E])|%E2%81%A[6-9]|%D8%9C", re.IGNORECASE)  # marks of direction
_TARGET = re.compile(r"(?:https?://|mailto:)[^\s<>]*", re.IGNORECASE)
_CLOSERS = ("||", "~~", "**", "*")


def inline_tokens(source: str, env: Environment) -> list[Token]:
    return markdown.inline.parse(source, markdown, env, [])


def _newline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "\n":
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos += 1
    return True


def _escape(state: StateInline, silent: bool) -> bool:
    """Parse a backslash before code or a link. All other backslashes are text."""
    if state.src[state.pos] != "\\":
        return False
    if escaped_emphasis(state, silent):
        return True
    start, following = state.pos, state.src[state.pos + 1 : state.pos + 3]
    if following[:1] == "[" or following == "![":
        state.pos += 1
        is_link = _link(state, True)
        state.pos = start + 2 if is_link else start
        if is_link and not silent:
            state.append_pending(following[0])
        return is_link
    if following[:1] == "`" and (code := _code_at(state, start + 1)):
        fence, content, end = code
        if not silent:
            state.append_pending(fence + content.removesuffix("\\") + fence)
        state.pos = end
        return True
    return False


def _code(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if state.src[start] != "`":
        return False
    if code := _code_at(state, start):
        _, content, state.pos = code
        if not silent:
            if content.strip(" ") and content[0] == content[-1] == " ":
                content = content[1:-1]
            state.push("code_inline", "code", 0).content = content
        return True
    while state.pos < state.posMax and state.src[state.pos] == "`":
        state.pos += 1
    if not silent:
        state.append_pending(state.src[start : state.pos])
    return True


def _code_at(state: StateInline, start: int) -> tuple[str, str, int] | None:
    """Return the sign of the code that begins here, the code, and its end."""
    pairs = state.env.get("fences")
    if pairs is None or pairs[0] is not state:
        pairs = state.env["fences"] = (state, _pairs_of_fences(state.src))
    if start not in pairs[1]:
        return None
    opened, closed, end = pairs[1][start]
    content = state.src[opened:closed]
    return (state.src[start:opened], content, end) if end <= state.posMax and content.strip() else None


def _pairs_of_fences(source: str) -> dict[int, tuple[int, int, int]]:
    """Return for each run of backticks its end, and the start and end of the next run of its length."""
    pairs: dict[int, tuple[int, int, int]] = {}
    following: dict[int, tuple[int, int]] = {}
    for start, end in reversed([found.span() for found in re.finditer("`+", source)]):
        if end - start in following:
            pairs[start] = (end, *following[end - start])
        following[end - start] = (start, end)
    return pairs


def _bare(state: StateInline, silent: bool) -> bool:
    """Parse an address without markup. If it may not be a link, it is text, with all its signs."""
    if state.src[state.pos] != ":" or state.linkLevel:
        return False
    scheme = SCHEME.search(state.src[max(0, state.pos - 7) : state.pos])
    is_mail = scheme is not None and scheme[1].lower() == "mailto"
    if not is_mail and not state.src.startswith("://", state.pos):
        return False
    start = state.pos - len(scheme[1]) if scheme else state.pos
    end = _end(state, start, end_of_address(state.src, state.pos, state.posMax))
    href = _href_of(state.src[start:end]) if scheme else ""
    count_step(state.env, (end - start) // 16)
    if not href and is_mail:
        return False
    if not silent and href:
        state.pending = state.pending[: len(state.pending) - state.pos + start]
        _push_bare(state, href, state.src[start:end])
    elif not silent:
        state.append_pending(state.src[state.pos : end])
    state.pos = end
    return end > start


def _end(state: StateInline, start: int, end: int) -> int:
    """Return the end of an address, without closing signs that belong to open emphasis.

    Addresses contain underscores: an address with others keeps its last one, unless emphasis starts directly before the
    address.
    """
    colon = state.pos
    for signs in _CLOSERS:
        at = state.src.find(signs, colon, end)
        if at > 0 and is_open(state, signs):
            end = _end_before_sign(state, at)
    is_around = state.src[start - 1 : start] == "_" or state.src.count("_", colon, end) == 1
    if end > colon and state.src[end - 1] == "_" and is_around and is_open(state, "_"):
        end = _end_before_sign(state, end - 1)
    return end


def _end_before_sign(state: StateInline, at: int) -> int:
    return end_of_address(state.src, state.pos, at - 1 if state.src[at - 1] == "\\" else at)


def _push_bare(state: StateInline, href: str, address: str) -> None:
    token = state.push("link_open", "a", 1)
    token.attrs, token.info = {"href": href, "dir": "ltr"}, "bare"
    state.push("text", "", 0).content = address
    state.push("link_close", "a", -1)


def _link(state: StateInline, silent: bool) -> bool:
    """Parse `[words](address)`. `![words](address)` is a link, too: a remote picture would reveal its readers."""
    start = state.pos
    is_picture = state.src.startswith("![", start)
    if not is_picture and state.src[start] != "[":
        return False
    first = start + 1 + is_picture
    last = state.md.helpers.parseLinkLabel(state, first - 1, not is_picture)
    href, end = _target(state, last + 1) if last >= 0 else ("", 0)
    if not href:
        return False
    if not silent:
        _push_link(state, href, first, last, end)
    state.pos = end
    return True


def _push_link(state: StateInline, href: str, first: int, last: int, end: int) -> None:
    limit = state.posMax
    if state.linkLevel:
        state.append_pending(state.src[first:last] or href)
        return
    if not state.src[first:last].strip():
        _push_bare(state, href, href)
        return
    state.push("link_open", "a", 1).attrs = {"href": href}
    state.pos, state.posMax = first, last
    state.linkLevel += 1
    state.md.inline.tokenize(state)
    state.linkLevel -= 1
    state.posMax = limit
    state.push("link_close", "a", -1)


def _target(state: StateInline, at: int) -> tuple[str, int]:
    found = _TARGET.match(state.src, at + 1, state.posMax) if state.src[at : at + 1] == "(" else None
    if not found:
        return "", 0
    depth = 1
    for bracket in re.finditer(r"[()]", found[0]):
        depth += 1 if bracket[0] == "(" else -1
        if not depth:
            href = _href_of(found[0][: bracket.start()])
            return href, found.start() + bracket.end()
    return "", 0


def _href_of(address: str) -> str:
    """Return the `href` of a whole address, or an empty string if it could be taken for another address."""
    if not _ADDRESS.match(address) or not links.is_plain(address):
        return ""
    found = links.as_looked_up(address)
    href = normalizeLink(found) if links.is_plain(found) else ""
    return href if _ADDRESS.match(href) and not _TURNED.search(href) and is_target(href) else ""


def _make_markdown() -> MarkdownIt:
    chat = MarkdownIt("zero", renderer_cls=Renderer)
    chat.inline.add_terminator_char("|")
    chat.inline.ruler, chat.inline.ruler2 = Ruler(), Ruler()
    rules = (text, count_inline_step, _newline, _escape, _code, emphasis, _bare, _link)
    for rule in rules:
        chat.inline.ruler.push(rule.__name__, rule)
    chat.inline.ruler2.push("fragments_join", fragments_join)
    chat.inline.parse("*", chat, environment(), [])  # compiles the rules, which is not safe in two threads at once
    return chat


markdown = _make_markdown()
