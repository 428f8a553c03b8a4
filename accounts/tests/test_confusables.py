import unicodedata
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.usernames.confusables import LONGEST, _looks, skeleton
from accounts.usernames.rules import USERNAME_LENGTH, folded, is_name_character, is_username, normalized

NAMES = st.text(st.characters(categories=["L", "Mn", "Mc", "Nd"]) | st.sampled_from("._-aIl1O0mrn"), max_size=12)


@pytest.mark.parametrize(
    "names",
    [
        ["Paul", "pau1", "PAUI", "pаul", "ＰＡＵＬ", "pαυl"],
        ["modem", "rnodern", "MODEM", "mоdеm"],
        ["Oslo", "0slo", "os1o", "ΟSLΟ"],
        ["Nick", "Νick", "niсk", "NICК", "ΝICK"],
        ["ivan", "iνan", "ІVАN", "1van"],
        ["bob", "ВОВ", "вoв", "b0b"],
        ["алиса", "Алиса", "aлиca", "АЛИCА"],
        ["joão", "joa\u0303o", "JOÃO"],
        ["strasse", "straße", "STRASSE"],
    ],
)
def test_names_that_look_alike_have_one_skeleton(names: list[str]) -> None:
    assert len(set(map(skeleton, names))) == 1


def test_names_that_do_not_look_alike_have_different_skeletons() -> None:
    names = [
        "tim",
        "rim",
        "yim",
        "nan",
        "van",
        "bass",
        "bab",
        "joao",
        "joão",
        "ross",
        "rob",
        "leo",
        "le6",
        "太郎",
        "大郎",
    ]
    assert all(skeleton(one) != skeleton(other) for one, other in combinations(names, 2))


@given(NAMES)
def test_a_skeleton_is_its_own_skeleton_and_is_the_same_for_every_unicode_form(name: str) -> None:
    looks = skeleton(name)
    assert skeleton(looks) == looks
    assert skeleton(unicodedata.normalize("NFKC", name)) == looks
    assert skeleton(unicodedata.normalize("NFD", name)) == looks
    assert " " not in looks


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-ÉéÖöЖжДдШшЯяΩωΔδ"))
def test_a_skeleton_is_the_same_in_any_case(name: str) -> None:
    assert skeleton(name) == skeleton(name.upper()) == skeleton(name.lower()) == skeleton(folded(name))


def test_the_letters_whose_cases_look_like_different_letters_are_few() -> None:
    """Names with these letters still match in any case, by the folded name. Look-alikes of both cases are refused."""
    letters = (chr(point) for point in range(0x3000) if not unicodedata.decomposition(chr(point)))
    apart = {each for each in letters if is_username(each) and skeleton(each) != skeleton(folded(each))}
    assert apart >= set("ΗΝΥБГ")
    assert not any(each.isascii() for each in apart)
    assert len(apart) <= 25


def test_no_character_becomes_longer_than_the_column_has_room_for() -> None:
    every = (chr(point) for point in range(0x20000) if not 0xD800 <= point < 0xE000)
    names = (each for each in every if is_name_character(each) and each == normalized(each))
    longest = max(names, key=lambda each: len(skeleton(each)))
    assert len(skeleton(longest)) == LONGEST
    assert len(skeleton(longest * USERNAME_LENGTH)) == LONGEST * USERNAME_LENGTH


def test_no_look_alike_is_mapped_to_a_character_that_is_mapped_itself() -> None:
    looks = _looks()
    assert not {ord(each) for target in looks.values() for each in target} & looks.keys()
