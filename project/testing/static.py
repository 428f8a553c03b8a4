"""Static files that are looked for once in a test process.

Each test client loads the middleware again, and to look for all files takes longer than most tests.
"""

from typing import Any

from servestatic.middleware import ServeStaticMiddleware

_found: dict[tuple[bool, str], tuple[dict[str, Any], list[tuple[str, str]]]] = {}


class FoundOnce(ServeStaticMiddleware):
    files: dict[str, Any]
    directories: list[tuple[str, str]]

    def add_files_from_finders(self) -> None:
        """Look for the files, or take those that another client found under the same settings."""
        settings = self.autorefresh, self.static_prefix
        if settings not in _found:
            super().add_files_from_finders()
            _found[settings] = self.files, self.directories
        self.files, self.directories = _found[settings]
