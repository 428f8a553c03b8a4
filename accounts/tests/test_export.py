"""Users can export all data that the site has about them."""

import gc
import io
import json
import zipfile
from inspect import unwrap
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from accounts.overload import Gate
from accounts.profile import export, pictures, views
from accounts.tests.helpers.pictures import plain
from accounts.tests.test_deletion import proven
from accounts.tests.test_sessions import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")]

Files = dict[str, list[dict[str, Any]]]


def exported(client: Client) -> zipfile.ZipFile:
    answer = client.post(reverse("accounts:export"))
    assert answer["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(b"".join(answer)))


def lines(file: zipfile.ZipFile) -> Files:
    names = [name for name in file.namelist() if name.endswith(".jsonl")]
    return {name.removesuffix(".jsonl"): [json.loads(line) for line in file.read(name).splitlines()] for name in names}


def test_an_export_has_all_data_of_the_account_and_no_secret(alice: User) -> None:
    Authenticator.objects.create(user=alice, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "sesame"})
    pictures.put(alice, plain("WEBP"))
    file = exported(proven(alice))
    assert file.testzip() is None
    known = lines(file)
    assert known["profile"][0]["username"] == "alice"
    assert known["profile"][0]["email"] == "alice@example.org"
    assert known["addresses"] == [{"email": "alice@example.org", "verified": True, "primary": True}]
    assert [session["address"] for session in known["sessions"]] == ["203.0.113.7"]
    assert [factor["type"] for factor in known["factors"]] == ["recovery_codes"]
    assert file.read("picture.webp")[8:12] == b"WEBP"
    everything = b"".join(map(file.read, file.namelist())).decode(errors="replace")
    assert "sesame" not in everything
    assert "argon2" not in everything


def test_an_export_asks_for_the_password_first(alice: User) -> None:
    client = signed_in(alice)
    for ask in (client.get, client.post):
        assert reverse("account_reauthenticate") in ask(reverse("accounts:export"))["Location"]
    client.post(reverse("account_reauthenticate"), {"password": "alice's password"})
    assert "Download" in client.get(reverse("accounts:export")).content.decode()
    assert exported(client)


def test_an_export_is_streamed_while_it_is_made(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory use does not grow with the size of the export."""
    written: list[int] = []

    def rows_of(user: User) -> Any:
        for number in range(50_000):
            written.append(number)
            yield {"number": number, "noise": f"{number * 7919 % 100_003:x}" * 4}

    monkeypatch.setattr(export, "_parts", {"numbers": rows_of})
    pieces = export._pieces(alice)
    first = next(pieces)
    assert len(first) < 2 * export.WRITTEN_AT_ONCE
    assert len(written) < 20_000
    file = zipfile.ZipFile(io.BytesIO(first + b"".join(pieces)))
    assert len(lines(file)["numbers"]) == 50_000


def test_a_user_has_one_export_at_a_time(alice: User, bob: User) -> None:
    with export.admit(alice):
        answer = proven(alice).post(reverse("accounts:export"))
        assert (answer.status_code, answer["Retry-After"]) == (429, "10")
        assert "Try again" in answer.content.decode()
        assert exported(proven(bob))
    assert exported(proven(alice))


def test_an_export_is_refused_while_many_are_made(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate("exports", at_once=1, seconds=10)
    monkeypatch.setattr(export, "exporting", gate)
    with gate.entered():
        answer = proven(alice).post(reverse("accounts:export"))
        assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert exported(proven(alice))


def test_an_export_that_was_never_sent_frees_its_place(alice: User) -> None:
    request = RequestFactory().post(reverse("accounts:export"))
    request.user = alice
    for _ in range(2):
        answer = unwrap(views.export)(request)
        assert answer.status_code == 200
        del answer  # as after an aborted request
        gc.collect()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no pool of connections")
@pytest.mark.django_db(transaction=True)
def test_an_export_holds_no_connection_while_a_piece_is_sent(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "WRITTEN_AT_ONCE", 1)
    pieces = export._pieces(alice)
    count = 0
    while export._next(pieces) is not None:
        count += 1
        assert connection.connection is None
    assert count > 1
