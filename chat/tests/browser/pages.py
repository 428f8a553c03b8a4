"""Page objects: the pages as a user operates them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from accounts.models import User
from chat.models import Room
from testing.browsers import sign_in
from testing.processes import Server
from testing.waiting import eventually

AXE = Path(__file__).parent / "vendor" / "axe.min.js"


# In one script: between two, the page may redraw itself.
IN_SIGHT = """[...document.querySelectorAll("body *")].some((element) => {
    const says = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.includes(arguments[0]));
    const { x } = element.getBoundingClientRect();
    return says && element.checkVisibility({ visibilityProperty: true }) && 0 <= x && x < innerWidth;
})"""


class Tab:
    """A user's browser with one tab open."""

    def __init__(self, browser: Chrome, server: Server, user: User | None = None) -> None:
        self.browser, self.server = browser, server
        if user:
            sign_in(browser, server, user)

    def go(self, path: str) -> None:
        self.browser.get(f"{self.server.url}{path}")

    def open_room(self, room: Room) -> None:
        """Open the room's page, and wait until its socket has brought it up to date."""
        self.go(room.get_absolute_url())
        eventually(lambda: self.people("here"), within=10)

    def one(self, selector: str) -> WebElement:
        return eventually(lambda: next(iter(self.all(selector)), None), within=10) or self.all(selector)[0]

    def press(self, selector: str) -> None:
        """Click on the element, and retry if the page has just redrawn it."""
        eventually(lambda: self.one(selector).click() or True)  # type: ignore[func-returns-value]

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def read(self, script: str, *arguments: object) -> Any:
        return self.browser.execute_script(f"return {script}", *arguments)

    def says(self, words: str, within: float = 10) -> bool:
        return eventually(lambda: self._in_sight(words), within)

    def says_no_more(self, words: str, within: float = 15) -> bool:
        return eventually(lambda: not self._in_sight(words), within)

    def _in_sight(self, words: str) -> bool:
        """Return True if the words are visible. A closed drawer is beyond the window's edge."""
        return bool(self.read(IN_SIGHT, words))

    def look_away(self) -> None:
        """Hide the page, as if another tab of the browser was shown."""
        self._be_hidden(hidden=True)

    def look_back(self) -> None:
        self._be_hidden(hidden=False)

    def _be_hidden(self, *, hidden: bool) -> None:
        self.browser.execute_script(
            "Object.defineProperty(document, 'hidden', { value: arguments[0], configurable: true });"
            "document.dispatchEvent(new Event('visibilitychange'))",
            hidden,
        )

    def reads_on(self) -> None:
        """Turn the mouse wheel over the conversation."""
        self.browser.execute_script("document.querySelector('main .log').dispatchEvent(new WheelEvent('wheel'))")

    @property
    def connection(self) -> str:
        return str(self.read("document.documentElement.dataset.connection"))

    # -- The conversation ---------------------------------------------------------------------------------------------

    def write(self, text: str) -> WebElement:
        """Type a message, without sending it."""
        field = self.one("textarea[name=body]")
        field.send_keys(text)
        return field

    def say(self, text: str) -> None:
        self.write(text).send_keys(Keys.ENTER)

    def messages(self) -> list[str]:
        """Return the bodies in the room: stored messages and pending ones."""
        return self._bodies("main article.message:not([data-kind=notice])")

    def stored(self) -> list[str]:
        return self._bodies("main article.message[data-id]:not([data-kind=notice])")

    def replies(self) -> list[str]:
        """Return the bodies in the open thread, with its root first."""
        return self._bodies("room-side article.message[data-id]")

    def _bodies(self, articles: str) -> list[str]:
        bodies = "[...document.querySelectorAll(arguments[0] + ' .body')].map(body => body.textContent)"
        return list(self.read(bodies, articles))

    def shows(self, text: str, within: float = 5) -> bool:
        return eventually(lambda: text in self.stored(), within)

    # -- Actions on a message -----------------------------------------------------------------------------------------

    def article(self, text: str, within: str = "main") -> WebElement:
        """Return the message with this text."""
        script = """[...document.querySelectorAll(arguments[0] + " article.message")]
            .find(article => article.querySelector(".body")?.textContent === arguments[1])"""
        found: WebElement = eventually(lambda: self.read(script, within, text), within=10)
        return found

    def point_at(self, text: str, within: str = "main") -> None:
        """Move the focus to a message, so that it shows its tools."""
        self.browser.execute_script("arguments[0].focus()", self.article(text, within))
        eventually(lambda: self.article(text, within).find_elements(By.CSS_SELECTOR, "message-tools .tools"))

    def offered(self, text: str) -> list[str]:
        """Open the menu of a message, and return its items."""
        self.point_at(text)
        self.one("message-tools [data-act=more]").click()

        def names() -> list[str]:
            # The page may redraw the button during the click, which is then lost.
            if not (items := self.all(".acts-menu:popover-open [data-act]")):
                self.one("message-tools [data-act=more]").click()
            return [str(item.get_attribute("data-act")) for item in items]

        return eventually(names)

    def act(self, text: str, name: str) -> None:
        """Choose an item from the menu of a message."""
        self.offered(text)
        self.one(f".acts-menu:popover-open [data-act={name}]").click()

    # -- Beside the conversation --------------------------------------------------------------------------------------

    def open_thread(self, text: str) -> None:
        self.point_at(text)
        self.one("message-tools [data-act=thread]").click()
        eventually(lambda: self.replies()[:1] == [text])

    def reply(self, text: str) -> None:
        self.one("room-side textarea[name=body]").send_keys(text, Keys.ENTER)

    def badge(self, room: Room, kind: str = "") -> str:
        """Return the badge beside the room's name: unread messages, `mention` or `threads`."""
        kinds = f".{kind}" if kind else ":not(.threads)"
        script = "[...document.querySelectorAll(arguments[0])].map(badge => badge.textContent.trim()).join('')"
        return str(self.read(script, f'a[data-room="{room.pk}"] .badge{kinds}'))

    # -- The sidebar --------------------------------------------------------------------------------------------------

    def people(self, group: str) -> list[str]:
        """Return the usernames in a group of the sidebar: `here`, `online`, `away` or `offline`."""
        script = "[...document.querySelectorAll(arguments[0])].map(person => person.dataset.user)"
        return sorted(self.read(script, f"[data-group={group}] .person"))

    def sees(self, *usernames: str, group: str = "here", within: float = 10) -> bool:
        return eventually(lambda: self.people(group) == sorted(usernames), within)

    def person(self, username: str) -> WebElement:
        """Return a user's entry in the sidebar: the button that opens their card."""
        return self.one(f'.person[data-user="{username}"] button')

    def says_of(self, username: str) -> str:
        """Return the text under a user's name in the sidebar."""
        return str(self.read("document.querySelector(arguments[0])?.innerText ?? ''", under(username)))

    def counts(self) -> dict[str, int]:
        """Return the number of users in each group of the sidebar, from its title."""
        script = "Object.fromEntries([...document.querySelectorAll('[data-group]')].map(group => [group.dataset.group, "
        return dict(self.read(f"{script} Number(group.querySelector('.count').textContent.replace(/\\D/g, ''))]))"))

    # -- The user's own status ----------------------------------------------------------------------------------------

    def choose(self, mode: str) -> None:
        """Choose a status from the user's own menu: `auto`, `away`, `dnd` or `invisible`."""
        self.press("account-menu summary")
        self.press(f"account-menu [data-mode={mode}]")
        eventually(lambda: self.one("account-menu").get_attribute("data-mode") == mode)

    def open_status(self) -> None:
        self.press("account-menu summary")
        self.press("account-menu [data-act=status]")
        self.one(".status-dialog[open]")

    def card(self) -> str:
        """Return the text of the open user card."""
        return str(self.read("document.querySelector('.person-card:popover-open')?.innerText ?? ''"))

    # -- Errors -------------------------------------------------------------------------------------------------------

    def complaints(self) -> list[str]:
        """Return the errors in the browser's log: a script that failed, or content blocked by the policy."""
        log = self.browser.get_log("browser")  # type: ignore[no-untyped-call]
        return [entry["message"] for entry in log if entry["level"] == "SEVERE"]

    def prefers(self, scheme: str) -> None:
        """Set the colour scheme: light or dark."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def barriers(self) -> list[str]:
        """Return the accessibility violations that axe finds."""
        self.browser.execute_script(AXE.read_text())
        found = self.browser.execute_async_script(
            "const done = arguments[0]; axe.run().then(result => done(result.violations));"
        )
        return [f"{each['id']}: {[node['html'] for node in each['nodes']][:3]}" for each in found]


def first_new(page: Tab) -> str | None:
    """Return the body of the message below the "New" line."""
    script = "document.querySelector('main .since')?.nextElementSibling.querySelector('.body').textContent"
    found: str | None = page.read(script)
    return found


def under(username: str) -> str:
    return f'.person[data-user="{username}"] small'


def everywhere(condition: Callable[[Tab], object], *tabs: Tab) -> None:
    """Wait until the condition is true in each of these tabs."""
    for tab in tabs:
        eventually(partial(condition, tab))


OpenTab = Callable[..., Tab]
