"""Administration of the site, in the product's own look. Django's admin offers the same through the same services.

access.py          permission to see these pages
overview.py        the first page
rooms.py           all rooms, with their numbers
people.py          all users, and a page for each
invitations.py     invitations to the site
connections.py     all open sockets
reports.py         reports of messages, from all rooms
announcements.py   announcements to everyone
audit_log.py       the audit log
urls.py            addresses of the pages
"""
