"""Pictures, recordings and papers that go along: sent one at a time by a form, held in memory alone, and shown by name."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from registry.complaints.attachments import actions, file_kinds, sanitise_jobs
from registry.complaints.intake import mailbox, mailbox_files
from registry.core.errors import FilesUnavailable, InvalidInput, NotFound, NotNow, NoVisit, RefusedFile, TooBusy
from registry.core.ids import read_reference
from registry.http.complaint_services import read_form_files, store, upload_services
from registry.http.responses import File, permissions_policy, respond_with_file
from registry.http.transaction import services
from registry.http.uploads import one_of_few, takes_body
from registry.pages.intake import file_parts, sign_in
from registry.pages.intake.rendering import box_policy, lead
from registry.pages.intake.visiting import PageRequest, StaleForm, is_beside, open_visit
from registry.vocabulary.cases import FileKind
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

pages = Blueprint("intake_files", __name__)

SOUND_TYPES = {
    FileKind.M4A: "audio/mp4",
    FileKind.MP3: "audio/mpeg",
    FileKind.OGG: "audio/ogg",
    FileKind.WEBM: "audio/webm",
    FileKind.WAV: "audio/wav",
    FileKind.AAC: "audio/aac",
}
"""What a page can play of the clean copies."""

MAX_OF_FORM = file_kinds.MAX_BYTES + 16 * 1024
"""A file of the largest size, with the form around it."""


@pages.get("/<language:language>/box/files")
def show_files(language: Language) -> Response:
    """What is there, what may be added, and the copies that are still being made."""
    settings = services().settings
    try:
        cut_off = file_parts.unfinished(language)
        with open_visit(language) as visitor:
            if not (visitor.visit.is_confirmed or is_beside(visitor.visit)):
                return visitor.to("/number")
            response = _files_page(visitor, unfinished=cut_off)
            jobs = mailbox_files.pending_sanitise_jobs(visitor.session, visitor.sealer, visitor.visit, settings)
    except NoVisit:
        return sign_in.number_page(language)
    # Before sending only the holder of the number can have clean copies made: each visit begins them.
    sanitise_jobs.begin_all(settings, jobs)
    return response


@pages.post("/<language:language>/box/files")
@takes_body(MAX_OF_FORM, sign_in.find_visit)
def add_file(language: Language) -> Response:
    """Take the files that were chosen, and go on.

    Whether somebody is here is asked before they are read, and nothing of the database is held meanwhile.
    """
    try:
        sign_in.find_visit()
        with one_of_few():
            return _take_files(language)
    except NoVisit:
        return sign_in.number_page(language)
    except StaleForm:
        return lead(language, "/files")
    except RequestEntityTooLarge:
        return _refused(language, Problem.FILE_TOO_LARGE, 413)
    except (RefusedFile, NotNow, FilesUnavailable, TooBusy) as refusal:
        return _refused(language, refusal.code, _status_of(refusal))


@pages.post("/<language:language>/box/files/recording")
def settle_recording(language: Language) -> Response:
    """Keep a recording that lies here in parts as a file, or remove it."""
    try:
        file_parts.finish(language)
    except NoVisit:
        return sign_in.number_page(language)
    except (RefusedFile, NotNow, FilesUnavailable, TooBusy) as refusal:
        return _refused(language, refusal.code, _status_of(refusal))
    except (StaleForm, InvalidInput):
        # No such place: the page shows what there is.
        pass
    return lead(language, "/files")


def _take_files(language: Language) -> Response:
    request.max_content_length = MAX_OF_FORM
    chosen, to = read_form_files(), _TO.get(request.form.get("go", ""))
    with open_visit(language) as visitor:
        if not chosen and to is not None:
            return visitor.to(to)
        opened, case = mailbox_files.open_for_files(visitor.session, visitor.sealer, visitor.visit)
    changes_voice = "changes_voice" in request.form
    for sent in chosen or [actions.SentFile(b"", "")]:
        mailbox_files.take_file(upload_services(), opened, case, replace(sent, changes_voice=changes_voice), visitor.at)
    return lead(language, to or "/files")


_TO = {"all": "/all", "mine": "/mine"}
"""Where the buttons of the form lead that go on; the others stay."""


def _status_of(refusal: RefusedFile | NotNow | FilesUnavailable | TooBusy) -> int:
    return 503 if isinstance(refusal, FilesUnavailable | TooBusy) else 400


def _refused(language: Language, fault: Problem, status: int) -> Response:
    """The page again with what is wrong; a form that could not be read to its end is not read a second time."""
    with open_visit(language, is_read_alone=True) as visitor:
        is_open = visitor.visit.is_confirmed or is_beside(visitor.visit)
        return _files_page(visitor, fault, status) if is_open else visitor.to("/number")


def _files_page(
    visitor: PageRequest, fault: Problem | None = None, status: int = 200, *, unfinished: Sequence[int] = ()
) -> Response:
    existing = mailbox_files.list_files(visitor.session, visitor.sealer, visitor.visit)
    # Before its number was typed back there is no mailbox yet, but a draft with files.
    view = None
    if visitor.visit.is_confirmed:
        view = mailbox.mailbox(visitor.session, visitor.sealer, visitor.visit, visitor.at)
    is_draft = view is None or view.filed_on is None
    response = visitor.page(
        "files.html",
        status=status,
        files=existing,
        sound_kinds=frozenset(SOUND_TYPES),
        fault=fault,
        unfinished=unfinished,
        once=secrets.token_urlsafe(16),
        takes_more=len(existing) < actions.MAX_FILES and (view is None or is_draft or mailbox.Can.WRITE in view.can),
        is_draft=is_draft,
        role=visitor.visit.box.role,
        endings=",".join(f".{ending}" for ending in sorted({*file_kinds.ENDINGS.values(), "jpeg", "3gp"})),
    )
    return letting_record(response, visitor.language)


def letting_record(response: Response, language: Language) -> Response:
    """Let a page record, once its reader has pressed the button and the browser has asked, and send what was recorded."""
    # Parts of a file go nowhere but here; what was recorded is heard, and a photograph made smaller, before it is sent.
    policy = box_policy(language, connect_src="'self'", media_src="'self' blob:", img_src="'self' blob:")
    response.headers["Content-Security-Policy"] = policy
    response.headers["Permissions-Policy"] = permissions_policy(microphone="(self)")
    return response


@pages.post("/<language:language>/box/files/remove")
def remove_file(language: Language) -> Response:
    """Remove one's own file, while nothing was sent."""
    try:
        with open_visit(language) as visitor:
            reference = read_reference(request.form.get("file", "")[:40]) or ""
            names = mailbox_files.remove_own_file(visitor.session, visitor.sealer, visitor.visit, reference)
    except NoVisit:
        return sign_in.number_page(language)
    except (StaleForm, NotFound, NotNow):
        return lead(language, "/files")
    # What cannot be removed now is sealed under a key that is gone, and `registry cases reconcile` removes it.
    with suppress(FilesUnavailable):
        actions.discard(store(), names)
    return lead(language, "/files")


@pages.get("/<language:language>/box/files/<reference>")
def download_copy(language: Language, reference: str) -> Response:
    """Download the clean copy that officers see, without place and device; a name of ours, whatever its own is."""
    found = _copy_of(language, reference)
    if isinstance(found, Response):
        return found
    body, kind = found
    return respond_with_file(File((body,), "application/octet-stream", f"file.{file_kinds.ENDINGS[kind]}", len(body)))


@pages.get("/<language:language>/box/files/<reference>/sound")
def play_copy(language: Language, reference: str) -> Response:
    """The clean copy of a recording, or the part of it that a player asks for."""
    found = _copy_of(language, reference)
    if isinstance(found, Response):
        return found
    body, kind = found
    if kind not in SOUND_TYPES:
        raise NotFound("this is no sound that a page plays")
    response = Response(body, mimetype=SOUND_TYPES[kind])
    response.headers["Cache-Control"] = "no-store"
    response.make_conditional(request, accept_ranges=True, complete_length=len(body))
    return response


def _copy_of(language: Language, reference: str) -> tuple[bytes, FileKind] | Response:
    """The clean copy of one's own file and its kind; without a visit, the page that asks for the number."""
    try:
        with open_visit(language) as visitor:
            wanted = read_reference(reference) or ""
            existing = mailbox_files.find_file(visitor.session, visitor.sealer, visitor.visit, wanted)
    except NoVisit:
        return sign_in.number_page(language)
    except NotNow:
        return lead(language, "/number")
    clean_copy = actions.open_clean(store(), existing.opened, existing.case, existing.attachment)
    return clean_copy, actions.copied_as(existing.attachment)
