from allauth.mfa import app_settings
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from django import template

from accounts.mfa.factors import Unreadable

register = template.Library()


@register.filter
def codes_left(codes: RecoveryCodes) -> int:
    # None work if they were created under another secret key.
    try:
        return len(codes.get_unused_codes())
    except Unreadable:
        return 0


@register.filter
def is_readable(app: TOTP) -> bool:
    # An app that was set up under another secret key is not.
    try:
        return bool(decrypt(app.instance.data["secret"]))
    except Unreadable:
        return False


@register.simple_tag
def codes_at_first() -> int:
    return app_settings.RECOVERY_CODE_COUNT
