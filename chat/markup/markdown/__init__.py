"""Messages as HTML: a small Markdown, rendered once, on the server. Pure.

Chat text is rarely meant as a document. Readers see what the author typed, except for the constructs that
docs/protocol.md lists: there are no references, no HTML and no entities, and a message that would show nothing is shown
as it was typed. A line break is a line break.
"""

import re
from html import escape, unescape

from markdown_it.token import Token

from accounts.usernames.invisible_characters import is_blank
from chat.markup.emoji import is_emoji_alone
from chat.markup.markdown.blocks import block_tokens, lines_of
from chat.markup.markdown.bounds import MOST_ADDRESSES, MOST_HTML, MOST_NESTING, Environment, TooMuch, environment
from chat.markup.markdown.html import clean
from chat.markup.markdown.inline import inline_tokens, markdown
from chat.markup.markdown.spoilers import has_spoilers, without_spoilers
from chat.markup.markdown.words import Mentions, finished, mentioned_in, mentions_of, mentions_shown, names_in

__all__ = [
    "MOST_HTML",
    "RENDERING",
    "Mentions",
    "clean",
    "has_spoilers",
    "is_plain",
    "mentioned_in",
    "mentions_of",
    "mentions_shown",
    "names_in",
    "present_rendering",
    "render",
    "render_inline",
    "without_spoilers",
]

# Increment it with each change of the rules: stored messages are then rendered again.
RENDERING = 2


def present_rendering() -> int:
    return RENDERING


_ADDRESS_SIGN = re.compile(r"@|://")
_TAG = re.compile(r"<[^>]*>")

# Most messages have no markup at all, and need no parser.
_PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[ ,.;?!'\"()–—’‘“”„…-])*(?<! )")


def render(body: str, mentions: Mentions | None = None) -> str:
    if is_plain(body):
        return f"<p>{body}</p>"
    return _bounded(body, inline=False, mentions=mentions) or f"<p>{_as_typed(body)}</p>"


def render_inline(body: str, mentions: Mentions | None = None) -> str:
    """Return the safe HTML of a body without paragraphs: an action, a notice."""
    if is_plain(body):
        return body
    return _bounded(body, inline=True, mentions=mentions) or _as_typed(body)


def is_plain(body: str) -> bool:
    return _PLAIN.fullmatch(body) is not None


def _bounded(body: str, *, inline: bool, mentions: Mentions | None = None) -> str | None:
    """Return the body as HTML, or None if that takes too long, becomes too long, or shows nothing."""
    try:
        html = clean(_html(body, mentions or {}, inline)).rstrip("\n")
    except TooMuch:
        return None
    return html if len(html) <= MOST_HTML and not is_blank(unescape(_TAG.sub("", html))) else None


def _html(body: str, mentions: Mentions, inline: bool) -> str:
    if sum(1 for _ in _ADDRESS_SIGN.finditer(body)) > MOST_ADDRESSES:
        raise TooMuch
    env = environment()
    if inline:
        token = Token("inline", "", 0, content="\n".join(lines_of(body)), meta={"task": None})
        tokens = [_with_children(token, mentions, env)]
    else:
        tokens = block_tokens(body, env)
        quotes = 0
        for token in tokens:
            quotes += token.nesting if token.tag == "blockquote" else 0
            if token.type == "inline":
                _with_children(token, {} if quotes else mentions, env)
        _enlarge_emoji(tokens)
    return str(markdown.renderer.render(tokens, markdown.options, env))


def _with_children(token: Token, mentions: Mentions, env: Environment) -> Token:
    children = inline_tokens(token.content, env)
    if any(child.level > MOST_NESTING for child in children):
        raise TooMuch
    token.children = list(finished(children, mentions))
    if (is_done := token.meta["task"]) is not None:
        begin = Token("task", "", 0, meta={"is_done": is_done})
        token.children = [begin, *token.children, Token("task_end", "", 0)]
    return token


def _enlarge_emoji(tokens: list[Token]) -> None:
    if [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]:
        children = tokens[1].children or []
        if all(child.type == "text" for child in children) and is_emoji_alone("".join(c.content for c in children)):
            tokens[0].attrSet("class", "emoji")


def _as_typed(body: str) -> str:
    return clean("<br>\n".join(escape(line, quote=False) for line in lines_of(body)))
