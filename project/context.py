from django.conf import settings
from django.http import HttpRequest

from project import __version__
from project.versions import versions


def site(request: HttpRequest) -> dict[str, object]:
    """Return the template variables of every page. Pages for signed-out visitors show no version."""
    return {
        "site_name": settings.SITE_NAME,
        "mail_is_printed": settings.DEBUG and settings.MAIL_IS_PRINTED,
        "version": __version__,
        "versions": versions,
    }
