from channels.security.websocket import WebsocketDenier
from django.urls import path, re_path

from chat.consumers import RoomsConsumer

websocket_urlpatterns = [
    path("ws/", RoomsConsumer.as_asgi()),
    re_path("", WebsocketDenier.as_asgi()),  # else Channels takes any other address for a mistake of ours
]
