"""The pages of one room, for those who run it: each a form or a list, and a service behind it.

access.py    who sees them
general.py   what the room is
urls.py      where they are
"""
