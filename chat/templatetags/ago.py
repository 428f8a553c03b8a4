from datetime import datetime, timedelta

from django import template
from django.template.defaultfilters import date
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

register = template.Library()

JUST_NOW = timedelta(minutes=1)


@register.filter
def ago(at: datetime) -> SafeString:
    """How long ago that was, with the exact time for whoever points at it."""
    is_new = timezone.now() - at < JUST_NOW
    words = _("just now") if is_new else _("%(span)s ago") % {"span": timesince(at, depth=1)}
    return format_html('<time datetime="{}" title="{} UTC">{}</time>', date(at, "c"), date(at, "Y-m-d H:i"), words)
