"""The printed code as a picture: small enough to print, and read back by a reader that is not ours."""

import io
import random
from base64 import b32encode

import pytest
import zxingcpp
from PIL import Image

from registry.proofs.papers.qr import DOTS_PER_MODULE, QUIET_ZONE, Symbol

QR_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
"""Alone looked for: now and then squares of a code look like a bar code of another kind."""

PREFIX = "https://registry.example.invalid/v#"


def address(size: int) -> str:
    return PREFIX + b32encode(random.Random(size).randbytes(size)).decode().rstrip("=")


@pytest.mark.parametrize("size", [1, 240, 320, 400])
def test_another_reader_finds_the_same_address_in_the_picture(size: int) -> None:
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(Symbol(address(size)).png)), formats=QR_CODES)
    assert [one.text for one in found] == [address(size)]


def test_two_segments_take_a_smaller_symbol_than_one() -> None:
    import segno

    symbol = Symbol(address(300))
    assert symbol.version == 15
    assert segno.make(address(300), error="m").version > symbol.version


def test_the_picture_keeps_its_quiet_zone_and_whole_dots() -> None:
    symbol = Symbol(address(320))
    picture = Image.open(io.BytesIO(symbol.png)).convert("L")
    assert picture.size == (symbol.modules * DOTS_PER_MODULE,) * 2
    border = QUIET_ZONE * DOTS_PER_MODULE
    assert set(picture.crop((0, 0, picture.width, border)).tobytes()) == {255}


def test_the_drawing_has_no_size_of_its_own_and_asks_for_nothing() -> None:
    drawing = Symbol(address(320)).svg.decode()
    assert drawing.startswith("<svg ")
    assert " width=" not in drawing.split(">")[0]
    assert "href" not in drawing
