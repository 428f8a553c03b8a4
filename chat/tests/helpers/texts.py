"""Random texts: words of many scripts, signs, addresses and markup."""

import re
from random import Random

WORDS = [
    "tern", "Möwe", "слово", "鳥", "طائر", "שלום", "नमस्ते", "ครับ", "한국어", "naïve", "İstanbul", "e\u0301", "Ω", "🎉",
    "👨‍👩‍👧",
    "ａｂｃ", "ﬁn", "क्\u200dष", "می\u200cخواهم", "❤\ufe0f", "👍🏽", "1\ufe0f\u20e3", "🇩🇪", "한", "x\u0301\u0302", "١٢",
    "a\u200bb", "\u2067ב\u2069", "a\u200e", "x\xa0y", "a\xadb", "\ufeff", "——", "〜", "“a”—b", "\ue000", "ẞ",
    "terns’", "„über“", "«да»", "（重要）", "「鳥」", "重要：内容", "O'Brien", "don't", "7", "1985.", "3,5", "-5", "+1",
    "12:30:45",
]  # fmt: skip
# Signs and identifiers that are not markup in any combination: some could begin it, none could end it.
SIGNS = [
    "*", "**", "_", "__", "~", "~~", "|", "||", "#", "##", ">", "+", "-", "--", "=", "=>", "<-", "&", "&amp;",
    "<b>", "</p>",
    "\\", "\\\\", "/", "//", "^", "%", "$", "§", "°", "…", "–", "•", "!", "?!", "(", ")", "[", "]", "{}", "[]",
    "()", "!", "'", '"',
    "2*3*4", "x**2", "5*x*y", "a*b", "src/*/test/*.py", "*.py", "/*x*/", ".*foo.*",
    "-*-", "f****ing", "snake_case_name", "__init__", "__main__.py", "_private", "$_GET['a_b']", "a||b", "x||(y)",
    "D:\\tools\\_new", "C:\\*.txt", "\\\\server\\_share", "\\d+\\.\\*", "\\n", "¯\\_(ツ)_/¯", ":nothing:",
    "/srv/:cd:/x",
    "www.example.net/:m:/b", "a:tada:b", "10:100:1", "handlers[0](1)", "[a](b)", "[^1]", "[a]:",
    "alice@example.org", "@nobody",
    "@leo/@zed", ">_<", "o_O", "<3", ">3", "#hash", "1.5", "1)", "a.b", "~5", "http:", "://", "mailto:", "\\@",
    "\\(", "`",
]  # fmt: skip
ADDRESSES = [
    "https://example.net/a_b_", "(https://example.net/a.)", "https://example.net/x，谢谢",
    "http://example.net:80/?a=1&b=*c*#d",
    "„https://example.net“", "https://example.net/q_(r)", "https://münchen.example/ü", "ftp://example.net/_a_",
    "<https://a.example>",
    "https://a@example.net/", "https://example.net/~~a", "https://e\u0301.example/e\u0301", "https://example.net/x\u200f",
    "https://example.net:99999/", "https://example.net/x——a", "\u2068https://example.net/\u2069", "https://[::1]/",
]  # fmt: skip
BLANKS = [" ", " ", " ", " ", "  ", "\t", "\n", "\n", "\n\n", "\n  ", "\n\t", "\n\n    ", "\u3000", "\xa0", "\x0b"]
STARTS = re.compile(r"^[ \t]*(?:[-*>]|#{1,6}|\d\d?\.)[ \t]", re.MULTILINE)
MARKUP = "*_~|`[]()!#>\\-.:"
BEGINNINGS = ["> ", "- ", "1. ", "# ", "```", "\n```\n", "- [ ] ", "|-|-|", "\n", "\r\n"]
NAMES = ["@zed", "_@leo_", "\\@zed", "\\@leo", "@ぜど"]


def text(random: Random) -> str:
    """Return words, signs and addresses that together contain no markup."""
    pieces = [random.choice(WORDS)]
    for _ in range(random.randrange(1, 40)):
        kinds = [WORDS, SIGNS, ADDRESSES]
        pieces += [random.choice(BLANKS), random.choice(random.choices(kinds, [5, 4, 1])[0])]
    first, *others = "".join(pieces).split("`")
    body = STARTS.sub("x ", first + ("`" if others else "") + "".join(others))
    return re.sub(r"\n[^\S\n]+(?=\n|$)", "\n", body).rstrip("\n")  # a line of only blanks is an empty line


def any_text(random: Random, kinds: list[list[str]] | None = None) -> str:
    """Return words, signs, addresses and markup in any order, with blanks between some."""
    kinds = kinds or [WORDS, SIGNS, ADDRESSES, [*MARKUP], BEGINNINGS, NAMES]
    pieces = (random.choice(random.choice(kinds)) + random.choice(["", "", *BLANKS]) for _ in range(30))
    return "".join(pieces)
