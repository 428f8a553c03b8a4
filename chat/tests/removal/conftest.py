"""Fixtures of the tests of removal: batches of three, an administrator, and no other server."""

import pytest

from accounts.models import User
from chat.services.removal import purge_user, queue, retention


@pytest.fixture(autouse=True)
def _alone_at_the_queue(no_other_servers: None) -> None:
    """Stop idle servers, which would work at the queue of removals, too."""


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (queue, retention):
        monkeypatch.setattr(module, "TOGETHER", 3)
    monkeypatch.setattr(queue, "ERASED_TOGETHER", 3)
    monkeypatch.setattr(purge_user, "AT_ONCE", 3)


@pytest.fixture
def administrator(db: None) -> User:
    return User.objects.create_user("root", is_staff=True)
