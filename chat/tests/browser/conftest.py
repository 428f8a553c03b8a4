from collections.abc import Callable

import pytest

from accounts.models import User
from chat.tests.browser.pages import Tab
from testing.browsers import Chrome
from testing.processes import Server


@pytest.fixture
def tab(browsers: Callable[[], Chrome], server: Server) -> Callable[..., Tab]:
    """Return a factory of tabs, each in a separate browser, signed in if it is given a user."""

    def open_tab(user: User | None = None, on: Server | None = None) -> Tab:
        return Tab(browsers(), on or server, user)

    return open_tab
