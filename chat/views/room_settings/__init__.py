"""Settings pages of a room, for users with permission: each is a form or a list, backed by a service.

access.py       permission to see these pages
general.py      name, topic and other settings; archiving
members.py      the list of members, adding people, and actions on a member (member_actions.py)
invites.py      invite links
moderation.py   bans and mutes
reports.py      reports of messages by members
audit_log.py    the room's part of the audit log
deletion.py     retention of messages, and deletion of the room
urls.py         addresses of the pages
"""
