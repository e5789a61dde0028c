"""The text of a picture: read in a confined process, within limits, and never by luck."""

import struct
import zlib

import pytest

from registry.verification.checks import picture_text as reading
from registry.verification.checks.advert import picked
from registry.verification.checks.picture_text import MAX_BYTES, NoText
from registry.vocabulary.checks import CheckKind
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
    text = reading.text_of(picture(form="JPEG"))
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
