"""Users of the site; and for each user, their open sockets and sessions, and actions."""

from collections import Counter

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.mfa import factors
from accounts.models import User
from accounts.requests import signed_in_user
from accounts.sessions import sessions
from accounts.usernames.search_keys import words_of
from chat.hub.layer import connection_census
from chat.models import Ban, Membership, Room
from chat.models.membership import REASON_LENGTH
from chat.queries.pagination import numbered, wanted
from chat.queries.presence import presence_of, who_is_online
from chat.services.site import bans, second_factors
from chat.services.site import sessions as user_sessions
from chat.views.service_calls import attempt_and_confirm
from chat.views.site_admin.access import for_administrators, show
from chat.views.site_admin.connections import rows_of

_BANS = Ban.objects.of_the_site().filter(user=OuterRef("pk"))

FILTERS = {
    "active": Q(is_active=True),
    "banned": Exists(_BANS),
    "administrators": Q(is_staff=True, is_active=True),
}


class BanForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=REASON_LENGTH, required=False)
    removes_posts = forms.BooleanField(label=gettext_lazy("Delete all their messages in every room"), required=False)


@for_administrators
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    text, kind = wanted(request), request.GET.get("kind", "")
    found = User.objects.annotate(is_banned=Exists(_BANS)).filter(FILTERS.get(kind, Q()))
    if text:
        named = Q(search_key__contains=words_of(text)) | Q(email__icontains=text)
        found = found.filter(named)
    page = numbered(request, found.order_by(Lower("username")))
    roll, online = connection_census.call(), who_is_online([user.pk for user in page.object_list])
    sockets = Counter(socket.user for socket in roll.sockets)
    for user in page.object_list:
        user.sockets, user.online = sockets[user.pk], None if online is None else user.pk in online
    context = {"found": page, "roll": roll, "is_online_known": online is not None}
    return show(request, "people", context | {"q": text, "kind": kind})


@for_administrators
@require_GET
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    return _person(request, user_id, BanForm())


@for_administrators
@require_POST
def ban(request: HttpRequest, user_id: int) -> HttpResponse:
    form = BanForm(request.POST)
    if form.is_valid() and attempt_and_confirm(
        request, _("Banned from the site."), bans.ban, user_id, **form.cleaned_data
    ):
        return redirect("chat:site-admin:person", user_id)
    return _person(request, user_id, form, status=422)


@for_administrators
@require_POST
def unban(request: HttpRequest, user_id: int) -> HttpResponse:
    attempt_and_confirm(request, _("Unbanned. They can sign in again."), bans.unban, user_id)
    return redirect("chat:site-admin:person", user_id)


@for_administrators
@require_POST
def end_session(request: HttpRequest, user_id: int, session_id: int) -> HttpResponse:
    attempt_and_confirm(request, _("Session ended."), user_sessions.end_session, user_id, session_id)
    return redirect("chat:site-admin:person", user_id)


@for_administrators
@require_POST
def end_sessions(request: HttpRequest, user_id: int) -> HttpResponse:
    attempt_and_confirm(request, _("Signed out everywhere."), user_sessions.end_sessions, user_id)
    return redirect("chat:site-admin:person", user_id)


@for_administrators
@require_POST
def reset_second_factor(request: HttpRequest, user_id: int) -> HttpResponse:
    attempt_and_confirm(
        request, _("Two-step sign-in reset. They were signed out everywhere."), second_factors.reset, user_id
    )
    return redirect("chat:site-admin:person", user_id)


def _person(request: HttpRequest, user_id: int, form: BanForm, status: int = 200) -> HttpResponse:
    shown = get_object_or_404(User, pk=user_id)
    viewer = signed_in_user(request)
    memberships = Membership.objects.of(shown).filter(room__deleted_at=None)
    rooms = memberships.filter(room__kind=Room.Kind.PUBLIC).select_related("room")
    roll = connection_census.call()
    context = {
        "person": shown,
        "ban": Ban.objects.of_the_site().filter(user=shown).select_related("by").first(),
        "presence": presence_of(shown.pk),
        "memberships": rooms.order_by(Lower("room__name"), "room_id"),
        # Only counts: the people in a user's private rooms and conversations are private.
        "privates": memberships.filter(room__kind=Room.Kind.PRIVATE).count(),
        "directs": memberships.filter(room__kind=Room.Kind.DIRECT).count(),
        "roll": roll,
        "rows": rows_of(request, roll.of(shown.pk)),
        "sessions": sessions.of(shown),
        "has_second_factor": factors.has_second_factor(shown),
        "is_oneself": shown == viewer,
        "may_act": shown.deleted_at is None and (shown == viewer or not (shown.is_staff and shown.is_active)),
        "form": form,
    }
    return show(request, "person", context, status=status)
