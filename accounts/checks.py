"""allauth's check of its account settings, but for one rule: it allows mailed codes only with mandatory verification.

That rule keeps "optional" out, with which the code at sign-up could be skipped. With "none", sign-up and sign-in mail
no code. Codes are mailed only when a user asks for one: to change an address, sign in or reset a password.
"""

from collections.abc import Sequence
from typing import Any

from allauth.account.checks import settings_check
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage
from django.core.checks.registry import registry

RULE = "ACCOUNT_EMAIL_VERFICATION_BY_CODE requires ACCOUNT_EMAIL_VERIFICATION = 'mandatory'"  # it has no id to silence


def check_account_settings(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = settings_check(app_configs, **options)
    if settings.ACCOUNT_EMAIL_VERIFICATION != "none":
        return found
    return [message for message in found if message.msg != RULE]


def replace_allauths() -> None:
    registry.registered_checks.discard(settings_check)
    registry.register(check_account_settings)
