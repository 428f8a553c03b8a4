"""ASGI application: `daphne project.asgi:application`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()  # first: it loads the apps that the imports below need

from asgiref.sync import SyncToAsync
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings

from accounts.sessions import authentication
from chat import conf
from chat.routing import websocket_urlpatterns
from chat.runtime.connection_pool import use_reserve
from chat.runtime.database import CONNECTIONS
from chat.runtime.silent_database import bound_waits
from project.health import HealthAnswers
from project.middleware.aborted_requests import Finishing
from project.middleware.body_limit import CappedBodies
from project.middleware.fairness import FairRequests
from project.middleware.handshake_limit import LimitedHandshakes
from project.middleware.websocket_origin import ExactOrigin
from project.server import embedded_valkey
from project.server.memory import share_arenas
from project.sqlite.base import pool_connections

share_arenas()
pool_connections()
bound_waits(settings.DATABASE_WAIT_SECONDS)

if settings.EMBEDDED_VALKEY:
    embedded_valkey.hold(settings.DATA_DIR)

# Channels reads the session of a handshake on asgiref's single thread for work outside of requests.
SyncToAsync.single_thread_executor.submit(use_reserve, CONNECTIONS)

authentication.take_the_place_of_channels_own()
signed_in = AuthMiddlewareStack(URLRouter(websocket_urlpatterns))
limited = LimitedHandshakes(signed_in, conf.handshakes(), settings.TRUSTED_PROXIES)
# The origin is checked first: otherwise any website could use up the limit of its visitor's address.
websocket = ExactOrigin(limited, settings.ALLOWED_ORIGINS)

requests = HealthAnswers(FairRequests(Finishing(CappedBodies(http, settings.BODY_BYTES)), conf.at_once()))

application = ProtocolTypeRouter({"http": requests, "websocket": websocket})
