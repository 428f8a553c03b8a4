"""allauth's check of its account settings, without the rule that mailed codes need mandatory verification.

That rule excludes "optional" verification, which lets users skip the code at sign-up. With "none", sign-up and sign-in
send no code. Codes are sent only when a user asks for one: to change an address, sign in or reset a password.
"""

from collections.abc import Sequence
from typing import Any

from allauth.account.checks import settings_check
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage
from django.core.checks.registry import registry

RULE = "ACCOUNT_EMAIL_VERFICATION_BY_CODE requires ACCOUNT_EMAIL_VERIFICATION = 'mandatory'"  # the check has no id


def check_account_settings(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = settings_check(app_configs, **options)
    if settings.ACCOUNT_EMAIL_VERIFICATION != "none":
        return found
    return [message for message in found if message.msg != RULE]


def replace_allauths() -> None:
    registry.registered_checks.discard(settings_check)
    registry.register(check_account_settings)
