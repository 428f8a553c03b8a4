from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """What every page may say about the site."""
    return {"site_name": settings.SITE_NAME, "mail_is_printed": settings.DEBUG and settings.MAIL_IS_PRINTED}
