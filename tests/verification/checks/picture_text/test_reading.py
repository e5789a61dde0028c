"""The text of a picture: read in a confined process, within limits, and never by luck."""

import struct
import zlib
from io import BytesIO

import pytest
import segno
from PIL import Image, ImageEnhance, ImageFilter

from registry.verification.checks import picture_text as reading
from registry.verification.checks.advert import picked
from registry.verification.checks.picture_text import MAX_BYTES, NoText
from registry.vocabulary.checks import CheckKind
from tests.thorough import thorough
from tests.verification.checks.picture_text.drawn import picture


def bomb() -> bytes:
    """A PNG of a few bytes that says it is a picture of 2.5 thousand million pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def refusal(body: bytes) -> NoText:
    with pytest.raises(reading.Unreadable) as trouble:
        reading.text_of(body)
    return trouble.value.reason


def test_what_can_be_checked_is_read_from_a_photo_of_an_advert() -> None:
    text = reading.text_of(picture(form="JPEG")).text
    assert "意大利普拉托" in text
    assert "押金" in text
    read = {one.kind: one.value for one in picked(text)}
    assert read[CheckKind.PHONE] == "13800138000"
    assert read[CheckKind.EMAIL] == "lavoro@example.com"


def test_what_is_no_picture_holds_no_words_or_is_a_bomb_is_refused_by_its_reason() -> None:
    assert refusal(b"<svg onload=alert(1)>") is NoText.NO_PICTURE
    assert refusal(picture()[:200]) is NoText.NO_PICTURE
    assert refusal(bomb()) is NoText.TOO_LARGE
    assert refusal(b"\0" * (MAX_BYTES + 1)) is NoText.TOO_LARGE
    assert refusal(picture(" ")) is NoText.NOTHING


def test_without_tesseract_the_reason_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "languages", lambda: ())
    assert refusal(picture()) is NoText.NO_TOOL


def test_spaces_between_chinese_characters_go_and_others_stay() -> None:
    assert reading.tidy("电 话 138 0013\n\n \f月 薪 1500 EUR al mese\n—\n") == "电话 138 0013\n月薪 1500 EUR al mese"


def changed(*steps: object) -> bytes:
    """The picture of the advert after some steps, as a photograph."""
    image = Image.open(BytesIO(picture())).convert("RGB")
    for step in steps:
        image = step(image)  # type: ignore[operator]
    out = BytesIO()
    image.save(out, format="JPEG", quality=80)
    return out.getvalue()


@pytest.mark.parametrize("angle", [-4, *thorough(5)])
def test_a_skewed_and_dark_photo_is_put_straight(angle: int) -> None:
    def skew(image: Image.Image) -> Image.Image:
        return image.rotate(angle, expand=True, fillcolor=(200, 190, 180))

    read = reading.text_of(changed(skew, lambda image: ImageEnhance.Brightness(image).enhance(0.4)))
    assert "20000" in read.text
    assert "13800138000" in read.text


@pytest.mark.thorough
def test_a_picture_of_which_much_is_guessed_says_so() -> None:
    assert not reading.text_of(picture()).is_partial
    assert reading.text_of(changed(lambda image: image.filter(ImageFilter.GaussianBlur(3)))).is_partial


def test_what_a_code_in_a_picture_holds_is_read_with_its_words() -> None:
    drawn = BytesIO()
    segno.make("https://u.wechat.com/vymysl").save(drawn, kind="png", scale=6)
    code = Image.open(drawn).convert("RGB")
    page = Image.new("RGB", (900, 700), "white")
    page.paste(Image.open(BytesIO(picture())), (0, 0))
    page.paste(code, (40, 380))
    out = BytesIO()
    page.save(out, format="PNG")
    assert {"13800138000", "https://u.wechat.com/vymysl"} <= {
        one.value for one in picked(reading.text_of(out.getvalue()).text)
    }
    assert reading.text_of(drawn.getvalue()).text == "https://u.wechat.com/vymysl"
