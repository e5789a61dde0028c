"""The number that alone leads back: shown large, to be written down or kept as a picture, and typed back before anything else.

And who else opens a mailbox: another number for it, one for the worker somebody filed for, and a helper's end.
"""

import io
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from flask import Blueprint, Response, request
from PIL import Image, ImageDraw, ImageFont

from registry.complaints.case import access, complaint_codes, visits
from registry.complaints.intake import filing
from registry.core.errors import InvalidInput, NotFound, NotNow, NoVisit, TooBusy
from registry.http.clients import network_here
from registry.http.transaction import keyring
from registry.pages.intake import cookies, mailbox, sign_in, steps
from registry.pages.intake.visiting import WITH_WORDS, PageRequest, submitted_fields, visiting, visiting_number
from registry.vocabulary.register import Language

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
    is_first, last_six = visitor.visit.code is not None, request.form.get("last_six", "")
    try:
        token = filing.confirm(visitor.session, visitor.sealer, visitor.visit, last_six, visitor.at)
    except InvalidInput:
        return _number_page(visitor, is_wrong=True, status=400)
    if token is None and is_first:
        steps.answer_with_origin(visitor)
    response = visitor.to("/mine" if token is not None or not is_first else "/short")
    if token is not None:
        cookies.set_cookie(response, cookies.VISIT, token)
    cookies.drop(response, cookies.ABOUT)
    return response


def _number_page(visitor: PageRequest, *, is_wrong: bool = False, status: int = 200) -> Response:
    is_offer = access.is_replacement(visitor.visit.box)
    return visitor.page("number.html", status=status, is_wrong=is_wrong, is_offer=is_offer)


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


def minting(view: Callable[..., Response]) -> Callable[..., Response]:
    """As `visiting`, with a new number: derived before the transaction, and only for a visitor."""
    entered = visiting(view)

    @wraps(view)
    def minted(language: Language, **given: Any) -> Response:
        try:
            sign_in.find_visit()
        except NoVisit:
            return sign_in.number_page(language, submitted_fields())
        code = complaint_codes.new_code()
        try:
            root = complaint_codes.derive(keyring(), code, network_here())
        except TooBusy as refusal:
            return busy(language, refusal=refusal)
        return entered(language, code=code, root=root, **given)

    return minted


@visiting
def busy(visitor: PageRequest, refusal: TooBusy) -> Response:
    return mailbox.page_of(visitor, fault=refusal, status=503)


@pages.post("/<language:language>/box/other-number")
@minting
def change(visitor: PageRequest, code: str, root: complaint_codes.Root) -> Response:
    """Show another number; the old one opens until the new one was typed back."""
    try:
        token = access.change_receipt(visitor.session, visitor.sealer, visitor.visit, code, root, visitor.at)
    except NotNow as refusal:
        return mailbox.page_of(visitor, fault=refusal, status=409)
    visits.end(visitor.session, visitor.visit)
    response = visitor.to("/number")
    cookies.set_cookie(response, cookies.VISIT, token)
    return response


@pages.post("/<language:language>/box/hers")
@minting
def invite(visitor: PageRequest, code: str, root: complaint_codes.Root) -> Response:
    """A number for the worker, shown this once to the helper who hands it on."""
    try:
        access.invite_worker(visitor.session, visitor.sealer, visitor.visit, root, visitor.at)
    except NotNow as refusal:
        return mailbox.page_of(visitor, fault=refusal, status=409)
    return visitor.page(
        "hers.html",
        groups=complaint_codes.grouped(code).split(" "),
        words=complaint_codes.words_of(code, visitor.language) if visitor.language in WITH_WORDS else [],
    )


@pages.post("/<language:language>/box/helper")
@visiting
def helper(visitor: PageRequest) -> Response:
    """Remove a helper, or let answers go to the helper as well, or no longer."""
    reference, wish = request.form.get("helper", ""), request.form.get("wish", "")
    try:
        if wish == "cut_off":
            access.cut_off(visitor.session, visitor.sealer, visitor.visit, reference, visitor.today)
        elif wish in ("allow", "stop"):
            access.allow_answers(visitor.session, visitor.visit, reference, visitor.today, is_allowed=wish == "allow")
    except (NotNow, NotFound) as refusal:
        return mailbox.page_of(visitor, fault=refusal, status=409)
    return visitor.to("/mine")
