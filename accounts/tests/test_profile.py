"""Profiles: display name, time zone, theme."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.admin import AddForm, ChangeForm
from accounts.models import User
from accounts.profile.display_names import clean_display_name
from accounts.signals import profile_changed

pytestmark = pytest.mark.django_db


@pytest.fixture
def hers(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def save(client: Client, **fields: str) -> Any:
    known = {"display_name": "Alice", "time_zone": "", "theme": ""}
    return client.post(reverse("accounts:profile"), known | fields)


def test_a_profile_is_saved_and_shown_again(hers: Client, alice: User) -> None:
    assert save(hers, display_name="Alice Ø", time_zone="Europe/Berlin", theme="dark").status_code == 302
    alice.refresh_from_db()
    assert (alice.name, alice.time_zone, alice.theme) == ("Alice Ø", "Europe/Berlin", "dark")
    page = hers.get(reverse("accounts:profile")).content.decode()
    assert 'value="Alice Ø"' in page
    assert 'value="Europe/Berlin"' in page


def test_a_user_without_a_display_name_is_shown_by_username(hers: Client, alice: User) -> None:
    assert save(hers, display_name="").status_code == 302
    alice.refresh_from_db()
    assert alice.name == "alice"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Alice \t of\nthe sea ", "Alice of the sea"),
        ("e\u0301", "é"),
        ("Al\u200bice\u202e\u2066\ufeff", "Alice"),
        ("Al\u0000ice\u0007", "Alice"),
        ("\u3164\u2800\u200d", ""),
        ("Ал\u0301иса ❤\ufe0f", "Ал\u0301иса ❤\ufe0f"),
        ("Z\u0353" + "\u0316" * 78, "Z\u0353\u0316\u0316"),
        ("\ufe0f", ""),
        ("アリス 🌴", "アリス 🌴"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("می\u200cخواهم\u200c", "می\u200cخواهم"),
        ("عائشة", "عائشة"),
    ],
)
def test_invisible_characters_and_heaps_of_marks_are_removed_from_a_display_name(typed: str, stored: str) -> None:
    assert clean_display_name(typed) == stored


@pytest.mark.parametrize("name", ["\ufe0f", "\u3164", "\u200b\u2800"], ids=ascii)
def test_a_display_name_that_shows_nothing_is_refused(hers: Client, alice: User, name: str) -> None:
    assert save(hers, display_name="Allie").status_code == 302
    answer = save(hers, display_name=name)
    assert (answer.status_code, "needs at least one visible character" in answer.content.decode()) == (422, True)
    alice.refresh_from_db()
    assert alice.name == "Allie"


@pytest.mark.parametrize(
    "name", ["Bob", "BOB", "B0b", "ВОВ", "@bob", "Deleted user", "Deleted  uѕer", "Alice @bob", "＠bob"]
)
def test_a_display_name_that_could_be_another_persons_is_refused_and_kept_in_the_form(
    hers: Client, alice: User, bob: User, name: str
) -> None:
    for allowed in ("Bob the Builder", "ALICE", "Alice @ Berlin", "Bobby"):
        assert save(hers, display_name=allowed).status_code == 302
    answer = save(hers, display_name=name)
    assert answer.status_code == 422
    assert 'class="errorlist"' in answer.content.decode()
    alice.refresh_from_db()
    assert alice.name == "Bobby"


def test_two_people_may_have_the_same_display_name_and_their_full_names_tell_them_apart(
    hers: Client, alice: User, bob: User
) -> None:
    assert (alice.full_name, bob.full_name) == ("Alice", "Bob")
    User.objects.filter(pk=bob.pk).update(display_name="Anna Smith")
    assert save(hers, display_name="Anna Smith").status_code == 302
    full_names = [user.full_name for user in User.objects.filter(pk__in=(alice.pk, bob.pk)).order_by("pk")]
    assert full_names == ["Anna Smith (@alice)", "Anna Smith (@bob)"]


def test_a_name_that_was_chosen_before_somebody_took_it_as_username_does_not_block_the_rest_of_the_form(
    hers: Client, alice: User
) -> None:
    save(hers, display_name="Robert")
    User.objects.create_user("robert")
    assert save(hers, display_name="Robert", theme="dark").status_code == 302
    assert save(hers, display_name="Rob").status_code == 302
    assert save(hers, display_name="Robert").status_code == 422


def test_administrators_cannot_give_a_person_the_name_of_another_one(
    client: Client, alice: User, bob: User, admin_user: User
) -> None:
    form = ChangeForm(instance=alice, data={"username": "alice", "display_name": "Bob"})
    assert "display_name" in form.errors
    assert "display_name" not in ChangeForm(instance=alice, data={"username": "alice", "display_name": "Al"}).errors
    assert "display_name" in AddForm(data={"username": "carol", "display_name": "Bob"}).errors


@pytest.mark.parametrize("wrong", [{"time_zone": "Berlin"}, {"theme": "pink"}, {"display_name": "x" * 81}])
def test_an_invalid_profile_is_refused_and_what_was_typed_stays(
    hers: Client, alice: User, wrong: dict[str, str]
) -> None:
    answer = save(hers, display_name="Another", **wrong) if "display_name" not in wrong else save(hers, **wrong)
    assert answer.status_code == 422
    assert next(iter(wrong.values())) in answer.content.decode() or "theme" in wrong
    alice.refresh_from_db()
    assert alice.name == "Alice"
    assert save(hers, display_name="Another").status_code == 302


def test_only_a_new_display_name_is_announced_and_only_after_the_commit(
    hers: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    told: list[str] = []

    def listen(user: User, **_: Any) -> None:
        told.append(user.name)

    profile_changed.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        save(hers, theme="light", time_zone="UTC")
    assert told == []
    with django_capture_on_commit_callbacks(execute=True):
        save(hers, display_name="Alicia")
    assert told == ["Alicia"]


def test_a_theme_applies_to_every_page_of_its_user_and_to_no_other_user(hers: Client, bob: User) -> None:
    assert "data-theme" not in hers.get("/").content.decode()
    save(hers, theme="dark")
    for path in ("/", reverse("accounts:profile"), reverse("usersessions_list"), "/nowhere/"):
        page = hers.get(path).content.decode()
        assert 'data-theme="dark"' in page
        assert '<meta name="color-scheme" content="dark">' in page
    save(hers, theme="")
    assert '<meta name="color-scheme" content="light dark">' in hers.get("/").content.decode()
    assert "data-theme" not in Client().get(reverse("account_login")).content.decode()
