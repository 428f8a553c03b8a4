from django import template

from accounts import timestamps

register = template.Library()
register.filter("ago", timestamps.ago)
register.filter("day", timestamps.day)
register.filter("moment", timestamps.moment)
register.filter("second", timestamps.second)
