"""A picture made anew: decoded, cut to a square, made small, and written without anything else that was in the file.

Decoders are fed by strangers, so this runs as a program of its own, which may take only so much time and memory:

    python image_decoder.py [left top side] < picture > square.webp

Nothing of Django is here, so that it starts quickly.
"""

import io
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from PIL import Image
from PIL.Image import Resampling, Transpose

SIDE = 256  # px
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 10_000  # px
# A progressive JPEG is decoded once for each of its scans. It may have thousands; encoders write about ten.
MOST_SCANS = 32
MOST_SCANNED_PIXELS = 600_000_000  # pixels, times scans
JPEG, SCAN = b"\xff\xd8", b"\xff\xda"
ORIENTATION = 0x0112  # in EXIF

# What the program may take: the largest WebP needs most of it.
MEMORY = 1 << 30  # bytes
CPU_SECONDS = 5
NICENESS = 10  # the server goes first

# How it ends where it cannot.
TOO_LARGE, UNREADABLE = 3, 4

Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # Pillow refuses what claims to have twice as many as it reads the header


class TooLarge(Exception):
    """It has more pixels than we decode, or says so."""


class Unreadable(Exception):
    """It is no picture of a kind that we know, or a broken one."""


@dataclass(frozen=True, slots=True)
class Crop:
    """The square that was chosen, in pixels of the picture as it is looked at."""

    left: int
    top: int
    side: int


def make(file: IO[bytes], crop: Crop | None = None) -> bytes:
    """The square of a picture, or its middle, as WebP. Raises TooLarge, Unreadable."""
    scans = _scans(file)
    try:
        with Image.open(file, formats=FORMATS) as image:
            _check_size(*image.size, scans)
            return _encoded(_square(image, crop))
    except (Image.DecompressionBombError, MemoryError) as error:
        raise TooLarge from error
    except TooLarge:
        raise
    except Exception as error:  # whatever a decoder says of what somebody made up
        raise Unreadable from error


def _check_size(width: int, height: int, scans: int) -> None:
    """As the header claims, before anything is decoded."""
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise TooLarge
    if scans > MOST_SCANS or width * height * scans > MOST_SCANNED_PIXELS:
        raise TooLarge


def _scans(file: IO[bytes]) -> int:
    """Count what may begin a scan. A decoder sees at most as many, however the file is built."""
    data = file.read()
    file.seek(0)
    return data.count(SCAN) if data.startswith(JPEG) else 1


SCALABLE = ("L", "RGB", "RGBA", "CMYK")  # without a copy of the whole in other colours


def _square(image: Image.Image, crop: Crop | None) -> Image.Image:
    """Cut and made small before it is turned upright: that is the cheap order."""
    width, height = image.size
    orientation = image.getexif().get(ORIENTATION, 1)
    chosen = _fitting(crop, (height, width) if orientation in (5, 6, 7, 8) else (width, height))
    box = _as_stored(chosen, width, height, orientation)
    enough = 2 * SIDE / chosen.side
    image.draft("RGB", (round(width * enough) + 1, round(height * enough) + 1))  # JPEG decodes to less by itself
    scale = image.width / width
    whole = image if image.mode in SCALABLE else image.convert("RGBA")
    cut = _pixels(box, scale, image.size)
    small = whole.resize((SIDE, SIDE), Resampling.LANCZOS, box=cut, reducing_gap=3).convert("RGBA")
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


# -- The program -------------------------------------------------------------------------------------------------------


def main() -> int:
    _limit()
    crop = Crop(*map(int, sys.argv[1:])) if len(sys.argv) > 1 else None
    try:
        square = make(io.BytesIO(sys.stdin.buffer.read()), crop)
    except TooLarge:
        return TOO_LARGE
    except Unreadable:
        return UNREADABLE
    sys.stdout.buffer.write(square)
    return 0


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    with suppress(ValueError):  # macOS knows the limit, and takes none
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


if __name__ == "__main__":
    sys.exit(main())
