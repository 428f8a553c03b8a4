"""Pictures to upload, and files that claim to be pictures."""

import io
import struct
import zlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.profile.image_decoder import MOST_SCANS, SCAN

RED, BLUE = (200, 30, 30), (30, 30, 200)


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def plain(kind: str = "PNG", size: tuple[int, int] = (64, 48), colour: tuple[int, int, int] = RED) -> bytes:
    return encoded(Image.new("RGB", size, colour), kind)


def halves(size: tuple[int, int] = (400, 200)) -> Image.Image:
    """Return a picture that is red on the left and blue on the right."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image


def claiming(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that claims to have this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def upload(data: bytes, name: str = "picture.png", kind: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, kind)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=["WEBP"])


def is_about(pixel: Any, colour: tuple[int, int, int]) -> bool:
    """Return whether two colours are close: WebP does not keep them exactly."""
    return all(abs(one - other) < 25 for one, other in zip(pixel, colour, strict=True))


def scanned(times: int, size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a progressive JPEG with its last scan repeated."""
    data = encoded(Image.effect_noise(size, 90), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * times + data[-2:]


def costliest() -> bytes:
    """Return the costliest JPEG allowed: the most pixels and scans in few bytes, to be decoded as a whole."""
    image = Image.effect_noise((134, 134), 90).resize((4288, 4288))
    data = encoded(image.convert("RGB"), "JPEG", progressive=True, quality=10)
    last, scans = data.rindex(SCAN), data.count(SCAN)
    return data[:last] + data[last:-2] * (MOST_SCANS - scans + 1) + data[-2:]
