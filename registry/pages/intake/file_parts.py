"""A file in parts, as files.js sends it: what is missing, one part, and joining them. A form without script sends a file whole.

Each answer is JSON: `missing`, or `to`, the page to go to, or `says`, what is wrong in words.

A recording is kept in parts while somebody speaks, as files.js sends them. One that was cut off is made a file when what was
written is looked through or sent, or is removed before.
The parts are sealed under the mailbox's own key as those of an upload are. No one reads them before they are made a file here.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import NamedTuple

from flask import Blueprint, Response, request
from msgspec.json import encode

from registry.complaints.attachments import actions, file_kinds, models, uploading
from registry.complaints.intake.mailbox_files import open_for_files, take_file
from registry.core.clock import now
from registry.core.errors import FilesUnavailable, FileTooLarge, InvalidInput, NotNow, NoVisit, RefusedFile, TooBusy
from registry.http.complaint_services import store, upload_services
from registry.http.uploads import one_of_few
from registry.i18n.languages import text
from registry.pages.intake import sign_in
from registry.pages.intake.visiting import StaleForm, open_visit
from registry.vocabulary.cases import RECORDINGS, CaseState
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

pages = Blueprint("intake_parts", __name__)

TRY_AGAIN = 503


class Sending(NamedTuple):
    """An upload of somebody who is here; `keep` takes the whole file into the mailbox, once."""

    language: Language
    parts: uploading.Upload
    keep: Callable[..., models.Attachment]


def sending(view: Callable[[Sending], Response]) -> Callable[..., Response]:
    @wraps(view)
    def answered(language: Language) -> Response:
        return view(_open_sending(language))

    return answering(answered)


def answering(view: Callable[[Language], Response]) -> Callable[..., Response]:
    """A view that answers a script; what goes wrong is answered in words."""

    @wraps(view)
    def answered(language: Language) -> Response:
        try:
            # Whether somebody is here is asked before the part is read.
            sign_in.find_visit()
            return view(language)
        except (NoVisit, StaleForm):
            return json_answer(401, says=text(language, "page.box.open.over"))
        except RefusedFile as refusal:
            return json_answer(400, says=text(language, f"problem.{refusal.code}.detail"))
        except InvalidInput:
            return json_answer(400, says=text(language, "problem.file_damaged.detail"))
        except NotNow:
            return json_answer(409, says=text(language, "problem.not_now.detail"))
        except (FilesUnavailable, TooBusy):
            return json_answer(TRY_AGAIN, says="")

    return answered


@pages.post("/<language:language>/box/files/missing", endpoint="missing")
@sending
def missing(one: Sending) -> Response:
    return json_answer(200, missing=one.parts.missing())


@pages.post("/<language:language>/box/files/part", endpoint="part")
@sending
def part(one: Sending) -> Response:
    """Keep one part. A part that did not arrive whole was never sent: the server reads a body to its stated end."""
    sent = request.files.get("part")
    one.parts.put(request.form.get("number", -1, int), sent.read() if sent is not None else b"")
    return json_answer(200)


@pages.post("/<language:language>/box/files/join", endpoint="join")
@sending
def join(one: Sending) -> Response:
    """Make a file of the parts; done again it is there once."""
    with one_of_few():
        body = one.parts.joined()
        if body is None:
            return json_answer(200, missing=one.parts.missing())
        name, declared = request.form.get("name", "")[:200], request.form.get("declared", "")[:100]
        once, changes_voice = request.form.get("once", ""), bool(request.form.get("changes_voice"))
        one.keep(actions.SentFile(body, name, declared, changes_voice, idempotency_key=once), now())
    one.parts.drop()
    return json_answer(200, to=f"/{one.language}/box/files")


def _open_sending(language: Language) -> Sending:
    with open_visit(language) as visitor:
        opened, case = open_for_files(visitor.session, visitor.sealer, visitor.visit)
    once = request.form.get("once", "")
    parts = uploading.Upload(store(), opened, case, once, request.form.get("count", 0, int))
    return Sending(language, parts, partial(take_file, upload_services(), opened, case))


def json_answer(status: int, **values: object) -> Response:
    return Response(encode(values), status, mimetype="application/json")


class OpenRecordings(NamedTuple):
    """The recordings of somebody who is here; `keep` takes a file into the mailbox, once."""

    recordings: uploading.Recordings
    keep: Callable[..., models.Attachment]
    is_draft: bool


@pages.post("/<language:language>/box/files/recording/part", endpoint="recording_part")
@answering
def recording_part(language: Language) -> Response:
    """Keep one part. `slot` of the answer is where it is; null where no more recordings can be kept on the way."""
    recordings = _open_recordings(language).recordings
    once, number = request.form.get("once", "")[:80], request.form.get("number", -1, int)
    slot = request.form.get("slot", -1, int)
    place = recordings.begin(once) if number == 0 else recordings.at(slot)
    if place is None:
        return json_answer(200, slot=None)
    sent = request.files.get("part")
    place.put(number, once, sent.read() if sent is not None else b"")
    return json_answer(200, slot=place.number)


@pages.post("/<language:language>/box/files/recording/join", endpoint="recording_join")
@answering
def recording_join(language: Language) -> Response:
    """Make a file of a recording; `kept` says whether something was there of which one could be made."""
    opened = _open_recordings(language)
    recording = opened.recordings.at(request.form.get("slot", -1, int))
    with one_of_few():
        is_kept = _keep(recording, opened.keep, bool(request.form.get("changes_voice")))
    recording.drop()
    return json_answer(200, kept=is_kept)


def keep_unfinished(language: Language) -> bool:
    """Make files of the recordings of a draft that were cut off; gives whether one could not be made.

    In an open case a file is with the officers at once, so there it takes a press on its button. Officers hear these with a
    changed voice, as their speaker could not be asked. What another window still records is cut off here, and is sent whole
    by that window. Holds no transaction while the store is asked. Raises NoVisit.
    """
    try:
        opened = _open_recordings(language)
        slots = opened.recordings.unfinished() if opened.is_draft else []
    except (NotNow, FilesUnavailable):
        return False
    for slot in slots:
        recording = opened.recordings.at(slot)
        try:
            with one_of_few():
                _keep(recording, opened.keep, changes_voice=True)
        except (RefusedFile, NotNow, FilesUnavailable, TooBusy):
            return True
        recording.drop()
    return False


def finish(language: Language) -> None:
    """Make a file of a recording, or remove it, as the form says; done again it changes nothing.

    Raises what `take_file` raises, NoVisit, StaleForm, InvalidInput.
    """
    opened = _open_recordings(language)
    recording = opened.recordings.at(request.form.get("slot", -1, int))
    if request.form.get("act") == "keep":
        with one_of_few():
            _keep(recording, opened.keep, "changes_voice" in request.form)
    recording.drop()


def _keep(recording: uploading.Recording, keep: Callable[..., models.Attachment], changes_voice: bool) -> bool:
    """Whether there was something to keep."""
    found = recording.joined()
    if found is None:
        return False
    name, body = found
    if len(body) > file_kinds.MAX_BYTES:
        raise FileTooLarge(Problem.FILE_TOO_LARGE, "a file may have 20 MB")
    declared = request.form.get("declared", "")[:100]
    if file_kinds.kind_of(body, "recording", declared) not in RECORDINGS:
        raise RefusedFile(Problem.FILE_KIND_NOT_TAKEN, "this is no sound that could be played")
    keep(actions.SentFile(body, "recording", declared, changes_voice, idempotency_key=name), now())
    return True


def unfinished(language: Language) -> list[int]:
    """The slots of recordings that were cut off; none where files cannot be added now, or the store is away.

    Holds no transaction while the store is asked. Raises NoVisit.
    """
    try:
        return _open_recordings(language).recordings.unfinished()
    except (NotNow, FilesUnavailable):
        return []


def _open_recordings(language: Language) -> OpenRecordings:
    with open_visit(language) as visitor:
        opened, case = open_for_files(visitor.session, visitor.sealer, visitor.visit)
    is_draft = case.state is CaseState.DRAFT
    keep = partial(take_file, upload_services(), opened, case)
    return OpenRecordings(uploading.Recordings(store(), opened, case), keep, is_draft)
