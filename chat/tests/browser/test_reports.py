"""Reports and announcements, as users see them."""

from uuid import uuid4

import pytest
from django.urls import reverse
from selenium.webdriver import Keys

from accounts.models import User
from chat.models import Membership, Room
from chat.permissions.actor import Actor
from chat.services.messages import posting
from chat.services.moderation import reports
from chat.services.rooms import membership
from chat.services.site import announcements
from chat.tests.browser.pages import OpenTab, everywhere
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_spoiler_in_a_report_is_shown_by_a_click_or_enter(
    tab: OpenTab, alice: User, bob: User, general: Room
) -> None:
    said = [posting.post_message(bob, general.pk, body=f"It was ||{who}||", client_id=uuid4()) for who in ("you", "me")]
    for message in said:
        reports.report_message(alice, general.pk, message.pk, "That is told too soon")
    page = tab(alice)
    page.go(reverse("chat:room-settings:reports", args=[general.pk]))
    for by_keyboard in (False, True):
        hidden = page.one(".report .spoiler:not([data-shown])")
        assert not hidden.find_element("css selector", "span").is_displayed()
        assert page.barriers() == []
        if by_keyboard:
            hidden.send_keys(Keys.ENTER)
        else:
            hidden.click()
        assert hidden.find_element("css selector", "span").is_displayed()
    assert page.complaints() == []


def test_a_report_is_settled_and_an_announcement_dismissed(tab: OpenTab, alice: User, bob: User, general: Room) -> None:
    carol = User.objects.create_superuser("carol", "carol@example.org", display_name="Carol")
    membership.add_member(general.pk, carol, role=Membership.Role.MODERATOR)
    said = posting.post_message(alice, general.pk, body="Rude words", client_id=uuid4()).pk
    his, hers = tab(bob), tab(carol)
    for each in (his, hers):
        each.open_room(general)
    assert not hers.all("reports-button a")

    assert "report" in his.offered("Rude words")
    his.one(".acts-menu:popover-open [data-act=report]").click()
    his.one(".report-dialog[open] input[name=reason]").send_keys("That is rude")
    assert not his.barriers()
    his.one(".report-dialog[open] button.button:not(.quiet)").click()
    assert eventually(lambda: hers.all("reports-button a .badge"), within=1)[0].text == "1"
    assert not his.all("reports-button a")
    assert his.says("Thanks for your report.")
    eventually(lambda: his.browser.switch_to.active_element.text == "Close")
    assert not his.barriers()
    his.browser.switch_to.active_element.click()
    assert not hers.barriers()

    hers.one("reports-button a").click()
    assert hers.says("That is rude")
    assert not hers.barriers()
    hers.one(".report header a").click()
    assert hers.says("Rude words")
    assert eventually(lambda: hers.browser.switch_to.active_element.get_attribute("data-id")) == str(said)
    hers.one("reports-button a").click()
    hers.one(".report [name=outcome] [value=deleted]").click()
    hers.one(".report [name=note]").send_keys("Against the rules")
    hers.one(".report .button").click()
    assert his.one(f'article[data-id="{said}"][data-deleted] .tombstone')
    assert hers.says("Message deleted")

    hers.open_room(general)
    assert not hers.all("reports-button a")
    told = announcements.announce(Actor(carol), "Closed on Friday: https://example.org/why https://a@example.org/")
    everywhere(lambda each: each.all(".announcement a[href='https://example.org/why']"), his, hers)
    assert not hers.barriers()
    assert len(his.all(".announcement a")) == 1
    hers.one(".announcement button").click()
    assert eventually(lambda: not hers.all(".announcement p"))
    hers.open_room(general)
    his.go("/")
    assert his.says("Closed on Friday")
    assert not hers.all(".announcement p")
    announcements.end(Actor(carol), told.pk)
    eventually(lambda: not his.all(".announcement p"))
    assert not his.complaints() + hers.complaints()
