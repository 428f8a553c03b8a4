"""Security headers of every kind of response. No response names the server software."""

import json
from contextlib import closing
from http.client import HTTPConnection, HTTPMessage
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from chat.services.rooms import membership
from project.middleware.security_headers import FEATURES
from project.tests.test_environment import run
from project.tests.test_production import PRODUCTION
from testing.machine import patience
from testing.processes import Server

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(FEATURES),
}
OF_DJANGO = ALWAYS | {"Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin"}
BY_ITSELF = "default-src 'none'; frame-ancestors 'none'"

HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
}


def has(answer: Any, expected: dict[str, str]) -> bool:
    assert {name: answer.get(name) for name in expected} == expected
    assert "Server" not in answer
    assert "X-Powered-By" not in answer
    return True


@pytest.mark.django_db
def test_every_kind_of_answer_has_the_security_headers(client: Client, admin_user: User) -> None:
    client.force_login(admin_user)
    room = membership.create_room(admin_user, "general")
    own = {
        "/": 200,
        room.get_absolute_url(): 200,
        f"/rooms/{room.pk}/history/": 400,
        f"/rooms/{room.pk}/members/": 200,  # JSON
        "/site/": 200,
        "/admin/": 200,
        "/accounts/password/change/": 200,
        "/accounts/email": 301,
        "/nowhere/": 404,
        f"/rooms/{room.pk}/leave/": 405,
        "/words.js": 200,
    }
    for path, status in own.items():
        answer = client.get(path)
        assert (path, answer.status_code) == (path, status)
        assert has(answer, OF_DJANGO)
        assert "no-store" in answer["Cache-Control"]
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    for answer in (client.post("/rooms/new/", headers={"Origin": "null"}), client.get("/", headers={"Host": "x"})):
        assert answer.status_code in (400, 403)
        assert has(answer, OF_DJANGO)
    assert Client().get("/")["Location"] == "/accounts/login/?next=/"
    assert has(Client().get("/"), OF_DJANGO)


@pytest.mark.django_db
def test_static_files_may_be_cached_and_run_nothing_by_themselves(client: Client) -> None:
    for path in ("css/base.css", "models/chat.js", "icons/mark.svg", "fonts/inter-latin-wght-normal.woff2"):
        answer = client.get(f"/static/chat/{path}")
        assert answer.status_code == 200
        assert has(answer, OF_DJANGO | {"Content-Security-Policy": BY_ITSELF})
        assert "no-store" not in answer["Cache-Control"]
        assert "Access-Control-Allow-Origin" not in answer
        answer.close()


@pytest.fixture
def developing(settings: Settings, alice: User) -> Client:
    """Return Alice's browser on a site that runs with ROOMFUL_DEBUG."""
    settings.DEBUG = True
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "project.errors.missing_pages.MissingPages"]
    client = Client(raise_request_exception=False)
    client.force_login(alice)
    return client


@pytest.mark.django_db
def test_with_debug_an_error_shows_its_traceback_and_no_policy_hides_its_styles(
    developing: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Content-Security-Policy" in developing.get("/")
    monkeypatch.setattr("chat.views.rooms._index", lambda request: 1 / 0)
    answer = developing.get("/")
    assert answer.status_code == 500
    assert "Traceback" in answer.text
    assert "Content-Security-Policy" not in answer


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nowhere/", "/rooms/4711/", "/join/nonsense/"])
def test_with_debug_an_address_that_leads_nowhere_shows_the_sites_own_page(
    developing: Client, alice: User, path: str
) -> None:
    usual = Client()
    usual.force_login(alice)
    answer = developing.get(path)
    assert answer.status_code == usual.get(path).status_code == 404
    assert answer.templates[0].name == usual.get(path).templates[0].name
    assert "URLconf" not in answer.text


@pytest.mark.django_db
def test_with_debug_an_address_without_its_slash_still_leads_to_the_page(developing: Client) -> None:
    assert developing.get("/rooms/new").headers["Location"] == "/rooms/new/"


@pytest.mark.django_db
def test_cookies_are_http_only_and_same_site(client: Client, alice: User) -> None:
    client.force_login(alice)
    cookie = client.get("/rooms/new/").cookies["csrftoken"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    client.post("/accounts/login/", {"login": "alice", "password": "alice's password"})
    fresh = Client()
    cookie = fresh.post("/accounts/login/", {"login": "alice", "password": "alice's password"}).cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")


OVER_HTTPS = """
import django, json
django.setup()
from django.conf import settings
from django.test import Client
answer = Client(SERVER_NAME="chat.example.org").get("/accounts/password/reset/", secure=True)
names = ["SESSION", "CSRF", "LANGUAGE"]
cookies = {n: [getattr(settings, f"{n}_COOKIE_{what}") for what in ("NAME", "SECURE", "HTTPONLY")] for n in names}
print(json.dumps([dict(answer.headers), cookies, [str(cookie) for cookie in answer.cookies.values()]]))
"""


@pytest.mark.program
def test_over_https_answers_have_hsts_and_cookies_have_the_host_prefix() -> None:
    ended = run("-c", OVER_HTTPS, DJANGO_SETTINGS_MODULE="project.settings", **PRODUCTION)
    headers, cookies, sent = json.loads(ended.stdout or ended.stderr)
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert {name for name, _, _ in cookies.values()} == {"__Host-sessionid", "__Host-csrftoken", "__Host-language"}
    assert all(secure and http_only for _, secure, http_only in cookies.values())
    assert len(sent) == 1
    assert {part.strip() for part in sent[0].split(";")} >= {"HttpOnly", "Secure", "Path=/", "SameSite=Lax"}
    assert "Domain" not in sent[0]


@pytest.mark.django_db(transaction=True)
def test_answers_that_never_reach_django_have_the_security_headers(server: Server) -> None:
    def ask(method: str, path: str, **headers: str) -> tuple[int, HTTPMessage]:
        with closing(HTTPConnection("localhost", server.port, timeout=patience(10))) as connection:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers

    asked = {
        413: ask("POST", "/accounts/login/", **{"Content-Length": "100000000"}),
        200: ask("GET", "/accounts/login/"),
    }
    for expected, (status, headers) in asked.items():
        assert status == expected
        assert has(headers, ALWAYS)
        assert "no-store" in headers["Cache-Control"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
    for origin, expected in (("https://evil.example", 403), (server.origin, 403), ("https://[", 403)):
        status, headers = ask("GET", "/ws/", Origin=origin, **HANDSHAKE)
        assert status == expected
        assert has(headers, {})
