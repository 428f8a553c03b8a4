"""Messages as HTML: a small Markdown, made once, on the server. Nothing here reads or writes anything.

What is typed in a chat was rarely meant as a document. So words never vanish: there are no references, no HTML, no
entities, and what would show nothing at all is shown as it was typed. A line break is a line break.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import takewhile
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, list_block
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from accounts.usernames import folded, is_name_character
from chat import addresses
from chat.emoji import with_emoji
from chat.highlighting import CLASSES, highlighted, is_language

# Who may be mentioned: folded name → what becomes `data-mention`.
Mentions = Mapping[str, str]

MOST_STEPS = 2_500  # of the parser, some 4 µs each; text that is written by hand takes far fewer
MOST_NESTING = 16  # quotes in lists in quotes…; browsers give up at 512
MOST_ADDRESSES = 300  # each takes a while to be read, and a line of HTML
MOST_HTML = 65_536  # characters; a few letters of Markdown may become a hundred of HTML

_ADDRESS = re.compile(r"(https?://[^/?#]|mailto:[^?])", re.IGNORECASE)
_ADDRESS_SIGN = re.compile(r"@|://")
_TURNED = re.compile(r"%E2%80%(8[EF]|A[A-E])|%E2%81%A[6-9]|%D8%9C", re.IGNORECASE)  # marks of direction
_YEAR = re.compile(r"\s*\d{3,}[.)]")
_TAG = re.compile(r"<[^>]*>")
_NAME = re.compile(r"(?<![\w@./+-])@([^\x00-,/:-@[-^`{-\x7f\s]+)")  # not the end of an e-mail's or a file's name
_MENTION = re.compile(r'<span class="mention" data-mention="([^"]*)">')

# Most of what is said has no markup at all, and needs no parser.
_PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[ ,.;?!'\"()–—’‘“”„…-])*(?<! )")

_CLEANER = nh3.Cleaner(
    tags={"a", "blockquote", "br", "code", "em", "li", "ol", "p", "pre", "s", "span", "strong", "ul"},
    attributes={
        "*": set(),
        "a": {"dir", "href"},
        "ol": {"start"},
        "pre": {"tabindex"},
        "span": {"data-mention"},
    },
    allowed_classes={"span": {*CLASSES, "mention"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)


def render(body: str, mentions: Mentions | None = None) -> str:
    """A message's body as safe HTML."""
    if is_plain(body):
        return f"<p>{body}</p>"
    return _bounded(body, inline=False, mentions=mentions) or f"<p>{_as_typed(body)}</p>"


def render_inline(body: str, mentions: Mentions | None = None) -> str:
    """The same for what has no paragraphs: an action, a notice."""
    if is_plain(body):
        return body
    return _bounded(body, inline=True, mentions=mentions) or _as_typed(body)


def is_plain(body: str) -> bool:
    """Whether a body has no markup, so that no parser is needed."""
    return _PLAIN.fullmatch(body) is not None


def names_in(body: str) -> set[str]:
    """What may be a mention in a body: folded names, also without the full stop that ends a sentence."""
    if body.isascii():
        found = set(_NAME.findall(body.lower()))
    else:
        found = {folded(_name_in(run)) for run in _NAME.findall(body)}
    return found | {_without_end(name) for name in found}


def mentioned_in(html: str) -> set[str]:
    """The `data-mention` of all mentions that a message's HTML shows."""
    return set(_MENTION.findall(html))


def clean(html: str) -> str:
    """What is safe of some HTML: nothing reaches a page that did not pass here."""
    return _CLEANER.clean(html)


def _bounded(body: str, *, inline: bool, mentions: Mentions | None = None) -> str | None:
    """The body as HTML, unless that would take too long, become too long, or show nothing."""
    try:
        html = clean(_html(body, mentions or {}, inline).strip())
    except _TooMuch:
        return None
    return html if len(html) <= MOST_HTML and _TAG.sub("", html).strip() else None


def _html(body: str, mentions: Mentions, inline: bool) -> str:
    if sum(1 for _ in _ADDRESS_SIGN.finditer(body)) > MOST_ADDRESSES:
        raise _TooMuch
    env = _environment(mentions)
    tokens = _markdown.parseInline(body, env) if inline else _markdown.parse(body, env)
    if any(child.level > MOST_NESTING for token in tokens for child in token.children or []):
        raise _TooMuch
    return str(_markdown.renderer.render(tokens, _markdown.options, env))


def _environment(mentions: Mentions) -> dict[str, Any]:
    return {"steps": 0, "tokens": 0, "inline": None, "mentions": mentions}


def _as_typed(body: str) -> str:
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return clean("<br>\n".join(escape(line, quote=False) for line in lines))


# -- The parser --------------------------------------------------------------------------------------------------------


class _TooMuch(Exception):
    """This message would take the parser too long."""


class _Chat(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        """Only a whole address, and none that would be read in another order than it is written in."""
        return _ADDRESS.match(url) is not None and _TURNED.search(url) is None

    def normalizeLink(self, url: str) -> str:
        """Nothing, which is no link, where the address could be taken for another one."""
        return super().normalizeLink(url) if addresses.is_plain(url) else ""

    def normalizeLinkText(self, link: str) -> str:
        """As it was typed: decoded, an address could show what it is not."""
        return link


class _Renderer(RendererHTML):
    def heading_open(self, *args: Any) -> str:
        """A line in bold: a heading would shout, and would stand among the page's own."""
        return "<p><strong>"

    def heading_close(self, *args: Any) -> str:
        return "</strong></p>\n"

    def fence(self, tokens: Sequence[Token], index: int, *args: Any) -> str:
        """What stands after ``` and names no language was meant to be seen."""
        info, code = tokens[index].info.strip(), tokens[index].content
        if info and not is_language(info):
            info, code = "", f"{info}\n{code}"
        return f'<pre tabindex="0"><code>{highlighted(code, info)}</code></pre>\n'

    def mention(self, tokens: Sequence[Token], index: int, *args: Any) -> str:
        token = tokens[index]
        return f'<span class="mention" data-mention="{escape(token.info)}">{escape(token.content)}</span>'


def _count_block_step(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    _count_step(state)
    if state.level > MOST_NESTING:
        raise _TooMuch
    return False


def _count_inline_step(state: StateInline, silent: bool) -> bool:
    """Count the tokens that came since the last step, too: each mark of a run is one, and is looked at once more."""
    known = state.env["tokens"] if state.env["inline"] is state else 0
    state.env["inline"], state.env["tokens"] = state, len(state.tokens)
    _count_step(state, 1 + max(0, len(state.tokens) - known))
    return False


def _count_step(state: StateBlock | StateInline, count: int = 1) -> None:
    state.env["steps"] += count
    if state.env["steps"] > MOST_STEPS:
        raise _TooMuch


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A list, but not one that begins at 1985: that was a good year."""
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    return not _YEAR.match(line) and list_block(state, start, end, silent)


# -- After the parser --------------------------------------------------------------------------------------------------


def _finish(state: StateCore) -> None:
    quotes = 0
    for token in state.tokens:
        token.hidden = False  # also short items of lists are paragraphs: one rule for white space in all of them
        quotes += token.nesting if token.type in ("blockquote_open", "blockquote_close") else 0
        if token.children:
            token.children = list(_finished(token.children, {} if quotes else state.env["mentions"]))


def _finished(tokens: Sequence[Token], mentions: Mentions) -> Iterator[Token]:
    """The tokens of a paragraph with emoji and mentions, links for pictures, and links that show where they lead."""
    link: Token | None = None
    is_misleading = False
    for index, token in enumerate(tokens):
        if token.type == "link_open":
            link = token
            is_misleading = not _is_bare(token) and addresses.misleads(_words_of_link(tokens[index:]), _target(token))
            if not is_misleading:
                yield from _link_opened(token, tokens[index + 1])
        elif token.type == "link_close" and link and is_misleading:
            yield from _shown(_target(link), token)
            link = None
        elif token.type == "link_close":
            yield token if link is None or link.attrGet("href") else _text("]()", token)
            link = None
        elif token.type == "image":
            yield from _picture(token, link)
        elif token.type == "text" and not _is_bare(link):
            yield from _words(token, {} if link else mentions)
        else:
            yield token


def _words(token: Token, mentions: Mentions) -> Iterator[Token]:
    """Text, with the mentions in it as tokens of their own."""
    words, end = token.content, 0
    for found in _NAME.finditer(words) if mentions else ():
        name = _name_in(found[1])
        name = name if folded(name) in mentions else _without_end(name)
        if (mention := mentions.get(folded(name))) is not None:
            yield _text(with_emoji(words[end : found.start()]), token)
            yield Token("mention", "", 0, info=mention, content=f"@{name}", level=token.level)
            end = found.start() + 1 + len(name)
    yield _text(with_emoji(words[end:]), token)


def _name_in(run: str) -> str:
    """The name with which a run of characters begins, most of which are a name's."""
    return run if run.isascii() else "".join(takewhile(is_name_character, run))


def _without_end(name: str) -> str:
    return name.rstrip("._-")


def _link_opened(token: Token, following: Token) -> Iterator[Token]:
    href = _target(token)
    if not href:
        yield _text("[", token)  # handlers[0]() is no link
        return
    if _is_bare(token):
        token.attrSet("dir", "ltr")
    yield token
    if following.type == "link_close":
        yield _text(href, token)


def _words_of_link(tokens: Sequence[Token]) -> str:
    """The words of the link that these tokens begin with."""
    return "".join(token.content for token in takewhile(lambda each: each.type != "link_close", tokens))


def _shown(href: str, beside: Token) -> Iterator[Token]:
    """The bare address, behind words that would have hidden it."""
    yield _text(" ", beside)
    yield Token("link_open", "a", 1, attrs={"href": href, "dir": "ltr"}, level=beside.level)
    yield _text(href, beside)
    yield Token("link_close", "a", -1, level=beside.level)


def _target(link: Token) -> str:
    return str(link.attrGet("href"))


def _picture(token: Token, link: Token | None) -> Iterator[Token]:
    """A picture from elsewhere would tell its server who reads here: it is a link instead, if not in one already."""
    source = str(token.attrGet("src"))
    words = token.content or source
    if not source:
        yield _text(f"![{words}]()", token)
    elif link:
        yield _text(words, token)
    elif addresses.misleads(words, source):
        yield _text(words, token)
        yield from _shown(source, token)
    else:
        yield Token("link_open", "a", 1, attrs={"href": source}, level=token.level)
        yield _text(words, token)
        yield Token("link_close", "a", -1, level=token.level)


def _is_bare(link: Token | None) -> bool:
    """Whether it is an address as it was typed, and not words that lead to one."""
    return link is not None and link.info == "auto"


def _text(words: str, beside: Token) -> Token:
    return Token("text", "", 0, content=words, level=beside.level)


def _make_markdown() -> MarkdownIt:
    markdown = _Chat("zero", {"breaks": True, "linkify": True}, renderer_cls=_Renderer)
    markdown.enable(["blockquote", "fence", "heading", "list"])
    markdown.enable(["autolink", "backticks", "emphasis", "escape", "image", "link", "newline", "strikethrough"])
    markdown.enable("linkify")
    assert markdown.linkify
    markdown.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    blocks = ["paragraph", "blockquote", "list"]
    markdown.block.ruler.before("fence", "count", _count_block_step, {"alt": blocks})
    markdown.block.ruler.at("list", _list, {"alt": ["paragraph", "blockquote"]})
    markdown.inline.ruler.after("text", "count", _count_inline_step)
    markdown.core.ruler.after("linkify", "finish", _finish)
    markdown.parse("*", _environment({}))  # collects the rules, which two threads at once would do wrong
    return markdown


_markdown = _make_markdown()
