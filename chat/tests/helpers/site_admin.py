"""Clients and pages of the site administration, for its tests."""

from django.test import Client
from django.urls import reverse

from accounts.models import User
from chat.models import Room
from chat.services.rooms import membership


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(client: Client, name: str, *arguments: object, **query: str) -> str:
    answer = client.get(reverse(f"chat:site-admin:{name}", args=arguments), query)
    assert answer.status_code == 200
    return answer.content.decode()


def direct(*people: User) -> Room:
    first, *others = people
    room = membership.create_room(first, "between us", kind=Room.Kind.PRIVATE)
    for other in others:
        membership.add_member(room.pk, other)
    Room.objects.filter(pk=room.pk).update(kind=Room.Kind.DIRECT, name="")
    return room
