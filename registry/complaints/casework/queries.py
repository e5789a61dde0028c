"""Reads of cases for officers of their unit: a case with all that was written, and files.

Reading a case is audited, and answered only with its audit line committed.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, cast

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from registry.complaints.attachments import actions as attachments
from registry.complaints.attachments.file_store import FileStore
from registry.complaints.attachments.models import Attachment
from registry.complaints.case import clocks, consents, messages, states
from registry.complaints.case.answers import read_sheets
from registry.complaints.case.consents import ConsentState
from registry.complaints.case.messages import ShownMessage
from registry.complaints.case.models import Case
from registry.complaints.case.moves import moves_of
from registry.complaints.casework import unread
from registry.complaints.casework.actions import Officer, lock_case, opened_boxes, opened_mailboxes, record_reading
from registry.complaints.casework.models import CaseClock, CaseEvent, CaseMove
from registry.complaints.casework.translations import Translated, translations_in
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.core.calls import Call
from registry.core.errors import NotNow
from registry.officers.days import today_of
from registry.vocabulary import cases


class FileInCase(NamedTuple):
    """A file of a case as its unit sees it. Officers open the clean copy, once `state` is `clean`, and never the original.

    `size` and `sha256` are of the file as it was sent. `no_copy` says why there is no clean copy; without an original that copy
    is all. `goes_with` is what an agency submitted it with, None for files of others.
    """

    reference: str
    name: str
    kind: cases.FileKind
    size: int
    stored_on: date
    state: cases.AttachmentState
    changes_voice: bool
    no_copy: cases.NoCopy | None
    sha256: str
    has_original: bool
    goes_with: cases.HandedWith | None


class CleanFile(NamedTuple):
    """A clean copy; `name` has the ending of what the copy is."""

    name: str
    body: bytes

    @property
    def ending(self) -> str:
        return self.name.rpartition(".")[2]


class ContainerView(NamedTuple):
    """One mailbox of a case as an officer sees it. `answers` are without identity, which is the custodian's."""

    reference: str
    role: cases.MailboxRole
    state: cases.MailboxState
    answers_allowed: bool
    answers: Mapping[str, Any]
    messages: Sequence[ShownMessage]
    consents: Sequence[ConsentState]
    files: Sequence[FileInCase]
    translations: Mapping[str, Translated]


class CaseView(NamedTuple):
    """All that a unit may read of a case. Reading it is written into the audit. `due_at` is the next running deadline."""

    case: Case
    due_at: datetime | None
    reasons: Sequence[Any]
    agency: Mapping[str, str] | None
    agency_is_registered: bool | None
    employer: str | None
    region: str | None
    amounts: Mapping[str, Any]
    boxes: Sequence[ContainerView]
    moves: Sequence[CaseMove]
    clocks: Mapping[cases.ClockKind, CaseClock]
    purge_on: date | None


def case_view(
    call: Call[Officer],
    sealer: Sealer,
    reference: str,
    *,
    act: str = "case.read",
    into: str = "",
    is_opened: bool = False,
) -> CaseView:
    """Read a case with what was written in it, and its translations `into` a language.

    What the complainant wrote counts as read when the officer who has the case reads it (unread.py).
    The reading itself is audited as `act`, and is given only with that line committed. A withdrawn case can no longer
    be read, unless someone is in danger or two persons opened it (`is_opened`): a withdrawal may be forced. Raises
    NotFound, NotNow.
    """
    session, officer, today = call.session, call.actor, today_of(call)
    beside = joinedload(Case.clock_rows), joinedload(Case.lowering), joinedload(Case.further_agencies)
    case = lock_case(session, officer, reference, also=beside)
    if not is_opened:
        require_readable(case)
    counts = unread.is_read_by(session, case, officer, today)
    running = clocks.by_kind(case.clock_rows)
    view = CaseView(
        case=case,
        due_at=clocks.next_due(running),
        reasons=case.reasons,
        agency=_read_sealed(sealer, case, "agency_sealed"),
        agency_is_registered=case.agency_is_registered,
        employer=_read_sealed(sealer, case, "employer_sealed"),
        region=_read_sealed(sealer, case, "region_sealed"),
        amounts=_read_sealed(sealer, case, "amounts_sealed") or {},
        boxes=_box_views(call, sealer, case, into, counts),
        moves=moves_of(session, case),
        clocks=running,
        purge_on=case.purge_on,
    )
    if counts:
        unread.mark_read(session, case, today)
    session.flush()
    record_reading(call, case, act)
    return view


def named_agency_id(sealer: Sealer, case: Case) -> str | None:
    """The reference of the registered agency that a case is about, if it was picked from the registry."""
    given = named_agency(sealer, case)
    return None if given is None else given.get("agency_id")


def agencies_of(sealer: Sealer, case: Case) -> list[str]:
    """The references of all registered agencies that a case is about, the first one first. An interest in any counts."""
    first = named_agency_id(sealer, case)
    further = [sealer.open_field(one.sealed, place_of(one, one)) for one in case.further_agencies]
    return further if first is None else [first, *further]


def named_agency(sealer: Sealer, case: Case) -> dict[str, str] | None:
    """The agency that a case is about, as it was picked or typed."""
    return cast("dict[str, str] | None", _read_sealed(sealer, case, "agency_sealed"))


def stated_employer(sealer: Sealer, case: Case) -> str | None:
    """The employer in the complainant's own words."""
    return cast("str | None", _read_sealed(sealer, case, "employer_sealed"))


def clean_copy(call: Call[Officer], sealer: Sealer, reference: str, attachment: str, store: FileStore) -> CleanFile:
    """A file without place, device and author, as an officer may see it. Audited like every reading.

    Raises NotFound, also where there is no clean copy; NotNow, FilesUnavailable.
    """
    session, officer = call.session, call.actor
    case = lock_case(session, officer, reference)
    require_readable(case)
    row = attachments.attachment_of(session, opened_boxes(session, case), attachment)
    copy = read_copy(session, sealer, officer.unit, store, case, row)
    record_reading(call, case, "case.file_read")
    return copy


def read_copy(session: Session, sealer: Sealer, unit: str, store: FileStore, case: Case, row: Attachment) -> CleanFile:
    """The clean copy of a file, opened by the unit of its case. The caller audits.

    Raises NotFound where there is none, FilesUnavailable.
    """
    opened = sealer.open_as_unit(session, session.get_one(EncryptedContainer, row.box_id), unit)
    body = attachments.open_clean(store, opened, case, row)
    return CleanFile(
        attachments.safe_name(attachments.facts_of(opened, case, row).name, attachments.copied_as(row)), body
    )


def files_of(session: Session, sealer: Sealer, officer: Officer, case: Case) -> list[FileInCase]:
    """The names of the files of those who wrote, and of those that officers took as evidence."""
    found = []
    for boxes in (opened_mailboxes(case), evidence_boxes(case)):
        for files in files_by_box(session, sealer, officer.unit, case, boxes).values():
            found += files
    return found


def evidence_boxes(case: Case) -> Select[EncryptedContainer]:
    """The containers of files that officers took as evidence in a case."""
    of_evidence = select(EncryptedContainer).join(CaseEvent, CaseEvent.box_id == EncryptedContainer.id)
    return of_evidence.where(CaseEvent.case_id == case.id).order_by(EncryptedContainer.id)


def files_by_box(
    session: Session, sealer: Sealer, unit: str, case: Case, boxes: Select[EncryptedContainer]
) -> dict[int, list[FileInCase]]:
    """The files in some containers of a case, by the id of the container, in the order in which they came."""
    opened = sealer.open_all_as_unit(session, boxes, unit)
    rows = attachments.attachments_of(session, [one.box for one in opened])
    return {one.box.id: [file_in_case(one, case, row) for row in rows if row.box_id == one.box.id] for one in opened}


def require_readable(case: Case) -> None:
    """Raise NotNow for a withdrawn case, unless someone is in danger."""
    if case.state is cases.CaseState.WITHDRAWN and case.priority not in states.READ_WHEN_WITHDRAWN:
        raise NotNow("this was withdrawn: what was written is not read any more", "case.withdrawn")


def _box_views(call: Call[Officer], sealer: Sealer, case: Case, into: str, counts: bool) -> list[ContainerView]:
    """All mailboxes of a case, by one query for each kind of content, however many they are."""
    session = call.session
    opened = sealer.open_all_as_unit(session, opened_mailboxes(case), call.actor.unit)
    boxes = [one.box for one in opened]
    written = messages.read_messages(session, case, opened, cases.Author.OFFICER, today_of(call), counts=counts)
    files = attachments.attachments_of(session, boxes)
    return [
        ContainerView(
            one.box.reference,
            one.box.role,
            one.box.state,
            one.box.answers_allowed,
            sheet.answers if sheet.submitted_on is not None else {},
            stated,
            agreed,
            [file_in_case(one, case, row) for row in files if row.box_id == one.box.id],
            translated,
        )
        for one, sheet, stated, agreed, translated in zip(
            opened,
            read_sheets(session, opened, case),
            written,
            consents.standing_in(session, boxes),
            translations_in(session, opened, case, into) if into else [{} for _ in opened],
            strict=True,
        )
    ]


def file_in_case(opened: OpenContainer, case: Case, row: Attachment) -> FileInCase:
    """What officers see of a file in an opened container of the case."""
    facts = attachments.facts_of(opened, case, row)
    return FileInCase(
        row.reference, facts.name, row.kind, facts.size, row.stored_on, row.state, facts.changes_voice, row.no_copy,
        facts.sha256, row.original_name is not None, row.goes_with,
    )  # fmt: skip


def _read_sealed(sealer: Sealer, case: Case, column: str) -> Any:
    sealed = getattr(case, column)
    if sealed is None:
        return None
    return msgspec.json.decode(sealer.open_field(sealed, place_of(case, case, column)))
