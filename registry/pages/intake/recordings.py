"""A recording that is kept while somebody speaks: one part as record.js sends it, and what becomes of one that was cut off.

The parts are sealed under the mailbox's own key as those of an upload are. No one reads them before they are made a file here.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from flask import Blueprint, Response, request

from registry.complaints.attachments.actions import SentFile
from registry.complaints.attachments.file_kinds import MAX_BYTES, kind_of
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.parts import Recording, Recordings
from registry.complaints.attachments.uploading import upload
from registry.complaints.intake.mailbox_files import opened_for_files
from registry.core.clock import now
from registry.core.errors import FilesUnavailable, FileTooLarge, NotNow, RefusedFile
from registry.http.complaint_services import store, upload_services
from registry.http.uploads import one_of_few
from registry.pages.intake.parts import answering, json_answer
from registry.pages.intake.visiting import open_visit
from registry.vocabulary.cases import RECORDINGS
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

pages = Blueprint("intake_recordings", __name__)


class Open(NamedTuple):
    """The recordings of somebody who is here; `keep` takes a file into the mailbox, once."""

    recordings: Recordings
    keep: Callable[..., Attachment]


@pages.post("/<language:language>/box/files/recording/part", endpoint="part")
@answering
def part(language: Language) -> Response:
    """Keep one part. `slot` of the answer is where it is; null where no more recordings can be kept on the way."""
    recordings = _opened(language).recordings
    once, number = request.form.get("once", "")[:80], request.form.get("number", -1, int)
    slot = request.form.get("slot", -1, int)
    place = recordings.begin(once) if number == 0 else recordings.at(slot)
    if place is None:
        return json_answer(200, slot=None)
    sent = request.files.get("part")
    place.put(number, once, sent.read() if sent is not None else b"")
    return json_answer(200, slot=place.number)


def finish(language: Language) -> None:
    """Make a file of a recording, or remove it, as the form says; done again it changes nothing.

    Raises what `upload` raises, NoVisit, StaleForm, InvalidInput.
    """
    opened = _opened(language)
    recording = opened.recordings.at(request.form.get("slot", -1, int))
    if request.form.get("act") == "keep":
        with one_of_few():
            _keep(recording, opened.keep)
    recording.drop()


def _keep(recording: Recording, keep: Callable[..., Attachment]) -> None:
    found = recording.joined()
    if found is None:
        return
    name, body = found
    if len(body) > MAX_BYTES:
        raise FileTooLarge(Problem.FILE_TOO_LARGE, "a file may have 20 MB")
    declared = request.form.get("declared", "")[:100]
    if kind_of(body, "recording", declared) not in RECORDINGS:
        raise RefusedFile(Problem.FILE_KIND_NOT_TAKEN, "this is no sound that could be played")
    changes_voice = "changes_voice" in request.form
    keep(SentFile(body, "recording", declared, changes_voice, idempotency_key=name), now().date())


def unfinished(language: Language) -> list[int]:
    """The slots of recordings that were cut off; none where files cannot be added now, or the store is away.

    Holds no transaction while the store is asked. Raises NoVisit.
    """
    try:
        return _opened(language).recordings.unfinished()
    except (NotNow, FilesUnavailable):
        return []


def _opened(language: Language) -> Open:
    with open_visit(language) as visitor:
        opened, case = opened_for_files(visitor.session, visitor.sealer, visitor.visit)
    return Open(Recordings(store(), opened, case), partial(upload, upload_services(), opened, case))
