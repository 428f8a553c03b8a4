"""Requests to the JSON endpoints of an open page."""

from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from accounts.models import User
from chat.models import Message, Room
from chat.services.messages import posting


def say(author: User, room: Room, body: str = "Hello", **details: Any) -> Message:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4(), **details)


def ask(user: User, name: str, *ids: int, **query: Any) -> Any:
    """Return the JSON of the answer, or the status of an error."""
    client = Client()
    client.force_login(user)
    answer = client.get(reverse(f"chat:{name}", args=ids), query)
    return answer.json() if answer.status_code == 200 else answer.status_code


def bodies(page: dict[str, Any]) -> list[str]:
    return [message["body"] for message in page["messages"]]
