"""Key columns for comparing names of rooms in the database, computed on each save of the row.

They are digests, since PostgreSQL limits the size of index rows. A server of an older release leaves them empty:
`chat/services/rooms/names.py` fills them in.
"""

from abc import abstractmethod
from hashlib import sha256
from typing import Any

from django.db import models

from accounts.usernames.confusables import skeleton
from accounts.usernames.invisible_characters import without_unseen
from accounts.usernames.rules import folded

DIGEST_LENGTH = 90  # a digest, a space and an id


def folded_digest(name: str) -> str:
    """Return the same digest for names that differ only in case, or in how they were typed."""
    return _digest(folded(name))


def look_digest(name: str) -> str:
    """Return the same digest for names that look alike."""
    return _digest(skeleton(without_unseen(name)))


class _DigestField(models.CharField):
    """A digest of the row's name.

    Some public rooms had the same digest before this was prevented. All but the first of them have a space and a number
    after it, and keep that for as long as they keep their name.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": DIGEST_LENGTH, "null": True, "editable": False} | options)

    @abstractmethod
    def digest(self, name: str) -> str: ...

    def pre_save(self, model_instance: Any, add: bool) -> str:
        digest = self.digest(model_instance.name)
        if not (getattr(model_instance, self.attname) or "").startswith(f"{digest} "):
            setattr(model_instance, self.attname, digest)
        return str(getattr(model_instance, self.attname))


class FoldedNameField(_DigestField):
    def digest(self, name: str) -> str:
        return folded_digest(name)


class LookField(_DigestField):
    def digest(self, name: str) -> str:
        return look_digest(name)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
