"""Uploaded pictures are re-encoded without anything else in the file, and only our own view serves them."""

import io
import struct
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageOps
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from accounts.overload import Gate
from accounts.profile import pictures
from accounts.profile.image_decoder import ORIENTATION, SIDE, Crop, TooLarge, Unreadable, make
from accounts.tests.helpers.pictures import (
    BLUE,
    RED,
    claiming,
    encoded,
    halves,
    is_about,
    opened,
    plain,
    scanned,
    upload,
)

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"GIF89a/*<html><script>alert(1)</script></html>*/=1;"


def made(data: bytes, crop: Crop | None = None) -> Image.Image:
    return opened(make(io.BytesIO(data), crop))


# -- Re-encoded --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_each_format_of_picture_becomes_a_small_webp(kind: str) -> None:
    image = made(plain(kind))
    assert (image.format, image.size) == ("WEBP", (SIDE, SIDE))
    assert is_about(image.convert("RGB").getpixel((128, 128)), RED)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK"])
def test_a_picture_of_any_colour_mode_is_accepted(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert made(encoded(Image.new(mode, (30, 50)), kind)).size == (SIDE, SIDE)


def test_transparent_pixels_become_white() -> None:
    image = made(encoded(Image.new("RGBA", (64, 64), (0, 0, 0, 0))))
    assert is_about(image.convert("RGB").getpixel((9, 9)), (255, 255, 255))
    assert image.mode == "RGB"


def test_an_animation_becomes_its_first_frame() -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in (RED, BLUE)]
    image = made(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert not getattr(image, "is_animated", False)
    assert is_about(image.convert("RGB").getpixel((128, 128)), RED)


def test_a_picture_is_cropped_to_the_chosen_square_or_else_to_its_middle() -> None:
    stripes = Image.new("RGB", (600, 200), RED)
    stripes.paste(BLUE, (200, 0, 400, 200))
    data = encoded(stripes)
    assert is_about(made(data).convert("RGB").getpixel((128, 128)), BLUE)
    assert is_about(made(data, Crop(0, 0, 200)).convert("RGB").getpixel((128, 128)), RED)
    assert is_about(made(data, Crop(10_000, -5, 10_000)).convert("RGB").getpixel((250, 128)), RED)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_chosen_square_refers_to_the_picture_as_browsers_orient_it(orientation: int) -> None:
    """The result equals that of Pillow and of browsers, for every orientation that a camera writes."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    source = halves((1600, 1000))
    source.paste((30, 200, 30), (0, 0, 400, 300))
    data = encoded(source, "JPEG", quality=95, exif=exif)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    crop = Crop(100, 50, 700)
    expected = upright.crop((100, 50, 800, 750)).resize((SIDE, SIDE))
    image = made(data, crop).convert("RGB")
    for place in [(20, 20), (20, 216), (216, 20), (216, 216)]:
        pixel: Any = expected.getpixel(place)
        assert is_about(image.getpixel(place), pixel)


def test_metadata_and_comments_of_a_picture_are_dropped() -> None:
    exif = Image.Exif()
    exif[0x010F] = "A camera that says where Alice lives"
    data = make(io.BytesIO(encoded(halves(), "JPEG", exif=exif, comment=b"<script>alert(1)</script>")))
    assert b"Alice" not in data
    assert b"script" not in data
    assert not opened(data).getexif()
    assert "icc_profile" not in opened(data).info


# -- Refused -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"\0" * 100, SVG, HTML, b"%PDF-1.7", encoded(halves(), "BMP")])
def test_a_file_that_is_no_picture_is_rejected(data: bytes) -> None:
    with pytest.raises(Unreadable):
        made(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_truncated_image_is_rejected(kind: str) -> None:
    data = encoded(Image.effect_noise((200, 200), 90).convert("RGB"), kind)
    with pytest.raises(Unreadable):
        made(data[: len(data) // 2])


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(50_000, 50_000), (9_000, 9_000), (7_000, 6_000), (10_001, 1), (1, 2_000_000_000)])
def test_an_image_that_claims_to_be_huge_is_rejected_before_it_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(TooLarge):
        made(claiming(*size))


@pytest.mark.parametrize(("times", "size"), [(100, (64, 48)), (20, (6_000, 5_000))])
def test_a_jpeg_of_too_many_scans_is_rejected_before_it_is_decoded(times: int, size: tuple[int, int]) -> None:
    small = scanned(times)
    data = small.replace(struct.pack(">HH", 48, 64), struct.pack(">HH", size[1], size[0]), 1)  # in the header
    with pytest.raises(TooLarge):
        made(data)


def test_a_progressive_jpeg_is_accepted_as_encoders_write_it() -> None:
    assert made(encoded(halves((1_200, 800)), "JPEG", progressive=True)).size == (SIDE, SIDE)


def test_html_appended_to_a_picture_is_dropped() -> None:
    data = plain("GIF") + b"<html><script>alert(1)</script></html>"
    assert b"script" not in make(io.BytesIO(data))


# -- The pages ---------------------------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


def put(client: Client, data: bytes = b"", **fields: Any) -> Any:
    return client.post(reverse("accounts:picture"), {"picture": upload(data or plain()), **fields})


@pytest.fixture
def hers(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def test_an_uploaded_picture_is_served_to_signed_in_users_only(hers: Client, alice: User, bob: User) -> None:
    stripes = encoded(halves())
    assert put(hers, stripes, left="200", top="0", side="200").status_code == 302
    alice.refresh_from_db()
    his = Client()
    assert his.get(alice.picture_url).status_code == 302
    his.force_login(bob)
    answer = his.get(alice.picture_url)
    assert is_about(opened(answer.content).convert("RGB").getpixel((9, 9)), BLUE)
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == "inline"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"


def test_the_old_file_is_deleted_when_a_picture_is_replaced_or_removed(
    hers: Client, alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    names = []
    for _each in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            put(hers)
        alice.refresh_from_db()
        names.append(alice.picture)
    assert [pictures.storage().exists(name) for name in names] == [False, True]
    with django_capture_on_commit_callbacks(execute=True):
        hers.post(reverse("accounts:remove-picture"))
    alice.refresh_from_db()
    assert alice.picture == ""
    assert not pictures.storage().exists(names[1])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (SVG, "isn’t a picture that we can read"),
        (HTML, "isn’t a picture that we can read"),
        (plain()[:60], "isn’t a picture that we can read"),
        (claiming(50_000, 50_000), "The limit is 40 million pixels"),
    ],
)
def test_a_rejected_upload_says_why_and_keeps_the_old_picture(hers: Client, alice: User, data: bytes, why: str) -> None:
    assert put(hers).status_code == 302
    alice.refresh_from_db()
    was = alice.picture
    answer = put(hers, data)
    assert answer.status_code == 422
    assert why in str(answer.context["picture_form"].errors["picture"])
    alice.refresh_from_db()
    assert alice.picture == was


def test_a_file_that_is_too_large_is_refused_unread(hers: Client, settings: Any) -> None:
    assert put(hers).status_code == 302
    settings.PICTURE_BYTES = 100
    assert "The limit is 100" in put(hers).content.decode()
    assert hers.post(reverse("accounts:picture"), {}).status_code == 422


@pytest.mark.parametrize(
    "name", ["x.webp", "a" * 32, "a" * 32 + ".svg", "../secret_key", "A" * 32 + ".webp", "a" * 32 + ".webp"]
)
def test_an_unknown_picture_name_is_not_found(hers: Client, name: str) -> None:
    assert hers.get(f"/pictures/{name}").status_code == 404


def test_picture_uploads_are_rate_limited(hers: Client) -> None:
    nothing = [hers.post(reverse("accounts:picture"), {}).status_code for _each in range(60)]
    assert set(nothing) == {422}
    assert put(hers).status_code == 429


def test_a_user_has_one_picture_decoded_at_a_time(hers: Client, alice: User, bob: User) -> None:
    with pictures.one_picture.entered(alice.pk):
        answer = put(hers, plain())
        assert (answer.status_code, answer["Retry-After"]) == (429, "8")
        assert "is still running" in answer.content.decode()
        others = Client()
        others.force_login(bob)
        assert put(others, plain()).status_code == 302
    assert put(hers, plain()).status_code == 302


def test_a_picture_is_refused_while_many_wait_to_be_decoded(hers: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate("pictures to decode", at_once=1, seconds=8)
    monkeypatch.setattr(pictures, "decoding_gate", gate)
    with gate.entered():
        answer = put(hers, plain())
    assert (answer.status_code, answer["Retry-After"]) == (503, "8")
    assert "Too many people are using this" in answer.content.decode()
    assert put(hers, plain()).status_code == 302


def test_decoding_a_picture_is_stopped_after_a_time_limit(hers: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert put(hers).status_code == 302
    monkeypatch.setattr(pictures, "SECONDS", 0.001)
    assert "The limit is 40 million pixels" in put(hers).content.decode()


def test_a_person_is_shown_with_their_picture_or_initials(hers: Client, alice: User) -> None:
    page = hers.get(reverse("accounts:profile")).content.decode()
    assert "<img" not in page
    assert ">AL<" in page
    put(hers)
    alice.refresh_from_db()
    assert f'<img src="{alice.picture_url}" alt=""' in hers.get(reverse("accounts:profile")).content.decode()
