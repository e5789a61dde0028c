"""The picture of an answer, to be forwarded: verdict by colour, sign and words, name, day, and the code to ask again.

It holds nothing of the asker: what it is made from is the agency and the job, as they stand in the shared address.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from registry.pages.public.answers import Tone
from registry.vocabulary.register import Language

SIZE = (800, 420)
_FONT_FOLDERS = ("/usr/share/fonts/opentype/noto", "/usr/share/fonts/noto-cjk", "/usr/share/fonts")
_FACES = {Language.ZH_HANT: 3}
"""Which face of the collection draws a language: Taiwan's forms for traditional Chinese, the mainland's for all others."""

_MAINLAND = 2
_COLOURS = {
    Tone.YES: ("#17663f", "#e6f2e8"),
    Tone.NO: ("#a3281d", "#fbe9e4"),
    Tone.NAME: ("#7a4f00", "#fcf0d6"),
    Tone.UNKNOWN: ("#7a4f00", "#fcf0d6"),
}
_INK, _SOFT, _WHITE = "#22302f", "#566461", "#ffffff"
_MAX_TEXT = 400
_WIDE = 0x2E80
"""From this code point on a line may break after each character, as Chinese does."""


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on a card. `demo` is empty where the registry holds real data."""

    language: Language
    tone: Tone
    site: str
    word: str
    headline: str
    name: str
    day: str
    again: str
    demo: str = ""


@cache
def _file(weight: str) -> Path | None:
    places = (Path(folder) / f"NotoSansCJK-{weight}.ttc" for folder in _FONT_FOLDERS)
    return next((path for path in places if path.is_file()), None)


def can_draw() -> bool:
    """Whether the font that the cards need is installed (Debian's fonts-noto-cjk)."""
    return _file("Regular") is not None and _file("Bold") is not None


@cache
def _font(weight: str, size: int, face: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_file(weight)), size, index=face)


def drawn(card: Card) -> bytes:
    """The card as a PNG of 800 by 420 pixels in few colours, some 15 kB."""
    face = _FACES.get(card.language, _MAINLAND)
    strong, soft = _COLOURS[card.tone]
    image = Image.new("RGB", SIZE, soft)
    draw = ImageDraw.Draw(image)
    _draw_head(draw, card.site, card.demo, face)
    draw.rectangle((0, 96 if card.demo else 64, 14, SIZE[1]), fill=strong)
    top = 112
    _sign(draw, card.tone, 40, top, strong, soft)
    draw.text((120, top + 4), card.word, font=_font("Bold", 40, face), fill=strong)
    y = _draw_text(draw, card.name, _font("Bold", 28, face), top + 82, _INK, 2)
    _draw_text(draw, card.headline, _font("Regular", 23, face), y + 6, _INK, 3)
    _draw_text(draw, f"{card.day} · {card.again}", _font("Regular", 18, face), SIZE[1] - 40, _SOFT, 1)
    out = BytesIO()
    image.quantize(32, dither=Image.Dither.NONE).save(out, format="PNG", optimize=True)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class StaffPicture:
    """What stands on the picture of a staff card for a phone. `code` is the PNG of its QR symbol, `portrait` a picture."""

    language: Language
    site: str
    title: str
    person: str
    agency: str
    facts: Sequence[str]
    warnings: Sequence[str]
    code: bytes
    portrait: bytes | None = None
    demo: str = ""


_PHONE = (SIZE[0], 1500)


def drawn_staff_card(card: StaffPicture) -> bytes:
    """The card as a PNG of 800 by 1500 pixels: a phone shows the code as wide as its screen."""
    face = _FACES.get(card.language, _MAINLAND)
    image = Image.new("RGB", _PHONE, "#f7f3ea")
    draw = ImageDraw.Draw(image)
    _draw_head(draw, f"{card.site} · {card.title}", card.demo, face)
    y = _draw_text(draw, card.person, _font("Bold", 40, face), 112, _INK, 2)
    y = _draw_text(draw, card.agency, _font("Bold", 28, face), y, _INK, 2)
    for fact in card.facts:
        y = _draw_text(draw, fact, _font("Regular", 22, face), y, _SOFT, 1)
    if card.portrait is not None:
        with Image.open(BytesIO(card.portrait)) as portrait:
            shown = ImageOps.fit(portrait.convert("RGB"), (210, 280))
        image.paste(shown, (40, y + 12))
        y += 300
    with Image.open(BytesIO(card.code)) as symbol:
        # As it is: modules of unequal widths are harder to read.
        image.paste(symbol.convert("RGB"), ((_PHONE[0] - symbol.width) // 2, y + 16))
        y += symbol.height + 32
    for warning in card.warnings:
        y = _draw_text(draw, warning, _font("Bold", 24, face), y, "#a8362a", 3)
    out = BytesIO()
    image.save(out, format="PNG", optimize=True)
    return out.getvalue()


def _draw_head(draw: ImageDraw.ImageDraw, title: str, demo: str, face: int) -> None:
    """The bar at the top of either card, and below it that the data are invented, where they are."""
    width = SIZE[0]
    draw.rectangle((0, 0, width, 64), fill="#12494b")
    draw.text((32, 14), title, font=_font("Bold", 26, face), fill=_WHITE)
    if demo:
        draw.rectangle((0, 64, width, 96), fill="#a8362a")
        small = _font("Regular", 18, face)
        draw.text((32, 67), _lines(demo, small, width - 64, 1)[0], font=small, fill=_WHITE)


def _draw_text(
    draw: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont, y: int, colour: str, lines: int
) -> int:
    """Write a text in at most so many lines; gives where the next text begins."""
    for line in _lines(text, font, SIZE[0] - 72, lines):
        draw.text((40, y), line, font=font, fill=colour)
        y += int(font.size * 1.35)
    return y


def _lines(text: str, font: ImageFont.FreeTypeFont, width: int, at_most: int) -> Sequence[str]:
    """The text in lines of that width; what fits in none is cut with an ellipsis."""
    lines = [""]
    # The font draws the curly apostrophe as wide as a Chinese character.
    for piece in _pieces(" ".join(text.replace("\u2019", "'").split())[:_MAX_TEXT]):
        if font.getlength(lines[-1] + piece.rstrip()) <= width:
            lines[-1] += piece
        elif len(lines) == at_most:
            while lines[-1] and font.getlength(lines[-1] + "…") > width:
                lines[-1] = lines[-1][:-1]
            lines[-1] = lines[-1].rstrip() + "…"
            break
        else:
            lines.append(piece)
    return lines


def _pieces(text: str) -> Iterator[str]:
    """Where a line may break: after each Chinese character, after each space, and within words too long for a line."""
    piece = ""
    for character in text:
        piece += character
        if ord(character) >= _WIDE or character == " " or len(piece) == 40:
            yield piece
            piece = ""
    if piece:
        yield piece


def _sign(draw: ImageDraw.ImageDraw, tone: Tone, x: int, y: int, strong: str, soft: str) -> None:
    """A tick, a cross or a question mark in a circle: the verdict for those who see no colours and read no word."""
    draw.ellipse((x, y, x + 64, y + 64), fill=strong)
    if tone is Tone.YES:
        draw.line([(x + 17, y + 33), (x + 28, y + 44), (x + 47, y + 21)], fill=soft, width=7, joint="curve")
    elif tone is Tone.NO:
        draw.line([(x + 20, y + 20), (x + 44, y + 44)], fill=soft, width=7)
        draw.line([(x + 44, y + 20), (x + 20, y + 44)], fill=soft, width=7)
    else:
        draw.text((x + 32, y + 31), "?", font=_font("Bold", 46, _MAINLAND), fill=soft, anchor="mm")
