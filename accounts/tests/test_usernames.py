"""Usernames: rules, uniqueness and look-up."""

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from threading import Barrier
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.signup.usernames import Naming
from accounts.tests.helpers.entrance import sign_in, sign_up
from accounts.tests.test_setup import form as setup_form
from accounts.tests.test_setup import path as setup_path
from accounts.usernames.confusables import skeleton
from accounts.usernames.rules import USERNAME_LENGTH, derive_username, folded, is_reserved, is_username

pytestmark = pytest.mark.django_db


def derived(nicknames: list[str]) -> list[str]:
    taken: list[str] = []
    for nickname in nicknames:
        taken.append(derive_username(nickname, lambda name: skeleton(name) in map(skeleton, taken)))
    return taken


def refused(username: str) -> str:
    """Return the error on the sign-up page."""
    before = User.objects.count()
    (mistake,) = sign_up(Client(), username, "mallory@example.org")
    assert User.objects.count() == before
    return mistake


def signs_up(username: str) -> bool:
    return sign_up(Client(), username, f"{len(username.encode())}@example.org") == []


class TestTheRule:
    @pytest.mark.parametrize(
        "username",
        [
            "alice",
            "Алиса",
            "太郎",
            "さくら",
            "유나",
            "नमस्ते",
            "אלי",
            "علی",
            "นก",
            "joão",
            "Ωμέγα",
            "ngọc",
            "a.b_c-1",
            "٣علی",
            "7",
        ],
    )
    def test_letters_of_any_script_make_a_username(self, username: str) -> None:
        assert is_username(username)

    @pytest.mark.parametrize(
        ("username", "otherwise"),
        [
            ("", "a"),
            ("...", "a.."),
            ("a b", "ab"),
            ("bob@example.org", "bob.example.org"),
            ("alice\n", "alice"),
            ("a\u200bb", "ab"),
            ("علی\u200cها", "علیها"),
            ("a\u200db", "ab"),
            ("\u202ealice", "alice"),
            ("alice\u2066", "alice"),
            ("alice\u061c", "alice"),
            ("a\u00adb", "ab"),
            ("a\u034fb", "ab"),
            ("a\ufe0f", "a"),
            ("a\u3164", "a"),
            ("علـی", "علی"),
            ("alice😀", "alice"),
            ("1\ufe0f\u20e3", "1"),
            ("a\u0301\u0302\u0303\u0304\u0305b", "a\u0301\u0302\u0303\u0304b"),
            ("\u0301a", "a\u0301"),
            ("aliceעלי", "עלי"),
            ("1١", "11"),
            ("a²½", "a²"),
            ("x" * 41, "x" * 40),
            ("ﷺ", "ص"),
            ("ﬃ" * 14, "ﬃ" * 13),
            ("here", "there"),
            ("ＲＯＯＭ", "ＢＲＯＯＭ"),
        ],
    )
    def test_a_name_that_could_mislead_is_no_username(self, username: str, otherwise: str) -> None:
        assert is_username(otherwise)
        assert not is_username(username)


class TestSigningUp:
    @pytest.mark.row(42)
    @pytest.mark.parametrize("username", ["ali\u200bce", "ali\u00adce", "\u202ealice", "alice\u2069", "ali\u034fce"])
    def test_a_username_with_invisible_characters_is_refused(self, username: str) -> None:
        assert "letters, digits" in refused(username)
        assert signs_up("alice")

    @pytest.mark.row(42)
    @pytest.mark.parametrize("username", ["аlice", "Alice", "ａｌｉｃｅ", "a1ice", "AIice", "alicе", "αlice", "alісе"])
    def test_a_username_that_looks_like_a_taken_one_is_refused(self, username: str) -> None:
        assert signs_up("alice")
        assert signs_up("алиса")
        assert refused(username) == "That username is taken or looks too much like another one."

    @pytest.mark.parametrize("username", ["алиса", "АЛИСА", "АЛИCА"])
    def test_a_taken_username_is_refused_in_any_case_of_any_script(self, username: str) -> None:
        assert signs_up("Алиса")
        assert refused(username) == "That username is taken or looks too much like another one."

    @pytest.mark.parametrize("username", ["admin", "Admin", "аdmin", "ADMlN", "r00t", "deleted-7", "DELETED-x", "all"])
    def test_a_reserved_username_and_its_look_alikes_are_refused(self, username: str) -> None:
        assert "reserved" in refused(username)
        assert signs_up(f"x{username}")

    def test_ali_is_accepted_though_it_looks_like_the_reserved_all(self) -> None:
        assert signs_up("Ali")

    def test_a_username_is_normalized_and_keeps_its_case(self) -> None:
        assert signs_up("ＡＬＩＣＥ")
        assert User.objects.get().username == "ALICE"

    @pytest.mark.django_db(transaction=True)
    def test_one_of_two_concurrent_sign_ups_with_look_alike_names_is_refused(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Both sign-ups find their name free before either is stored."""
        both, clean = Barrier(2), Naming.clean_username
        looked: list[str] = []

        def clean_and_wait(self: Naming, username: str, shallow: bool = False) -> str:
            cleaned = clean(self, username, shallow)
            if len(looked) < 2:
                looked.append(username)
                both.wait(10)
            return cleaned

        def post(username: str) -> list[str]:
            try:
                return sign_up(Client(), username, f"{len(username.encode())}@example.org")
            finally:
                connections.close_all()

        monkeypatch.setattr(Naming, "clean_username", clean_and_wait)
        with ThreadPoolExecutor() as pool:
            mistakes = sorted(pool.map(post, ["alice", "аlice"]))
        assert mistakes == [[], ["That username is taken or looks too much like another one."]]
        assert User.objects.count() == 1


class TestTheAdministrator:
    def test_the_administrator_may_take_a_reserved_username(self, client: Client) -> None:
        assert is_reserved("admin")
        assert client.post(setup_path(), setup_form("admin")).status_code == 302
        assert User.objects.get().username == "admin"

    @pytest.mark.parametrize("username", ["here", "bo\u200bb", "а1ice"])
    def test_the_administrator_may_not_take_a_misleading_username(
        self, client: Client, alice: User, username: str
    ) -> None:
        link = setup_path()
        assert client.post(link, setup_form(username)).status_code == 200
        assert not User.objects.administrators().exists()
        assert client.post(link, setup_form("bob")).status_code == 302

    def test_an_administrator_renames_an_account_but_not_to_a_look_alike(
        self, client: Client, admin_user: User, alice: User, bob: User
    ) -> None:
        client.force_login(admin_user)
        page = reverse("admin:accounts_user_change", args=[bob.pk])
        fields: dict[str, Any] = {"email": bob.email, "date_joined_0": "2026-01-01", "date_joined_1": "00:00"}
        assert client.post(page, {**fields, "username": "b0b", "is_active": "on"}).status_code == 302
        response = client.post(page, {**fields, "username": "a1ice", "is_active": "on"})
        assert "looks too much like" in response.content.decode()
        bob.refresh_from_db()
        assert (bob.username, bob.skeleton) == ("b0b", "bob")


class TestTheDatabase:
    @pytest.mark.parametrize("username", ["ALICE", "аlice", "a1ice"])
    def test_the_database_holds_no_two_usernames_that_look_alike(self, alice: User, username: str) -> None:
        assert User.objects.create_user("алиса").pk
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.bulk_create([User(username=username)])

    def test_a_user_is_found_by_a_new_username_however_it_was_saved(self, alice: User) -> None:
        alice.username = "Алиса"
        alice.save(update_fields=["username"])
        assert list(User.objects.called("алиса")) == [alice]
        assert list(User.objects.alike("aлиcа")) == [alice]
        assert not User.objects.alike("alice").exists()

    def test_the_migration_keeps_usernames_that_already_looked_alike(self, alice: User, bob: User) -> None:
        User.objects.filter(pk=bob.pk).update(username="a1ice", folded="", skeleton="?")
        import_module("accounts.migrations.0004_usernames_in_any_script").fill(apps, connection.schema_editor())
        bob.refresh_from_db()
        assert (alice.skeleton, bob.skeleton) == ("allce", f"allce {bob.pk}")
        bob.display_name = "Bob"
        bob.full_clean()
        bob.save()
        bob.refresh_from_db()
        assert bob.skeleton == f"allce {bob.pk}"
        assert User.objects.called("A1ICE").get() == bob
        assert User.objects.called("alice").get() == alice
        bob.username = "bob"
        bob.save()
        assert bob.skeleton == "bob"


def test_createsuperuser_refuses_a_look_alike_username(alice: User) -> None:
    def make(username: str) -> None:
        call_command("createsuperuser", username=username, email="root@example.org", interactive=False)

    make("malice")
    with pytest.raises(CommandError, match="looks too much like"):
        make("a1ice")


class TestFinding:
    @pytest.mark.parametrize("login", ["Алиса", "алиса", "АЛИСА"])
    def test_a_user_signs_in_in_any_case_of_any_script(self, client: Client, login: str) -> None:
        User.objects.create_user("Алиса", "alisa@example.org", "alice's password").emailaddress_set.create(
            email="alisa@example.org", verified=True, primary=True
        )
        assert sign_in(client, login, "alice's password")

    def test_a_look_alike_of_a_username_finds_no_user(self, client: Client, alice: User) -> None:
        assert not sign_in(client, "a1ice")
        assert not User.objects.called("аlice").exists()


class TestDerived:
    @pytest.mark.parametrize(
        ("nickname", "username"),
        [
            ("noor", "noor"),
            ("Noor", "noor"),
            ("|trey|", "-trey-"),
            ("ＡＢＣ", "abc"),
            ("Straße", "strasse"),
            ("João", "joão"),
            ("Алиса!", "алиса-"),
            ("٣علی", "3علی"),
            ("ali علی", "ali----"),
            ("", "someone"),
            ("|||", "someone"),
            ("北", "北"),
            ("here", "here-2"),
            ("x" * 50, "x" * 40),
            ("…" * 40 + "x", "someone"),
        ],
    )
    def test_a_username_is_made_of_a_nickname_by_the_rule(self, nickname: str, username: str) -> None:
        assert derive_username(nickname, lambda username: False) == username

    def test_derived_usernames_that_clash_are_numbered(self) -> None:
        assert derived(["Noor", "noor", "NOOR", "noor-2"]) == ["noor", "noor-2", "noor-3", "noor-2-2"]
        assert derived(["tm", "trn", "paul", "pau1"]) == ["tm", "trn-2", "paul", "pau1-2"]

    def test_a_numbered_username_is_not_too_long(self) -> None:
        assert derived(["x" * 40, "X" * 40]) == ["x" * 40, "x" * 38 + "-2"]

    @given(st.lists(st.text() | st.text("aA|-.ß ﬁ٣علִ\u0301", max_size=3), max_size=20))
    def test_derived_usernames_are_valid_distinct_and_deterministic(self, nicknames: list[str]) -> None:
        usernames = derived(nicknames)
        assert all(map(is_username, usernames))
        assert all(len(username) <= USERNAME_LENGTH for username in usernames)
        assert len(set(map(folded, usernames))) == len(set(map(skeleton, usernames))) == len(nicknames)
        assert derived(nicknames) == usernames

    def test_a_user_of_a_provider_gets_a_free_username(self, alice: User) -> None:
        naming = Naming()
        assert naming.generate_unique_username(["", None, "Noor@example.org"]) == "noor"
        assert naming.generate_unique_username(["Alice"]) == "alice-2"
        assert naming.generate_unique_username(["admin"]) == "admin-2"
