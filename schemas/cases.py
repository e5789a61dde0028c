"""Cases as officers' programs see them: the queue without a word of what was written, and one case with all of it."""

from marshmallow import fields, validate

from registry.vocabulary.cases import (
    AttachmentState,
    Attendee,
    Author,
    CaseState,
    ClaimKind,
    ClaimUnit,
    ClockKind,
    EventKind,
    EventState,
    FileKind,
    FirmPart,
    LiesWith,
    MailboxRole,
    NoCopy,
    Priority,
)
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Country, Day, Flag, Instant, Line, OneOf, Passage, Word
from schemas.mailbox import AttachmentSentSchema

MAX_REASON = 4000
MAX_MESSAGE = 20_000
MAX_NOTE = 10_000
MAX_TASK = 500
MAX_PLACE = 300
MAX_PURPOSE = 2_000

_VERSION = {"description": "For If-Match, in quotes."}
_ASSIGNEE = {"description": "Reference of the officer whose it is."}


class CasesQuerySchema(InSchema):
    """Filters; those given must all hold. Without `state`: what is open."""

    state = Word(CaseState)
    priority = Word(Priority)
    country = Line(max_length=2, metadata={"description": "Country of work, ISO 3166-1 alpha-2.", "example": "IT"})
    sector = Line(max_length=10, metadata={"description": "A NACE class of the corridor.", "example": "14.10"})
    assignee = Line(
        max_length=16, metadata={"description": "`mine`, `unassigned`, or an officer's reference.", "example": "mine"}
    )
    late = Word(("yes",), metadata={"description": "A clock has run out."})
    objection = Word(
        ("yes",),
        metadata={
            "description": "An agency objected to the decision and nothing followed yet, closed cases among them."
        },
    )
    unread = Word(
        ("yes",),
        metadata={"description": "The complainant wrote what the assignee has not read yet, in whatever state."},
    )
    agency = Line(max_length=16, metadata={"description": "Reference of the agency that the cases name."})
    lies_with = Word(LiesWith, metadata={"description": "With whom an open case lies."})
    limit = Count(
        minimum=1, maximum=100, metadata={"description": "Cases in one answer.", "default": 50, "example": 50}
    )
    cursor = Line(
        max_length=600, metadata={"description": "`next_cursor` of the answer before, with the same filters. Opaque."}
    )


class CaseSummarySchema(OutSchema):
    case_id = fields.String(attribute="reference", required=True)
    state = OneOf(tuple(CaseState), required=True)
    priority = OneOf(tuple(Priority), required=True, allow_none=True)
    country = fields.String(required=True, allow_none=True)
    sector = fields.String(required=True, allow_none=True)
    indicators = fields.List(fields.String(), required=True)
    filed_on = fields.Date(required=True)
    due_at = Instant(required=True, allow_none=True, metadata={"description": "When the next clock runs out."})
    assignee = fields.String(required=True, allow_none=True, metadata=_ASSIGNEE)
    has_legal_hold = fields.Boolean(required=True)
    has_unread = fields.Boolean(
        required=True, metadata={"description": "The complainant wrote what the assignee has not read yet."}
    )
    version = fields.Integer(required=True, metadata=_VERSION)


class CasesSchema(OutSchema):
    items = fields.List(fields.Nested(CaseSummarySchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True, metadata={"description": "Null on the last page."})


class CaseMessageSchema(OutSchema):
    author = OneOf(tuple(Author), required=True)
    written_on = fields.Date(required=True)
    text = fields.String(required=True)


class CaseMailboxSchema(OutSchema):
    """One mailbox of a case; `answers` by question, without the complainant's identity."""

    mailbox_id = fields.String(attribute="reference", required=True)
    role = OneOf(tuple(MailboxRole), required=True)
    answers = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)
    messages = fields.List(fields.Nested(CaseMessageSchema), required=True)


class CaseClockSchema(OutSchema):
    kind = OneOf(tuple(ClockKind), required=True)
    due_at = Instant(required=True)
    met_on = fields.Date(required=True, allow_none=True)
    paused_on = fields.Date(required=True, allow_none=True)


class CaseMoveSchema(OutSchema):
    """A change of a case's state. `by` is an officer's reference, or the role of anyone else."""

    from_state = OneOf(tuple(CaseState), required=True)
    to_state = OneOf(tuple(CaseState), required=True)
    on = fields.Date(attribute="on_day", required=True)
    by = fields.String(required=True)


class CaseWaySchema(OutSchema):
    """A move from here. `lack`: why you may not take it now; null where you may."""

    to = OneOf(tuple(CaseState), attribute="target", required=True)
    needs_reason = fields.Boolean(required=True)
    lack = fields.String(required=True, allow_none=True)


class CaseSchema(CaseSummarySchema):
    reasons = fields.List(fields.String(), required=True, metadata={"description": "Why it has its priority."})
    clocks = fields.List(fields.Nested(CaseClockSchema), required=True)
    mailboxes = fields.List(fields.Nested(CaseMailboxSchema), required=True)
    moves = fields.List(fields.Nested(CaseMoveSchema), required=True)
    ways = fields.List(fields.Nested(CaseWaySchema), required=True)


class CaseMoveBodySchema(InSchema):
    to = Word(CaseState, required=True, metadata={"example": "in_triage"})
    reason = Passage(max_length=MAX_REASON, metadata={"description": "Why, where the move wants it. It is sealed."})
    into = Line(max_length=16, metadata={"description": "For `merged`: the case that goes on for both."})


class CaseReplySchema(InSchema):
    text = Passage(max_length=MAX_MESSAGE, required=True, metadata={"example": "We read it and look into it."})
    to_helper = Flag(
        metadata={
            "description": "The helper may read it, while the worker has no mailbox of their own.",
            "default": False,
        }
    )
    language = Line(
        max_length=12,
        metadata={"description": "The language of the text; without it, it is sent as it is.", "example": "en"},
    )
    translation = Passage(
        max_length=MAX_MESSAGE,
        metadata={"description": "The text in the complainant's language, where that is another."},
    )
    at_once = Flag(metadata={"description": "Send it untranslated: for cases of danger (P0) alone.", "default": False})


class CaseAssigneeSchema(InSchema):
    assignee = Line(
        max_length=16, metadata=_ASSIGNEE | {"description": "An officer's reference; without it: unassigned."}
    )


class CasePrioritySchema(InSchema):
    priority = Word(Priority, required=True, metadata={"example": "p1"})
    reason = Passage(max_length=MAX_REASON, required=True, metadata={"example": "She may not leave the house."})


class CaseNoteBodySchema(InSchema):
    text = Passage(max_length=MAX_NOTE, required=True, metadata={"example": "She calls on Mondays."})


class CaseTaskBodySchema(InSchema):
    text = Passage(max_length=MAX_TASK, required=True, metadata={"example": "Call the inspectorate."})
    due_on = Day(metadata={"example": "2026-12-31"})
    owner = Line(
        max_length=16,
        metadata={"description": "Whose task it is: an officer's reference; without it the case's assignee."},
    )


class CaseTaskDoneSchema(InSchema):
    is_done = Flag(required=True)


_ATTENDEES = {"description": "Who takes part beside officers, by role and never by name."}
_OFFICERS = {"description": "References of the officers of the unit who take part, beside `owner`."}


class CaseEventBodySchema(InSchema):
    """A visit or interview without `record` is planned. A call says who was called, evidence where it was taken."""

    kind = Word(EventKind, required=True, metadata={"example": "visit"})
    on_day = Day(required=True, metadata={"description": "Where the unit's authority sits.", "example": "2026-12-14"})
    at_time = Line(
        max_length=5,
        metadata={"description": "The hour there; needed of interviews and calls.", "example": "09:30"},
    )
    place = Line(
        max_length=MAX_PLACE,
        metadata={"description": "Needed of all but calls. It is sealed.", "example": "Workshop, Via Nuova 1, Prato"},
    )
    owner = Line(
        max_length=16,
        metadata={"description": "Who writes down what comes of it: an officer's reference; without it you."},
    )
    officers = fields.List(Line(max_length=16), validate=validate.Length(max=50), metadata=_OFFICERS)
    attendees = fields.List(Word(Attendee), validate=validate.Length(max=len(Attendee)), metadata=_ATTENDEES)
    purpose = Passage(max_length=MAX_PURPOSE, metadata={"description": "What it is for. It is sealed."})
    record = Passage(
        max_length=MAX_NOTE,
        metadata={"description": "What was seen, said or taken: with it the event was held. It is sealed."},
    )
    was_reached = Flag(
        metadata={"description": "Of a call: an officer spoke with those who were called.", "default": False}
    )
    sha256 = Line(
        max_length=64,
        metadata={"description": "Of a file that was taken as evidence: its SHA-256, 64 hexadecimal digits."},
    )


class CaseEventRecordSchema(InSchema):
    record = Passage(
        max_length=MAX_NOTE,
        required=True,
        metadata={
            "description": "What was seen or said, or why it was not held. It is sealed and never changed.",
            "example": "Nine sewing machines, eleven persons at work.",
        },
    )
    is_held = Flag(metadata={"description": "False: it did not take place.", "default": True}, load_default=True)
    attendees = fields.List(Word(Attendee), validate=validate.Length(max=len(Attendee)), metadata=_ATTENDEES)


class CaseHoldSchema(InSchema):
    is_held = Flag(required=True, metadata={"description": "False takes the hold away."})
    reason = Passage(max_length=MAX_REASON, required=True, metadata={"example": "A court asked for the file."})


class CaseAgencySchema(InSchema):
    agency_id = Line(
        max_length=200,
        required=True,
        metadata={"description": "Its id; a name or number that leads to one agency alone is accepted too."},
    )


class CaseNoteSchema(OutSchema):
    note_id = fields.String(attribute="reference", required=True)
    by = fields.String(required=True)
    on = fields.Date(required=True)
    text = fields.String(required=True)


class CaseTaskSchema(OutSchema):
    task_id = fields.String(required=True)
    by = fields.String(required=True)
    on = fields.Date(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    owner = fields.String(required=True, allow_none=True, metadata={"description": "None: the case's assignee."})
    done_by = fields.String(required=True, allow_none=True)
    done_on = fields.Date(required=True, allow_none=True)
    text = fields.String(required=True)


class CaseNotesSchema(OutSchema):
    notes = fields.List(fields.Nested(CaseNoteSchema), required=True)
    tasks = fields.List(fields.Nested(CaseTaskSchema), required=True)
    version = fields.Integer(required=True, metadata=_VERSION)


class EvidenceFileSchema(OutSchema):
    """A file of evidence. There is a copy of it once `state` is `clean`."""

    attachment_id = fields.String(attribute="reference", required=True)
    name = fields.String(required=True, metadata={"description": "As it was sent, without what does harm."})
    kind = OneOf(FileKind, required=True, metadata={"description": "What its bytes are."})
    size = fields.Integer(required=True, metadata={"description": "Bytes, as it was sent."})
    sha256 = fields.String(required=True, metadata={"description": "Of the file as it was sent."})
    kept_on = fields.Date(attribute="stored_on", required=True)
    state = OneOf(AttachmentState, required=True)
    no_copy = OneOf(NoCopy, required=True, allow_none=True, metadata={"description": "Why there is no copy."})
    has_original = fields.Boolean(
        required=True,
        metadata={"description": "False where the copy alone was kept, since the custodian's key was not there."},
    )


class EvidenceSentSchema(AttachmentSentSchema):
    sha256 = fields.String(required=True, metadata={"description": "Of what was sent, to be compared with your own."})


class CaseEventSchema(OutSchema):
    event_id = fields.String(attribute="reference", required=True)
    kind = OneOf(tuple(EventKind), required=True)
    state = OneOf(tuple(EventState), required=True)
    on_day = fields.Date(
        required=True, metadata={"description": "When it is to be or was, where the unit's authority sits."}
    )
    at_time = fields.String(
        required=True, allow_none=True, metadata={"description": "The hour there; null: none.", "example": "09:30"}
    )
    place = fields.String(required=True, allow_none=True)
    owner = fields.String(required=True, metadata={"description": "Who writes down what comes of it."})
    officers = fields.List(fields.String(), required=True, metadata=_OFFICERS | {"description": "All who take part."})
    attendees = fields.List(OneOf(tuple(Attendee)), required=True, metadata=_ATTENDEES)
    purpose = fields.String(required=True, allow_none=True, metadata={"description": "What it is for."})
    record = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "What was seen, said or taken, or why it was not held; null before."},
    )
    was_reached = fields.Boolean(
        required=True, metadata={"description": "Of a call: an officer spoke with those who were called."}
    )
    sha256 = fields.String(required=True, allow_none=True)
    files = fields.List(
        fields.Nested(EvidenceFileSchema), required=True, metadata={"description": "Files of a piece of evidence."}
    )
    by = fields.String(required=True)
    on = fields.Date(required=True)
    recorded_by = fields.String(
        required=True, allow_none=True, metadata={"description": "Who wrote down what came of it; null before."}
    )
    recorded_on = fields.Date(required=True, allow_none=True, metadata={"description": "When that was; null before."})
    digest = fields.String(
        required=True, metadata={"description": "SHA-256 of all of this, as it stands in the case file's manifest."}
    )


class CaseEventsSchema(OutSchema):
    events = fields.List(
        fields.Nested(CaseEventSchema),
        required=True,
        metadata={"description": "What is planned by its day, then what was written down, the latest first."},
    )
    version = fields.Integer(required=True, metadata=_VERSION)


class CaseFurtherAgencySchema(InSchema):
    agency_id = Line(
        max_length=200,
        required=True,
        metadata={"description": "Its id; a name or number that leads to one agency alone is accepted too."},
    )
    part = Word(
        tuple(one for one in FirmPart if one is not FirmPart.EMPLOYER),
        required=True,
        metadata={"description": "What it had to do with the worker.", "example": "sender"},
    )


_NAME = {"description": "It is sealed.", "example": "Invented Sewing Srl"}
_PLACE = {"description": "Where it is. It is sealed.", "example": "Prato"}
_NUMBER = {"description": "In its country's register of companies. It is sealed."}


class UnitEmployerBodySchema(InSchema):
    name = Line(max_length=200, required=True, metadata=_NAME)
    country = Country(metadata={"description": "Country, ISO 3166-1 alpha-2.", "example": "IT"})
    place = Line(max_length=200, metadata=_PLACE)
    register_number = Line(max_length=200, metadata=_NUMBER)


class CaseEmployerBodySchema(InSchema):
    """An employer of the unit by `employer`, or a new one by its name."""

    employer = Line(max_length=16, metadata={"description": "Reference of an employer of your unit."})
    part = Word(
        (FirmPart.EMPLOYER, FirmPart.USER_FIRM),
        metadata={"description": "Who employs the worker, or where the worker is sent.", "default": "employer"},
        load_default=FirmPart.EMPLOYER,
    )
    name = Line(max_length=200, metadata=_NAME)
    country = Country(metadata={"description": "Country, ISO 3166-1 alpha-2.", "example": "IT"})
    place = Line(max_length=200, metadata=_PLACE)
    register_number = Line(max_length=200, metadata=_NUMBER)


class UnitEmployerSummarySchema(OutSchema):
    employer_id = fields.String(required=True, metadata={"description": "Reference of the employer in your unit."})
    name = fields.String(required=True)
    country = fields.String(required=True, allow_none=True)
    place = fields.String(required=True, allow_none=True, metadata={"description": "Where it is."})
    register_number = fields.String(required=True, allow_none=True, metadata={"description": "Its register number."})


class CaseEmployerSchema(UnitEmployerSummarySchema):
    part = OneOf((FirmPart.EMPLOYER, FirmPart.USER_FIRM), required=True, metadata={"description": "Its part."})


class CaseFirmSchema(OutSchema):
    link_id = fields.String(required=True, metadata={"description": "By which it is removed from the case."})
    agency_id = fields.String(required=True)
    part = OneOf(tuple(FirmPart), required=True, metadata={"description": "What it had to do with the worker."})


class CaseFirmsSchema(OutSchema):
    agency_id = fields.String(
        required=True, allow_none=True, metadata={"description": "The agency that the complaint is about."}
    )
    agencies = fields.List(
        fields.Nested(CaseFirmSchema), required=True, metadata={"description": "Further agencies of the case."}
    )
    employers = fields.List(
        fields.Nested(CaseEmployerSchema), required=True, metadata={"description": "Its employers."}
    )
    stated_employer = fields.String(
        required=True, allow_none=True, metadata={"description": "The employer in the complainant's own words."}
    )
    suggested = fields.List(
        fields.Nested(UnitEmployerSummarySchema),
        required=True,
        metadata={"description": "Employers of your unit that those words may mean."},
    )
    version = fields.Integer(required=True, metadata=_VERSION)


class UnitEmployersQuerySchema(InSchema):
    name = Line(max_length=200, required=True, metadata={"description": "A part of the name, or the register number."})


class UnitEmployersSchema(OutSchema):
    items = fields.List(fields.Nested(UnitEmployerSummarySchema), required=True)


class UnitEmployerVisitSchema(OutSchema):
    case_id = fields.String(required=True)
    event_id = fields.String(required=True, metadata={"description": "The visit."})
    on_day = fields.Date(required=True, metadata={"description": "When it is to be or was."})
    state = OneOf(tuple(EventState), required=True)


class UnitEmployerCaseSchema(OutSchema):
    case_id = fields.String(required=True)
    state = OneOf(tuple(CaseState), required=True)
    filed_on = fields.Date(required=True)


class UnitEmployerSchema(UnitEmployerSummarySchema):
    cases = fields.List(
        fields.Nested(UnitEmployerCaseSchema),
        required=True,
        metadata={"description": "Cases of your unit that name it."},
    )
    agencies = fields.List(
        fields.String(), required=True, metadata={"description": "Ids of the agencies of those cases."}
    )
    visits = fields.List(
        fields.Nested(UnitEmployerVisitSchema), required=True, metadata={"description": "Visits in those cases."}
    )
    version = fields.Integer(required=True, metadata=_VERSION)


_QUANTITY = {"description": "How many, with at most two places.", "example": "160"}
_RATE = {"description": "What one is paid, with at most two places.", "example": "7.50"}
_BASIS = {
    "description": "What the line rests on: a clause of the contract, a pay slip, the worker's statement, a law with its "
    "source. It is sealed.",
    "example": "Contract of 3 March, clause 4",
}


class ClaimLineBodySchema(InSchema):
    kind = Word(ClaimKind, required=True, metadata={"example": "wages"})
    unit = Word(ClaimUnit, required=True, metadata={"description": "What is counted.", "example": "hour"})
    quantity = Line(max_length=20, required=True, metadata=_QUANTITY)
    rate = Line(max_length=20, required=True, metadata=_RATE)
    currency = Line(max_length=3, required=True, metadata={"description": "ISO 4217.", "example": "EUR"})
    basis = Passage(max_length=500, required=True, metadata=_BASIS)
    from_day = Day(metadata={"description": "First day of the period.", "example": "2026-03-01"})
    to_day = Day(metadata={"description": "Last day of the period.", "example": "2026-03-31"})


class ClaimLineSchema(OutSchema):
    line_id = fields.String(required=True, metadata={"description": "By which it is removed."})
    kind = OneOf(tuple(ClaimKind), required=True)
    unit = OneOf(tuple(ClaimUnit), required=True, metadata={"description": "What is counted."})
    quantity = fields.String(required=True, metadata=_QUANTITY)
    rate = fields.String(required=True, metadata=_RATE)
    currency = fields.String(required=True)
    basis = fields.String(required=True, metadata=_BASIS)
    from_day = fields.Date(required=True, allow_none=True, metadata={"description": "First day of the period."})
    to_day = fields.Date(required=True, allow_none=True, metadata={"description": "Last day of the period."})
    amount = fields.String(
        required=True, metadata={"description": "Quantity times rate, to the cent; below zero for what was paid."}
    )
    formula = fields.String(
        required=True, metadata={"description": "The calculation.", "example": "160 × 7.50 EUR = 1200.00 EUR"}
    )
    by = fields.String(required=True)
    on = fields.Date(required=True)


class ClaimsSchema(OutSchema):
    lines = fields.List(fields.Nested(ClaimLineSchema), required=True, metadata={"description": "In their order."})
    totals = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "What is owed, by currency: all lines, less what was paid."},
    )
    version = fields.Integer(required=True, metadata=_VERSION)
