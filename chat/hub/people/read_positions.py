"""Read positions of this process's users, as their tabs were told, to find those that the tabs missed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

Positions = Mapping[int, int]  # by room


class ReadPositions:
    def __init__(self) -> None:
        self._told: dict[int, dict[int, int]] = defaultdict(dict)  # by user and room

    def note(self, user: int, room_id: int, position: int) -> None:
        self._told[user][room_id] = position

    def forget(self, user: int) -> None:
        self._told.pop(user, None)

    def untold(self, positions: Mapping[int, Positions]) -> Iterator[tuple[int, int]]:
        for user, told in self._told.items():
            for room_id, position in positions.get(user, {}).items():
                if told.get(room_id, position) != position:
                    yield user, room_id
