#!/usr/bin/env python
"""Django's command line for Roomful."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    if sys.argv[1:] in (["version"], ["--version"]):  # Django answers these before it looks for commands, with its own
        from project.versions import versions

        print(versions())  # noqa: T201
        return
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
