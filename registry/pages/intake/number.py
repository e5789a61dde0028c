"""The number that alone leads back: shown large, to be written down or kept as a picture, and typed back before anything else."""

import io
from functools import cache

from flask import Blueprint, Response, request
from PIL import Image, ImageDraw, ImageFont

from registry.complaints.case import complaint_codes
from registry.complaints.case.access import is_replacement
from registry.complaints.intake import filing
from registry.core.errors import InvalidInput, NotFound
from registry.pages.intake import about, cookies
from registry.pages.intake.visiting import PageRequest, visiting_number

pages = Blueprint("intake_number", __name__)

WIDTH, HEIGHT = 720, 560
_SIZE, _TOP, _LINE = 104, 60, 150
_INK, _PAPER = 0, 255


@pages.get("/<language:language>/box/number")
@visiting_number
def show_number(visitor: PageRequest) -> Response:
    if visitor.visit.code is None:
        return visitor.to("/mine")
    return _number_page(visitor)


@pages.get("/<language:language>/box/number.png")
@visiting_number
def download_picture(visitor: PageRequest) -> Response:
    """Gone, like the number itself, once it was typed back."""
    if visitor.visit.code is None:
        raise NotFound("there is no picture here")
    response = Response(picture_of(complaint_codes.grouped(visitor.visit.code)), mimetype="image/png")
    # A name that says nothing, among the other pictures of a telephone.
    response.headers["Content-Disposition"] = 'inline; filename="picture.png"'
    return response


@pages.post("/<language:language>/box/number")
@visiting_number
def confirm(visitor: PageRequest) -> Response:
    """The last six digits typed back. Wrong ones cost nothing: the number is still there to be read again."""
    is_first = visitor.visit.code is not None
    try:
        token = filing.confirm(
            visitor.session, visitor.sealer, visitor.visit, request.form.get("last_six", ""), visitor.at
        )
    except InvalidInput:
        return _number_page(visitor, is_wrong=True, status=400)
    if token is None and is_first:
        about.write_down(visitor)
    response = visitor.to("/mine" if token is not None or not is_first else "/short")
    if token is not None:
        cookies.set_cookie(response, cookies.VISIT, token)
    cookies.drop(response, cookies.ABOUT)
    return response


def _number_page(visitor: PageRequest, *, is_wrong: bool = False, status: int = 200) -> Response:
    return visitor.page(
        "number.html",
        status=status,
        is_wrong=is_wrong,
        is_offer=is_replacement(visitor.visit.box),
    )


@cache
def _font() -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(_SIZE)
    # Without FreeType there is one tiny size, which is illegible on a photograph.
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def picture_of(code: str) -> bytes:
    """A PNG, 720 by 560, of digits in groups: two groups a line, black on white. No words, no metadata."""
    groups = code.split(" ")
    canvas = Image.new("L", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(canvas)
    for line, start in enumerate(range(0, len(groups), 2)):
        for column, group in enumerate(groups[start : start + 2]):
            draw.text((60 + 330 * column, _TOP + _LINE * line), group, fill=_INK, font=_font())
    body = io.BytesIO()
    canvas.quantize(4).save(body, "PNG", optimize=True)
    return body.getvalue()
