from hypothesis import given
from hypothesis import strategies as st

from chat.runtime.rate_limiter import MINUTE, Limiter, Rate

SECOND = MINUTE // 60

rates = st.builds(Rate, burst=st.integers(1, 20), per_minute=st.integers(1, 10_000))
gaps = st.lists(st.integers(0, 2 * MINUTE), min_size=1, max_size=60)


def test_a_limiter_goes_on_at_its_rate_after_a_burst() -> None:
    limiter: Limiter[str] = Limiter(Rate(burst=3, per_minute=60))
    assert [limiter.take("alice", 0) for _ in range(5)] == [0, 0, 0, SECOND, SECOND]
    assert limiter.take("alice", SECOND // 2) == SECOND // 2
    assert limiter.take("alice", SECOND) == 0
    assert limiter.take("alice", SECOND) == SECOND


def test_a_limiter_whose_price_is_known_afterwards_lets_those_wait_who_owe_more_than_a_burst() -> None:
    limiter: Limiter[str] = Limiter(Rate(burst=10, per_minute=60))
    limiter.spend("alice", 0, 9)
    assert limiter.wait("alice", 0) == 0
    limiter.spend("alice", 0, 20)
    assert limiter.wait("alice", 0) == 20 * SECOND
    assert limiter.wait("alice", 19 * SECOND) == SECOND
    assert limiter.wait("alice", 20 * SECOND) == 0
    assert limiter.wait("bob", 0) == 0


def test_a_limiter_allows_one_full_burst_after_any_rest() -> None:
    limiter: Limiter[str] = Limiter(Rate(burst=3, per_minute=60))
    for rested in (0, 3 * SECOND, 100 * SECOND):
        assert [bool(limiter.take("alice", rested)) for _ in range(4)] == [False, False, False, True]


def test_one_user_does_not_use_up_the_allowance_of_another() -> None:
    limiter: Limiter[str] = Limiter(Rate(burst=1, per_minute=60))
    assert limiter.take("alice", 0) == 0
    assert limiter.take("alice", 0) > 0
    assert limiter.take("bob", 0) == 0


def test_a_rate_of_zero_is_no_limit_and_keeps_nothing() -> None:
    limiter: Limiter[int] = Limiter(Rate(burst=1, per_minute=0))
    assert not any(limiter.take(1, 0) for _ in range(1_000))
    assert len(limiter) == 0


def test_a_limiter_forgets_users_who_were_idle_for_a_while() -> None:
    limiter: Limiter[int] = Limiter(Rate(burst=10, per_minute=60))
    for key in range(10_000):
        limiter.take(key, key * SECOND // 100)  # a hundred new keys a second; a bucket fills within 10 s
        assert len(limiter) <= 2_001
    limiter.take(-1, 1_000 * SECOND)
    limiter.take(-1, 2_000 * SECOND)
    assert len(limiter) == 1


@given(rates, gaps)
def test_the_wait_that_a_limiter_tells_is_long_enough_and_no_longer_than_needed(rate: Rate, gaps: list[int]) -> None:
    limiter: Limiter[str] = Limiter(rate)
    now = 0
    for gap in gaps:
        now += gap
        if wait := limiter.take("alice", now):
            assert limiter.take("alice", now + wait - 1) == 1
            now += wait
            assert limiter.take("alice", now) == 0


@given(rates, gaps)
def test_in_no_stretch_of_time_is_more_let_through_than_the_burst_and_the_rate(rate: Rate, gaps: list[int]) -> None:
    limiter: Limiter[str] = Limiter(rate)
    now, passed = 0, []
    for gap in gaps:
        now += gap // 100
        passed += [now for _ in range(3) if not limiter.take("alice", now)]
    for first, start in enumerate(passed):
        for count, end in enumerate(passed[first:], 1):
            assert count <= rate.burst + (end - start) * rate.per_minute / MINUTE


@given(rates, gaps)
def test_forgetting_idle_users_changes_no_decision_of_a_limiter(rate: Rate, gaps: list[int]) -> None:
    # The limiter accepts the same calls as a bucket that is never forgotten.
    limiter: Limiter[str] = Limiter(rate)
    interval = -(-MINUTE // rate.per_minute)
    now = full_at = 0
    for gap in gaps:
        now += gap
        full_at = max(full_at, now)
        expected = max(0, full_at - now - interval * (rate.burst - 1))
        full_at += 0 if expected else interval
        assert limiter.take("alice", now) == expected
