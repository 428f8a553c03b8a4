from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.naming import Naming

INACTIVE = "inactive_account"  # in the session of whoever could not sign in


class Adapter(Naming):
    """What allauth asks about accounts."""

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Whoever knows the password of an account that is not active is told why."""
        request.session[INACTIVE] = user.pk
        response: HttpResponse = super().respond_user_inactive(request, user)
        return response
