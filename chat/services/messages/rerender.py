"""Re-rendering of stored messages after an upgrade that changed the rules."""

from chat.markup.markdown import RENDERING
from chat.models import Message

BATCH = 500


def render_again() -> int:
    """Render all messages again that older rules rendered, and return their number. No client is told."""
    count = last = 0
    while batch := list(_outdated(last)):
        for message in batch:
            # A message that changes meanwhile is rendered by that change.
            unchanged = Message.objects.filter(pk=message.pk, rendering=message.rendering, html=message.html)
            count += unchanged.update(html=message.rendered(), rendering=RENDERING)
        last = batch[-1].pk
    return count


def _outdated(last: int) -> "list[Message]":
    found = Message.objects.exclude(rendering=RENDERING).filter(pk__gt=last).order_by("pk")
    return list(found.only("kind", "body", "html", "rendering")[:BATCH])
