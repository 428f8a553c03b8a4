"""Start of our server: `python -m project.server [options of daphne]`."""

import os
import sys

from project.server.daphne import CommandLine

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    CommandLine().run(sys.argv[1:])
