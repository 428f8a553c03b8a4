"""Profile pictures: an upload is decoded, cropped and re-encoded, so that nothing else of the file is kept.

They are files in the storage "pictures", under names that cannot be guessed and are never reused.
"""

import secrets
import signal
import subprocess
import sys
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.overload import Gate, OneEach
from accounts.profile import image_decoder
from accounts.profile.announce import announce
from accounts.profile.image_decoder import Crop

NAME = r"[0-9a-f]{32}\.webp"
SECONDS = 15  # time limit for decoding one

# Decoding the largest takes some seconds and most of a gigabyte in a separate program, so a server runs one at a time.
decoding_gate = Gate("pictures to decode", at_once=1, waiting=3, seconds=8)
one_picture = OneEach("pictures of the same person", seconds=8)


# -- Decoding ----------------------------------------------------------------------------------------------------------


def make(user: User, upload: IO[bytes], crop: Crop | None = None) -> bytes:
    """Return the chosen square of a user's picture, or its middle, as WebP without any other data.

    Raises ValidationError, and Overloaded if too many pictures wait or another one of this user is under way.
    """
    square = [str(each) for each in (crop.left, crop.top, crop.side)] if crop else []
    program = [sys.executable, "-I", image_decoder.__file__, *square]
    with one_picture.entered(user.pk), decoding_gate.entered():
        try:
            done = subprocess.run(program, input=upload.read(), capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise _too_large() from error
    if done.returncode in (image_decoder.TOO_LARGE, -signal.SIGXCPU):
        raise _too_large()
    if done.returncode != 0:  # or it was killed
        raise ValidationError(_("This file isn’t a picture that we can read. Use JPEG, PNG, WebP or GIF."))
    return done.stdout


def _too_large() -> ValidationError:
    limits = {"pixels": image_decoder.MOST_PIXELS // 1_000_000, "side": image_decoder.LONGEST_SIDE}
    return ValidationError(
        _("This picture is too large or complex. The limit is %(pixels)d million pixels and %(side)d pixels per side.")
        % limits
    )


# -- Storage -----------------------------------------------------------------------------------------------------------


def storage() -> Storage:
    return storages["pictures"]


def put(user: User, picture: bytes) -> None:
    name = storage().save(f"{secrets.token_hex(16)}.webp", ContentFile(picture))
    is_theirs = False
    try:
        is_theirs = _name(user, name)
    finally:
        if not is_theirs:
            storage().delete(name)


def remove(user: User) -> None:
    _name(user, "")


@transaction.atomic
def _name(user: User, name: str) -> bool:
    """Set the name of the user's picture. Return False if the account was deleted meanwhile."""
    stored = User.objects.select_for_update(no_key=True).filter(pk=user.pk, deleted_at=None).first()
    if stored is None:
        return False
    User.objects.filter(pk=user.pk).update(picture=name)
    discard(stored.picture)
    announce(user.pk)
    return True


def discard(name: str) -> None:
    if name:
        transaction.on_commit(lambda: storage().delete(name), robust=True)


def read(name: str) -> bytes:
    with storage().open(name) as file:
        return bytes(file.read())
