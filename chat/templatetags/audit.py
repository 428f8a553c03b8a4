from django import template

from chat.models import AuditEntry
from chat.views import audit_details

register = template.Library()


@register.filter
def in_words(entry: AuditEntry) -> list[tuple[str, str]]:
    return audit_details.lines_of(entry)
