"""Emoji in the picker (written by bin/vendor), and emoji that the server stores."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from chat.markup.emoji import canonical, is_emoji

VENDOR = Path(settings.BASE_DIR, "chat/static/chat/vendor")


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_emoji_that_the_page_offers_is_stored_as_it_is(language: str) -> None:
    offered = re.findall(
        r"^(?:export const LINES = `)?(\S+) .", (VENDOR / f"emoji-{language}.js").read_text("utf-8"), re.M
    )
    emoji = [each for each in offered if each != "/*"]
    assert len(emoji) > 1_800
    assert [each for each in emoji if not is_emoji(each) or canonical(each) != each] == []


def test_a_word_is_no_emoji() -> None:
    assert is_emoji("🎉")
    assert not is_emoji("tada")
