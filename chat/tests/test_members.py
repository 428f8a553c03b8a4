"""Members of a room, as a hub sorts and finds them."""

from chat.hub.roster.members import Members


class TestMembers:
    def test_members_are_ordered_by_name_also_after_a_name_changed(self) -> None:
        members = Members()
        for number, name in enumerate(["bob", "Alice", "carol"]):
            members.put({"id": number, "username": f"user{number}", "name": name})
        assert list(members) == [1, 0, 2]
        members.put({"id": 1, "username": "user1", "name": "Zoe"})
        assert list(members) == [0, 2, 1]
        members.remove(0)
        assert list(members) == [2, 1]

    def test_members_are_found_by_the_beginning_of_their_username_or_of_a_word_of_their_name(self) -> None:
        members = Members()
        members.put({"id": 1, "username": "noor", "name": "Émilie van Dyke"})
        for text in ("", "no", "NOOR", "émi", "ÉMILIE", "van", "dyke", "van d"):
            assert members.whose_name_begins(text) == {1}
        for text in ("oor", "yke", "noor van", "\n"):
            assert not members.whose_name_begins(text)
