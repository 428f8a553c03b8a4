import pytest
from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning, run_checks
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from presence.conf import DEFAULTS, conf


def found() -> list[CheckMessage]:
    """Return the findings of `manage.py check presence`. Checks of other apps may need a database."""
    return run_checks(app_configs=[apps.get_app_config("presence")])


def problems() -> list[str]:
    return [problem.id for problem in found() if problem.id and problem.id.startswith("presence.")]


def test_every_presence_setting_but_the_url_has_a_default(settings: Settings) -> None:
    settings.PRESENCE = {"REDIS_URL": "redis://localhost"}

    assert not problems()
    assert (conf().lease_ms, conf().heartbeat_ms, conf().linger_ms) == (12_000, 4_000, 5_000)
    assert (conf().sweep_ms, conf().check_ms, conf().repair_ms, conf().away_ms) == (1_000, 2_000, 30_000, 300_000)


@pytest.mark.parametrize("given", [{}, {"REDIS_URL": ""}, {"REDIS_URL": None}, "redis://localhost", None])
def test_the_url_of_redis_is_required(settings: Settings, given: object) -> None:
    settings.PRESENCE = given

    assert problems() == ["presence.E001"]
    with pytest.raises(ImproperlyConfigured):
        conf()


@pytest.mark.parametrize("name", sorted(DEFAULTS))
@pytest.mark.parametrize("value", [0, -1, 1.5, "5", True, None])
def test_a_presence_time_that_is_no_whole_number_above_0_is_refused(
    settings: Settings, name: str, value: object
) -> None:
    settings.PRESENCE = {**settings.PRESENCE, name: value}

    assert problems() == ["presence.E001"]
    with pytest.raises(ImproperlyConfigured, match=name):
        conf()


def test_a_lease_is_at_least_three_heartbeats_long(settings: Settings) -> None:
    settings.PRESENCE = {**settings.PRESENCE, "LEASE_MS": 1_200, "HEARTBEAT_MS": 400}
    assert not problems()

    settings.PRESENCE = {**settings.PRESENCE, "LEASE_MS": 1_199}
    assert problems() == ["presence.E002"]
    assert isinstance(next(problem for problem in found() if problem.id == "presence.E002"), Error)


def test_a_lease_is_at_least_three_sweeps_long(settings: Settings) -> None:
    settings.PRESENCE = {**settings.PRESENCE, "LEASE_MS": 1_500, "SWEEP_MS": 500}
    assert not problems()

    settings.PRESENCE = {**settings.PRESENCE, "SWEEP_MS": 501}
    assert problems() == ["presence.E003"]


def test_a_repair_more_often_than_a_lease_is_warned_of(settings: Settings) -> None:
    settings.PRESENCE = {**settings.PRESENCE, "LEASE_MS": 1_500, "REPAIR_MS": 1_500}
    assert not problems()

    settings.PRESENCE = {**settings.PRESENCE, "REPAIR_MS": 1_499}
    assert problems() == ["presence.W002"]
    assert isinstance(next(problem for problem in found() if problem.id == "presence.W002"), Warning)


def test_a_misspelt_setting_is_named(settings: Settings) -> None:
    settings.PRESENCE = {**settings.PRESENCE, "LEASE": 12_000}

    problem = next(problem for problem in found() if problem.id == "presence.W001")
    assert isinstance(problem, Warning)
    assert "'LEASE'" in problem.msg
