"""Names in the form for searching. Browser tests check `helpers/texts.json` as well."""

import json
from pathlib import Path

import pytest

from accounts.models import User
from accounts.usernames.search_keys import beginning, search_key, words_of

TEXTS = json.loads(Path(__file__).with_name("helpers").joinpath("texts.json").read_text("utf-8"))
FOUND = [(name, typed) for name, typed in TEXTS["found"]]
MISSED = [(name, typed) for name, typed in TEXTS["missed"]]


@pytest.mark.parametrize(("name", "typed"), FOUND, ids=ascii)
def test_a_name_is_found_without_case_and_accents_in_every_script(name: str, typed: str) -> None:
    assert beginning(typed) in search_key("somebody", name)
    assert words_of(words_of(name)) == words_of(name)


@pytest.mark.parametrize(("name", "typed"), MISSED, ids=ascii)
def test_a_name_is_not_found_by_what_no_word_of_it_begins_with(name: str, typed: str) -> None:
    assert beginning(name) in search_key(name)
    assert beginning(typed) not in search_key(name)


@pytest.mark.django_db
class TestTheDatabase:
    @pytest.mark.parametrize(("name", "typed"), FOUND, ids=ascii)
    def test_users_are_found_by_their_display_names(self, alice: User, bob: User, name: str, typed: str) -> None:
        bob.display_name = name
        bob.save()
        assert bob in User.objects.whose_name_begins(typed)
        assert alice not in User.objects.whose_name_begins(typed)

    @pytest.mark.parametrize("name", ["Ольга", "Núñez", "김철수"])
    def test_users_are_found_by_their_usernames_however_these_were_stored(self, bob: User, name: str) -> None:
        made = User.objects.create_user(name.lower())
        [in_bulk] = User.objects.bulk_create([User(username=f"{name}-2")])
        User.objects.filter(pk=bob.pk).update(username=f"{name}-3")
        found = User.objects.whose_name_begins(name.upper())
        assert set(found) == {made, in_bulk, bob}

    def test_signs_of_patterns_are_text(self, bob: User) -> None:
        User.objects.filter(pk=bob.pk).update(display_name="100% _sure_")
        assert bob in User.objects.whose_name_begins("100")
        assert not User.objects.whose_name_begins("1%0").exists()
        assert not User.objects.whose_name_begins("%").exists()

    def test_keys_that_an_older_server_left_out_are_filled_in_by_batches(self, alice: User, bob: User) -> None:
        User.objects.filter(pk__in=[alice.pk, bob.pk]).update(search_key=None)
        assert User.objects.all().fill_in_search_keys() == 2
        assert User.objects.all().fill_in_search_keys() == 0
        assert User.objects.whose_name_begins("al").get() == alice
