"""Versions of the site and of what it runs on."""

import platform

import django

from project import __version__


def versions() -> str:
    return f"Roomful {__version__} (Django {django.get_version()}, Python {platform.python_version()})"
