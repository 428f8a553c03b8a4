"""Profiles: a user's time zone, and events on changed names and pictures."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from accounts.time_zones import validate_time_zone
from chat import broadcasts
from chat.errors import Invalid
from chat.models import Membership, Status


@transaction.atomic
def note_time_zone(user: User, name: str) -> str:
    """Store the time zone of the user's page if they have none. Returns theirs. Raises Invalid."""
    try:
        validate_time_zone(name)
    except ValidationError as error:
        raise Invalid(error.message) from error
    User.objects.filter(pk=user.pk, time_zone="").update(time_zone=name)
    return User.objects.values_list("time_zone", flat=True).get(pk=user.pk)


@transaction.atomic
def tell_of_profile(user: User) -> None:
    """Publish the user's present name and picture to those who may see them, also in rooms that they left."""
    # Stored as a status change too, so that hubs that miss the event find it.
    Status.objects.update_or_create(user=user, defaults={"changed_at": Now()})
    broadcasts.people_changed(User.objects.filter(pk=user.pk).select_related("status"))
    rooms = Membership.objects.filter(user=user, room__deleted_at=None).values_list("room", flat=True)
    broadcasts.user_changed(user, rooms)
