"""Changes of a profile, as other users see them."""

from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from accounts.models import User
from accounts.profile import deletion
from accounts.tests.helpers.pictures import encoded
from chat.models import Room
from chat.services.messages.posting import post_message
from chat.services.rooms import directs, membership
from chat.tests.browser.pages import OpenTab, Tab
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOMENT = 3  # s
PICTURES = """[...document.querySelectorAll(arguments[0])].filter((image) => image.checkVisibility())
    .map(({ complete, naturalWidth, currentSrc }) => (complete && naturalWidth === 256 ? currentSrc : ""))"""
AUTHORS = "[...document.querySelectorAll('main .message .name')].map(name => name.textContent)"


def pictures(tab: Tab, within: str) -> set[str]:
    """Return the addresses of the pictures in this part of the page."""
    return set(tab.read(PICTURES, f"{within} .avatar img"))


def save(tab: Tab) -> None:
    tab.one("button:not([type]):is([data-save], fieldset + .actions button)").click()


def test_a_new_name_and_picture_are_seen_at_once_without_a_reload(
    tab: OpenTab, alice: User, bob: User, general: Room, tmp_path: Path
) -> None:
    for number in range(3):
        post_message(alice, general.pk, body=f"Hello {number}", client_id=uuid4())
    (tmp_path / "alice.png").write_bytes(encoded(Image.effect_mandelbrot((900, 600), (-2, -1, 1, 1), 90)))
    his, hers = tab(bob), tab(alice)
    his.open_room(general)
    his.browser.execute_script("window.loadedOnce = true")

    hers.open_room(general)
    hers.one("account-menu summary").click()
    hers.one("account-menu a[href='/accounts/profile/']").click()
    field = hers.one("input[name=display_name]")
    field.clear()
    field.send_keys("Alicia")
    zone = hers.one("input[name=time_zone]")
    own = zone.get_attribute("value")  # reported by the room's page
    zone.clear()
    zone.send_keys("Asia/Tokyo")
    hers.one("[data-use-zone]").click()
    assert zone.get_attribute("value") == own
    save(hers)
    assert hers.says("Profile saved.")
    eventually(lambda: "Alicia" in his.person("alice").text, within=MOMENT)
    eventually(lambda: set(his.read(AUTHORS)) == {"Alicia"}, within=MOMENT)

    hers.one("input[type=file]").send_keys(str(tmp_path / "alice.png"))
    hers.one("picture-crop:not([hidden]) canvas").send_keys("+" * 4)
    for _step in range(30):
        hers.one("picture-crop canvas").send_keys("\ue014")  # move it to the right
    assert hers.barriers() == []
    hers.one("[data-use]").click()
    assert hers.says("Picture saved.")
    alice.refresh_from_db()
    shown = {f"{his.server.url}{alice.picture_url}"}
    eventually(lambda: pictures(his, ".person[data-user=alice]") == shown, within=MOMENT)
    eventually(lambda: pictures(his, "main .message .face") == shown, within=MOMENT)

    deletion.delete(alice, "")
    eventually(lambda: set(his.read(AUTHORS)) == {"Deleted user"}, within=MOMENT)
    his.one("main .message .name").click()
    assert his.says("This account was deleted.")
    assert "alice" not in his.card()
    assert his.barriers() == []
    assert his.read("window.loadedOnce")
    assert not [each for each in hers.complaints() + his.complaints() if "favicon" not in each]


def test_a_theme_holds_for_all_pages_whatever_the_device_prefers(tab: OpenTab, alice: User, general: Room) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    hers = tab(alice)
    hers.prefers("light")
    hers.go("/accounts/profile/")
    light = hers.read(ground)
    hers.one("input[name=theme][value=dark]").click()
    assert hers.read(ground) != light
    save(hers)
    assert hers.says("Profile saved.")
    dark = hers.read(ground)
    assert dark != light
    for path in ("/", general.get_absolute_url(), "/accounts/sessions/", "/nowhere/"):
        hers.go(path)
        assert hers.read(ground) == dark
    hers.go("/accounts/profile/")
    assert hers.barriers() == []


def test_where_a_display_name_alone_would_stand_the_username_stands_beside_it(
    tab: OpenTab, alice: User, bob: User, mallory: User, general: Room
) -> None:
    membership.join(mallory, general.pk)
    User.objects.filter(pk__in=(bob.pk, mallory.pk)).update(display_name="Anna Smith")
    talk = directs.open_direct(alice, [mallory.pk])
    hers, his = tab(alice), tab(bob)
    hers.open_room(general)
    his.open_room(general)
    his.say("Pin this")
    assert his.shows("Pin this")
    his.act("Pin this", "pin")
    his.write("And")
    for words in (
        "Anna Smith (@bob) is typing…",
        "Pinned by Anna Smith (@bob)",
        "Anna Smith (@bob) and Anna Smith (@mallory) joined",
    ):
        eventually(lambda words=words: words in hers.one("main").text, within=10)  # type: ignore[misc]
    hers.act("Pin this", "quote")
    assert hers.one(".quoting b").text == "Anna Smith (@bob)"
    hers.open_room(talk)
    assert hers.one("main h1").text.endswith("Anna Smith (@mallory)")
