"""Coming back: the mailbox, what is written in it, and what its holder decides."""

from http import HTTPStatus

from flask import request

from registry.api.complaints.entering import network_here
from registry.api.complaints.shapes import mailbox_shown, sheet_shown
from registry.api.complaints.visiting import Here, entered, needs_visit, visiting
from registry.api.restx import Namespace, Resource
from registry.complaints.attachments.sanitise_jobs import begin_all
from registry.complaints.case import complaint_codes, visits
from registry.complaints.intake import mailbox
from registry.complaints.intake.admission_rules import Purpose
from registry.complaints.intake.mailbox_files import errands_here, files_of
from registry.core.clock import now
from registry.core.errors import NotFound
from registry.http.app_services import keyring
from registry.http.complaint_services import admission, sealer
from registry.http.query_reader import Once
from registry.http.responses import Answer, asked_language
from registry.http.schemas import returns, returns_nothing, takes
from registry.http.transaction import services, writing
from registry.vocabulary.cases import ConsentKind
from schemas.complaints import MOST_OF_WORDS, VisitSchema, VisitStartSchema
from schemas.mailbox import (
    ConsentChangeSchema,
    MailboxCopySchema,
    MailboxSchema,
    MessageSentSchema,
    MessageWriteSchema,
    ReopenSchema,
)

ns = Namespace("complaints", path="/complaints")


@ns.route("/visits")
class Visits(Resource):
    @takes(VisitStartSchema(), body=True)
    @returns(VisitSchema(), "startVisit", (403, 404, 413, 415), status=HTTPStatus.CREATED)
    def post(self, receipt: str, proof: str) -> Answer:
        """Come back by a receipt.

        400 `mistyped_receipt` says that its digits do not fit together; nothing was looked up. Unknown, expired, destroyed,
        withdrawn, changed and cut off are all 404 `unknown_receipt`, after the same time.
        """
        code, at = complaint_codes.require_code(receipt), now()
        with writing() as session:
            admission().admit(session, Purpose.OPEN, network_here(), proof, at)
        root = complaint_codes.derive(keyring(), code)
        with writing() as session:
            token = mailbox.open_mailbox(session, sealer(), root, at)
        return Answer({"token": token}, language=asked_language(request.environ))


@ns.route("/visits/current")
class CurrentVisit(Resource):
    @takes()
    @returns_nothing("endVisit")
    @visiting
    def delete(self, here: Here) -> None:
        """End this visit; its token opens nothing any more."""
        visits.end(here.session, here.visit)


@ns.route("/mailbox")
class Mailbox(Resource):
    @takes()
    @returns(MailboxSchema(), "getMailbox", (409,), kept=False)
    @needs_visit
    def get(self) -> Answer:
        """Read the mailbox.

        Where the complaint stands in plain words, what happens by when, messages both ways, files, consents, and in `can` what
        may be done now. What officers wrote counts as read.
        """
        with entered() as here:
            view = mailbox.mailbox(here.session, here.sealer, here.visit, here.at)
            files = files_of(here.session, here.sealer, here.visit)
            errands = errands_here(here.session, here.sealer, here.visit, services().settings)
        # Only whoever has the receipt can have copies made before anything was handed in: it is seen to at each visit.
        begin_all(services().settings, errands)
        return Answer(mailbox_shown(view, files, here.language), language=here.language)


@ns.route("/copy")
class Copy(Resource):
    @takes()
    @returns(MailboxCopySchema(), "getCopy", (409,), kept=False)
    @visiting
    def get(self, here: Here) -> Answer:
        """Take a copy of everything home.

        What was answered, written and agreed to. Offer it before `purge_on`; where it is kept, others may find it.
        """
        copy = mailbox.own_copy(here.session, here.sealer, here.visit, here.at)
        files = files_of(here.session, here.sealer, here.visit)
        shown = {"mailbox": mailbox_shown(copy.view, files, here.language), "answers": sheet_shown(copy.sheet)}
        return Answer(shown, language=here.language)


@ns.route("/messages")
class Messages(Resource):
    @takes(MessageWriteSchema(), body=True, once=True, most=MOST_OF_WORDS)
    @returns(MessageSentSchema(), "writeMessage", (409, 413, 415), status=HTTPStatus.CREATED)
    @visiting
    def post(self, here: Here, text: str, once: Once | None) -> Answer:
        """Write to the officers.

        With an Idempotency-Key the message is there once, however often it is sent. A case that waited for it goes on.
        """
        key = None if once is None else f"{once.key} {once.digest}"
        sent = mailbox.write(here.session, here.sealer, here.visit, text, here.at, once=key)
        return Answer({"message_id": sent.reference, "written_on": sent.written_on}, language=here.language)


@ns.route("/consents/<kind>")
class Consents(Resource):
    @takes(ConsentChangeSchema(), body=True)
    @returns_nothing("changeConsent", (404, 409, 413, 415))
    @visiting
    def put(self, here: Here, kind: str, is_given: bool) -> None:
        """Give one consent, or take it back.

        Each stands on its own; none follows from another. Taking one back is never too late, but what was told was told.
        """
        mailbox.consent(here.session, here.sealer, here.visit, consent_of(kind), here.at, is_given=is_given)


@ns.route("/withdraw")
class Withdrawal(Resource):
    @takes()
    @returns_nothing("withdrawComplaint", (409,))
    @visiting
    def post(self, here: Here) -> None:
        """Take the complaint back.

        A draft is destroyed at once. What was handed in is worked on no more; for 30 days it may be taken up again
        (`reopenComplaint`), then it is destroyed.
        """
        mailbox.withdraw(here.session, here.sealer, here.visit, here.at)


@ns.route("/reopen")
class Reopening(Resource):
    @takes(ReopenSchema(), body=True, once=True, most=MOST_OF_WORDS)
    @returns_nothing("reopenComplaint", (409, 413, 415))
    @visiting
    def post(self, here: Here, once: Once | None, text: str | None = None) -> None:
        """Object to a decision, open a closed complaint again, or take a withdrawal back.

        `can` in the mailbox says which of them is possible; a year after the end none is.
        """
        key = None if once is None else f"{once.key} {once.digest}"
        mailbox.open_again(here.session, here.sealer, here.visit, here.at, text=text, once=key)


def consent_of(word: str) -> ConsentKind:
    try:
        return ConsentKind(word)
    except ValueError:
        raise NotFound(f"there is no such consent; there are {', '.join(ConsentKind)}") from None
