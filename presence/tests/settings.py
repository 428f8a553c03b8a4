"""Settings of a Django project with only this library, to show that it stands alone:

python -m pytest presence --ds=presence.tests.settings
"""

SECRET_KEY = "of no use"
USE_TZ = True
INSTALLED_APPS = ["channels", "presence.apps.PresenceConfig"]
PRESENCE = {"REDIS_URL": "redis://127.0.0.1:6379/0"}
