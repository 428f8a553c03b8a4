from allauth.mfa import app_settings
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django import template

from accounts.factors import Unreadable

register = template.Library()


@register.filter
def codes_left(codes: RecoveryCodes) -> int:
    """How many recovery codes still work: none, where they were made under another secret key."""
    try:
        return len(codes.get_unused_codes())
    except Unreadable:
        return 0


@register.simple_tag
def codes_at_first() -> int:
    return app_settings.RECOVERY_CODE_COUNT
