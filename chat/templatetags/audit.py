from django import template

from chat import audit_words
from chat.models import AuditEntry

register = template.Library()


@register.filter
def in_words(entry: AuditEntry) -> list[tuple[str, str]]:
    return audit_words.lines_of(entry)
