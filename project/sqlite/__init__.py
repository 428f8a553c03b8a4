"""Django's SQLite backend, with a queue for the one writer that SQLite has at a time.

base.py     the backend: DATABASES["default"]["ENGINE"] = "project.sqlite"
pool.py     idle connections, kept for the next request
queue.py    the queue
"""
