"""The pages from which administrators run the site, in our own look; Django's admin has the same by the same services.

access.py          who sees them
overview.py        where one arrives
rooms.py           all rooms, with their numbers
people.py          all people, and one of them
invitations.py     who is invited to the site
connections.py     every socket that is open
reports.py         what members told about messages, in all rooms
announcements.py   what everyone is told
audit_log.py       the audit log
urls.py            where they are
"""
