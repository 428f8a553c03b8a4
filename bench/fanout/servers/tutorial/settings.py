"""The tutorial's settings that its sockets need.

They are as in the documentation, with two exceptions: Redis is reached by the socket of the run, and `socket_timeout`
is None. redis-py 8 gives sockets a time-out of 5 s and this layer blocks for 5 s at a time: with the documentation's
bare address, every socket that is quiet for that long dies.
"""

import os

SECRET_KEY = "for measurements on this machine alone"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [
    "daphne",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
ROOT_URLCONF = "bench.fanout.servers.tutorial.routing"
ASGI_APPLICATION = "bench.fanout.servers.tutorial.asgi.application"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [{"address": os.environ["REDIS_URL"], "socket_timeout": None}]},
    },
}
