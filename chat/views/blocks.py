"""Page of the people that the user blocks, in the account pages."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import signed_in_user
from chat.models import Block
from chat.queries import pagination
from chat.services.people import blocks


@require_GET
def blocked(request: HttpRequest) -> HttpResponse:
    blocks = Block.objects.by(signed_in_user(request)).select_related("blocked").order_by("-pk")
    return render(request, "chat/blocked.html", {"found": pagination.numbered(request, blocks)})


@require_POST
def unblock(request: HttpRequest, person_id: int) -> HttpResponse:
    blocks.unblock(signed_in_user(request), person_id)
    messages.success(request, _("Unblocked."))
    return redirect("chat:blocked")
