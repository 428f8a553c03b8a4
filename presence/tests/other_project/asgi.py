"""ASGI application that trusts the user in the address: authentication is not the subject of this project."""

import os
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "presence.tests.other_project.settings")
django = get_asgi_application()

from presence.tests.other_project.consumers import PageConsumer  # noqa: E402

pages = URLRouter([path("pages/<int:id>/", PageConsumer.as_asgi())])


async def signed_in(scope: dict[str, Any], receive: Any, send: Any) -> None:
    (user,) = parse_qs(scope["query_string"].decode())["user"]
    await pages(scope | {"user": SimpleNamespace(pk=int(user))}, receive, send)


application = ProtocolTypeRouter({"http": django, "websocket": signed_in})
