"""A file in parts, as upload.js sends it: what is missing, one part, and joining them. A form without script sends a file whole.

Each answer is JSON: `missing`, or `to`, the page to go to, or `says`, what is wrong in words.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from typing import NamedTuple

from flask import Blueprint, Response, request
from msgspec.json import encode

from registry.complaints.attachments.actions import SentFile
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.parts import Upload
from registry.complaints.attachments.uploading import upload
from registry.complaints.case import visits
from registry.complaints.intake.mailbox_files import opened_for_files
from registry.core.clock import now
from registry.core.errors import FilesUnavailable, InvalidInput, NotNow, NoVisit, RefusedFile, TooBusy
from registry.http.complaint_services import sealer, store, upload_services
from registry.http.transaction import reading
from registry.http.uploads import one_of_few
from registry.i18n.languages import text
from registry.pages.intake import cookies
from registry.pages.intake.visiting import StaleForm, open_visit
from registry.vocabulary.register import Language

pages = Blueprint("intake_parts", __name__)

TRY_AGAIN = 503


class Sending(NamedTuple):
    """An upload of somebody who is here; `keep` takes the whole file into the mailbox, once."""

    language: Language
    parts: Upload
    keep: Callable[..., Attachment]


def sending(view: Callable[[Sending], Response]) -> Callable[..., Response]:
    @wraps(view)
    def answered(language: Language) -> Response:
        with _opened(language) as one:
            return view(one)

    return answering(answered)


def answering(view: Callable[[Language], Response]) -> Callable[..., Response]:
    """A view that answers a script; what goes wrong is answered in words."""

    @wraps(view)
    def answered(language: Language) -> Response:
        try:
            # Whether somebody is here is asked before the part is read.
            visits.visit(reading(), sealer(), cookies.value_of(cookies.VISIT), now(), is_extended=False)
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
        one.keep(SentFile(body, name, declared, idempotency_key=request.form.get("once", "")), now().date())
    one.parts.drop()
    return json_answer(200, to=f"/{one.language}/box/files")


@contextmanager
def _opened(language: Language) -> Iterator[Sending]:
    with open_visit(language) as visitor:
        opened, case = opened_for_files(visitor.session, visitor.sealer, visitor.visit)
    once = request.form.get("once", "")
    parts = Upload(store(), opened, case, once, request.form.get("count", 0, int))
    yield Sending(language, parts, partial(upload, upload_services(), opened, case))


def json_answer(status: int, **values: object) -> Response:
    return Response(encode(values), status, mimetype="application/json")
