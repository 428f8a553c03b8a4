"""Pictures of people: what is uploaded is decoded, cut to a square and made anew, so that nothing else of it is kept.

They are files of the storage "pictures", under names that nobody can guess, and that never mean another picture.
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
SECONDS = 15  # that it may take

# The largest takes some seconds, and most of a gigabyte, of a program of its own: a server has one at a time.
decoding_gate = Gate("pictures to decode", at_once=1, waiting=3, seconds=8)
one_picture = OneEach("pictures of the same person", seconds=8)


# -- Made anew ---------------------------------------------------------------------------------------------------------


def make(user: User, upload: IO[bytes], crop: Crop | None = None) -> bytes:
    """Return the square of a user's picture, or its middle, as WebP without anything else.

    Raises ValidationError, and Overloaded where too many pictures wait, or another one of this user.
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
    if done.returncode != 0:  # it may have been ended, too
        raise ValidationError(_("This file isn’t a picture that we can read. Use JPEG, PNG, WebP or GIF."))
    return done.stdout


def _too_large() -> ValidationError:
    limits = {"pixels": image_decoder.MOST_PIXELS // 1_000_000, "side": image_decoder.LONGEST_SIDE}
    return ValidationError(
        _("This picture is too large or complex. The limit is %(pixels)d million pixels and %(side)d pixels per side.")
        % limits
    )


# -- Kept --------------------------------------------------------------------------------------------------------------


def storage() -> Storage:
    return storages["pictures"]


def put(user: User, picture: bytes) -> None:
    """This is their picture from now on; the file of the former one goes."""
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
    """Whether it is theirs now: nothing becomes that of an account that was deleted meanwhile."""
    stored = User.objects.select_for_update(no_key=True).filter(pk=user.pk, deleted_at=None).first()
    if stored is None:
        return False
    User.objects.filter(pk=user.pk).update(picture=name)
    discard(stored.picture)
    announce(user.pk)
    return True


def discard(name: str) -> None:
    """Remove the file after the commit, if there is one."""
    if name:
        transaction.on_commit(lambda: storage().delete(name), robust=True)


def read(name: str) -> bytes:
    """Raises OSError where there is no such file."""
    with storage().open(name) as file:
        return bytes(file.read())
