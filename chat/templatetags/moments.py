from django import template

from chat import moments

register = template.Library()
register.filter("ago", moments.ago)
register.filter("day", moments.day)
register.filter("moment", moments.moment)
register.filter("second", moments.second)
