"""What the database keeps of a username beside it, so that it can tell which ones are one, and which look alike.

Both are made anew whenever the row is saved, in bulk too. Whoever changes a username by `update` sets them as well.
"""

from typing import TYPE_CHECKING, Any

from django.db import models

from accounts.usernames.confusables import skeleton
from accounts.usernames.rules import folded
from accounts.usernames.search_keys import search_key

if TYPE_CHECKING:
    from accounts.models import User


class FoldedField(models.CharField):
    """The username as it is compared: in no case."""

    def pre_save(self, model_instance: "User", add: bool) -> str:  # type: ignore[override]
        model_instance.folded = folded(model_instance.username)
        return model_instance.folded


class SkeletonField(models.CharField):
    """What the username looks like.

    Of accounts from before look-alikes were refused, all but the first have their skeleton with a space and a number
    behind it, and keep that for as long as they keep their name.
    """

    def pre_save(self, model_instance: "User", add: bool) -> str:  # type: ignore[override]
        looks = skeleton(model_instance.username)
        if not model_instance.skeleton.startswith(f"{looks} "):
            model_instance.skeleton = looks
        return model_instance.skeleton


class SearchKeyField(models.TextField):
    """The words of other columns of the row, by which it is found (accounts/usernames/search_keys.py).

    A server of an older release leaves it empty: it is filled in later.
    """

    def __init__(self, *sources: str, **options: Any) -> None:
        super().__init__(**{"null": True, "editable": False} | options)
        self.sources = sources

    def deconstruct(self) -> Any:
        name, path, _args, options = super().deconstruct()
        return name, path, self.sources, options

    def pre_save(self, model_instance: Any, add: bool) -> str:
        names = (getattr(model_instance, source) for source in self.sources)
        key = search_key(*(name if isinstance(name, str) else "" for name in names))  # "": left to the database
        setattr(model_instance, self.attname, key)
        return key
