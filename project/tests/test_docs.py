"""The documentation names files and pages that exist."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PAGES = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", PROJECT / "SECURITY.md", *PROJECT.glob("docs/*.md")]
CODE = re.compile(r"`((?:[\w.-]+/)+(?:[\w-]+\.(?:py|js|css|html|toml|md))?)`")
LINK = re.compile(r"\]\((?!https?://|mailto:|…)([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(PROJECT)) for page in PAGES])
def test_files_and_pages_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text()
    named = {path for path in CODE.findall(text) if path.split("/")[0] in FOLDERS}
    linked = set(LINK.findall(text))
    missing = [path for path in named if not (PROJECT / path).exists()]
    missing += [path for path in linked if not (page.parent / path).exists()]
    assert not sorted(missing)


FOLDERS = {"accounts", "bench", "bin", "chat", "docs", "presence", "project", "templates", "testing"}
