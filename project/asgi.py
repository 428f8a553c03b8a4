"""The application that a server runs: `daphne project.asgi:application`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()  # first: it loads the apps that the imports below need

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings

from project import embedded
from project.origins import ExactOrigin
from project.routing import websocket_urlpatterns

if settings.EMBEDDED_VALKEY:
    embedded.hold(settings.DATA_DIR)

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": ExactOrigin(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)), settings.ALLOWED_ORIGINS),
    }
)
