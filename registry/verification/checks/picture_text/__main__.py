"""`python -m registry.verification.checks.picture_text TESSERACT LANGUAGES`: from a picture on standard input its text.

Both are files in memory. Libraries are loaded, then the process is confined, and only then is a byte of the picture read.
Its pixels, in grey and no larger than Tesseract needs, are all that Tesseract is given: this process becomes it.
"""

import os
import sys
from io import BytesIO
from typing import NoReturn

import pillow_heif
import zxingcpp
from PIL import Image, ImageChops, ImageOps, ImageStat

from registry.core.confinement import Unconfined, confine
from registry.verification.checks import picture_text


def main() -> None:
    prepare()
    tesseract, languages = sys.argv[1:3]
    try:
        confine(picture_text.LIMITS)
    except Unconfined:
        _end(picture_text.NoText.UNCONFINED)
    try:
        # Pillow tells damage by errors of many kinds: any other end of this process means that there is no picture.
        image = grey(sys.stdin.buffer.read())
        write_codes(image)
        pixels = png(image)
    except Image.DecompressionBombError:
        _end(picture_text.NoText.TOO_LARGE)
    except MemoryError:
        _end(picture_text.NoText.TOO_COSTLY)
    _become(tesseract, languages, pixels)


def prepare() -> None:
    """Load what reads pictures."""
    pillow_heif.register_heif_opener(thumbnails=False)
    Image.init()
    Image.MAX_IMAGE_PIXELS = picture_text.MAX_PIXELS


def grey(body: bytes) -> Image.Image:
    """The picture upright, straight, on white, in grey, small enough to be read in seconds."""
    with Image.open(BytesIO(body), formats=picture_text.FORMATS) as opened:
        if opened.width * opened.height > picture_text.MAX_PIXELS:
            _end(picture_text.NoText.TOO_LARGE)
        opened.draft("L", (picture_text.MAX_SIDE, picture_text.MAX_SIDE))
        image: Image.Image = ImageOps.exif_transpose(opened)
        if image.has_transparency_data:
            clear = image.convert("RGBA")
            image = Image.new("RGBA", clear.size, "white")
            image.alpha_composite(clear)
        grey = image.convert("L")
    longest = max(grey.size)
    if longest > picture_text.MAX_SIDE:
        grey.thumbnail((picture_text.MAX_SIDE, picture_text.MAX_SIDE))
    elif longest < picture_text.SMALL:
        # Letters of a thumbnail are read better at twice their size, larger ones worse.
        grey = grey.resize((grey.width * 2, grey.height * 2), Image.Resampling.LANCZOS)
    return straightened(ImageOps.autocontrast(grey, cutoff=1))


MAX_SLANT = 10
"""Degrees that lines of words are turned by, at most, when a paper is photographed by hand."""


def straightened(grey: Image.Image) -> Image.Image:
    """The picture turned so that its lines lie level: then rows of pixels differ most from their neighbours."""
    small = grey.copy()
    small.thumbnail((500, 500))
    edge = ImageStat.Stat(small).median[0]

    def contrast(angle: int) -> float:
        rows = small.rotate(angle, fillcolor=edge).resize((1, small.height), Image.Resampling.BOX)
        below, above = rows.crop((0, 1, 1, rows.height)), rows.crop((0, 0, 1, rows.height - 1))
        return ImageStat.Stat(ImageChops.difference(below, above)).sum2[0]

    angle = max(range(-MAX_SLANT, MAX_SLANT + 1), key=lambda one: (contrast(one), -abs(one))) if small.height > 1 else 0
    return grey.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=edge) if abs(angle) > 1 else grey


def write_codes(grey: Image.Image) -> None:
    """Write what QR codes of the picture hold, each in a line before the words."""
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    for text in [" ".join(one.text.split()) for one in found][:MAX_CODES]:
        os.write(sys.stdout.fileno(), f"{picture_text.CODE}{text}\n".encode())


MAX_CODES = 5


def png(grey: Image.Image) -> bytes:
    out = BytesIO()
    grey.save(out, format="PNG", compress_level=1)
    return out.getvalue()


def _become(tesseract: str, languages: str, pixels: bytes) -> NoReturn:
    descriptor = os.memfd_create("pixels")
    view = memoryview(pixels)
    while view:
        view = view[os.write(descriptor, view) :]
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.dup2(descriptor, 0)
    command = [tesseract, "stdin", "stdout", "-l", languages, "--psm", "3", "--dpi", "200", "tsv"]
    os.execve(tesseract, command, {"LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1"})


def _end(reason: picture_text.NoText) -> NoReturn:
    sys.exit(picture_text.EXIT_CODES[reason])


if __name__ == "__main__":
    main()
