import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chat.demo.content import Content, load
from chat.demo.people import demo_people, make_people
from chat.demo.rooms import make_room


class Command(BaseCommand):
    help = (
        "Adds a few people, rooms and a day of conversation, and prints how to sign in. A second run only prints that."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(_("Anyone can know the demo’s password, so the demo needs ROOMFUL_DEBUG=1."))
        content = load()
        if not demo_people():
            with whoever_may_be_listening():
                make_demo(content)
        self.stdout.write(how_to_sign_in(content))


@contextmanager
def whoever_may_be_listening() -> Iterator[None]:
    """Silence warnings about events that are not delivered.

    Neither a server nor Redis needs to run: a server finds the changes later.
    """
    log = logging.getLogger("chat.hub.layer.envelopes")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


@transaction.atomic
def make_demo(content: Content) -> None:
    now = timezone.now()
    people = make_people(content, now)
    for room in content.rooms:
        make_room(room, people, now)


def how_to_sign_in(content: Content) -> str:
    people = demo_people()
    administrators = [user.username for user in people if user.is_superuser]
    others = [user.username for user in people if not user.is_superuser]
    return _("Sign in as %(others)s, or as the administrator %(administrators)s. Password: %(password)s") % {
        "others": ", ".join(others),
        "administrators": ", ".join(administrators),
        "password": content.password,
    }
