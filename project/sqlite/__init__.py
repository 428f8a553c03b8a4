"""Django's SQLite backend, with a queue for the one writer that SQLite has at a time.

base.py     the backend: DATABASES["default"]["ENGINE"] = "project.sqlite"
queue.py    the queue
"""
