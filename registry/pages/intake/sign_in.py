"""Pages before a visit: what this is, starting, and coming back by the number.

Proof of work or a wait lets in; no one is refused.
"""

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from flask import Blueprint, Response, request

from registry.complaints.case import complaint_codes, units, visits
from registry.complaints.intake import filing, mailbox
from registry.complaints.intake.rules import Purpose
from registry.core.clock import now
from registry.core.errors import IntakeClosed, MistypedReceipt, NotAdmitted, NoVisit, TooBusy, UnknownReceipt
from registry.core.ids import read_reference
from registry.http.clients import network_here
from registry.http.complaint_services import admission, sealer
from registry.http.portals import is_foreign
from registry.http.transaction import keyring, reading, writing
from registry.pages.intake import cookies, help_lines
from registry.pages.intake.rendering import again, box_page, lead
from registry.vocabulary.cases import MailboxRole
from registry.vocabulary.codes import Lack, Problem
from registry.vocabulary.register import Language

pages = Blueprint("intake_sign_in", __name__)

FormFields = Sequence[tuple[str, str]]

_OURS = re.compile(rf"/(?:{'|'.join(Language)})/box/[a-z0-9/-]{{1,60}}")
"""Where a held form may be sent to: pages of the intake, as they are spelt."""


@pages.get("/<language:language>/box")
def show_entrance(language: Language) -> Response:
    """What is told to whom, what is not asked, and who helps at once; then two buttons."""
    try:
        units.require_open_intake(reading())
    except IntakeClosed:
        return box_page("closed.html", language, status=503, **help_lines.all_lands(language))
    return _entrance_page("first.html", language, Purpose.START, **help_lines.all_lands(language))


@pages.post("/<language:language>/box/about")
def about(language: Language) -> Response:
    """Come from an agency's page or answer: which agency it was is kept for the draft, in no address."""
    response = lead(language, "")
    if is_foreign():
        # Another site must not choose which agency a draft names.
        return response
    reference = read_reference(request.form.get("agency_id", "")[:40])
    if reference is not None:
        cookies.set_cookie(response, cookies.ABOUT, reference)
    return response


@pages.post("/<language:language>/box/begin")
def begin(language: Language) -> Response:
    """Make a draft and show its number. A visitor who comes too early waits on a separate page."""
    ticket = cookies.value_of(cookies.DOORS[Purpose.START])
    if not ticket and _has_new_number():
        # Pressed twice: the first press has begun it.
        return lead(language, "/number")
    if not cookies.is_token(request.form.get("token", ""), cookies.entrance_token(ticket) if ticket else ""):
        return _entrance_page(
            "first.html",
            language,
            Purpose.START,
            status=400,
            has_no_cookie=not ticket,
            **help_lines.all_lands(language),
        )
    try:
        is_solved = _admit(Purpose.START, ticket)
    except NotAdmitted:
        return lead(language, "/wait")
    code = complaint_codes.new_code()
    try:
        root = complaint_codes.derive(keyring(), code, network_here(), is_solved=is_solved)
        with writing() as session:
            started = filing.start(session, sealer(), code, root, language=language, role=MailboxRole.WORKER, at=now())
    except TooBusy:
        response = lead(language, "/wait")
        cookies.set_cookie(response, cookies.DOORS[Purpose.START], admission().waited(Purpose.START, now()))
        return response
    return _let_in(lead(language, "/number"), started.token, Purpose.START)


@pages.get("/<language:language>/box/wait")
def show_wait(language: Language) -> Response:
    """The rest of the wait. The page looks again by itself, and its button is there all the time."""
    if _has_new_number():
        return lead(language, "/number")
    ticket = cookies.value_of(cookies.DOORS[Purpose.START])
    try:
        seconds = admission().wait_left(Purpose.START, ticket, now()) if ticket else None
    except NotAdmitted:
        seconds = None
    response = _entrance_page("wait.html", language, Purpose.START, seconds=seconds)
    if seconds:
        response.headers["Refresh"] = str(seconds)
    return response


@pages.get("/<language:language>/box/open")
def ask_number(language: Language) -> Response:
    return number_page(language)


@pages.post("/<language:language>/box/open")
def open_box(language: Language) -> Response:
    """Come back by a number. What is mistyped costs nothing; whatever is unknown has one answer."""
    ticket = cookies.value_of(cookies.DOORS[Purpose.OPEN])
    typed = request.form.get("number", "")[:200]
    stored = _saved_fields()
    if not cookies.is_token(request.form.get("token", ""), cookies.entrance_token(ticket) if ticket else ""):
        return number_page(language, stored, NumberRefused(400, typed, has_no_cookie=not ticket))
    try:
        code = complaint_codes.require_code(typed)
    except MistypedReceipt:
        return number_page(language, stored, NumberRefused(400, typed, Problem.MISTYPED_RECEIPT))
    try:
        is_solved = _admit(Purpose.OPEN, ticket)
    except NotAdmitted as refusal:
        is_over = refusal.lack is not Lack.TOO_EARLY
        seconds = refusal.retry_after
        return number_page(language, stored, NumberRefused(403, typed, seconds=seconds, is_again=is_over))
    try:
        root = complaint_codes.derive(keyring(), code, network_here(), is_solved=is_solved)
        with writing() as session:
            token = mailbox.open_mailbox(session, sealer(), root, now())
    except TooBusy:
        waited = admission().waited(Purpose.OPEN, now())
        return number_page(language, stored, NumberRefused(503, typed, Problem.TOO_BUSY, ticket=waited))
    except UnknownReceipt:
        return number_page(language, stored, NumberRefused(404, problem=Problem.UNKNOWN_RECEIPT))
    response = _resend(language, token, stored) if stored else lead(language, "/mine")
    return _let_in(response, token, Purpose.OPEN)


class NumberRefused(NamedTuple):
    """Why a number let no one in, as the page says it, and what was `typed`. `seconds` are left to wait; `ticket` as in
    `_entrance_page`.
    """

    status: int = 200
    typed: str = ""
    problem: Problem | None = None
    seconds: int = 0
    is_again: bool = False
    has_no_cookie: bool = False
    ticket: str | None = None


def number_page(language: Language, stored: FormFields = (), refused: NumberRefused | None = None) -> Response:
    """The page that asks for the number. `stored` is what was typed when a visit ended: it is sent on once the box is open."""
    path = request.path if stored and not any(name == "kept_path" for name, _ in stored) else ""
    response = _entrance_page(
        "open.html",
        language,
        Purpose.OPEN,
        **(refused or NumberRefused())._asdict(),
        kept=[("kept_path", path), *stored] if path else list(stored),
        is_over=bool(stored),
        takes_words=language in (Language.ZH_HANS, Language.ZH_HANT),
    )
    cookies.drop(response, cookies.VISIT)
    return response


def _saved_fields() -> list[tuple[str, str]]:
    given = request.form.items(multi=True)
    return [(name, value) for name, value in given if name not in ("token", "number", "proof")]


def _resend(language: Language, token: str, stored: FormFields) -> Response:
    """Show what was typed before the visit ended with one button that sends it: nothing is sent by itself."""
    path = next((value for name, value in stored if name == "kept_path"), "")
    if not _OURS.fullmatch(path):
        return lead(language, "/mine")
    return again(
        language, visits.form_token(token), path, [pair for pair in stored if pair[0] != "kept_path"], status=200
    )


def _admit(purpose: Purpose, ticket: str) -> bool:
    """By the work a script did, else by the wait that the ticket has behind it. Counted and committed before anything costs.

    Gives whether it was by work.
    """
    work = request.form.get("proof")
    try:
        with writing() as session:
            return admission().admit(session, purpose, network_here(), work or ticket, now())
    except NotAdmitted as refusal:
        if not work or refusal.lack is Lack.USED:
            raise
        # The work may have grown old while the visitor read; then the wait is over as well.
        with writing() as session:
            return admission().admit(session, purpose, network_here(), ticket, now())


def find_visit() -> visits.Visit:
    """The visit of this browser. Raises NoVisit. Changes nothing, and holds no transaction for what takes long."""
    return visits.visit(reading(), sealer(), cookies.value_of(cookies.VISIT), now(), is_extended=False)


def _has_new_number() -> bool:
    """Whether this browser was given a number that is not typed back yet: pressing twice leads to the first one."""
    try:
        return not find_visit().is_confirmed
    except NoVisit:
        return False


def _let_in(response: Response, token: str, purpose: Purpose) -> Response:
    # A visit that this browser had is not continued, as it may be planted: the token is new.
    cookies.set_cookie(response, cookies.VISIT, token)
    cookies.drop(response, cookies.DOORS[purpose])
    return response


def _entrance_page(
    template: str,
    language: Language,
    purpose: Purpose,
    *,
    status: int = 200,
    ticket: str | None = None,
    **context: object,
) -> Response:
    """A page with a form that needs work or a wait; the wait begins when the page is first shown.

    `ticket` goes with the page in place of the one that the browser has.
    """
    ticket = cookies.value_of(cookies.DOORS[purpose]) if ticket is None else ticket
    offer = admission().offer(reading(), purpose, network_here(), now(), ticket)
    words = {"has_no_cookie": False} | context
    response = box_page(
        template,
        language,
        status=status,
        door_token=cookies.entrance_token(offer.ticket),
        door_wait=offer.wait + 1,
        challenge=json.dumps(offer.challenge, separators=(",", ":")),
        **words,
    )
    cookies.set_cookie(response, cookies.DOORS[purpose], offer.ticket)
    return response
