"""Page for a user who cannot sign in since their account is inactive."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.adapter import INACTIVE
from chat.models import Ban


@login_not_required
def inactive(request: HttpRequest) -> HttpResponse:
    # Only a user who has just tried to sign in is told why.
    ban = Ban.objects.of_the_site().filter(user=request.session.get(INACTIVE)).first()
    return render(request, "account/account_inactive.html", {"ban": ban})
