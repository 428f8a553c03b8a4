from channels.security.websocket import WebsocketDenier
from django.urls import path, re_path

from chat.consumers import RoomsConsumer

websocket_urlpatterns = [
    path("ws/", RoomsConsumer.as_asgi()),
    re_path("", WebsocketDenier.as_asgi()),  # otherwise Channels logs an error for any other address
]
