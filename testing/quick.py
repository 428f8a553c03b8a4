"""`pytest --quick`: only tests that start no server, no browser and no other program."""

import pytest

SLOW = {"servers", "chromium"}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "program: starts a program of ours by itself: a server, a command, another run of the tests"
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="only tests that start no server, browser or program of ours")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--quick"):
        left_out = [item for item in items if not is_quick(item)]
        items[:] = [item for item in items if is_quick(item)]
        config.hook.pytest_deselected(items=left_out)


def is_quick(item: pytest.Item) -> bool:
    return not (item.get_closest_marker("program") or SLOW & set(getattr(item, "fixturenames", ())))
