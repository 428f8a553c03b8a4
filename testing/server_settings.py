"""Settings of servers that tests start: the site's own, except that SQLite does not wait for the disk.

A killed server loses nothing by that; only a power failure would. Rows at full length use the site's own settings.
"""

from project.settings import *  # noqa: F403
from testing.sqlite import without_sync

without_sync(DATABASES)  # noqa: F405
