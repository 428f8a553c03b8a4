"""What pages say about the people who look at them."""

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.zones import validate_time_zone
from chat.errors import Invalid


@transaction.atomic
def note_time_zone(user: User, name: str) -> str:
    """The user's page is in this time zone, which holds where they have none. Returns theirs. Raises Invalid."""
    try:
        validate_time_zone(name)
    except ValidationError as error:
        raise Invalid(error.message) from error
    User.objects.filter(pk=user.pk, time_zone="").update(time_zone=name)
    return User.objects.values_list("time_zone", flat=True).get(pk=user.pk)
