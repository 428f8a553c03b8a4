"""The pages from which administrators run the site, in our own look; Django's admin has the same by the same services.

access.py     who sees them
overview.py   where one arrives
reports.py    what members told about messages, in all rooms
audit.py      the audit log
announcements.py   what everyone is told
urls.py       where they are
"""
