"""Users in Django's admin, with actions that use the same services as the site's own pages."""

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import UserAdmin
from accounts.models import User
from chat.admin.service_calls import attempt_each
from chat.models.membership import REASON_LENGTH
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
        attempt_each(request, people, lambda by, person: bans.ban(by, person.pk, reason=reason))

    @admin.action(description=_("Unban"), permissions=["change"])
    def unban(self, request: HttpRequest, people: QuerySet[User]) -> None:
        attempt_each(request, people, lambda by, person: bans.unban(by, person.pk))
