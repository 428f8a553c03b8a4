"""Times as HTML, in the reader's zone.

chat/static/chat/pages/moments.js then renders them in the format that rooms use.
"""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

JUST_NOW = timedelta(minutes=1)


def ago(at: datetime) -> SafeString:
    is_new = timezone.now() - at < JUST_NOW
    return _time(at, "ago", _("just now") if is_new else _("%(span)s ago") % {"span": timesince(at, depth=1)})


def moment(at: datetime) -> SafeString:
    return _time(at, "moment", date_format(timezone.localtime(at), "DATETIME_FORMAT"))


def second(at: datetime) -> SafeString:
    there = timezone.localtime(at)
    return _time(at, "second", f"{date_format(there, 'DATE_FORMAT')} {there:%H:%M:%S}")


def day(at: datetime) -> SafeString:
    return _time(at, "day", date_format(timezone.localtime(at), "DATE_FORMAT"))


def _time(at: datetime, form: str, words: str) -> SafeString:
    return format_html('<time datetime="{}" data-as="{}">{}</time>', at.isoformat(), form, words)
