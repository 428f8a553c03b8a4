from collections.abc import Iterable
from typing import Any

from allauth.socialaccount.models import SocialApp
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.profile import deletion
from accounts.profile.announce import announce
from accounts.profile.display_names import check_display_name, typed_display_name
from accounts.requests import address_of, signed_in_user
from accounts.signals import account_changed

# Deleting a UserSession in the admin would leave the session in force. The site's own pages end sessions.
admin.site.unregister(UserSession)
# Only the environment defines OpenID Connect providers: the content security policy has to know them.
admin.site.unregister(SocialApp)


SEEN_BY_OTHERS = {"username", "display_name"}


class _WithDisplayName:
    """Validation of display names, as on the profile page."""

    cleaned_data: dict[str, Any]
    instance: User

    def clean_display_name(self) -> str:
        name = typed_display_name(self.cleaned_data["display_name"])
        if name != self.instance.display_name:
            check_display_name(name, self.instance)
        return name


class ChangeForm(_WithDisplayName, UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User


class AddForm(_WithDisplayName, AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "display_name", "email")


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    form = ChangeForm
    add_form = AddForm
    list_display = ("username", "display_name", "email", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    search_fields = ("username", "folded", "search_key", "display_name", "email")
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "display_name", "email", "time_zone", "password")}),
        (_("Permissions"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "display_name", "email", "usable_password", "password1", "password2"),
            },
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # The remains of a deleted account cannot be changed.
        return super().has_change_permission(request, obj) and (obj is None or obj.deleted_at is None)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or may_go(obj))

    def get_deleted_objects(self, objs: Iterable[User], request: HttpRequest) -> Any:
        # Lists the accounts alone. Related rows are deleted or kept as when users delete their own account.
        kept = {str(user) for user in objs if not may_go(user)}
        return [str(user) for user in objs], {str(User._meta.verbose_name_plural): len(list(objs))}, set(), sorted(kept)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        deletion.delete(obj, address_of(request), by=signed_in_user(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for person in queryset:
            self.delete_model(request, person)

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and SEEN_BY_OTHERS.intersection(form.changed_data):
            announce(obj.pk)

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        return super().user_change_password(request, id, form_url)

    def log_addition(self, request: HttpRequest, obj: User, message: Any) -> Any:
        _tell(request, obj, "added")
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> Any:
        changed = [part["changed"] for part in message if "changed" in part]
        _tell(request, obj, "changed", [name for part in changed for name in part.get("fields", ())])
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[User]) -> Any:
        for person in queryset:
            _tell(request, person, "deleted")
        return super().log_deletions(request, queryset)


def may_go(user: User) -> bool:
    try:
        deletion.check_may_go(user)
    except ValidationError:
        return False
    return True


def _tell(request: HttpRequest, user: User, how: str, fields: Iterable[str] = ()) -> None:
    address = address_of(request)
    account_changed.send(sender=User, by=request.user, user=user, how=how, fields=list(fields), address=address)
