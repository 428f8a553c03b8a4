"""The table of permissions: every address of the site and every command of its socket, and the outcome of each.

Each is tried without a session, by an outsider, by a member and by the owner of a private room, and by an administrator
of the site who is no member of it, with a second factor and without one. test_access_table.py tries them all, and
prints missing rows with the outcomes that it saw. Review those before you add them here.

    open      the page or the data                      done      the request changed stored data
    form      the form again, and nothing is changed    leads on  to another page, and nothing is changed
    sign in   to the sign-in page                       confirm   to the page that asks for the password again
    nothing   as if it did not exist                    refused   the user is told that they may not
    not so    the method (GET, POST) is not allowed     bad       the request makes no sense
"""
