"""Pictures of people: what is uploaded is decoded, cut to a square and made anew, so that nothing else of it is kept.

They are files of the storage "pictures", under names that nobody can guess, and that never mean another picture.
"""

import io
import secrets
import threading
from dataclasses import dataclass
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image
from PIL.Image import Resampling, Transpose

from accounts.models import User
from accounts.profile.changing import announce

SIDE = 256  # px
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 10_000  # px
ORIENTATION = 0x0112  # in EXIF
NAME = r"[0-9a-f]{32}\.webp"

Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # Pillow refuses what claims to have twice as many as it reads the header

# The largest takes 160 MB and a second: the process that serves everybody decodes one at a time.
_decoding = threading.Lock()


@dataclass(frozen=True, slots=True)
class Crop:
    """The square that was chosen, in pixels of the picture as it is looked at."""

    left: int
    top: int
    side: int


# -- Made anew ---------------------------------------------------------------------------------------------------------


def make(upload: IO[bytes], crop: Crop | None = None) -> bytes:
    """The square of a picture, or its middle, as WebP without anything else. Raises ValidationError."""
    with _decoding:
        try:
            with Image.open(upload, formats=FORMATS) as image:
                _check_size(*image.size)
                return _encoded(_square(image, crop))
        except (Image.DecompressionBombError, MemoryError) as error:
            raise _too_large() from error
        except ValidationError:
            raise
        except Exception as error:  # whatever a decoder says of what somebody made up
            raise ValidationError(_("This is no picture that can be read: JPEG, PNG, WebP and GIF can.")) from error


def _check_size(width: int, height: int) -> None:
    """As the header claims, before anything is decoded."""
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise _too_large()


def _too_large() -> ValidationError:
    return ValidationError(
        _("A picture may have at most %(pixels)d million pixels, and %(side)d on a side.")
        % {"pixels": MOST_PIXELS // 1_000_000, "side": LONGEST_SIDE}
    )


def _square(image: Image.Image, crop: Crop | None) -> Image.Image:
    """Cut and made small before it is turned upright: that is the cheap order."""
    width, height = image.size
    orientation = image.getexif().get(ORIENTATION, 1)
    chosen = _fitting(crop, (height, width) if orientation in (5, 6, 7, 8) else (width, height))
    box = _as_stored(chosen, width, height, orientation)
    enough = 2 * SIDE / chosen.side
    image.draft("RGB", (round(width * enough) + 1, round(height * enough) + 1))  # JPEG decodes to less by itself
    scale = image.width / width
    cut = image.crop(_pixels(box, scale, image.size)).convert("RGBA")
    small = cut.resize((SIDE, SIDE), Resampling.LANCZOS, reducing_gap=3)
    paper = Image.new("RGB", (SIDE, SIDE), "white")
    paper.paste(small, mask=small.getchannel("A"))
    return paper.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else paper


def _fitting(crop: Crop | None, size: tuple[int, int]) -> Crop:
    """The square, moved into the picture; or the largest in its middle."""
    width, height = size
    if crop is None:
        side = min(size)
        return Crop((width - side) // 2, (height - side) // 2, side)
    side = max(1, min(crop.side, *size))
    return Crop(min(max(crop.left, 0), width - side), min(max(crop.top, 0), height - side), side)


UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}


def _as_stored(crop: Crop, width: int, height: int, orientation: int) -> Crop:
    """Where the square of the upright picture is in the one that is stored."""
    left, top, side = crop.left, crop.top, crop.side
    right, bottom = width - side, height - side
    corners = {
        2: (right - left, top),
        3: (right - left, bottom - top),
        4: (left, bottom - top),
        5: (top, left),
        6: (top, bottom - left),
        7: (right - top, bottom - left),
        8: (right - top, left),
    }
    return Crop(*corners.get(orientation, (left, top)), side)


def _pixels(crop: Crop, scale: float, size: tuple[int, int]) -> tuple[int, int, int, int]:
    left, top = int(crop.left * scale), int(crop.top * scale)
    side = max(1, round(crop.side * scale))
    return left, top, min(left + side, size[0]), min(top + side, size[1])


def _encoded(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "WEBP", quality=QUALITY)
    return written.getvalue()


# -- Kept --------------------------------------------------------------------------------------------------------------


def storage() -> Storage:
    return storages["pictures"]


def put(user: User, picture: bytes) -> None:
    """This is their picture from now on; the file of the former one goes."""
    name = storage().save(f"{secrets.token_hex(16)}.webp", ContentFile(picture))
    try:
        _name(user, name)
    except BaseException:
        storage().delete(name)
        raise


def remove(user: User) -> None:
    _name(user, "")


@transaction.atomic
def _name(user: User, name: str) -> None:
    former = User.objects.select_for_update(no_key=True).get(pk=user.pk).picture
    User.objects.filter(pk=user.pk).update(picture=name)
    discard(former)
    announce(user.pk)


def discard(name: str) -> None:
    """Remove the file after the commit, if there is one."""
    if name:
        transaction.on_commit(lambda: storage().delete(name), robust=True)


def read(name: str) -> bytes:
    """Raises OSError where there is no such file."""
    with storage().open(name) as file:
        return bytes(file.read())
