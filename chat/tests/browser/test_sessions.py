"""Open pages when a session ends, in real browsers."""

import pytest
from django.contrib.sessions.models import Session

from accounts.models import User
from chat.models import Room
from chat.tests.browser.pages import OpenTab
from testing.browsers import sign_in
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_open_pages_react_when_their_session_changes_or_ends(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    here, elsewhere = tab(alice), tab(alice)
    here.open_room(general)
    elsewhere.open_room(general)
    here.write("Not sent yet")
    room = here.browser.current_window_handle

    # The password is changed in another tab: this browser gets a new session, and its pages continue with it.
    here.browser.execute_script("window.isTheSamePage = true")
    here.browser.switch_to.new_window("tab")
    account = here.browser.current_window_handle
    here.go("/accounts/password/change/")
    fields = {"oldpassword": "alice's password", "password1": "plovers at noon", "password2": "plovers at noon"}
    for name, value in fields.items():
        here.one(f"[name={name}]").send_keys(value)
    here.one("main form button").click()
    eventually(lambda: "/login/" in elsewhere.browser.current_url, within=10)
    here.browser.switch_to.window(room)
    eventually(lambda: here.connection == "open", within=10)
    here.say("")  # the draft is still there
    assert here.shows("Not sent yet")
    assert here.read("window.isTheSamePage")

    # Sign in again elsewhere, and end that session from here.
    alice.refresh_from_db()
    sign_in(elsewhere.browser, elsewhere.server, alice)
    elsewhere.open_room(general)
    here.browser.switch_to.window(account)
    here.go("/accounts/sessions/")
    assert not here.barriers()
    assert len(here.all("[data-session]")) == 2
    here.one("[data-session] button").click()
    assert here.says("Session ended.")
    eventually(lambda: "/login/" in elsewhere.browser.current_url, within=10)

    # Another user signs in in the same browser: the page is theirs.
    here.browser.switch_to.window(room)
    before = list(Session.objects.values_list("pk", flat=True))
    sign_in(here.browser, here.server, bob)
    Session.objects.filter(pk__in=before).delete()
    here.sees("bob", within=20)
    assert here.read("JSON.parse(document.getElementById('state').textContent).me.username") == "bob"
    assert not here.complaints()
