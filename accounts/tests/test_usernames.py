import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.usernames import USERNAME_LENGTH, derive_username


def derived(nicknames: list[str]) -> list[str]:
    taken: list[str] = []
    for nickname in nicknames:
        taken.append(derive_username(nickname, taken.__contains__))
    return taken


def is_valid(username: str) -> bool:
    try:
        User._meta.get_field("username").clean(username, None)
    except ValidationError:
        return False
    return len(username) <= USERNAME_LENGTH


@pytest.mark.parametrize(
    ("nickname", "username"),
    [
        ("noor", "noor"),
        ("Noor", "noor"),
        ("|trey|", "-trey-"),
        ("ＡＢＣ", "abc"),
        ("Straße", "strasse"),
        ("joão", "jo-o"),
        ("", "someone"),
        ("|||", "someone"),
        ("北", "someone"),
        ("x" * 50, "x" * 40),
        ("…" * 40 + "x", "someone"),
    ],
)
def test_a_username_is_made_of_a_nickname_by_the_rule(nickname: str, username: str) -> None:
    assert derive_username(nickname, lambda username: False) == username


def test_those_that_clash_are_numbered() -> None:
    assert derived(["Noor", "noor", "NOOR", "noor-2"]) == ["noor", "noor-2", "noor-3", "noor-2-2"]


def test_a_number_leaves_the_length_within_the_limit() -> None:
    assert derived(["x" * 40, "X" * 40]) == ["x" * 40, "x" * 38 + "-2"]


@given(st.lists(st.text() | st.text("aA|-.ß ﬁ", max_size=3), max_size=20))
def test_derived_usernames_are_valid_unique_in_any_case_and_always_the_same(nicknames: list[str]) -> None:
    usernames = derived(nicknames)
    assert all(map(is_valid, usernames))
    assert len({username.casefold() for username in usernames}) == len(nicknames)
    assert derived(nicknames) == usernames


@pytest.mark.parametrize("username", ["", "...", "a b", "bob@example.org", "аlice", "alice\n", "a\u200bb"])
def test_what_could_mislead_is_no_username(username: str) -> None:
    assert not is_valid(username)
