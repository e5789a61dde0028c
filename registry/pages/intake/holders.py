"""Who opens a mailbox: another number for it, one for the worker somebody filed for, and a helper's end."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, request

from registry.complaints.case import access, complaint_codes, visits
from registry.complaints.case.complaint_codes import Root
from registry.core.clock import now
from registry.core.errors import NotFound, NotNow, NoVisit, TooBusy
from registry.http.clients import network_here
from registry.http.complaint_services import sealer
from registry.http.transaction import keyring, reading
from registry.pages.intake import cookies, sign_in
from registry.pages.intake.mailbox import page_of
from registry.pages.intake.visiting import WITH_WORDS, PageRequest, submitted_fields, visiting
from registry.vocabulary.register import Language

pages = Blueprint("intake_holders", __name__)


def minting(view: Callable[..., Response]) -> Callable[..., Response]:
    """As `visiting`, with a new number: derived before the transaction, and only for a visitor."""
    entered = visiting(view)

    @wraps(view)
    def minted(language: Language, **given: Any) -> Response:
        try:
            visits.visit(reading(), sealer(), cookies.value_of(cookies.VISIT), now(), is_extended=False)
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
    return page_of(visitor, fault=refusal, status=503)


@pages.post("/<language:language>/box/other-number")
@minting
def change(visitor: PageRequest, code: str, root: Root) -> Response:
    """Show another number; the old one opens until the new one was typed back."""
    try:
        token = access.change_receipt(visitor.session, visitor.sealer, visitor.visit, code, root, visitor.at)
    except NotNow as refusal:
        return page_of(visitor, fault=refusal, status=409)
    visits.end(visitor.session, visitor.visit)
    response = visitor.to("/number")
    cookies.set_cookie(response, cookies.VISIT, token)
    return response


@pages.post("/<language:language>/box/hers")
@minting
def invite(visitor: PageRequest, code: str, root: Root) -> Response:
    """A number for the worker, shown this once to the helper who hands it on."""
    try:
        access.invite_worker(visitor.session, visitor.sealer, visitor.visit, root, visitor.at)
    except NotNow as refusal:
        return page_of(visitor, fault=refusal, status=409)
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
        return page_of(visitor, fault=refusal, status=409)
    return visitor.to("/mine")
