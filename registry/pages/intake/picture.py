"""The number as a picture to keep among others on a telephone: digits and nothing that says whose they are or what for."""

import io
from functools import cache

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 720, 560
_SIZE, _TOP, _LINE = 104, 60, 150
_INK, _PAPER = 0, 255


@cache
def _font() -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(_SIZE)
    # Without FreeType there is one tiny size, which nobody could read from a photograph.
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def picture_of(shown: str) -> bytes:
    """A PNG, 720 by 560, of digits in groups: two groups a line, black on white. No words, no metadata."""
    groups = shown.split(" ")
    canvas = Image.new("L", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(canvas)
    for line, start in enumerate(range(0, len(groups), 2)):
        for column, group in enumerate(groups[start : start + 2]):
            draw.text((60 + 330 * column, _TOP + _LINE * line), group, fill=_INK, font=_font())
    body = io.BytesIO()
    canvas.quantize(4).save(body, "PNG", optimize=True)
    return body.getvalue()
