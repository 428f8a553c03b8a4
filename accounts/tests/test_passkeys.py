"""Malformed data in place of a passkey's answer. Tests in a browser cover real answers."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.helpers.entrance import sign_in
from accounts.tests.test_factors import is_signed_in, sign_in_and_show, with_app

pytestmark = pytest.mark.django_db

CLIENT_DATA = "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiQUFBQSIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3QifQ"


def answer(id: str = "AAAA", raw: str = "AAAA", **response: object) -> str:
    return json.dumps({"id": id, "rawId": raw, "type": "public-key", "response": response})


NONSENSE = {
    "nothing": "",
    "null": "null",
    "list": "[]",
    "empty": "{}",
    "no-response": '{"response": null}',
    "deep": "[" * 5_000,
    "digits": "9" * 5_000,
    "long": json.dumps("x" * 40_000),
    "nul": answer(clientDataJSON="\0"),
    "unequal-ids": answer(raw="BBBB"),
    "no-ascii": answer("é", "é"),
    "no-one": answer(clientDataJSON=CLIENT_DATA, authenticatorData="A" * 50, signature="AAAA", userHandle="AA"),
    "no-attestation": answer(clientDataJSON=CLIENT_DATA, attestationObject="AA"),
    "empty-attestation": answer(clientDataJSON=CLIENT_DATA, attestationObject="oA"),
}
nonsense = pytest.mark.parametrize("sent", NONSENSE.values(), ids=NONSENSE)


@nonsense
def test_a_malformed_credential_does_not_sign_in(client: Client, alice: User, sent: str) -> None:
    page = reverse("mfa_login_webauthn")
    assert "request_options" in client.get(page, headers={"Accept": "application/json"}).json()
    assert client.post(page, {"credential": sent}).status_code == 302
    assert not is_signed_in(client)


@nonsense
def test_a_malformed_credential_is_refused_as_a_second_factor(client: Client, alice: User, sent: str) -> None:
    with_app(alice)
    sign_in(client, "alice")
    assert client.post(reverse("mfa_authenticate"), {"credential": sent}).status_code == 200
    assert not is_signed_in(client)


@nonsense
def test_a_malformed_credential_adds_no_passkey(client: Client, alice: User, sent: str) -> None:
    sign_in_and_show(client, alice)
    page = reverse("mfa_add_webauthn")
    assert client.get(page).status_code == 200
    assert "didn’t create a passkey" in client.post(page, {"credential": sent, "name": "Phone"}).content.decode()
    assert not Authenticator.objects.exists()


def test_the_name_of_a_passkey_has_at_most_80_characters(client: Client, alice: User) -> None:
    passkey = Authenticator.objects.create(user=alice, type="webauthn", data={"name": "Phone", "credential": {}})
    sign_in_and_show(client, alice)
    page = reverse("mfa_edit_webauthn", args=[passkey.pk])
    assert client.post(page, {"name": "x" * 80}).status_code == 302
    assert client.post(page, {"name": "x" * 81}).status_code == 200
    assert Authenticator.objects.get().wrap().name == "x" * 80
