"""The settings of servers that tests start: the site's own, but SQLite does not wait for the disk.

A killed server loses nothing by that, only a machine that loses its power would. Rows at full length run on the site's
own settings.
"""

from project.settings import *  # noqa: F403
from testing.sqlite import without_sync

without_sync(DATABASES)  # noqa: F405
