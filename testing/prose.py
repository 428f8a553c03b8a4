"""`python -m testing.prose`: checks the words of interface texts, and counts those of docstrings and comments.

Interface texts may use no word of `UNWANTED`. Docstrings and comments may use fewer than `MOST_MARKERS` of the words of
`MARKERS` per 1,000, and at most `MOST_OPENINGS` of the docstrings may open with a relative word or a preposition.
Each area keeps these bounds by itself.
"""

import ast
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import check_output

from django.conf import settings
from django.utils.translation.template import templatize

MOST_MARKERS = 1.0  # per 1,000 words
MOST_OPENINGS = 0.06

# Words that readers stumble over, and what to write instead.
MARKERS = {
    r"who(so)?ever": "a member, the caller, anyone who",
    r"whom": "a noun",
    r"anew": "again",
    r"in vain": "without success",
    r"besides": "also",
    r"(every|some|no)body": "everyone, someone, no one, or who it is",
    r"such (a|an) one": "a noun",
    r"what is": "a noun",
    r"(of|by|in|from|with|to|for|on) which": "a sentence of its own",
}

# One word for each thing in interface texts, in the voice of a friendly colleague.
UNWANTED = MARKERS | {
    r"e-mails?": "email",
    r"mail(ed|ing|s)?": "email",
    r"log(ged|ging)? ?(in|out)|log-?(in|out)": "sign in, sign out",
    r"(?<!no )one can(not)?|you may( not)?": "you can, you can’t",
    r"\w+n't|you're|it's|\w+'s": "the same with ’",
    r"cannot|could not|do not|does not|did not|will not": "can’t, don’t …",
    r"(make|made|makes) (a|an|new) (\w+ )?(room|link|invitation|account|code|codes|passkey)": "create",
    r"brought back|put away|for good|by itself|at hand|be told|(is|are) told|left empty|left out": "plain words",
}

# Texts that use an unwanted word all the same, and why.
ALLOWED = {
    "What is this room for?": "a question, and no noun",
    "Do not disturb": "the name of the status",
    "do not disturb": "the name of the status",
    "Also ends Do not disturb.": "the name of the status",
    "was in Do not disturb": "the name of the status",
}

OPENINGS = re.compile(
    r"what|who(ever|m|se)?|which|where|when|whether|why|how|that|those|these|of|in|on|at|by|with(out)?|from|to|for|under|"
    r"over|into|about|as|between|after|before|during|behind|besides?|against",
    re.IGNORECASE,
)

AREAS = ("accounts", "chat", "presence", "project", "testing", "bench")

CALL = re.compile(r"""\b(?:n?p?gettext|_)\(\s*u?((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\s*,\s*u?)+)""", re.DOTALL)
LITERAL = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", re.DOTALL)
PYTHON_CALLS = re.compile(r"_|gettext(_lazy|_noop)?|n(p)?gettext(_lazy)?|pgettext(_lazy)?")


@dataclass
class Count:
    """Words, marker words, and openings of docstrings in one area."""

    words: int = 0
    markers: int = 0
    docstrings: int = 0
    openings: int = 0

    @property
    def markers_per_1000(self) -> float:
        return 1000 * self.markers / max(self.words, 1)

    @property
    def share_of_openings(self) -> float:
        return self.openings / max(self.docstrings, 1)

    @property
    def is_within(self) -> bool:
        return self.markers_per_1000 < MOST_MARKERS and self.share_of_openings <= MOST_OPENINGS


def found(text: str, words: Iterable[str]) -> list[str]:
    """Return the patterns of `words` that the text matches, as whole words."""
    return [word for word in words if re.search(rf"(?<![\w-])(?:{word})(?![\w-])", text, re.IGNORECASE)]


def texts_of(path: Path) -> Iterator[str]:
    """Yield the interface texts of a template, a Python file or a script of the browser."""
    source = path.read_text()
    if path.suffix == ".py":
        yield from _texts_of_python(source)
    elif path.suffix == ".js":
        yield from _texts_of_calls(source)
    else:
        yield from _texts_of_calls(templatize(source))


def _texts_of_python(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if PYTHON_CALLS.fullmatch(name):
                constants = (each.value for each in node.args if isinstance(each, ast.Constant))
                yield from (value for value in constants if isinstance(value, str))


def _texts_of_calls(source: str) -> Iterator[str]:
    for call in CALL.finditer(source):
        yield from (str(ast.literal_eval(literal)) for literal in LITERAL.findall(call[1].replace("\n", "\\n")))


def complaints(paths: Iterable[Path]) -> Iterator[str]:
    """Yield a line for each unwanted word of an interface text."""
    for path in paths:
        for text in dict.fromkeys(texts_of(path)):
            for word in found(text, UNWANTED) if text not in ALLOWED else []:
                yield f"{path}: “{text}” has “{word}”: write {UNWANTED[word]}"


def count_prose(paths: Iterable[Path]) -> Count:
    """Count words in the docstrings and comments of Python files."""
    count = Count()
    for path in paths:
        docstrings = list(_docstrings(ast.parse(path.read_text())))
        count.docstrings += len(docstrings)
        count.openings += sum(OPENINGS.fullmatch(_first_word(text)) is not None for text in docstrings)
        for text in [*docstrings, *_comments(path)]:
            count.words += len(re.findall(r"[\w’'-]+", text))
            markers = [word for word in MARKERS for _ in re.findall(rf"\b(?:{word})\b", text, re.IGNORECASE)]
            count.markers += len(markers)
    return count


def _docstrings(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and (
            text := ast.get_docstring(node)
        ):
            yield text


def _comments(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        yield from (token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT)


def _first_word(text: str) -> str:
    words = re.findall(r"[\w’']+", text)
    return words[0] if words else ""


def interface_files() -> list[Path]:
    """Return the tracked files that hold interface texts."""
    return [
        path
        for path in _tracked()
        if not {"tests", "migrations", "vendor", "testing", "bench"} & set(path.parts)
        and (path.suffix in (".py", ".js") or (path.suffix in (".html", ".txt") and "templates" in path.parts))
    ]


def _tracked() -> list[Path]:
    names = check_output(["git", "ls-files", "-co", "--exclude-standard"], text=True).splitlines()
    return [path for path in map(Path, names) if path.exists()]


def main() -> int:
    if not settings.configured:
        settings.configure()
    files = interface_files()
    lines = list(complaints(files))
    total = sum(len(set(texts_of(path))) for path in files)
    for line in [*lines, f"interface texts: {total}, {len(lines)} unwanted words"]:
        sys.stdout.write(f"{line}\n")
    failed = bool(lines)
    for area in AREAS:
        count = count_prose(path for path in _tracked() if path.suffix == ".py" and path.parts[0] == area)
        sys.stdout.write(
            f"{area}: {count.markers_per_1000:.1f} marker words per 1,000; "
            f"{count.share_of_openings:.0%} of {count.docstrings} docstrings open with a relative word or preposition\n"
        )
        failed |= not count.is_within
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
