"""Syntax highlighting by class names; the style sheet has the colours.

Pygments finds tokens by regular expressions, and some take quadratic time on hostile input. So only the usual languages
are coloured, in code of the usual length, within a time limit. The text is the same with and without colours.
"""

import re
import time
from functools import cache
from html import escape
from itertools import groupby
from threading import Lock

from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class, get_all_lexers
from pygments.token import Token

LONGEST = 3_000  # characters: some eighty lines
PATIENCE = 0.01  # s of this thread's CPU time, checked between tokens; the rest stays without colours
_DESERT = re.compile(r"\s{80}")  # some patterns take too long on it, within one token

_LANGUAGES = {
    "Bash", "C", "C#", "C++", "CSS", "Diff", "Docker", "Elixir", "Go", "HTML", "Haskell", "JSON", "Java",
    "JavaScript", "Kotlin", "Lua", "Nginx configuration file", "PHP", "Perl", "Python", "Python console session",
    "Ruby", "Rust", "SQL", "Swift", "TOML", "TypeScript", "XML", "YAML",
}  # fmt: skip

# Pygments' class names that the style sheet has. A token without one takes its nearest ancestor's.
_CLASSES = {
    Token.Comment: "c",
    Token.Keyword: "k",
    Token.Literal.String: "s",
    Token.Literal.Number: "m",
    Token.Name.Attribute: "na",
    Token.Name.Builtin: "nb",
    Token.Name.Class: "nc",
    Token.Name.Decorator: "nd",
    Token.Name.Function: "nf",
    Token.Name.Tag: "nt",
    Token.Generic.Deleted: "gd",
    Token.Generic.Heading: "gh",
    Token.Generic.Inserted: "gi",
    Token.Generic.Output: "go",
    Token.Generic.Prompt: "gp",
    Token.Generic.Subheading: "gh",
}
CLASSES = frozenset(_CLASSES.values())

_NAMES = {alias: name for name, aliases, *_ in get_all_lexers(plugins=False) for alias in aliases}
_UNCOLOURED = {"none", "plain", "plaintext", "txt"}

_making = Lock()  # a language's first lexer compiles its expressions, which is not safe in two threads at once


def is_language(name: str) -> bool:
    """Return whether the word after ``` names a language, coloured or not."""
    return name.lower() in _NAMES or name.lower() in _UNCOLOURED


def highlighted(code: str, language: str) -> str:
    lexer = _lexer(_NAMES.get(language.lower(), ""))
    if lexer is None or len(code) > LONGEST or _DESERT.search(code):
        return escape(code, quote=False)
    pieces = _pieces(code, lexer)
    if "".join(text for _, text in pieces) != code:  # a few lexers drop or replace characters
        return escape(code, quote=False)
    return "".join(_span(name, text) for name, text in pieces)


def _lexer(name: str) -> Lexer | None:
    if name not in _LANGUAGES:
        return None
    with _making:
        return find_lexer_class(name)(stripnl=False, ensurenl=False)


def _pieces(code: str, lexer: Lexer) -> list[tuple[str | None, str]]:
    tokens, length, until = [], 0, time.thread_time() + PATIENCE
    for kind, text in lexer.get_tokens(code):
        tokens.append((_class_of(kind), text))
        length += len(text)
        if time.thread_time() > until:
            tokens.append((None, code[length:]))
            break
    return [(name, "".join(text for _, text in run)) for name, run in groupby(tokens, key=lambda token: token[0])]


@cache
def _class_of(kind: type[Token]) -> str | None:
    while kind is not None and kind not in _CLASSES:
        kind = kind.parent
    return _CLASSES.get(kind)


def _span(name: str | None, text: str) -> str:
    text = escape(text, quote=False)
    return f'<span class="{name}">{text}</span>' if name else text
