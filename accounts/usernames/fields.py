"""Columns derived from a username, so that the database can find equal and look-alike names, and search.

They are set on every save, in bulk too. Code that changes a username by `update` has to set `folded` and `skeleton`.
"""

from typing import TYPE_CHECKING, Any

from django.db import models

from accounts.usernames.confusables import skeleton
from accounts.usernames.rules import folded
from accounts.usernames.search_keys import search_key

if TYPE_CHECKING:
    from accounts.models import User


class FoldedField(models.CharField):
    """The username in the form for comparison, which ignores case."""

    def pre_save(self, model_instance: "User", add: bool) -> str:  # type: ignore[override]
        model_instance.folded = folded(model_instance.username)
        return model_instance.folded


class SkeletonField(models.CharField):
    """The skeleton of the username, for finding look-alikes.

    Look-alike accounts may date from before look-alikes were refused. All but the first then have a space and a number
    after their skeleton, for as long as they keep their name.
    """

    def pre_save(self, model_instance: "User", add: bool) -> str:  # type: ignore[override]
        looks = skeleton(model_instance.username)
        if not model_instance.skeleton.startswith(f"{looks} "):
            model_instance.skeleton = looks
        return model_instance.skeleton


class SearchKeyField(models.TextField):
    """The words of other columns of the row, for searching (accounts/usernames/search_keys.py).

    A server of an older release leaves it empty, and it is filled in later.
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
