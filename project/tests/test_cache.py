import time

import pytest
from django.core.cache import cache

from project.cache import Cache
from testing.machine import patience
from testing.processes import Valkey


def test_the_cache_is_in_redis(valkey: Valkey) -> None:
    cache.set("attempts", 1)
    assert cache.incr("attempts") == 2
    with valkey.client() as client:
        assert len(client.keys("*attempts")) == 1


def test_the_cache_counts_in_memory_while_redis_is_away_and_in_redis_after_that(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.set("attempts", 5)
    assert cache.get("attempts") == 5
    valkey.stop()
    try:
        assert cache.get("attempts") is None
        assert cache.add("attempts", 1)
        assert not cache.add("attempts", 1)
        assert cache.incr("attempts") == 2
        assert "attempts" in cache
        assert cache.delete("attempts")
        assert cache.get("attempts", "none") == "none"
    finally:
        valkey.start()
        monkeypatch.setattr(Cache, "_away_until", 0.0)  # as if some seconds had passed
    cache.set("attempts", 7)
    with valkey.client() as client:
        assert len(client.keys("*attempts")) == 1


def test_a_redis_that_answers_nothing_is_asked_once_and_then_left_alone(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cache.get("attempts") is None
    valkey.pause()
    try:
        began = time.monotonic()
        for _ in range(20):
            cache.set("attempts", 1)
            assert cache.get("attempts") == 1
        assert time.monotonic() - began < patience(2)
    finally:
        valkey.resume()
        monkeypatch.setattr(Cache, "_away_until", 0.0)
