import pytest

from presence.errors import InvalidConnection, InvalidTopic
from presence.topics import AWAY, HIDDEN, ONLINE, group
from presence.tracker import Tracker

BAD_TOPICS = ["", "a room", "café", "a|b", "a:b", "a\n", "x" * 65, "{a}", None, 7]


@pytest.mark.parametrize("topic", [ONLINE, AWAY, HIDDEN, "here.7", "A-b_c.9", "x" * 64])
def test_a_group_has_a_name_that_channels_takes(topic: str) -> None:
    from channels.layers import BaseChannelLayer

    assert BaseChannelLayer().require_valid_group_name(group(topic))


@pytest.mark.parametrize("topic", BAD_TOPICS)
def test_a_bad_topic_has_no_group(topic: str) -> None:
    with pytest.raises(InvalidTopic):
        group(topic)


@pytest.mark.parametrize("topic", BAD_TOPICS)
async def test_nobody_can_be_present_on_a_bad_topic(topic: str) -> None:
    with pytest.raises(InvalidTopic):
        Tracker().track(topic, 1, "tab")


@pytest.mark.parametrize("topic", [AWAY, HIDDEN])
async def test_a_user_cannot_be_tracked_on_the_topics_away_and_hidden(topic: str) -> None:
    Tracker().track(ONLINE, 1, "tab")
    with pytest.raises(InvalidTopic):
        Tracker().track(topic, 1, "tab")


@pytest.mark.parametrize("connection", ["", "a\nb", "é", "\ud800", "x" * 201, None])
async def test_a_connection_id_that_is_not_short_readable_ascii_is_refused(connection: str) -> None:
    with pytest.raises(InvalidConnection):
        Tracker().track(ONLINE, 1, connection)
