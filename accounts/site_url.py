from django.conf import settings


def origin() -> str:
    """What links in mails and on the console begin with.

    Localhost where the site may be reached by it: passkeys work there, and not on 127.0.0.1.
    """
    local = [origin for origin in settings.ALLOWED_ORIGINS if "://localhost" in origin]
    return [*local, *settings.ALLOWED_ORIGINS][0]
