"""Who may do what: every address of the site and every command of its socket, and what comes of each.

Tried by somebody who is not signed in, by an outsider, by a member and by the owner of a private room, and by an
administrator of the site who is no member of it. test_access_table.py tries them all, and prints the rows that are
missing with what it saw: read them, and judge them, before they stand here.

    open      the page, or what else one asked for      done      it was done: what is stored has changed
    form      the form again, and nothing is changed    leads on  to another page, and nothing is changed
    sign in   to the page on which one signs in         confirm   to the page on which one shows again who one is
    nothing   as if it did not exist                    refused   one is told that one may not
    not so    not in this way (GET, POST)               bad       what was sent makes no sense
"""

from typing import NamedTuple


class Row(NamedTuple):
    nobody: str
    outsider: str
    member: str
    owner: str
    administrator: str


def all_alike(word: str) -> Row:
    return Row(word, word, word, word, word)


def signed_in(word: str) -> Row:
    """All alike who are signed in."""
    return Row("sign in", word, word, word, word)


EVERYONE = all_alike("open")
FORM_FOR_EVERYONE = all_alike("form")
LED_ON_AS_EVERYONE = all_alike("leads on")
TO_SIGN_IN = all_alike("sign in")
NEVER = all_alike("not so")
NOBODY = all_alike("nothing")

SIGNED_IN = signed_in("open")
NOT_SO = signed_in("not so")
DONE = signed_in("done")
FORM = signed_in("form")
LED_ON = signed_in("leads on")
CONFIRM = signed_in("confirm")
NOT_THEIRS = signed_in("nothing")

# At the entrance, where those who are in already have nothing to do.
NEWCOMERS = Row("open", "leads on", "leads on", "leads on", "leads on")
DONE_BY_NEWCOMERS = Row("done", "leads on", "leads on", "leads on", "leads on")

# In a private room: to an outsider, it is as one that does not exist; to administrators too, but for its settings.
MEMBERS = Row("sign in", "nothing", "open", "open", "nothing")
DONE_BY_MEMBERS = Row("sign in", "nothing", "done", "done", "nothing")
WHO_RUN_IT = Row("sign in", "nothing", "refused", "open", "open")
DONE_BY_WHO_RUN_IT = Row("sign in", "nothing", "refused", "done", "done")
NOT_SO_FOR_WHO_RUN_IT = Row("sign in", "nothing", "refused", "not so", "not so")

# On the pages of the site, which are for nobody else.
ADMINISTRATORS = Row("sign in", "nothing", "nothing", "nothing", "open")
DONE_BY_ADMINISTRATORS = Row("sign in", "nothing", "nothing", "nothing", "done")
NOT_SO_FOR_ADMINISTRATORS = Row("sign in", "nothing", "nothing", "nothing", "not so")

# In Django's admin. What it offers of which model is Django's, and what it refuses even administrators is tested
# where it is decided; here it counts that nobody else comes in.
ADMIN = Row("sign in", "sign in", "sign in", "sign in", "open | leads on | refused | nothing | not so")
ADMIN_FORM = Row("sign in", "sign in", "sign in", "sign in", "form | leads on | refused | nothing | not so | sign in")

# On the socket, which is not opened to whoever is not signed in.
ANYBODY = Row("refused", "done", "done", "done", "done")
IN_THE_ROOM = Row("refused", "nothing", "done", "done", "nothing")
WHOEVER_RUNS_THE_ROOM = Row("refused", "nothing", "refused", "done", "done")
THEIR_AUTHOR = Row("refused", "nothing", "done", "refused", "nothing")
ALL_BUT_THEIR_AUTHOR = Row("refused", "nothing", "refused", "done", "nothing")
THEIR_AUTHOR_AND_WHO_RUN_THE_ROOM = Row("refused", "nothing", "done", "done", "done")

# GET and POST of each address. Where several outcomes are right, all are named: `open | refused`. A name with a `*` is
# for all that have no row of their own. After a comma stands what is otherwise: the room is a public one.
PAGES: dict[str, tuple[Row, Row]] = {
    # Rooms, and what a page asks for while it is open.
    "chat:index": (SIGNED_IN, NOT_SO),
    "chat:people": (SIGNED_IN, NOT_SO),
    "chat:person": (Row("sign in", "nothing", "open", "open", "open"), NOT_SO),
    "chat:invited": (
        Row("sign in", "open", "leads on", "leads on", "open"),
        Row("sign in", "done", "leads on", "leads on", "done"),
    ),
    "chat:go": (NOT_SO, DONE),
    "chat:new-room": (SIGNED_IN, DONE),
    "chat:room": (MEMBERS, NOT_SO),
    "chat:room, public": (SIGNED_IN, NOT_SO),
    "chat:history": (Row("sign in", "nothing", "bad", "bad", "nothing"), NOT_SO),
    "chat:thread": (MEMBERS, NOT_SO),
    "chat:edits": (MEMBERS, NOT_SO),
    "chat:pins": (MEMBERS, NOT_SO),
    "chat:pins, public": (MEMBERS, NOT_SO),
    "chat:threads": (MEMBERS, NOT_SO),
    "chat:threads, public": (MEMBERS, NOT_SO),
    "chat:members": (MEMBERS, NOT_SO),
    "chat:members, public": (MEMBERS, NOT_SO),
    "chat:join": (NOT_SO, Row("sign in", "nothing", "leads on", "leads on", "nothing")),
    "chat:join, public": (NOT_SO, Row("sign in", "done", "leads on", "leads on", "done")),
    "chat:leave": (NOT_SO, DONE_BY_MEMBERS),
    "chat:leave, public": (NOT_SO, DONE_BY_MEMBERS),
    # The pages of one room.
    "chat:room-settings:general": (WHO_RUN_IT, DONE_BY_WHO_RUN_IT),
    "chat:room-settings:archive": (NOT_SO_FOR_WHO_RUN_IT, DONE_BY_WHO_RUN_IT),
    "chat:room-settings:restore": (
        NOT_SO_FOR_WHO_RUN_IT,
        Row("sign in", "nothing", "refused", "leads on", "leads on"),  # it is not archived
    ),
    "chat:room-settings:members": (WHO_RUN_IT, DONE_BY_WHO_RUN_IT),
    "chat:room-settings:member": (NOT_SO, DONE_BY_WHO_RUN_IT),
    "chat:room-settings:invites": (WHO_RUN_IT, DONE_BY_WHO_RUN_IT),
    "chat:room-settings:revoke": (NOT_SO_FOR_WHO_RUN_IT, DONE_BY_WHO_RUN_IT),
    "chat:room-settings:moderation": (WHO_RUN_IT, DONE_BY_WHO_RUN_IT),
    "chat:room-settings:reports": (WHO_RUN_IT, DONE_BY_WHO_RUN_IT),
    "chat:room-settings:report-count": (WHO_RUN_IT, WHO_RUN_IT),
    "chat:room-settings:log": (WHO_RUN_IT, NOT_SO),
    "chat:room-settings:removal": (WHO_RUN_IT, NOT_SO),
    "chat:room-settings:retain": (NOT_SO, Row("sign in", "nothing", "refused", "refused", "done")),
    "chat:room-settings:delete": (NOT_SO, DONE_BY_WHO_RUN_IT),
    # The pages of the site.
    "chat:site-admin:overview": (ADMINISTRATORS, NOT_SO_FOR_ADMINISTRATORS),
    "chat:site-admin:rooms": (ADMINISTRATORS, NOT_SO_FOR_ADMINISTRATORS),
    "chat:site-admin:people": (ADMINISTRATORS, NOT_SO_FOR_ADMINISTRATORS),
    "chat:site-admin:person": (ADMINISTRATORS, NOT_SO_FOR_ADMINISTRATORS),
    "chat:site-admin:ban": (NOT_SO_FOR_ADMINISTRATORS, DONE_BY_ADMINISTRATORS),
    "chat:site-admin:unban": (
        NOT_SO_FOR_ADMINISTRATORS,
        Row("sign in", "nothing", "nothing", "nothing", "leads on"),  # nobody is banned
    ),
    "chat:site-admin:end-sessions": (NOT_SO_FOR_ADMINISTRATORS, DONE_BY_ADMINISTRATORS),
    "chat:site-admin:end-session": (NOT_SO_FOR_ADMINISTRATORS, DONE_BY_ADMINISTRATORS),
    "chat:site-admin:reset-second-factor": (NOT_SO_FOR_ADMINISTRATORS, DONE_BY_ADMINISTRATORS),
    "chat:site-admin:disconnect": (NOT_SO_FOR_ADMINISTRATORS, DONE_BY_ADMINISTRATORS),
    "chat:site-admin:connections": (ADMINISTRATORS, NOT_SO_FOR_ADMINISTRATORS),
    "chat:site-admin:reports": (ADMINISTRATORS, DONE_BY_ADMINISTRATORS),
    "chat:site-admin:audit": (ADMINISTRATORS, NOT_SO),
    "chat:site-admin:audit-export": (ADMINISTRATORS, NOT_SO),
    "chat:site-admin:announcements": (ADMINISTRATORS, DONE_BY_ADMINISTRATORS),
    "chat:site-admin:end-announcement": (NOT_SO, DONE_BY_ADMINISTRATORS),
    "chat:site-admin:invitations": (ADMINISTRATORS, DONE_BY_ADMINISTRATORS),
    "chat:site-admin:revoke-invitation": (NOT_SO, DONE_BY_ADMINISTRATORS),
    # Getting in, and out again.
    "accounts:setup": (NOBODY, NOBODY),  # there is an administrator
    "accounts:invited": (  # there is no such invitation, and whoever has an account needs none
        Row("nothing", "leads on", "leads on", "leads on", "leads on"),
        Row("nothing", "leads on", "leads on", "leads on", "leads on"),
    ),
    "accounts:start-again": (NEVER, LED_ON_AS_EVERYONE),
    "account_login": (NEWCOMERS, LED_ON_AS_EVERYONE),
    "account_logout": (SIGNED_IN, TO_SIGN_IN),
    "account_inactive": (EVERYONE, FORM_FOR_EVERYONE),
    "account_signup": (NEWCOMERS, DONE_BY_NEWCOMERS),
    "account_signup_by_passkey": (NEWCOMERS, DONE_BY_NEWCOMERS),
    "account_request_login_code": (NEWCOMERS, LED_ON_AS_EVERYONE),
    "account_confirm_login_code": (LED_ON_AS_EVERYONE, LED_ON_AS_EVERYONE),
    "account_email_verification_sent": (LED_ON, LED_ON),
    "account_reset_password": (EVERYONE, LED_ON_AS_EVERYONE),
    "account_confirm_password_reset_code": (TO_SIGN_IN, TO_SIGN_IN),
    "account_complete_password_reset": (LED_ON_AS_EVERYONE, LED_ON_AS_EVERYONE),
    "account_password_reset_completed": (EVERYONE, NEVER),
    "mfa_authenticate": (LED_ON, LED_ON),
    "mfa_login_webauthn": (LED_ON, LED_ON),
    "mfa_signup_webauthn": (LED_ON_AS_EVERYONE, LED_ON_AS_EVERYONE),
    "openid_connect_login": (NOBODY, NOBODY),  # there is no such provider
    "openid_connect_callback": (NOBODY, NOBODY),
    "socialaccount_login_cancelled": (EVERYONE, NEVER),
    "socialaccount_login_error": (signed_in("refused"), NOT_SO),
    "socialaccount_signup": (TO_SIGN_IN, TO_SIGN_IN),
    # One's own account; the key and the session are somebody else's.
    "accounts:profile": (SIGNED_IN, DONE),
    "accounts:picture": (NOT_SO, FORM),
    "accounts:remove-picture": (NOT_SO, LED_ON),  # there is none
    "accounts:picture-file": (NOBODY, NOBODY),  # there is no such picture
    "accounts:export": (CONFIRM, CONFIRM),
    "accounts:delete": (CONFIRM, CONFIRM),
    "accounts:end-session": (NOT_SO, NOT_THEIRS),
    "account_reauthenticate": (SIGNED_IN, LED_ON),
    "account_email": (SIGNED_IN, CONFIRM),
    "account_change_password": (SIGNED_IN, DONE),
    "account_set_password": (CONFIRM, CONFIRM),
    "mfa_index": (SIGNED_IN, NOT_SO),
    "mfa_reauthenticate": (
        Row("sign in", "confirm", "confirm", "confirm", "open"),
        Row("sign in", "confirm", "confirm", "confirm", "form"),
    ),
    "mfa_activate_totp": (CONFIRM, CONFIRM),
    "mfa_deactivate_totp": (
        Row("sign in", "nothing", "nothing", "nothing", "confirm"),
        Row("sign in", "nothing", "nothing", "nothing", "confirm"),
    ),
    "mfa_view_recovery_codes": (NOT_THEIRS, NOT_SO),
    "mfa_generate_recovery_codes": (CONFIRM, CONFIRM),
    "mfa_download_recovery_codes": (NOT_THEIRS, NOT_THEIRS),
    "mfa_list_webauthn": (SIGNED_IN, NOT_SO),
    "mfa_add_webauthn": (CONFIRM, CONFIRM),
    "mfa_reauthenticate_webauthn": (CONFIRM, CONFIRM),
    "mfa_remove_webauthn": (CONFIRM, CONFIRM),
    "mfa_edit_webauthn": (CONFIRM, CONFIRM),
    "socialaccount_connections": (SIGNED_IN, FORM),
    "usersessions_list": (SIGNED_IN, LED_ON),
    "/accounts/social/*": (LED_ON, LED_ON),  # where allauth's pages were once
    # The rest.
    "words": (EVERYONE, NEVER),
    "presence": (ADMIN, ADMIN_FORM),
    "admin:login": (
        Row("sign in", "refused", "refused", "refused", "leads on"),
        Row("sign in", "refused", "refused", "refused", "leads on"),
    ),
    "admin:logout": (
        Row("sign in", "leads on", "leads on", "leads on", "not so"),
        Row("sign in", "leads on", "leads on", "leads on", "sign in"),
    ),
    "admin:*": (ADMIN, ADMIN_FORM),
    "/admin/*": (ADMIN, ADMIN_FORM),
}

# What is sent with POST: what would do it. `{user_id}` is filled in (test_access_table.py says what there is).
FORMS: dict[str, dict[str, str]] = {
    "chat:go": {"name": "elsewhere"},
    "chat:new-room": {"name": "elsewhere", "kind": "private"},
    "chat:room-settings:general": {"name": "renamed", "kind": "private"},
    "chat:room-settings:members": {"people": "mallory"},
    "chat:room-settings:member": {"act": "remove"},
    "chat:room-settings:moderation": {"username": "carol", "span": "0"},
    "chat:room-settings:reports": {"report": "{report_id}", "outcome": "dismissed"},
    "chat:room-settings:retain": {"days": "30"},
    "chat:room-settings:delete": {"name": "secret"},
    "chat:site-admin:reports": {"report": "{report_id}", "outcome": "dismissed"},
    "chat:site-admin:announcements": {"text": "Tea at five"},
    "chat:room-settings:invites": {"hours": "24"},
    "chat:site-admin:invitations": {"hours": "24"},
    "accounts:profile": {"display_name": "Somebody else"},
    "account_login": {"login": "carol", "password": "carol's password"},
    "account_signup": {
        "email": "dave@example.org",
        "username": "dave",
        "password1": "Four words or more",
        "password2": "Four words or more",
    },
    "account_signup_by_passkey": {"email": "dave@example.org", "username": "dave"},
    "account_reauthenticate": {"password": "{password}"},
    "account_change_password": {
        "oldpassword": "{password}",
        "password1": "Four words or more",
        "password2": "Four words or more",
    },
    "account_email": {"action_add": "", "email": "new@example.org"},
    "account_reset_password": {"email": "carol@example.org"},
    "account_request_login_code": {"email": "carol@example.org"},
}

# What is done with a message, is done with the member's own; and what is done to somebody, to another member.
COMMANDS: dict[str, Row] = {
    "room.open": IN_THE_ROOM,
    "room.close": ANYBODY,
    "room.join": IN_THE_ROOM,
    "room.join, public": ANYBODY,
    "room.join, by name": ANYBODY,
    "room.leave": IN_THE_ROOM,
    "room.read": IN_THE_ROOM,
    "room.unread": IN_THE_ROOM,
    "directory.watch": ANYBODY,
    "room.keep": IN_THE_ROOM,
    "rooms.order": ANYBODY,
    "direct.open": ANYBODY,
    "message.post": IN_THE_ROOM,
    "message.edit": THEIR_AUTHOR,
    "message.delete": THEIR_AUTHOR_AND_WHO_RUN_THE_ROOM,
    "message.pin": IN_THE_ROOM,
    "message.unpin": IN_THE_ROOM,
    "message.report": ALL_BUT_THEIR_AUTHOR,
    "reaction.add": IN_THE_ROOM,
    "reaction.remove": IN_THE_ROOM,
    "thread.read": IN_THE_ROOM,
    "typing.start": IN_THE_ROOM,
    "typing.stop": IN_THE_ROOM,
    "presence.touch": ANYBODY,
    "roster.page": IN_THE_ROOM,
    "status.set": ANYBODY,
    "person.zone": ANYBODY,
    "member.remove": WHOEVER_RUNS_THE_ROOM,
    "member.ban": WHOEVER_RUNS_THE_ROOM,
    "member.unban": WHOEVER_RUNS_THE_ROOM,
    "member.mute": WHOEVER_RUNS_THE_ROOM,
    "member.unmute": WHOEVER_RUNS_THE_ROOM,
    "member.role": WHOEVER_RUNS_THE_ROOM,
    "member.purge": WHOEVER_RUNS_THE_ROOM,
    "room.transfer": WHOEVER_RUNS_THE_ROOM,
    "room.lock": WHOEVER_RUNS_THE_ROOM,
    "room.unlock": WHOEVER_RUNS_THE_ROOM,
    "room.slow": WHOEVER_RUNS_THE_ROOM,
}

# What is sent with a command besides its room. `{user}` is filled in (test_access_table.py says what there is).
SENT: dict[str, dict[str, object]] = {
    "room.join, by name": {"room": None, "name": "elsewhere"},
    "room.read": {"position": 1},
    "room.unread": {"position": 1},
    "room.keep": {"quiet": True},
    "rooms.order": {"rooms": []},
    "direct.open": {"people": ["{user}"]},
    "message.post": {"client_id": "{uuid}", "body": "Hello"},
    "message.edit": {"message": "{message}", "body": "Hello"},
    "message.delete": {"message": "{message}"},
    "message.pin": {"message": "{message}"},
    "message.unpin": {"message": "{message}"},
    "message.report": {"message": "{message}", "reason": "Rude"},
    "reaction.add": {"message": "{message}", "emoji": "👍"},
    "reaction.remove": {"message": "{message}", "emoji": "👍"},
    "thread.read": {"message": "{message}", "position": 1},
    "status.set": {"text": "At lunch"},
    "person.zone": {"time_zone": "Europe/Paris"},
    "member.remove": {"user": "{user}"},
    "member.ban": {"user": "{user}"},
    "member.unban": {"user": "{user}"},
    "member.mute": {"user": "{user}", "until": "{soon}"},
    "member.unmute": {"user": "{user}"},
    "member.role": {"user": "{user}", "role": "moderator"},
    "member.purge": {"user": "{user}"},
    "room.transfer": {"user": "{user}"},
    "room.slow": {"seconds": 30},
}
