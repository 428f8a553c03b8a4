"""Passkeys and authenticator apps, as a person uses them, in a browser with a virtual authenticator."""

import re
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.common.virtual_authenticator import Protocol, Transport, VirtualAuthenticatorOptions
from selenium.webdriver.remote.webelement import WebElement

from accounts.models import User
from accounts.tests.test_factors import code_of
from testing.processes import Server
from testing.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(settings.BASE_DIR, "chat/tests/browser/vendor/axe.min.js")
PASSWORD = "alice's password"


class Visit:
    """A user's browser on the site."""

    def __init__(self, browser: Chrome, server: Server) -> None:
        self.browser, self.server = browser, server

    def go(self, path: str) -> None:
        self.browser.get(f"{self.server.url}{path}")

    def one(self, selector: str) -> WebElement:
        return eventually(lambda: self.browser.find_elements(By.CSS_SELECTOR, selector), within=10)[0]

    def click(self, words: str) -> None:
        """Click the link or button with this text."""
        said = f"//main//*[self::a or self::button][normalize-space()='{words}']"
        eventually(lambda: self.browser.find_elements(By.XPATH, said), within=10)[0].click()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.one(f"main [name={name}]").send_keys(value)
        self.browser.switch_to.active_element.send_keys(Keys.ENTER)

    def says(self, words: str) -> bool:
        return eventually(
            lambda: words in self.browser.execute_script("return document.body?.innerText ?? ''"), within=10
        )

    def codes(self) -> list[str]:
        return [each.text for each in self.browser.find_elements(By.CSS_SELECTOR, ".codes li")]

    def download(self, folder: Path) -> Path:
        self.browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
        self.click("Download")
        return eventually(lambda: list(folder.glob("*-recovery-codes.txt")), within=10)[0]

    def mailed_code(self) -> str:
        """Return the latest code. The server prints email to its log."""
        codes = re.compile(r"^[A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?$", re.MULTILINE)
        return eventually(lambda: codes.findall(self.server.log.read_text()), within=10)[-1]

    def sign_in(self) -> None:
        self.go("/accounts/login/")
        self.fill(login="alice", password=PASSWORD)
        eventually(lambda: "/login/" not in self.browser.current_url, within=10)

    def sign_out(self) -> None:
        self.go("/accounts/logout/")
        self.click("Sign out")
        self.is_at("/accounts/login/")

    def is_at(self, path: str) -> None:
        eventually(lambda: self.browser.current_url == f"{self.server.url}{path}", within=10)

    def is_sound(self) -> None:
        """Check that the content security policy blocked nothing, and that axe finds no fault."""
        assert self.browser.get_log("browser") == []  # type: ignore[no-untyped-call]
        self.browser.execute_script(AXE.read_text())
        script = "const done = arguments[0]; axe.run().then((result) => done(result.violations));"
        assert self.browser.execute_async_script(script) == []


@pytest.fixture
def visit(browser: Chrome, server: Server) -> Visit:
    return Visit(browser, server)


def with_authenticator(browser: Chrome) -> None:
    options = VirtualAuthenticatorOptions(
        protocol=Protocol.CTAP2,
        transport=Transport.INTERNAL,
        has_resident_key=True,
        has_user_verification=True,
        is_user_consenting=True,
        is_user_verified=True,
    )
    browser.add_virtual_authenticator(options)


def test_a_passkey_is_added_and_signs_in_alone(visit: Visit, alice: User, tmp_path: Path) -> None:
    with_authenticator(visit.browser)
    visit.sign_in()
    visit.go("/accounts/2fa/")
    visit.is_sound()
    visit.click("Add a passkey")
    assert visit.says("Confirm it’s you")
    visit.is_sound()
    visit.fill(password=PASSWORD)
    visit.is_at("/accounts/2fa/webauthn/add/")
    visit.is_sound()
    visit.fill(name=" of my laptop")
    visit.is_at("/accounts/2fa/recovery-codes/")
    codes = visit.codes()
    assert len(codes) == 10
    visit.is_sound()
    assert visit.download(tmp_path / "downloads").read_text().split() == codes
    visit.click("I saved them")
    assert visit.says("Passkey of my laptop")
    assert visit.says("10 of 10 codes are left.")
    visit.is_sound()

    visit.sign_out()
    visit.go("/accounts/login/?next=/accounts/email/")
    visit.one("#passkey_login").click()
    visit.is_at("/accounts/email/")

    visit.sign_out()
    visit.sign_in()
    assert visit.says("One more step")
    visit.is_sound()
    visit.click("Use a passkey")
    visit.is_at("/")

    visit.go("/accounts/2fa/")
    visit.click("Remove")
    visit.click("Use a passkey")
    visit.one("#show-passkey").click()
    assert visit.says("Remove this passkey?")
    visit.is_sound()
    visit.click("Remove")
    visit.is_at("/accounts/2fa/")
    assert not Authenticator.objects.exists()


def test_a_user_signs_up_with_a_passkey_and_is_told_why_one_fails(visit: Visit) -> None:
    with_authenticator(visit.browser)
    visit.go("/accounts/signup/passkey/")
    visit.fill(email="carol@example.org", username="carol")
    visit.is_at("/accounts/confirm-email/")
    visit.fill(code=visit.mailed_code())
    assert visit.says("Create a passkey")
    visit.is_sound()
    visit.browser.set_user_verified(False)
    visit.fill(name="")
    assert visit.says("Cancelled or timed out.")
    visit.is_sound()
    visit.browser.set_user_verified(True)
    visit.click("Create a passkey")
    visit.is_at("/")
    assert not User.objects.get(username="carol").has_usable_password()
    visit.sign_out()
    visit.browser.get(f"http://127.0.0.1:{visit.server.port}/accounts/login/")
    visit.one("#passkey_login").click()
    assert visit.says("Passkeys don’t work with an IP address.")


def test_an_authenticator_app_is_turned_on_and_asked_for_on_a_phone(visit: Visit, alice: User) -> None:
    visit.browser.set_window_size(390, 844)
    visit.sign_in()
    for path in ("/accounts/email/", "/accounts/password/change/", "/accounts/2fa/webauthn/"):
        visit.go(path)
        visit.is_sound()
    visit.go("/accounts/2fa/totp/activate/")
    visit.fill(password=PASSWORD)
    secret = visit.one("#totp-secret").text
    assert visit.browser.execute_script("return document.querySelector('.secret img').naturalWidth") > 0
    visit.is_sound()
    visit.fill(code=code_of(secret))
    visit.is_at("/accounts/2fa/recovery-codes/")
    codes = visit.codes()

    for code in (code_of(secret), codes[0]):
        visit.sign_out()
        visit.sign_in()
        assert visit.says("One more step")
        visit.is_sound()
        visit.fill(code=code)
        visit.is_at("/")
    visit.go("/accounts/2fa/")
    assert visit.says("9 of 10 codes are left.")
