"""The pages of one room, for those who run it: each a form or a list, and a service behind it.

access.py       who sees them
general.py      what the room is, and whether it is archived
members.py      who is in it, how others are added, and what is done to one of them (member_actions.py)
invites.py      links by which people come in
moderation.py   who is banned and muted
reports.py      what members told those who moderate
audit_log.py    what was done there, and by whom
deletion.py     for how long it keeps messages, and deleting it
urls.py         where they are
"""
