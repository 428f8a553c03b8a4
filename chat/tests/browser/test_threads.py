"""Threads beside the room, and notifications: mentions, counts that agree in all tabs, messages marked as unread."""

from uuid import uuid4

import pytest
from selenium.webdriver import Keys

from accounts.models import User
from chat.models import Room
from chat.services.messages import editing, posting
from chat.services.rooms import membership
from chat.tests.browser.pages import OpenTab, everywhere, first_new
from testing.processes import Server
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def birds(alice: User, bob: User) -> Room:
    room = membership.create_room(alice, "birds")
    return membership.join(bob, room.pk)


def post(author: User, room: Room, body: str, **details: object) -> int:
    return posting.post_message(author, room.pk, body=body, client_id=uuid4(), **details).pk


def test_two_people_talk_in_a_thread_and_every_tab_counts_it(
    tab: OpenTab, alice: User, bob: User, general: Room, birds: Room
) -> None:
    post(bob, general, "Who has the key?")
    hers, his, elsewhere = tab(alice), tab(bob), tab(bob)
    hers.open_room(general)
    his.open_room(general)
    elsewhere.open_room(birds)
    hers.open_thread("Who has the key?")
    hers.reply("Wen has")
    eventually(lambda: hers.replies() == ["Who has the key?", "Wen has"])
    everywhere(lambda each: each.badge(general, "threads") == "1", his, elsewhere)
    assert his.stored() == ["Who has the key?"]
    assert elsewhere.badge(general) == ""
    his.one("[data-opens=threads]").click()
    assert his.one(".card[data-thread]").get_attribute("data-unread") == "1"
    his.one(".card[data-thread] button").click()
    eventually(lambda: his.replies() == ["Who has the key?", "Wen has"])
    everywhere(lambda each: each.badge(general, "threads") == "", his, elsewhere)

    his.reply("Then I ask her")
    eventually(lambda: hers.replies()[1:] == ["Wen has", "Then I ask her"])
    assert hers.badge(general, "threads") == ""  # she is reading it
    assert his.one("main .replies").get_attribute("data-replies") == "2"
    assert not hers.complaints() + his.complaints()


def test_a_pending_message_survives_a_reload_with_its_thread_and_quote(
    tab: OpenTab, server: Server, alice: User, bob: User, general: Room
) -> None:
    root = post(bob, general, "Who has the key?")
    page = tab(alice)
    page.open_room(general)
    page.open_thread("Who has the key?")
    server.kill()
    eventually(lambda: page.connection == "closed", within=10)
    page.reply("Wen has")
    page.act("Who has the key?", "quote")
    page.say("Ask in the thread")
    eventually(lambda: len(page.all("article[data-pending]")) == 2)
    assert "Who has the key?" in page.one("main article[data-pending] .quote").text
    page.browser.get("about:blank")
    server.start()
    page.open_room(general)
    assert page.shows("Ask in the thread", within=20)
    eventually(lambda: general.messages.filter(body__in=["Wen has", "Ask in the thread"]).count() == 2, within=20)
    assert general.messages.get(body="Wen has").thread_id == root
    assert general.messages.get(body="Ask in the thread").quote_id == root


def test_a_mention_is_chosen_from_a_list_and_counts_in_every_tab(
    tab: OpenTab, alice: User, bob: User, general: Room, birds: Room
) -> None:
    hers, his, elsewhere = tab(alice), tab(bob), tab(bob)
    hers.open_room(general)
    his.open_room(birds)
    elsewhere.open_room(birds)
    hers.write("Are you there, @b")
    eventually(lambda: [each.get_attribute("data-name") for each in hers.all(".mentions [role=option]")] == ["bob"])
    field = hers.write("")
    assert field.get_attribute("aria-activedescendant")
    field.send_keys(Keys.ENTER)
    assert field.get_attribute("value") == "Are you there, @bob "
    field.send_keys(Keys.ENTER)
    everywhere(lambda each: each.badge(general, "mention") == "@1", his, elsewhere)
    for each in (his, elsewhere):
        assert each.read("document.title").startswith("(@1) ")
    another = post(alice, general, "@here, @bob, anybody?")
    everywhere(lambda each: each.badge(general, "mention") == "@2", his, elsewhere)
    editing.delete_own_message(alice, general.pk, another)
    everywhere(lambda each: each.badge(general, "mention") == "@1", his, elsewhere)
    his.one(f'a[data-room="{general.pk}"]').click()
    assert his.one(f'article[data-told] .mention[data-mention="{bob.pk}"]').text == "@bob"
    everywhere(lambda each: each.badge(general) == "", his, elsewhere)
    post(alice, general, "Never mind")
    eventually(lambda: elsewhere.badge(general) == "")  # the other tab is reading it


def test_marking_as_unread_holds_in_every_tab_until_the_room_is_opened_again(
    tab: OpenTab, alice: User, bob: User, general: Room, birds: Room
) -> None:
    for number in range(3):
        post(alice, general, f"Message {number}")
    his, elsewhere = tab(bob), tab(bob)
    elsewhere.open_room(general)
    his.open_room(general)
    his.act("Message 1", "unread")  # at once, before a tab may have reported its read position
    everywhere(lambda each: each.badge(general) == "2", his, elsewhere)
    everywhere(lambda each: first_new(each) == "Message 1", his, elsewhere)
    for each in (his, elsewhere):
        each.look_away()
        each.look_back()
    post(alice, general, "Message 3")
    everywhere(lambda each: each.badge(general) == "3", his, elsewhere)
    his.one(f'a[data-room="{birds.pk}"]').click()
    his.one(f'a[data-room="{general.pk}"]').click()
    everywhere(lambda each: each.badge(general) == "", his, elsewhere)

    his.say("Mine")
    assert his.shows("Mine")
    assert "unread" not in his.offered("Mine")  # her own message counts for no one as unread
    elsewhere.act("Message 3", "unread")
    everywhere(lambda each: each.badge(general) == "1", his, elsewhere)
    elsewhere.reads_on()
    everywhere(lambda each: each.badge(general) == "", his, elsewhere)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_threads_pickers_mentions_and_pins_are_accessible(
    tab: OpenTab, alice: User, bob: User, general: Room, scheme: str
) -> None:
    root = post(bob, general, "@alice, who has the key?")
    post(bob, general, "And @here, who has the *other* one?", thread=root)
    post(bob, general, "I ask for a friend", quote=root)
    page = tab(alice)
    page.prefers(scheme)
    page.open_room(general)
    page.open_thread("@alice, who has the key?")
    eventually(lambda: len(page.replies()) == 2)
    assert page.barriers() == []
    page.act("I ask for a friend", "pin")
    page.one(".pinned")
    page.offered("I ask for a friend")
    assert page.barriers() == []
    page.browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    page.point_at("I ask for a friend")
    page.one("main message-tools [data-act=react]").click()
    page.one(".picker:popover-open")
    assert page.barriers() == []
    page.browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    page.write("@").click()
    page.one("main .mentions [role=option]")
    assert page.barriers() == []
    page.one("[data-opens=pins]").click()
    page.one(".card")
    assert page.barriers() == []
    assert page.complaints() == []


def test_a_member_named_in_another_script_is_offered_in_any_case_and_mentioned(
    tab: OpenTab, alice: User, general: Room
) -> None:
    alisa, eli, hindi = map(User.objects.create_user, ["Алиса", "אלי", "नमस्ते"])
    for person in (alisa, eli, hindi):
        membership.join(person, general.pk)
    page = tab(alice)
    page.open_room(general)
    for typed, person in (("@алИ", alisa), ("@אל", eli), ("@नम", hindi)):
        field = page.write(typed)
        assert page.one(f'.mentions [data-name="{person.username}"]')
        field.send_keys(Keys.ENTER)
    page.write("!").send_keys(Keys.ENTER)
    for person in (alisa, eli, hindi):
        assert page.one(f'article .mention[data-mention="{person.pk}"]').text == f"@{person.username}"
    assert not page.complaints()
