"""Pages for the user's profile, everyone's pictures, and the export and deletion of an account."""

import weakref

from allauth.account.decorators import reauthentication_required
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import time_zones
from accounts.overload import Overloaded
from accounts.profile import announce, deletion, pictures
from accounts.profile.export import admit, archive
from accounts.profile.forms import DeletionForm, PictureForm, ProfileForm
from accounts.requests import address_of, signed_in_user

UPLOADS = {"picture": "60/h/user"}  # each keeps the server busy for a moment
REFUSED = 422

asks_and_takes = require_http_methods(["GET", "HEAD", "POST"])


@asks_and_takes
def profile(request: HttpRequest) -> HttpResponse:
    user = signed_in_user(request)
    form = ProfileForm(user, request.POST if request.method == "POST" else None, initial=_known(request))
    if form.is_valid():
        announce.change(user, **form.cleaned_data)
        messages.success(request, _("Profile saved."))
        return redirect("accounts:profile")
    return _profile(request, form=form, status=REFUSED if form.is_bound else 200)


@require_POST
@ratelimit.decorator(app="accounts", action="picture", config=UPLOADS)
def picture(request: HttpRequest) -> HttpResponse:
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            made = pictures.make(signed_in_user(request), form.cleaned_data["picture"].file, form.crop)
        except ValidationError as error:
            form.add_error("picture", error)
        except Overloaded as error:
            return _come_back(request, form, error)
        else:
            pictures.put(signed_in_user(request), made)
            messages.success(request, _("Picture saved."))
            return redirect("accounts:profile")
    return _profile(request, picture_form=form, status=REFUSED)


def _come_back(request: HttpRequest, form: PictureForm, error: Overloaded) -> HttpResponse:
    form.add_error("picture", _("%(why)s Try again in a moment.") % {"why": error.sentence})
    response = _profile(request, picture_form=form, status=error.status)
    response["Retry-After"] = str(error.retry_after)
    return response


@require_POST
def remove_picture(request: HttpRequest) -> HttpResponse:
    pictures.remove(signed_in_user(request))
    messages.success(request, _("Picture removed."))
    return redirect("accounts:profile")


@require_safe
def picture_file(request: HttpRequest, name: str) -> HttpResponse:
    try:
        found = pictures.read(name)
    except OSError as error:
        raise Http404 from error
    headers = {
        "Content-Disposition": "inline",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=31536000, immutable",  # names are never reused
    }
    return HttpResponse(found, content_type="image/webp", headers=headers)


@asks_and_takes
@reauthentication_required
def export(request: HttpRequest) -> HttpResponseBase:
    if request.method != "POST":
        return render(request, "accounts/profile/export.html")
    user = signed_in_user(request)
    headers = {"Content-Disposition": f'attachment; filename="{user.username}-{timezone.localdate()}.zip"'}
    places = admit(user)
    response = StreamingHttpResponse(archive(user), content_type="application/zip", headers=headers)
    response._resource_closers.append(places.close)  # type: ignore[attr-defined]
    weakref.finalize(response, places.close)  # Django does not close a response that it never began to send
    return response


@asks_and_takes
@reauthentication_required
def delete(request: HttpRequest) -> HttpResponse:
    form = DeletionForm(signed_in_user(request), request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            deletion.delete(signed_in_user(request), address_of(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            logout(request)  # its session is deleted already
            messages.success(request, _("Your account was deleted."))
            return redirect("account_login")
    context = {"form": form, "removes_messages": settings.MESSAGES_OF_DELETED == "remove"}
    return render(request, "accounts/profile/delete.html", context, status=REFUSED if form.is_bound else 200)


def _profile(
    request: HttpRequest, *, form: ProfileForm | None = None, picture_form: PictureForm | None = None, status: int
) -> HttpResponse:
    context = {
        "form": form or ProfileForm(signed_in_user(request), initial=_known(request)),
        "picture_form": picture_form or PictureForm(),
        "zones": time_zones.choices(),
        "most_bytes": settings.PICTURE_BYTES,
    }
    return render(request, "accounts/profile/profile.html", context, status=status)


def _known(request: HttpRequest) -> dict[str, str]:
    return {name: getattr(request.user, name) for name in ("display_name", "time_zone", "theme")}
