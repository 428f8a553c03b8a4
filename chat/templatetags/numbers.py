from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def grouped(number: object) -> str:
    return str(number_format(number, force_grouping=True)) if isinstance(number, int) else str(number)
