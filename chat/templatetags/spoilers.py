from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

SIGN = "||"

register = template.Library()


@register.filter
def with_spoilers(text: str) -> str | SafeString:
    """Hide the text from the first spoiler sign to the last (as chat/static/chat/parts/spoilers.js does)."""
    first, last = text.find(SIGN), text.rfind(SIGN)
    if last < first + len(SIGN):
        return text
    label = _("Spoiler: show")
    button = format_html('role="button" tabindex="0" aria-label="{}" title="{}"', label, label)
    before, hidden, after = text[:first], text[first + len(SIGN) : last], text[last + len(SIGN) :]
    return format_html('{}<span class="spoiler" {}><span>{}</span></span>{}', before, button, hidden, after)
