"""Unsafe requests come from exactly our own pages, or from a program that has the token."""

import http.client
import re
from contextlib import closing
from html import unescape

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from chat.services.rooms import membership
from testing.machine import patience
from testing.processes import Server

ALLOWED = 422  # a room without a name
OURS = "https://chat.example.org"
FOREIGN = [
    "null",
    "",
    "https://evil.example",
    "http://chat.example.org",  # another scheme
    "https://chat.example.org:8443",
    "https://chat.example.org/",
    "https://chat.example.org.evil.example",
    "https://sub.chat.example.org",
    "https://CHAT.example.org",
    "https://alice@chat.example.org",
    f"{OURS}, {OURS}",
    f"{OURS} https://evil.example",
    "chat.example.org",
    "[::1",
]


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.ALLOWED_ORIGINS = settings.CSRF_TRUSTED_ORIGINS = [OURS]
    settings.ALLOWED_HOSTS = ["chat.example.org"]


class Page:
    """A user's browser, with the token of one of our pages."""

    def __init__(self, user: User) -> None:
        self.client = Client(enforce_csrf_checks=True, SERVER_NAME="chat.example.org")
        self.client.force_login(user)
        page = self.client.get("/rooms/new/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert token
        self.token = token[1]

    def post(self, path: str, *, token: bool = True, **headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        fields = {"csrfmiddlewaretoken": self.token} if token else {}
        return self.client.post(path, fields, headers=named).status_code


@pytest.mark.django_db
class TestFromAPage:
    def test_only_a_page_of_this_origin_may_post(self, admin_user: User) -> None:
        page, general = Page(admin_user), membership.create_room(admin_user, "general")
        paths = {f"/rooms/{general.pk}/leave/": 302, "/rooms/new/": ALLOWED, "/admin/accounts/user/add/": 200}
        for path, allowed in paths.items():
            assert page.post(path, Origin=OURS, Sec_Fetch_Site="same-origin") == allowed
            assert {origin: page.post(path, Origin=origin) for origin in FOREIGN} == dict.fromkeys(FOREIGN, 403)
            for site in ("cross-site", "same-site", "none"):
                assert page.post(path, Origin=OURS, Sec_Fetch_Site=site) == 403

    def test_a_page_of_another_origin_may_not_post_to_the_sign_in_pages(self) -> None:
        client = Client(SERVER_NAME="chat.example.org")
        for path in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
            assert client.post(path, headers={"Origin": OURS}).status_code == 200
            refused = client.post(path, headers={"Origin": "null"})
            assert refused.status_code == 403
            assert "chat/css/pages.css" in refused.text  # in our look

    def test_a_request_without_an_origin_needs_the_csrf_token(self, alice: User) -> None:
        page = Page(alice)
        assert page.post("/rooms/new/") == ALLOWED
        assert page.post("/rooms/new/", token=False) == 403
        assert page.post("/rooms/new/", Origin=OURS, token=False) == 403
        assert page.post("/rooms/new/", Sec_Fetch_Site="same-origin") == ALLOWED
        assert page.post("/rooms/new/", Sec_Fetch_Site="cross-site") == 403

    def test_a_page_of_another_origin_is_refused_whatever_the_method(self, alice: User) -> None:
        client = Page(alice).client
        for method in ("put", "patch", "delete"):
            answers = [getattr(client, method)("/rooms/new/", headers={"Origin": each}) for each in (OURS, "null")]
            assert "Origin" not in answers[0].text
            assert answers[1].status_code == 403

    def test_reading_is_open_to_links_from_elsewhere(self, alice: User) -> None:
        client = Page(alice).client
        headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        assert client.get("/", headers=headers).status_code == 200


@pytest.mark.django_db
def test_requests_for_unknown_hosts_are_refused(client: Client) -> None:
    assert client.get("/accounts/login/", headers={"Host": "chat.example.org"}).status_code == 200
    hosts = ["evil.example", "chat.example.org.evil.example", "chat.example.org@evil.example", "chat.example.org:x", ""]
    for host in hosts:
        assert client.get("/accounts/login/", headers={"Host": host}).status_code == 400
    forwarded = {"Host": "chat.example.org", "X-Forwarded-Host": "evil.example", "X-Forwarded-Port": "1"}
    page = client.get("/accounts/login/", headers=forwarded | {"Forwarded": "host=evil.example;proto=https"})
    assert page.status_code == 200
    assert "evil.example" not in page.text
    redirected = client.get("/", headers=forwarded)
    assert redirected["Location"] == "/accounts/login/?next=/"


@pytest.mark.django_db
def test_the_forwarded_protocol_counts_only_behind_a_trusted_proxy(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    client = Client(SERVER_NAME="chat.example.org")
    claims = {"X-Forwarded-Proto": "https"}
    assert client.get("/accounts/login/", headers=claims).status_code == 301
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert client.get("/accounts/login/", headers=claims).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_request_with_two_origins_is_refused(server: Server) -> None:
    """Sends the headers over a socket: Django's test client cannot repeat one."""

    def title(*origins: str) -> str:
        with closing(http.client.HTTPConnection("localhost", server.port, timeout=patience(10))) as connection:
            connection.putrequest("POST", "/accounts/login/")
            for origin in origins:
                connection.putheader("Origin", origin)
            connection.putheader("Content-Length", "0")
            connection.endheaders()
            return re.findall("<title>(.*)</title>", connection.getresponse().read().decode())[0]

    ours, foreign = "This form has expired", "Request blocked"
    claims = [[server.origin], [server.origin, server.origin], ["https://evil.example", server.origin], ["null"]]
    assert [title(*origins) for origins in claims] == [ours, foreign, foreign, foreign]
    assert "Traceback" not in server.log.read_text()


@pytest.mark.django_db
class TestAnOldForm:
    """Forms that were opened before a sign-in or sign-out in another tab, which rotates the CSRF token."""

    def token(self, client: Client, path: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(path).text)
        assert found
        return found[1]

    def test_an_old_sign_in_form_leads_on_if_its_user_is_signed_in_meanwhile(self, alice: User) -> None:
        client = Client(enforce_csrf_checks=True, SERVER_NAME="chat.example.org")
        old = self.token(client, "/accounts/login/?next=/rooms/new/")
        fields = {"login": "alice", "password": "wrong", "next": "/rooms/new/"}
        current = client.post("/accounts/login/", {**fields, "csrfmiddlewaretoken": old}, headers={"Origin": OURS})
        assert current.status_code == 200  # the token is good, and the password is not
        client.force_login(alice)
        client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32  # the sign-in rotates it
        answer = client.post("/accounts/login/", {**fields, "csrfmiddlewaretoken": old}, headers={"Origin": OURS})
        assert (answer.status_code, answer["Location"]) == (302, "/rooms/new/")
        elsewhere = {**fields, "csrfmiddlewaretoken": old, "next": "https://evil.example/"}
        assert client.post("/accounts/login/", elsewhere, headers={"Origin": OURS})["Location"] == "/"

    @pytest.mark.parametrize(
        "path",
        [
            "/accounts/signup/", "/accounts/login/code/", "/accounts/login/code/confirm/",
            "/accounts/2fa/authenticate/",
            "/accounts/password/reset/", "/accounts/oidc/example/login/?process=login", "/accounts/3rdparty/signup/",
        ],
    )  # fmt: skip
    def test_every_way_in_leads_on_if_its_user_is_signed_in_meanwhile(self, alice: User, path: str) -> None:
        page = Page(alice)
        fields = {"csrfmiddlewaretoken": "a" * 64, "next": "/rooms/new/"}
        answer = page.client.post(path, fields, headers={"Origin": OURS})
        assert (answer.status_code, answer["Location"]) == (302, "/rooms/new/")

    @pytest.mark.parametrize("path", ["/accounts/oidc/example/login/?process=connect", "/accounts/password/change/"])
    def test_an_old_form_of_a_user_who_was_signed_in_all_the_time_is_refused(self, alice: User, path: str) -> None:
        page = Page(alice)
        answer = page.client.post(path, {"csrfmiddlewaretoken": "a" * 64}, headers={"Origin": OURS})
        assert answer.status_code == 403

    def test_an_old_form_keeps_what_was_typed_and_can_be_sent_again(self, alice: User) -> None:
        page = Page(alice)
        typed = {"name": "", "description": "Half an hour's work & more", "csrfmiddlewaretoken": "a" * 64}
        refused = page.client.post("/rooms/new/", typed, headers={"Origin": OURS})
        assert refused.status_code == 403
        fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', refused.text)}
        assert fields["description"] == typed["description"]
        assert page.client.post("/rooms/new/", fields, headers={"Origin": OURS}).status_code == ALLOWED

    def test_an_old_form_shows_no_password_and_says_when_its_user_is_signed_out(self, alice: User) -> None:
        client = Client(enforce_csrf_checks=True, SERVER_NAME="chat.example.org")
        old = {"csrfmiddlewaretoken": "a" * 64}
        entrance = client.post(
            "/accounts/login/", {**old, "login": "alice", "password": "secret words"}, headers={"Origin": OURS}
        )
        assert 'value="alice"' in entrance.text
        assert "secret words" not in entrance.text
        assert "signed out" not in entrance.text
        inside = client.post("/rooms/new/", {**old, "name": "terns"}, headers={"Origin": OURS})
        assert 'value="terns"' in inside.text
        assert "You’ve been signed out" in inside.text

    def test_fields_are_not_offered_again_unless_the_form_surely_was_ours(self, alice: User) -> None:
        page = Page(alice)
        written = {"name": "written elsewhere"}
        for headers, is_kept in (({"Origin": OURS}, True), ({"Sec-Fetch-Site": "same-origin"}, True), ({}, False)):
            refused = page.client.post("/rooms/new/", written, headers=headers)
            assert refused.status_code == 403
            assert ("written elsewhere" in refused.text) is is_kept
