"""Invitations to the site: links for anyone, or for one address, sent by email."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Invitation
from accounts.overload import Overloaded
from accounts.signup.invitations import link, send
from chat.forms import LinkForm
from chat.queries.pagination import numbered
from chat.services.site import invitations as service
from chat.views.service_calls import attempt
from chat.views.site_admin.access import for_administrators, show

HOW_OPEN = {
    "open": gettext_lazy("Anyone can sign up here, with or without an invitation."),
    "invitation": gettext_lazy("Only invited people can sign up here."),
    "domains": gettext_lazy("Only invited people and people with an address at %(domains)s can sign up here."),
}


class InvitationForm(LinkForm):
    email = forms.EmailField(
        label=gettext_lazy("Email"),
        required=False,
        help_text=gettext_lazy(
            "We’ll email the link, which works only for this address. Leave empty for a link that anyone can use."
        ),
    )
    field_order = ("email", "hours", "most_uses")


@require_http_methods(["GET", "POST"])
@for_administrators
def invitations(request: HttpRequest) -> HttpResponse:
    form, made, status = InvitationForm(request.POST or None), "", 422 if request.method == "POST" else 200
    if form.is_valid():
        done, found = attempt(request, service.invite, email=form.cleaned_data["email"], **form.limits)
        if done and found:
            mail(request, *found)
            # Only this response shows the new link, and the email if there is one.
            made, status, form = link(found[1]), 200, InvitationForm()
    return show(request, "invitations", {"form": form, "link": made, **_all(request)}, status)


@require_POST
@for_administrators
def revoke(request: HttpRequest, invitation_id: int) -> HttpResponse:
    attempt(request, service.revoke, invitation_id)
    return redirect("chat:site-admin:invitations")


def mail(request: HttpRequest, invitation: Invitation, token: str) -> None:
    if not invitation.email:
        return
    # The invitation stands even if the mail server refuses it: the page shows the link.
    try:
        send(invitation, token)
        messages.success(request, _("Invitation sent to %(email)s.") % {"email": invitation.email})
    except (OSError, Overloaded):
        messages.error(request, _("We couldn’t send the email. Send them the link yourself."))


def _all(request: HttpRequest) -> dict[str, Any]:
    works = Exists(Invitation.objects.valid().filter(pk=OuterRef("pk")))
    page = numbered(request, Invitation.objects.select_related("by").annotate(works=works).order_by("-works", "-pk"))
    how_open = HOW_OPEN[settings.SIGNUP] % {"domains": ", ".join(settings.SIGNUP_DOMAINS)}
    return {"found": page, "valid": {each.pk for each in page if each.works}, "how_open": how_open}
