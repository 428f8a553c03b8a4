"""Messages in a real browser: older pages, HTML, Markdown and actions."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
from selenium.webdriver import Keys

from accounts.models import User
from chat.models import Message, Room
from chat.services.messages import posting
from chat.tests.browser.pages import OpenTab
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_older_messages_load_as_one_scrolls_up(tab: OpenTab, alice: User, general: Room) -> None:
    for number in range(120):
        posting.post_message(alice, general.pk, body=f"Message {number}", client_id=uuid4())
    page = tab(alice)
    page.open_room(general)
    assert page.stored()[-1] == "Message 119"
    assert len(page.stored()) < 120

    def reaches_the_first() -> bool:
        page.browser.execute_script("document.querySelector('[role=log]').scrollTop = 0")
        return page.stored()[0] == "Message 0"

    eventually(reaches_the_first, within=15)
    assert page.stored() == [f"Message {number}" for number in range(120)]


def test_a_day_has_one_line_though_the_clocks_of_two_servers_differ_at_midnight(
    tab: OpenTab, alice: User, general: Room
) -> None:
    midnight = datetime.combine(date.today() - timedelta(days=5), time()).astimezone()

    def post(body: str, at: datetime) -> str:
        posting.post_message(alice, general.pk, body=body, client_id=uuid4(), created_at=at)
        return body

    def post_from_both(number: int) -> list[str]:
        # The clocks differ by ten minutes: late's last three messages are of the new day, and all of right's but the
        # first.
        late = post(f"{number}: late", midnight + timedelta(minutes=number - 10))
        return [late, post(f"{number}: right", midnight + timedelta(minutes=number))]

    before = [*post_from_both(-1), post("0: late", midnight - timedelta(minutes=10))]
    after = [post("0: right", midnight), *(body for number in range(1, 13) for body in post_from_both(number))]
    imported = post("Long ago", midnight - timedelta(days=400))
    back = post("And back", midnight + timedelta(hours=1))
    page = tab(alice)
    page.open_room(general)
    page.say("Now")
    assert page.shows("Now")
    lines = page.read(LINES)
    days = [line for line in lines if line.startswith("Day: ")]
    today, eve, day, long_ago, *again = days
    assert again == [day, today]
    assert len(set(days)) == 4
    assert lines == [today, eve, *before, day, *after, long_ago, imported, day, back, today, "Now"]


# The contents of the log, from top to bottom.
LINES = """[...document.querySelectorAll("main .log .day, main article.message:not([data-kind=notice]) .body")]
    .map((line) => (line.matches(".day") ? "Day: " : "") + line.textContent)"""


def test_html_in_a_message_is_shown_as_text(tab: OpenTab, alice: User, general: Room) -> None:
    body = "<img src=x onerror=\"document.title='gone'\"> <b>bold</b> javascript:alert(1) https://example.org/?a=1&b=2"
    page = tab(alice)
    page.open_room(general)
    page.say(body)
    assert page.shows(body)
    assert page.all("article.message .body img, article.message .body b") == []
    (link,) = page.all("article.message .body a")
    assert link.get_attribute("href") == "https://example.org/?a=1&b=2"
    assert "noopener" in (link.get_attribute("rel") or "")
    assert page.read("document.title") != "gone"


MARKDOWN = """\
Look at **this**, `rc.2` and https://example.org:

> a quote

- one
- two

```python
@cache
def answer(why: str) -> int:
    \"\"\"To everything.\"\"\"
    return 42 + len(why)  # more or less, and this line is long enough to be scrolled to the side on every screen that \
there is, or else it would have to be longer still
```
```diff
-one
+two
```"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_markdown_is_shown_and_can_be_read_by_all(tab: OpenTab, alice: User, general: Room, scheme: str) -> None:
    posting.post_message(alice, general.pk, body=MARKDOWN, client_id=uuid4())
    posting.post_message(alice, general.pk, body="waves *twice*", client_id=uuid4(), kind="action")
    page = tab(alice)
    page.prefers(scheme)
    page.open_room(general)
    for shown in ("strong", "code", "a[target=_blank]", "blockquote p", "ul li p", "pre .k", "pre .c", "em"):
        assert page.all(f".message .body {shown}"), shown
    assert page.read(
        "document.querySelector('.body pre').scrollWidth > document.querySelector('.body pre').clientWidth"
    )
    assert page.read("document.querySelector('.log').scrollWidth === document.querySelector('.log').clientWidth")
    assert page.barriers() == []
    assert page.complaints() == []


def test_slash_me_sends_an_action_and_shift_enter_makes_a_new_line(tab: OpenTab, alice: User, general: Room) -> None:
    page = tab(alice)
    page.open_room(general)
    page.say("/me waves")
    assert page.shows("waves")
    page.write("one").send_keys(Keys.SHIFT, Keys.ENTER)
    page.say("two")
    assert page.shows("one\ntwo")
    stored = Message.objects.exclude(kind="notice").order_by("position").values_list("kind", "body")
    assert list(stored) == [("action", "waves"), ("text", "one\ntwo")]


def test_messages_are_named_files_are_refused_and_tools_stand_beside_what_runs_from_the_right(
    tab: OpenTab, alice: User, general: Room
) -> None:
    page = tab(alice)
    page.open_room(general)
    page.say("Hello")
    page.say("שלום עולם")
    assert page.shows("שלום עולם")
    names = page.read("[...document.querySelectorAll('main article[data-author]')].map(({ ariaLabel }) => ariaLabel)")
    assert names
    assert all(name.startswith("Alice, ") for name in names)
    page.point_at("שלום עולם")
    apart = """(() => {
        const range = document.createRange();
        range.selectNodeContents([...document.querySelectorAll("main .body p")].at(-1));
        return document.querySelector(".tools").getBoundingClientRect().right < range.getBoundingClientRect().left;
    })()"""
    assert page.read(apart)
    drop = """(() => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(["1"], "tide.txt"));
        return document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    })()"""
    assert page.read(drop) is False  # the browser does not open it
    assert page.says("Files can’t be sent here yet.")
    assert page.barriers() == []
