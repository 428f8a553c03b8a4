"""A small OpenID Connect provider on loopback: real requests, real tokens, one person at a time."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

CLIENT, SECRET = "roomful", "between the two"
LEAVE = reverse("openid_connect_login", args=["example"])
RETURN = reverse("openid_connect_callback", args=["example"])
BOB = {
    "sub": "b0b",
    "preferred_username": "bob",
    "name": "Bob\u202e Builder",
    "email": "bob@example.org",
    "email_verified": True,
}


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """State of the provider. `person` has the claims of the user who is signed in there."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = {}
        self.says_instead: dict[str, Any] = {}  # claims that replace those of the person at the userinfo endpoint
        self.asked: dict[str, str] = {}  # code → challenge
        self.broken = False
        self.url = ""

    def authorize(self, address: str) -> dict[str, str]:
        """Sign the person in, and return the parameters of the address that leads back to the site."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["client_id"], asked["code_challenge_method"]) == (CLIENT, "S256")
        code = secrets.token_urlsafe()
        self.asked[code] = asked["code_challenge"]
        return {"code": code, "state": asked["state"]}

    def token(self, form: dict[str, list[str]]) -> dict[str, Any] | None:
        challenge = self.asked.pop(form["code"][0], None)
        proof = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        if challenge != base64.urlsafe_b64encode(proof).rstrip(b"=").decode() or form["client_secret"] != [SECRET]:
            return None
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60, **self.person}
        signed = jwt.encode(claims, key(), "RS256", {"kid": "1"})
        return {"access_token": "token", "token_type": "Bearer", "id_token": signed}

    def configuration(self) -> dict[str, Any]:
        ends = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "userinfo_endpoint": "userinfo",
            "jwks_uri": "jwks",
        }
        methods = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        return {"issuer": self.url, **{name: f"{self.url}/{end}" for name, end in ends.items()}, **methods}


def handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/authorize"):
                return self.send_back()
            known = self.path.endswith("/openid-configuration")
            return self.answer(provider.configuration() if known else provider.person | provider.says_instead)

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.answer(provider.token(form))

        def send_back(self) -> None:
            [where] = parse_qs(urlsplit(self.path).query)["redirect_uri"]
            self.send_response(302)
            self.send_header("Location", f"{where}?{urlencode(provider.authorize(self.path))}")
            self.end_headers()

        def answer(self, content: dict[str, Any] | None) -> None:
            self.send_response(503 if provider.broken else 400 if content is None else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(provider))
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def come_by(provider: Provider, client: Client, process: str = "login") -> HttpResponse:
    """Go to the provider, sign in there and come back."""
    leave = client.post(f"{LEAVE}?process={process}")
    return client.get(RETURN, provider.authorize(leave["Location"]))  # type: ignore[return-value]
