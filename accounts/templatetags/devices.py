from django import template

from accounts.user_agents import device_name

register = template.Library()
register.filter("device", device_name)
