"""The pages from which administrators run the site, in our own look; Django's admin has the same by the same services.

access.py     who sees them
overview.py   where one arrives
urls.py       where they are
"""
