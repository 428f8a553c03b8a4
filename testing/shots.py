"""Screenshots of the pages, taken by a real browser on demo data: `bin/shots [folder]`."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import django
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import User
    from chat.models import Room
    from chat.tests.browser.pages import Tab
    from testing.browsers import Chrome, Chromium
    from testing.processes import Server

SIZES = {"light": (1440, 900), "dark": (1440, 900), "phone": (390, 844)}
OWN_PAGES = {"profile": "/accounts/profile/", "security": "/accounts/2fa/", "sessions": "/accounts/sessions/"}
ENTRANCE = {"sign-in": "/accounts/login/", "sign-up": "/accounts/signup/"}
AWAY_MS = 8_000  # one user should be away, without a wait of five minutes


def main(folder: Path) -> None:
    django.setup()
    settings.DEBUG = True  # the demo requires DEBUG
    from testing.processes import Server, Valkey

    with ExitStack() as stack:
        valkey = Valkey(settings.DATA_DIR).start()
        stack.callback(valkey.stop)
        call_command("migrate", verbosity=0)
        call_command("demo")
        log = settings.DATA_DIR / "server.log"
        server = Server(log, ROOMFUL_DEBUG="1", PRESENCE_AWAY_MS=str(AWAY_MS)).start()
        stack.callback(server.stop)
        take_pictures(server, folder, stack)


def take_pictures(server: "Server", folder: Path, stack: ExitStack) -> None:
    from chat.models import Room
    from chat.tests.browser.pages import Tab
    from testing.browsers import Chromium
    from testing.waiting import eventually

    general, birds = Room.objects.get(name="general"), Room.objects.get(name="birds-of-the-delta")
    liven(general)
    run(general)
    chromium = stack.enter_context(quitting(Chromium(profile(stack), whole=True)))
    crowd = chromium.open()
    ilse = Tab(chromium.open(), server, person("ilse"))
    ilse.open_room(general)
    visit(crowd, server, "pia", birds)
    eventually(lambda: ilse.people("away") == ["pia"], within=30)
    for username, room in {"noor": general, "tomasz": general, "wen": general, "amara": birds}.items():
        visit(crowd, server, username, room)
    ilse.write("").click()
    ilse.sees("amara", group="online")
    for name, size in SIZES.items():
        dress(ilse.browser, name, size)
        ilse.open_room(general)
        ilse.sees("ilse", "noor", "tomasz", "wen")
        save(ilse, folder / f"room-{name}.png")
        ilse.browser.execute_script("document.querySelector('main .replies').click()")
        eventually(lambda: len(ilse.replies()) > 1)
        save(ilse, folder / f"thread-{name}.png")
        ilse.open_room(general)
        show_person(ilse, "amara")
        save(ilse, folder / f"person-{name}.png")
        ilse.go("/")
        eventually(lambda: ilse.connection == "open")
        save(ilse, folder / f"index-{name}.png")
        ilse.open_status()
        save(ilse, folder / f"status-{name}.png")
        for page, path in (OWN_PAGES | pages_of_those_who_run(general)).items():
            ilse.go(path)
            save(ilse, folder / f"{page}-{name}.png")
    stranger = Tab(chromium.open(), server)
    for name, size in SIZES.items():
        dress(stranger.browser, name, size)
        for page, path in ENTRANCE.items():
            stranger.go(path)
            save(stranger, folder / f"{page}-{name}.png")


def pages_of_those_who_run(room: "Room") -> dict[str, str]:
    return {
        "members": f"{room.get_absolute_url()}settings/members/",
        "reports": f"{room.get_absolute_url()}settings/reports/",
        "rooms": "/site/rooms/",
        "connections": "/site/connections/",
    }


def run(room: "Room") -> None:
    """Perform acts of moderators and administrators."""
    from chat.permissions.actor import Actor
    from chat.services.messages import posting
    from chat.services.moderation import mutes, reports
    from chat.services.rooms import directs, list_preferences

    noor, ilse, wen, pia = (person(username) for username in ("noor", "ilse", "wen", "pia"))
    list_preferences.keep_room(ilse, room.pk, favourite=True)
    for people in ([noor.pk], [noor.pk, wen.pk]):
        direct = directs.open_direct(ilse, people)
        posting.post_message(noor, direct.pk, body="Coffee before the boat leaves?", client_id=uuid4())
    said = posting.post_message(pia, room.pk, body="Selling a boat, write to me!", client_id=uuid4())
    reports.report_message(wen, room.pk, said.pk, "This is the third advertisement today")
    by = Actor(ilse, "192.0.2.7")
    until = timezone.now() + timedelta(hours=1)
    mutes.mute(by, room.pk, pia.pk, until=until, reason="No advertisements, please")


def liven(room: "Room") -> None:
    """Add edits, reactions and other changes to messages."""
    from chat.services.messages import pins, posting, reactions

    def post(username: str, body: str, **details: int) -> int:
        return posting.post_message(person(username), room.pk, body=body, client_id=uuid4(), **details).pk

    last = room.messages.order_by("position").last()
    assert last
    for username, emoji in (("noor", "👀"), ("ilse", "👀"), ("tomasz", "😂")):
        reactions.add_reaction(person(username), room.pk, last.pk, emoji)
    pins.pin(person("noor"), room.pk, room.messages.filter(body__startswith="Wind turns").get().pk)
    post("tomasz", "Pretending to be what?", thread=last.pk)
    post("wen", "A sandbag. It is very good at it.", thread=last.pk)
    post("noor", "@ilse bring the long lens, and the sandbag.", quote=last.pk)


def visit(crowd: "Chrome", server: "Server", username: str, room: "Room") -> None:
    """Open the room in one more tab as a user."""
    from chat.tests.browser.pages import Tab

    crowd.switch_to.new_window("tab")
    tab = Tab(crowd, server, person(username))
    tab.open_room(room)


def show_person(tab: "Tab", username: str) -> None:
    """Open a user's card in the sidebar, which is a drawer on a phone."""
    from testing.waiting import eventually

    opener = tab.one(".opens-roster")
    if opener.is_displayed():
        opener.click()
    eventually(lambda: tab.person(username).is_displayed())
    tab.person(username).click()
    eventually(lambda: tab.all(".person-card:popover-open dl"))


def dress(browser: "Chrome", name: str, size: tuple[int, int]) -> None:
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": name == "phone"}
    scheme = {"name": "prefers-color-scheme", "value": "dark" if name == "dark" else "light"}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": name == "phone"})


def save(tab: "Tab", path: Path) -> None:
    tab.browser.execute_async_script("document.fonts.ready.then(() => requestAnimationFrame(arguments[0]))")
    path.parent.mkdir(parents=True, exist_ok=True)
    assert tab.browser.save_screenshot(str(path)), path
    print(path, file=sys.stderr)  # noqa: T201


def person(username: str) -> "User":
    from accounts.models import User

    return User.objects.get(username=username)


def profile(stack: ExitStack) -> Path:
    return Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))


@contextmanager
def quitting(chromium: "Chromium") -> "Iterator[Chromium]":
    try:
        yield chromium
    finally:
        chromium.quit()


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "testing.settings"
    main(Path(sys.argv[1]))
