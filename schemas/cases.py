"""Cases as officers' programs see them: the queue without a word of what was written, and one case with all of it."""

from marshmallow import fields, validate

from registry.vocabulary import cases
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Country, Day, Flag, Line, OneOf, Passage, Word
from schemas.mailbox import AttachmentSentSchema
from schemas.parameters import agency_field

MAX_REASON = 4000
MAX_MESSAGE = 20_000
MAX_NOTE = 10_000
MAX_TASK = 500
MAX_PLACE = 300
MAX_PURPOSE = 2_000

_ASSIGNEE = "Reference of the officer whose it is."


class CasesQuerySchema(InSchema):
    """Filters; those given must all hold. Without `state`: what is open."""

    state = Word(cases.CaseState)
    priority = Word(cases.Priority)
    country = Line("Country of work, ISO 3166-1 alpha-2.", max_length=2, example="IT")
    sector = Line("A NACE class of the corridor.", max_length=10, example="14.10")
    assignee = Line("`mine`, `unassigned`, or an officer's reference.", max_length=16, example="mine")
    late = Word(("yes",), "A clock has run out.")
    objection = Word(("yes",), "An agency objected to the decision and nothing followed yet, closed cases among them.")
    unread = Word(("yes",), "The complainant wrote what the assignee has not read yet, in whatever state.")
    agency = Line("Reference of the agency that the cases name.", max_length=16)
    lies_with = Word(cases.LiesWith, "With whom an open case lies.")
    limit = Count("Cases in one answer.", minimum=1, maximum=100, example=50, default=50)
    cursor = Line("`next_cursor` of the answer before, with the same filters. Opaque.", max_length=600)


class CaseSummarySchema(OutSchema):
    case_id = out.string(attribute="reference")
    state = out.one_of(tuple(cases.CaseState))
    priority = out.one_of(tuple(cases.Priority), allow_none=True)
    country = out.string(allow_none=True)
    sector = out.string(allow_none=True)
    indicators = out.strings()
    filed_on = out.date()
    due_at = out.instant("When the next clock runs out.", allow_none=True)
    assignee = out.string(_ASSIGNEE, allow_none=True)
    has_legal_hold = out.boolean()
    has_unread = out.boolean("The complainant wrote what the assignee has not read yet.")
    version = out.integer(out.IF_MATCH)


class CaseMessageSchema(OutSchema):
    author = out.one_of(tuple(cases.Author))
    written_on = out.date()
    text = out.string()


class CaseMailboxSchema(OutSchema):
    """One mailbox of a case; `answers` by question, without the complainant's identity."""

    mailbox_id = out.string(attribute="reference")
    role = out.one_of(tuple(cases.MailboxRole))
    answers = out.dict_of(fields.Raw())
    messages = out.list_of(CaseMessageSchema)


class CaseClockSchema(OutSchema):
    kind = out.one_of(tuple(cases.ClockKind))
    due_at = out.instant()
    met_on = out.date(allow_none=True)
    paused_on = out.date(allow_none=True)


class CaseMoveSchema(OutSchema):
    """A change of a case's state. `by` is an officer's reference, or the role of anyone else."""

    from_state = out.one_of(tuple(cases.CaseState))
    to_state = out.one_of(tuple(cases.CaseState))
    on = out.date(attribute="on_day")
    by = out.string()


class CaseWaySchema(OutSchema):
    """A move from here. `lack`: why you may not take it now; null where you may."""

    to = out.one_of(tuple(cases.CaseState), attribute="target")
    needs_reason = out.boolean()
    lack = out.string(allow_none=True)


class CaseSchema(CaseSummarySchema):
    reasons = out.strings("Why it has its priority.")
    clocks = out.list_of(CaseClockSchema)
    mailboxes = out.list_of(CaseMailboxSchema)
    moves = out.list_of(CaseMoveSchema)
    ways = out.list_of(CaseWaySchema)


class CaseMoveBodySchema(InSchema):
    to = Word(cases.CaseState, required=True, example="in_triage")
    reason = Passage("Why, where the move wants it. It is sealed.", max_length=MAX_REASON)
    into = Line("For `merged`: the case that goes on for both.", max_length=16)


class CaseReplySchema(InSchema):
    text = Passage(max_length=MAX_MESSAGE, required=True, example="We read it and look into it.")
    to_helper = Flag("The helper may read it, while the worker has no mailbox of their own.", default=False)
    language = Line("The language of the text; without it, it is sent as it is.", max_length=12, example="en")
    translation = Passage("The text in the complainant's language, where that is another.", max_length=MAX_MESSAGE)
    at_once = Flag("Send it untranslated: for cases of danger (P0) alone.", default=False)


class CaseAssigneeSchema(InSchema):
    assignee = Line("An officer's reference; without it: unassigned.", max_length=16)


class CasePrioritySchema(InSchema):
    priority = Word(cases.Priority, required=True, example="p1")
    reason = Passage(max_length=MAX_REASON, required=True, example="She may not leave the house.")


class CaseNoteBodySchema(InSchema):
    text = Passage(max_length=MAX_NOTE, required=True, example="She calls on Mondays.")


class CaseTaskBodySchema(InSchema):
    text = Passage(max_length=MAX_TASK, required=True, example="Call the inspectorate.")
    due_on = Day(example="2026-12-31")
    owner = Line("Whose task it is: an officer's reference; without it the case's assignee.", max_length=16)


class CaseTaskDoneSchema(InSchema):
    is_done = Flag(required=True)


_ATTENDEES = "Who takes part beside officers, by role and never by name."
_OFFICERS = "References of the officers of the unit who take part, beside `owner`."


class CaseEventBodySchema(InSchema):
    """A visit or interview without `record` is planned. A call says who was called, evidence where it was taken."""

    kind = Word(cases.EventKind, required=True, example="visit")
    on_day = Day("Where the unit's authority sits.", required=True, example="2026-12-14")
    at_time = Line("The hour there; needed of interviews and calls.", max_length=5, example="09:30")
    place = Line("Needed of all but calls. It is sealed.", max_length=MAX_PLACE, example="Workshop, Via Nuova 1, Prato")
    owner = Line("Who writes down what comes of it: an officer's reference; without it you.", max_length=16)
    officers = fields.List(Line(max_length=16), validate=validate.Length(max=50), metadata={"description": _OFFICERS})
    attendees = fields.List(
        Word(cases.Attendee), validate=validate.Length(max=len(cases.Attendee)), metadata={"description": _ATTENDEES}
    )
    purpose = Passage("What it is for. It is sealed.", max_length=MAX_PURPOSE)
    record = Passage("What was seen, said or taken: with it the event was held. It is sealed.", max_length=MAX_NOTE)
    was_reached = Flag("Of a call: an officer spoke with those who were called.", default=False)
    sha256 = Line("Of a file that was taken as evidence: its SHA-256, 64 hexadecimal digits.", max_length=64)


class CaseEventRecordSchema(InSchema):
    record = Passage(
        "What was seen or said, or why it was not held. It is sealed and never changed.",
        max_length=MAX_NOTE,
        required=True,
        example="Nine sewing machines, eleven persons at work.",
    )
    is_held = Flag("False: it did not take place.", load_default=True, default=True)
    attendees = fields.List(
        Word(cases.Attendee), validate=validate.Length(max=len(cases.Attendee)), metadata={"description": _ATTENDEES}
    )


class CaseHoldSchema(InSchema):
    is_held = Flag("False takes the hold away.", required=True)
    reason = Passage(max_length=MAX_REASON, required=True, example="A court asked for the file.")


class CaseAgencySchema(InSchema):
    agency_id = agency_field()


class CaseNoteSchema(OutSchema):
    note_id = out.string(attribute="reference")
    by = out.string()
    on = out.date()
    text = out.string()


class CaseTaskSchema(OutSchema):
    task_id = out.string()
    by = out.string()
    on = out.date()
    due_on = out.date(allow_none=True)
    owner = out.string("None: the case's assignee.", allow_none=True)
    done_by = out.string(allow_none=True)
    done_on = out.date(allow_none=True)
    text = out.string()


class CaseNotesSchema(OutSchema):
    notes = out.list_of(CaseNoteSchema)
    tasks = out.list_of(CaseTaskSchema)
    version = out.integer(out.IF_MATCH)


class EvidenceFileSchema(OutSchema):
    """A file of evidence. There is a copy of it once `state` is `clean`."""

    attachment_id = out.string(attribute="reference")
    name = out.string("As it was sent, without what does harm.")
    kind = out.one_of(cases.FileKind, "What its bytes are.")
    size = out.integer("Bytes, as it was sent.")
    sha256 = out.string("Of the file as it was sent.")
    kept_on = out.date(attribute="stored_on")
    state = out.one_of(cases.AttachmentState)
    no_copy = out.one_of(cases.NoCopy, "Why there is no copy.", allow_none=True)
    has_original = out.boolean("False where the copy alone was kept, since the custodian's key was not there.")


class EvidenceSentSchema(AttachmentSentSchema):
    sha256 = out.string("Of what was sent, to be compared with your own.")


class CaseEventSchema(OutSchema):
    event_id = out.string(attribute="reference")
    kind = out.one_of(tuple(cases.EventKind))
    state = out.one_of(tuple(cases.EventState))
    on_day = out.date("When it is to be or was, where the unit's authority sits.")
    at_time = out.string("The hour there; null: none.", allow_none=True, example="09:30")
    place = out.string(allow_none=True)
    owner = out.string("Who writes down what comes of it.")
    officers = out.strings("All who take part.")
    attendees = out.list_of(OneOf(tuple(cases.Attendee)), _ATTENDEES)
    purpose = out.string("What it is for.", allow_none=True)
    record = out.string("What was seen, said or taken, or why it was not held; null before.", allow_none=True)
    was_reached = out.boolean("Of a call: an officer spoke with those who were called.")
    sha256 = out.string(allow_none=True)
    files = out.list_of(EvidenceFileSchema, "Files of a piece of evidence.")
    by = out.string()
    on = out.date()
    recorded_by = out.string("Who wrote down what came of it; null before.", allow_none=True)
    recorded_on = out.date("When that was; null before.", allow_none=True)
    digest = out.string("SHA-256 of all of this, as it stands in the case file's manifest.")


class CaseEventsSchema(OutSchema):
    events = out.list_of(CaseEventSchema, "What is planned by its day, then what was written down, the latest first.")
    version = out.integer(out.IF_MATCH)


class CaseFurtherAgencySchema(InSchema):
    agency_id = agency_field()
    part = Word(
        tuple(one for one in cases.FirmPart if one is not cases.FirmPart.EMPLOYER),
        "What it had to do with the worker.",
        required=True,
        example="sender",
    )


_NAME = {"description": "It is sealed.", "example": "Invented Sewing Srl"}
_PLACE = {"description": "Where it is. It is sealed.", "example": "Prato"}
_NUMBER = "In its country's register of companies. It is sealed."


class UnitEmployerBodySchema(InSchema):
    name = Line(max_length=200, required=True, metadata=_NAME)
    country = Country("Country, ISO 3166-1 alpha-2.", example="IT")
    place = Line(max_length=200, metadata=_PLACE)
    register_number = Line(_NUMBER, max_length=200)


class CaseEmployerBodySchema(InSchema):
    """An employer of the unit by `employer`, or a new one by its name."""

    employer = Line("Reference of an employer of your unit.", max_length=16)
    part = Word(
        (cases.FirmPart.EMPLOYER, cases.FirmPart.USER_FIRM),
        "Who employs the worker, or where the worker is sent.",
        load_default=cases.FirmPart.EMPLOYER,
        default="employer",
    )
    name = Line(max_length=200, metadata=_NAME)
    country = Country("Country, ISO 3166-1 alpha-2.", example="IT")
    place = Line(max_length=200, metadata=_PLACE)
    register_number = Line(_NUMBER, max_length=200)


class UnitEmployerSummarySchema(OutSchema):
    employer_id = out.string("Reference of the employer in your unit.")
    name = out.string()
    country = out.string(allow_none=True)
    place = out.string("Where it is.", allow_none=True)
    register_number = out.string("Its register number.", allow_none=True)


class CaseEmployerSchema(UnitEmployerSummarySchema):
    part = out.one_of((cases.FirmPart.EMPLOYER, cases.FirmPart.USER_FIRM), "Its part.")


class CaseFirmSchema(OutSchema):
    link_id = out.string("By which it is removed from the case.")
    agency_id = out.string()
    part = out.one_of(tuple(cases.FirmPart), "What it had to do with the worker.")


class CaseFirmsSchema(OutSchema):
    agency_id = out.string("The agency that the complaint is about.", allow_none=True)
    agencies = out.list_of(CaseFirmSchema, "Further agencies of the case.")
    employers = out.list_of(CaseEmployerSchema, "Its employers.")
    stated_employer = out.string("The employer in the complainant's own words.", allow_none=True)
    suggested = out.list_of(UnitEmployerSummarySchema, "Employers of your unit that those words may mean.")
    version = out.integer(out.IF_MATCH)


class UnitEmployersQuerySchema(InSchema):
    name = Line("A part of the name, or the register number.", max_length=200, required=True)


class UnitEmployerVisitSchema(OutSchema):
    case_id = out.string()
    event_id = out.string("The visit.")
    on_day = out.date("When it is to be or was.")
    state = out.one_of(tuple(cases.EventState))


class UnitEmployerCaseSchema(OutSchema):
    case_id = out.string()
    state = out.one_of(tuple(cases.CaseState))
    filed_on = out.date()


class UnitEmployerSchema(UnitEmployerSummarySchema):
    cases = out.list_of(UnitEmployerCaseSchema, "Cases of your unit that name it.")
    agencies = out.strings("Ids of the agencies of those cases.")
    visits = out.list_of(UnitEmployerVisitSchema, "Visits in those cases.")
    version = out.integer(out.IF_MATCH)


_QUANTITY = {"description": "How many, with at most two places.", "example": "160"}
_RATE = {"description": "What one is paid, with at most two places.", "example": "7.50"}
_BASIS = {
    "description": "What the line rests on: a clause of the contract, a pay slip, the worker's statement, a law with its "
    "source. It is sealed.",
    "example": "Contract of 3 March, clause 4",
}


class ClaimLineBodySchema(InSchema):
    kind = Word(cases.ClaimKind, required=True, example="wages")
    unit = Word(cases.ClaimUnit, "What is counted.", required=True, example="hour")
    quantity = Line(max_length=20, required=True, metadata=_QUANTITY)
    rate = Line(max_length=20, required=True, metadata=_RATE)
    currency = Line("ISO 4217.", max_length=3, required=True, example="EUR")
    basis = Passage(max_length=500, required=True, metadata=_BASIS)
    from_day = Day("First day of the period.", example="2026-03-01")
    to_day = Day("Last day of the period.", example="2026-03-31")


class ClaimLineSchema(OutSchema):
    line_id = out.string("By which it is removed.")
    kind = out.one_of(tuple(cases.ClaimKind))
    unit = out.one_of(tuple(cases.ClaimUnit), "What is counted.")
    quantity = out.string(metadata=_QUANTITY)
    rate = out.string(metadata=_RATE)
    currency = out.string()
    basis = out.string(metadata=_BASIS)
    from_day = out.date("First day of the period.", allow_none=True)
    to_day = out.date("Last day of the period.", allow_none=True)
    amount = out.string("Quantity times rate, to the cent; below zero for what was paid.")
    formula = out.string("The calculation.", example="160 × 7.50 EUR = 1200.00 EUR")
    by = out.string()
    on = out.date()


class ClaimsSchema(OutSchema):
    lines = out.list_of(ClaimLineSchema, "In their order.")
    totals = out.dict_of(fields.String(), "What is owed, by currency: all lines, less what was paid.")
    version = out.integer(out.IF_MATCH)


UnitEmployersSchema = out.list_schema("UnitEmployers", UnitEmployerSummarySchema)
CasesSchema = out.list_schema(
    "Cases", CaseSummarySchema, next_cursor=out.string("Null on the last page.", allow_none=True)
)
