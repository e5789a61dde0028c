"""An agency's papers: sent one at a time by a form of the hearing's page, held in memory alone, and saved again by it.

A slow line sends for minutes, and the store may be slow: nothing of the database is held while either is waited for.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from registry.complaints.attachments.actions import discard
from registry.complaints.attachments.file_kinds import MAX_BYTES
from registry.complaints.attachments.storage import store_of
from registry.complaints.casework.queries import CleanFile
from registry.complaints.parties.hearings import portal_files
from registry.core.clock import day_at, now
from registry.core.errors import FilesUnavailable, Forbidden, IllegalMove, NotSignedIn, RefusedFile, TooBusy
from registry.http.body_admission import takes_body
from registry.http.responses import sent_file
from registry.http.transaction import services, writing
from registry.http.uploads import one_of_few
from registry.i18n.languages import text
from registry.officer_desk.acting import require_right
from registry.officers import sessions
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.acting import sealer
from registry.pages.officers.guard import Afterwards, allowed, present, token_sent
from registry.pages.officers.hearings.agency import hearing_page_again
from registry.pages.officers.refusals import Refusal, refusal_of
from registry.pages.officers.rendering import language
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

pages = Blueprint("console_heard_files", __name__)

MAX_OF_FORM = MAX_BYTES + 16 * 1024
"""A file of the largest size, with the form around it."""

View = Callable[..., Any]


def _require_sender() -> None:
    """Raises NotSignedIn, or Forbidden for an officer who may send no paper."""
    with services().reading_sessions() as glance, glance.no_autoflush:
        at = now()
        who = sessions.present(glance, token_sent(), at, day_at(at, None))
        require_right(who, Resource.HEARING, Act.ANSWER)


def _request_file(view: View) -> View:
    """Read the form before any transaction, and only of somebody who may send one; the view's own door asks all of it again."""

    @takes_body(MAX_OF_FORM, _require_sender)
    @wraps(view)
    def taking(reference: str) -> Any:
        try:
            _require_sender()
        except (NotSignedIn, Forbidden):
            return view(reference=reference)
        try:
            with one_of_few():
                request.max_content_length = MAX_OF_FORM
                # Read here, so that no other request waits for it later.
                _ = request.form
                return view(reference=reference)
        except RequestEntityTooLarge:
            return _refused(reference, Problem.FILE_TOO_LARGE, 413)
        except TooBusy as busy:
            return _error_answer(reference, Refusal(503, busy.code, busy.text, Language.EN))

    return taking


@pages.post("/hearings/<reference>/files")
@_request_file
@allowed(Resource.HEARING, Act.ANSWER)
def add(session: Session, me: AuthenticatedOfficer, reference: str) -> Afterwards:
    unit, who = me.standing.unit, me.officer.reference
    return Afterwards(lambda: _added(unit, who, reference))


@pages.get("/hearings/<reference>/files/<attachment>")
@allowed(Resource.HEARING, Act.ANSWER)
def save(session: Session, me: AuthenticatedOfficer, reference: str, attachment: str) -> Afterwards:
    """One of the agency's own, as it sent it: to be saved and never shown in a page."""
    store, unit, who = store_of(services().settings), me.standing.unit, me.officer.reference
    fetched = portal_files.to_save(session, sealer(), unit, who, reference, attachment, store, now())
    return Afterwards(lambda: _sent(fetched()))


@pages.post("/hearings/<reference>/files/<attachment>/remove")
@allowed(Resource.HEARING, Act.ANSWER)
def remove(session: Session, me: AuthenticatedOfficer, reference: str, attachment: str) -> BaseResponse | Afterwards:
    try:
        with session.begin_nested():
            unit, who = me.standing.unit, me.officer.reference
            names = portal_files.removed(session, unit, who, reference, attachment, now())
    except IllegalMove as refused:
        return hearing_page_again(session, me, reference, refusal_of(refused))
    return Afterwards(lambda: _gone(reference, names))


def _sent(file: CleanFile) -> BaseResponse:
    return sent_file(file.body, file.name)


def _gone(reference: str, names: list[str]) -> BaseResponse:
    # What cannot be removed now is sealed under a key that is gone, and `registry cases reconcile` removes it.
    with suppress(FilesUnavailable):
        discard(store_of(services().settings), names)
    return redirect(f"/console/hearings/{reference}", 303)


def _added(unit: str, who: str, reference: str) -> BaseResponse:
    sent = request.files.get("file")
    try:
        portal_files.add(
            services().settings,
            services().sessions,
            store_of(services().settings),
            sealer(),
            unit,
            who,
            reference,
            now(),
            body=sent.read() if sent is not None else b"",
            name=sent.filename or "" if sent is not None else "",
            declared=sent.mimetype if sent is not None else "",
            idempotency_key=request.form.get("once", "")[:80] or secrets.token_hex(16),
        )
    except IllegalMove as refused:
        return _error_answer(reference, refusal_of(refused))
    except FilesUnavailable as away:
        return _refused(reference, away.code, 503)
    except RefusedFile as refused:
        return _refused(reference, refused.code, 400)
    return redirect(f"/console/hearings/{reference}", 303)


def _refused(reference: str, code: Problem, status: int) -> BaseResponse:
    with writing() as session:
        me = present(session)
        words = text(language(), f"problem.{code}.detail")
        return hearing_page_again(session, me, reference, Refusal(status, code, words, language()), {})


def _error_answer(reference: str, refusal: Refusal) -> BaseResponse:
    with writing() as session:
        return hearing_page_again(session, present(session), reference, refusal, {})
