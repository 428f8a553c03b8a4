"""The check of words: its findings in interface texts, and its counts in docstrings and comments."""

from pathlib import Path

import pytest

from testing.prose import MARKERS, complaints, count_prose, interface_files, texts_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("page.html", '{% load i18n %}<p title="{% trans "Log in" %}">{{ name|default:_("somebody") }}</p>'),
        (
            "many.html",
            "{% load i18n %}{% blocktrans count n=n %}Log in{% plural %}for whom, {{ n }} times, somebody"
            "{% endblocktrans %}",
        ),
        ("code.py", '_("Log in")\nngettext_lazy("for somebody", "%(n)d of them", 2)\n'),
        ("code.js", 'gettext("Log in");\nngettext(\n  "for somebody",\n  "%(n)s of them",\n  2,\n);\n'),
    ],
)
def test_unwanted_words_are_found_in_templates_and_in_calls_of_gettext(folder: Path, name: str, source: str) -> None:
    lines = list(complaints([written(folder, name, source)]))
    assert any("Log in" in line and "sign in" in line for line in lines)
    assert any("somebody" in line for line in lines)


def test_plain_texts_and_other_strings_are_not_complained_of(folder: Path) -> None:
    page = written(folder, "page.html", '{% load i18n %}<a class="login">{% trans "Sign in with your email" %}</a>')
    code = written(folder, "code.py", '_("No one can join.")\nraise ValueError("somebody, anew, e-mail")\n')
    assert list(complaints([page, code])) == []
    assert list(texts_of(page)) == ["Sign in with your email"]
    assert list(texts_of(code)) == ["No one can join."]


def test_marker_words_and_openings_are_counted_in_docstrings_and_comments_only(folder: Path) -> None:
    plain = written(folder, "plain.py", '"""Members of a room."""\n# Lock the row first.\n')
    assert (count_prose([plain]).markers, count_prose([plain]).openings) == (0, 0)
    source = '"""Whoever sends, anew."""\n\n\ndef f():\n    """Return it."""\n    return "somebody"  # what is left\n'
    count = count_prose([plain, written(folder, "code.py", source)])
    assert (count.docstrings, count.openings, count.markers) == (3, 1, 3)
    assert not count.is_within


def test_the_check_reads_texts_of_each_kind_of_file() -> None:
    files = interface_files()
    assert {path.suffix for path in files} == {".py", ".js", ".html", ".txt"}
    assert not [path for path in files if "tests" in path.parts]
    assert "whom" in MARKERS
