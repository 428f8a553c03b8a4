"""That docs/security.md names what there is: files, and tests in them."""

import re

import pytest
from django.conf import settings

PAGE = (settings.BASE_DIR / "docs" / "security.md").read_text()
NAMED = re.compile(r"`([\w./-]+/[\w./-]*)(?:::(\w+))?`")
FILES = sorted({path for path, _ in NAMED.findall(PAGE)})
TESTS = sorted({(path, name) for path, name in NAMED.findall(PAGE) if name})
ROW = re.compile(r"^\| v5\.0\.0-\d+\.\d+\.\d+", re.MULTILINE)


def test_every_file_that_it_names_is_there() -> None:
    assert len(FILES) > 50
    assert not [path for path in FILES if not (settings.BASE_DIR / path).exists()]


def test_every_test_that_it_names_is_in_its_file() -> None:
    missing = []
    for path, name in TESTS:
        file = settings.BASE_DIR / path
        if not (file.exists() and re.search(rf"^\s*(?:async )?(?:def|class) {name}\b", file.read_text(), re.MULTILINE)):
            missing.append(f"{path}::{name}")
    assert not missing


@pytest.mark.parametrize("line", [line for line in PAGE.splitlines() if ROW.match(line)])
def test_a_requirement_names_its_test_or_says_that_it_is_not_met(line: str) -> None:
    number, level, asked, where, shown = (cell.strip() for cell in line.strip("|").split(" | "))
    assert re.fullmatch(r"v5\.0\.0-\d+\.\d+\.\d+(, \d+\.\d+\.\d+)*( †)?", number)
    assert re.fullmatch(r"[123](, [123])*", level)
    assert asked
    assert where or shown
    assert shown.startswith("`") or "†" in number or "docs/" in where or "above" in where or "requirements" in where
