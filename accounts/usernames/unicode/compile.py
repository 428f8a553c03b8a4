"""Compiler of confusables.txt beside this file, from Unicode's original at the given path:

    python -m accounts.usernames.unicode.compile security/confusables.txt

UTS 39 tells the look of a character *as it is written*. Once case is folded, looking alike is no longer an equivalence:
`Υ` looks like `Y`, `υ` like `u`, and both are one letter. These rules settle it for the characters of usernames:

1. Look-alikes within ASCII are one, in any case: `i`, `l` and `1`; `o` and `0`; `m` and `rn`.
2. Any other character becomes the character that it looks like as it is written, and then the result for that one.
3. If the two cases of a letter come out differently, they are merged (`в` and `В` both become `b`), unless that would
   merge letters that ASCII tells apart: `Υ` stays `y`, and `υ` stays `u`.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from unicodedata import category, normalize

from accounts.usernames.rules import folded

Looks = dict[str, str]

HEAD = """\
# What characters of usernames look like: TARGET = SOURCE…, each the code points of characters, in hexadecimal.
# Made by accounts/usernames/unicode/compile.py of confusables.txt {version}, data of Unicode Technical Standard 39, and
# modified: it holds what may stand in a username alone, and follows each look-alike to its end, in any case.
# © 2022 Unicode®, Inc. For terms of use, see https://www.unicode.org/terms_of_use.html and LICENSE beside this file.
"""


def main() -> None:
    original = Path(sys.argv[1]).read_text(encoding="utf-8-sig")
    version = next(line.split()[-1] for line in original.splitlines() if line.startswith("# Version:"))
    looks = with_cases_made_one(followed_to_the_end(dict(prototypes(original))))
    sources = defaultdict(list)
    for source, target in looks.items():
        if target != source.casefold():  # the default for all others
            sources[target].append(source)
    lines = (f"{in_hex(target)} = {in_hex(''.join(sorted(sources[target])))}\n" for target in sorted(sources))
    Path(__file__).with_name("confusables.txt").write_text(HEAD.format(version=version) + "".join(lines))


def prototypes(original: str) -> Iterator[tuple[str, str]]:
    for line in original.splitlines():
        if fields := line.partition("#")[0].split(";")[:2]:
            source, *target = ("".join(chr(int(point, 16)) for point in field.split()) for field in fields)
            if target and "ß" not in target[0]:  # `ß` is `ss`, which does not look like `β`
                yield source, normalize("NFD", target[0])


def followed_to_the_end(found: Looks) -> Looks:
    """Return the final look of each character of usernames."""

    def end_of(character: str, before: frozenset[str]) -> str:
        small = normalize("NFD", folded(character))
        target = found.get(character, small)
        if character in before:
            return small
        if target == character:
            return "l" if character == "i" else character
        return "".join(end_of(each, before | {character}) for each in target)

    return {character: end_of(character, frozenset()) for character in characters_of_usernames()}


def with_cases_made_one(looks: Looks) -> Looks:
    made_one: Looks = {}

    def now(end: str) -> str:
        while any(each in made_one for each in end):
            end = "".join(made_one.get(each, each) for each in end)
        return end

    for capital in looks:
        small = normalize("NFD", folded(capital))
        if small != capital and len(small) == 1:
            ends = sorted({now(looks[capital]), now(looks[small])}, key=lambda end: (is_foreign(end), end))
            if len(ends) == 2 and is_foreign(ends[1]) and ends[1] not in ends[0]:
                made_one[ends[1]] = ends[0]
    return {source: now(end) for source, end in looks.items()}


def is_foreign(end: str) -> bool:
    return len(end) == 1 and not end.isascii()


def characters_of_usernames() -> Iterator[str]:
    every = (chr(point) for point in range(sys.maxunicode + 1))
    names = (each for each in every if category(each)[0] in "LM" or category(each) == "Nd")
    yield from sorted({part for each in names if normalize("NFKC", each) == each for part in normalize("NFD", each)})


def in_hex(characters: str) -> str:
    return " ".join(f"{ord(each):X}" for each in characters)


if __name__ == "__main__":
    main()
