import asyncio

from presence.per_loop import PerLoop


class Made:
    pass


def test_each_loop_has_one_of_its_own_for_as_long_as_it_is_open() -> None:
    made = PerLoop(Made)

    async def twice() -> tuple[Made, Made]:
        return made.get(), made.get()

    first, other = asyncio.Runner(), asyncio.Runner()
    with first, other:
        mine, again = first.run(twice())
        theirs, _ = other.run(twice())
        assert mine is again is first.run(twice())[0]
        assert theirs is not mine
    with asyncio.Runner() as next_one:
        assert next_one.run(twice())[0] not in (mine, theirs)
        assert len(made._made) == 1


def test_another_thread_finds_the_one_whose_loop_runs() -> None:
    made = PerLoop(Made)
    assert made.running() is None

    async def look_from_a_thread() -> tuple[Made, Made | None]:
        return made.get(), await asyncio.to_thread(made.running)

    mine, found = asyncio.run(look_from_a_thread())
    assert found is mine
    assert made.running() is None
