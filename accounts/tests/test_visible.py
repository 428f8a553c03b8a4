"""Blank texts and invisible characters."""

import json
from pathlib import Path

import pytest

from accounts.usernames.invisible_characters import (
    has_heap,
    has_stray,
    is_blank,
    without_heaps,
    without_strays,
    without_unseen,
)

TEXTS = json.loads(Path(__file__).with_name("helpers").joinpath("texts.json").read_text("utf-8"))
FAMILY = "👨‍👩‍👧‍👦"
PERSIAN = "می\u200cخواهم"


@pytest.mark.parametrize("text", TEXTS["blank"], ids=ascii)
def test_a_text_of_unseen_characters_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", TEXTS["seen"], ids=ascii)
def test_a_text_with_a_visible_character_is_not_blank(text: str) -> None:
    assert not is_blank(text)


@pytest.mark.parametrize(
    "text",
    [
        FAMILY,
        f"Team {FAMILY}!",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # a flag, by tags
        "🐈\u200d🦜",  # joined, though no font has it
        "❤\ufe0f ☎\ufe0e",
        PERSIAN,
        "ක්\u200dෂ",  # Sinhala
        "ന്\u200d",  # Malayalam, at the end of a word
        "क्\u200cष",
        "র\u200d্য",
        "葛\U000e0100飾",
        "ᠠ\u180b",
    ],
    ids=ascii,
)
def test_a_joiner_that_an_emoji_or_a_script_needs_stays(text: str) -> None:
    assert not has_stray(text)
    assert without_strays(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("gen\u200deral", "general"),
        ("gen\u200ceral", "general"),
        ("general\ufe0f", "general"),
        ("\u200dعلی", "علی"),
        ("علی\u200c", "علی"),
        ("می\u200c\u200cخواهم", "می\u200cخواهم"),
        (f"\u200d{FAMILY}\u200d", FAMILY),
        ("a\u200bb\u202ec\u2066\ufeff", "abc"),
        ("\u3164x\u2800", "x"),
        ("한\u200d글", "한글"),
        ("a\ue000\u0378", "a"),
        ("a\U000e0041", "a"),
    ],
    ids=ascii,
)
def test_an_unseen_character_that_nothing_needs_is_a_stray(text: str, left: str) -> None:
    assert has_stray(text)
    assert without_strays(text) == left
    assert not has_stray(left)


def test_names_that_differ_in_unseen_characters_alone_are_the_same_without_them() -> None:
    assert without_unseen(PERSIAN) == "میخواهم"
    assert without_unseen("❤\ufe0f") == "❤"


@pytest.mark.parametrize("text", ["Z" + "\u0316" * 4, "a" + "\u0301" * 70])
def test_marks_are_bounded(text: str) -> None:
    assert not has_heap(text[:4])
    assert has_heap(text)
    assert without_heaps(text) == text[:4]
