"""Sign-up and sign-in with mailed codes, read from the email that a real server prints."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from accounts.models import User
from accounts.tests.helpers.provider import CLIENT, SECRET, Provider, running
from testing.mailbox import mailed_code
from testing.processes import Server
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOB = "bob@example.org"


def fill(browser: Chrome, **fields: str) -> None:
    """Type into the fields as soon as they are there, and send the form."""
    for name, value in fields.items():
        eventually(partial(browser.find_elements, By.NAME, name), within=10)[0].send_keys(value)
    browser.switch_to.active_element.send_keys(Keys.ENTER)


def press(browser: Chrome, words: str) -> None:
    """Click a link or a button of the page."""
    sought = f"//body//*[self::a or self::button][contains(., '{words}')]"
    eventually(partial(browser.find_elements, By.XPATH, sought), within=10)[0].click()


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running() as provider:
        yield provider


def is_among_the_rooms(browser: Chrome) -> bool:
    return eventually(lambda: bool(browser.find_elements(By.TAG_NAME, "account-menu")), within=10)


def test_bob_signs_up_with_a_code_signs_in_with_another_and_resets_his_password(
    browser: Chrome, server: Server
) -> None:
    browser.get(f"{server.url}/accounts/login/")
    press(browser, "Create an account")
    fill(browser, email="bbo@example.org", username="bob", password1="gulls on the dyke", password2="gulls on the dyke")
    mailed_code(server, "bbo@example.org")
    press(browser, "Start over")
    fill(browser, email=BOB, password1="gulls on the dyke", password2="gulls on the dyke")
    fill(browser, code="WRONG-CODE")
    eventually(lambda: "Wrong code" in browser.page_source)
    fill(browser, code=mailed_code(server, BOB).lower())
    assert is_among_the_rooms(browser)
    assert User.objects.get().email == BOB

    browser.delete_all_cookies()
    browser.get(f"{server.url}/accounts/login/")
    press(browser, "Email me a sign-in code")
    fill(browser, email=BOB)
    fill(browser, code=mailed_code(server, BOB, number=2))
    assert is_among_the_rooms(browser)

    browser.delete_all_cookies()
    browser.get(f"{server.url}/accounts/login/")
    press(browser, "Forgot your password?")
    fill(browser, email=BOB)
    fill(browser, code=mailed_code(server, BOB, number=3))
    fill(browser, password1="herons at dusk", password2="herons at dusk")
    press(browser, "Sign in")
    fill(browser, login="bob", password="herons at dusk")
    assert is_among_the_rooms(browser)


def test_carol_signs_up_with_an_account_at_a_provider(
    browser: Chrome, servers: Callable[..., Server], provider: Provider
) -> None:
    """The content security policy allows the form to lead to this provider only."""
    provider.person = {"sub": "c", "preferred_username": "carol", "email": "carol@example.org", "email_verified": True}
    named = {"NAME": "Example", "SERVER": provider.url, "CLIENT": CLIENT, "SECRET": SECRET}
    server = servers(ROOMFUL_OIDC="example", **{f"ROOMFUL_OIDC_EXAMPLE_{name}": value for name, value in named.items()})
    browser.get(f"{server.url}/accounts/login/")
    press(browser, "Continue with Example")
    assert is_among_the_rooms(browser)
    assert User.objects.get().username == "carol"
