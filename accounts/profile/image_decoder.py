"""Re-encoding of a picture: decode, crop to a square, scale down, and write without anything else in the file.

Decoders read untrusted input, so this runs as a separate program with bounded time and memory:

    python image_decoder.py [left top side] < picture > square.webp

It imports nothing of Django, so that it starts quickly.
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

# Limits on the program. The largest WebP needs most of them.
MEMORY = 1 << 30  # bytes
CPU_SECONDS = 5
NICENESS = 10  # the server goes first

# Exit codes of a failure.
TOO_LARGE, UNREADABLE = 3, 4

Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # Pillow refuses a header that claims twice as many


class TooLarge(Exception):
    """A picture with more pixels than we decode, or a header that claims so."""


class Unreadable(Exception):
    """A file that is broken or of an unknown format."""


@dataclass(frozen=True, slots=True)
class Crop:
    """The chosen square, in pixels of the upright picture."""

    left: int
    top: int
    side: int


def make(file: IO[bytes], crop: Crop | None = None) -> bytes:
    """Return the chosen square of a picture, or its middle, as WebP. Raises TooLarge, Unreadable."""
    scans = _scans(file)
    try:
        with Image.open(file, formats=FORMATS) as image:
            _check_size(*image.size, scans)
            return _encoded(_square(image, crop))
    except (Image.DecompressionBombError, MemoryError) as error:
        raise TooLarge from error
    except TooLarge:
        raise
    except Exception as error:  # decoders raise anything for crafted files
        raise Unreadable from error


def _check_size(width: int, height: int, scans: int) -> None:
    # The header claims this size. Nothing is decoded yet.
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise TooLarge
    if scans > MOST_SCANS or width * height * scans > MOST_SCANNED_PIXELS:
        raise TooLarge


def _scans(file: IO[bytes]) -> int:
    """Count the markers that may begin a scan. A decoder never sees more scans than these."""
    data = file.read()
    file.seek(0)
    return data.count(SCAN) if data.startswith(JPEG) else 1


SCALABLE = ("L", "RGB", "RGBA", "CMYK")  # modes that need no converted copy of the whole picture


def _square(image: Image.Image, crop: Crop | None) -> Image.Image:
    # Crops and scales before it turns the picture upright: that is the cheap order.
    width, height = image.size
    orientation = image.getexif().get(ORIENTATION, 1)
    chosen = _fitting(crop, (height, width) if orientation in (5, 6, 7, 8) else (width, height))
    box = _as_stored(chosen, width, height, orientation)
    enough = 2 * SIDE / chosen.side
    image.draft("RGB", (round(width * enough) + 1, round(height * enough) + 1))  # JPEG can decode to a smaller size
    scale = image.width / width
    whole = image if image.mode in SCALABLE else image.convert("RGBA")
    cut = _pixels(box, scale, image.size)
    small = whole.resize((SIDE, SIDE), Resampling.LANCZOS, box=cut, reducing_gap=3).convert("RGBA")
    paper = Image.new("RGB", (SIDE, SIDE), "white")
    paper.paste(small, mask=small.getchannel("A"))
    return paper.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else paper


def _fitting(crop: Crop | None, size: tuple[int, int]) -> Crop:
    """Return the crop, moved into the picture, or the largest square in its middle."""
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
    """Convert a square of the upright picture to the stored orientation."""
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
    with suppress(ValueError):  # macOS has the constant, but accepts no limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


if __name__ == "__main__":
    sys.exit(main())
