import os

SECRET_KEY = "of no use"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
ROOT_URLCONF = "presence.tests.other_project.urls"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": os.environ["REDIS_URL"], "socket_timeout": None}]},
    }
}
INSTALLED_APPS: list[str] = []

INSTALLED_APPS += ["channels", "presence.apps.PresenceConfig"]
PRESENCE = {"REDIS_URL": "redis://localhost:6379/0"}

# The tests' own Redis, and short times.
PRESENCE |= {"REDIS_URL": os.environ["REDIS_URL"], "LEASE_MS": 3_000, "HEARTBEAT_MS": 750, "LINGER_MS": 500}  # type: ignore[dict-item]
