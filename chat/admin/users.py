"""People in Django's admin, with what administrators do to them here: by the same services as the site's own pages."""

from collections.abc import Callable

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import UserAdmin
from accounts.models import User
from chat.errors import Refused
from chat.models.membership import REASON_LENGTH
from chat.permissions.actor import Actor
from chat.services.site import bans


class ReasonForm(ActionForm):
    reason = forms.CharField(label=_("Reason:"), max_length=REASON_LENGTH, required=False)


admin.site.unregister(User)


@admin.register(User)
class PersonAdmin(UserAdmin):
    action_form = ReasonForm
    actions = ("ban", "unban")

    @admin.action(description=_("Ban from the site"), permissions=["change"])
    def ban(self, request: HttpRequest, people: QuerySet[User]) -> None:
        reason = request.POST.get("reason", "")
        self._each(request, people, lambda by, person: bans.ban(by, person.pk, reason=reason))

    @admin.action(description=_("Lift the ban"), permissions=["change"])
    def unban(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._each(request, people, lambda by, person: bans.unban(by, person.pk))

    def _each(self, request: HttpRequest, people: QuerySet[User], act: Callable[[Actor, User], object]) -> None:
        """What is refused for one of them is told, and stops nothing for the others."""
        for person in people:
            try:
                act(Actor.of(request), person)
            except Refused as refused:
                self.message_user(request, f"{person}: {refused.detail}", messages.ERROR)
            else:
                self.message_user(request, str(person), messages.SUCCESS)
