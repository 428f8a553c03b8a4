from django.conf import settings


def origin() -> str:
    """Return the origin for links in emails and on the console.

    Prefers localhost if the site can be reached by it: passkeys work there, but not on 127.0.0.1.
    """
    local = [origin for origin in settings.ALLOWED_ORIGINS if "://localhost" in origin]
    return [*local, *settings.ALLOWED_ORIGINS][0]
