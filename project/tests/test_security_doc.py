"""docs/security.md names files and tests that exist."""

import re

from django.conf import settings

PAGE = (settings.BASE_DIR / "docs" / "security.md").read_text()
NAMED = re.compile(r"`([\w./-]+/[\w./-]*)(?:::(\w+))?`")
FILES = sorted({path for path, _ in NAMED.findall(PAGE)})
TESTS = sorted({(path, name) for path, name in NAMED.findall(PAGE) if name})
REQUIREMENTS = re.findall(r"^\| v5\.0\.0-.*$", PAGE, re.MULTILINE)


def test_every_file_that_the_security_page_names_exists() -> None:
    assert len(FILES) > 50
    assert not [path for path in FILES if not (settings.BASE_DIR / path).exists()]


def test_every_test_that_the_security_page_names_is_in_its_file() -> None:
    missing = []
    for path, name in TESTS:
        file = settings.BASE_DIR / path
        if not (file.exists() and re.search(rf"^\s*(?:async )?(?:def|class) {name}\b", file.read_text(), re.MULTILINE)):
            missing.append(f"{path}::{name}")
    assert not missing


def test_each_requirement_names_its_test_or_says_why_there_is_none() -> None:
    assert len(REQUIREMENTS) > 180
    for line in REQUIREMENTS:
        number, level, asked, where, shown = (cell.strip() for cell in line.removesuffix("|").lstrip("| ").split(" | "))
        assert re.fullmatch(r"v5\.0\.0-\d+\.\d+\.\d+(, \d+\.\d+\.\d+)*( †)?", number), line
        assert re.fullmatch(r"[123](, [123])*", level), line
        assert asked, line
        assert where, line
        assert shown or is_of_words_alone(number, where), line


def is_of_words_alone(number: str, where: str) -> bool:
    """Return whether a requirement needs no test: it is not met, or met by a page or a list of packages."""
    return "†" in number or any(words in where for words in ("above", "docs/", "requirements.txt"))
