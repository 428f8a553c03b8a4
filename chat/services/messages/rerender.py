"""Rendering of stored messages by the present rules, after an upgrade that changed them."""

from chat.markup.markdown import RENDERING
from chat.models import Message

BATCH = 500


def render_again() -> int:
    """Store the HTML of all messages that older rules rendered, and return how many there were. No client is told.

    A message that changes meanwhile is left alone: it was rendered then.
    """
    count = last = 0
    while batch := list(_outdated(last)):
        for message in batch:
            unchanged = Message.objects.filter(pk=message.pk, rendering=message.rendering, html=message.html)
            count += unchanged.update(html=message.rendered(), rendering=RENDERING)
        last = batch[-1].pk
    return count


def _outdated(last: int) -> "list[Message]":
    found = Message.objects.exclude(rendering=RENDERING).filter(pk__gt=last).order_by("pk")
    return list(found.only("kind", "body", "html", "rendering")[:BATCH])
