"""How a complaint and its mailbox look in an answer. Fields are named here or by a schema: none gets out by itself."""

from collections.abc import Sequence
from typing import Any

from registry.complaints.case.access import SealedTo
from registry.complaints.case.answers import Sheet
from registry.complaints.case.consents import ConsentState
from registry.complaints.case.messages import ShownMessage
from registry.complaints.case.questions import QUESTIONNAIRE, visible
from registry.complaints.case.states import Reads
from registry.complaints.intake.filing import Acknowledgement
from registry.complaints.intake.mailbox import MailboxView, ShownHelper
from registry.complaints.intake.mailbox_files import ShownFile
from registry.complaints.triage.story import is_alarming
from registry.i18n.languages import text
from registry.i18n.wording import name_in
from registry.vocabulary.cases import Author
from registry.vocabulary.register import Language
from schemas.mailbox import AttachmentSchema, ConsentSchema, HelperSchema, MessageSchema, SealedToSchema

_HELPER = HelperSchema.of(ShownHelper)
_CONSENT = ConsentSchema.of(ConsentState)
_FILE = AttachmentSchema.of(ShownFile)
_SEALED_TO = SealedToSchema.of(SealedTo)
_MESSAGE = MessageSchema.of(ShownMessage, computed=["office"])


def sheet_payload(sheet: Sheet) -> dict[str, Any]:
    return {
        "questionnaire": QUESTIONNAIRE.version,
        "version": sheet.version,
        "answers": sheet.answers,
        "asked": [question.code for question in visible(sheet.answers)],
        "is_alarming": is_alarming(sheet.answers),
        "submitted_on": sheet.submitted_on,
    }


def received_payload(acknowledgement: Acknowledgement, language: Language) -> dict[str, Any]:
    # Whatever became of it: the sender hears only that it was received.
    return {
        **_state(Reads.RECEIVED, language),
        "filed_on": acknowledgement.filed_on,
        "acknowledge_by": acknowledgement.acknowledge_by,
        "answer_by": acknowledgement.answer_by,
    }


def mailbox_payload(view: MailboxView, files: Sequence[ShownFile], language: Language) -> dict[str, Any]:
    return {
        "role": view.role,
        **_state(view.reads, language),
        "steps": [{**_state(step.reads, language), "on": step.on_day} for step in view.steps],
        "filed_on": view.filed_on,
        "acknowledge_by": view.acknowledge_by,
        "answer_by": view.answer_by,
        "waiting_until": view.waiting_until,
        "purge_on": view.purge_on,
        "draft_until": view.draft_until,
        "last_visit_on": view.last_visit_on,
        "office": name_in(language, view.unit_names) or None,
        "office_country": view.unit_country,
        "handovers": [
            {"former": name_in(language, one.from_names), "office": name_in(language, one.to_names), "on": one.on_day}
            for one in view.handovers
        ],
        "messages": [
            _MESSAGE.write(one, office=name_in(language, view.names_of(one)) if one.author is Author.OFFICER else None)
            for one in view.messages
        ],
        "attachments": [_FILE.write(one) for one in files],
        "consents": [_CONSENT.write(one) for one in view.consents],
        "helpers": [_HELPER.write(one) for one in view.helpers],
        "sealed_to": [_SEALED_TO.write(one) for one in view.sealed_to],
        "can": sorted(view.can),
    }


def _state(state: Reads, language: Language) -> dict[str, Any]:
    return {"state": state, "text": text(language, f"case.reads.{state}")}
