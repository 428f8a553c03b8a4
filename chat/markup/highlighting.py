"""Code in colours, by class names: the style sheet has the colours.

Pygments finds tokens by regular expressions, some of which take quadratic time for what nobody writes but to do harm.
So there is colour for the usual languages, for code of a usual length, and for as long as it is quick. The text is the
same with and without.
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
PATIENCE = 0.01  # s of this thread's time, looked at between two tokens; where it ends, so do the colours
_DESERT = re.compile(r"\s{80}")  # in which some patterns lose their way within one token

_LANGUAGES = {
    "Bash", "C", "C#", "C++", "CSS", "Diff", "Docker", "Elixir", "Go", "HTML", "Haskell", "JSON", "Java",
    "JavaScript", "Kotlin", "Lua", "Nginx configuration file", "PHP", "Perl", "Python", "Python console session",
    "Ruby", "Rust", "SQL", "Swift", "TOML", "TypeScript", "XML", "YAML",
}  # fmt: skip

# Of Pygments' own class names, those that the style sheet knows. A token without one takes its nearest ancestor's.
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

_making = Lock()  # the first of a language compiles its expressions, and two threads would spoil that for each other


def is_language(name: str) -> bool:
    """Whether the word after ``` names a language, coloured or not."""
    return name.lower() in _NAMES or name.lower() in _UNCOLOURED


def highlighted(code: str, language: str) -> str:
    """The code as HTML, coloured where that can be had."""
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
    """The code in pieces, each with its class, if it has one."""
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
