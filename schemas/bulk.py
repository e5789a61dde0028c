"""Many questions in one go, and their answers."""

from typing import Any

from marshmallow import fields

from registry.vocabulary.codes import Problem
from registry.vocabulary.organisations import JobKind, JobState, ResultForm, StepCode
from registry.vocabulary.register import Activity, RecruiterKind
from schemas.base import InSchema, OutSchema
from schemas.corridor import CorridorEndsSchema, CorridorVerdictSchema
from schemas.fields import Country, Flag, Instant, JsonObject, Line, OneOf, Word
from schemas.identifiers import scheme_of
from schemas.pages import choice_field
from schemas.verify import PlanSchema, VerdictSchema, VerifySchema

MAX_IN_KEY = 200


def key_field() -> Line:
    return Line(
        max_length=MAX_IN_KEY,
        metadata={
            "description": "Your own name for the item, answered as it came. One that came before is refused.",
            "example": "row-17",
        },
    )


class ItemSchema(VerifySchema):
    """One question of many, each with exactly one subject."""

    IS_SUBJECT_NEEDED = True

    class Meta(InSchema.Meta):
        exclude = ("receipt", "keep")

    key = key_field()


class CorridorItemSchema(CorridorEndsSchema):
    """One corridor of many."""

    key = key_field()


class CorridorConstantsSchema(PlanSchema):
    """What holds for every item that says nothing else."""

    destination = Country(metadata={"description": "Country of the job, ISO 3166-1 alpha-2.", "example": "IT"})
    activity = Word(Activity, metadata={"description": "What the recruiters would do."})


class ConstantsSchema(CorridorConstantsSchema):
    """What holds for every item that says nothing else."""

    origin = Country(metadata={"description": "Where recruiting happens, ISO 3166-1 alpha-2.", "example": "CN"})
    recruiter_kind = Word(RecruiterKind, metadata={"description": "Who offers the work."})


def archive_field() -> Flag:
    return Flag(
        metadata={
            "description": "With a key of the scope `receipts`: keep the whole list in your organisation's file, under one "
            "signature; `false`: keep nothing, whatever your organisation has chosen."
        }
    )


class ResultsQuerySchema(InSchema):
    """What of the results of a job is given."""

    chosen = choice_field()


class ListOptionsSchema(InSchema):
    """What is said of a whole list of questions."""

    constants = fields.Nested(ConstantsSchema)
    keep = archive_field()
    chosen = choice_field()


class CorridorListOptionsSchema(InSchema):
    """What is said of a whole list of corridors."""

    constants = fields.Nested(CorridorConstantsSchema)
    keep = archive_field()
    chosen = choice_field()


class ItemsSchema(ListOptionsSchema):
    """The questions, in the order in which they are answered."""

    items = fields.List(fields.Nested(ItemSchema), required=True)


class CorridorItemsSchema(CorridorListOptionsSchema):
    """The corridors, in the order in which they are answered."""

    items = fields.List(fields.Nested(CorridorItemSchema), required=True)


class ItemErrorSchema(OutSchema):
    """What is wrong with one item."""

    parameter = fields.String(required=True)
    code = OneOf(Problem, required=True)
    detail = fields.String(required=True)


class AnsweredSchema(OutSchema):
    """One item: its answer, or why there is none."""

    key = fields.String(required=True, allow_none=True, metadata={"description": "As it came; null where none did."})
    line = fields.Integer(metadata={"description": "In a file: the line it stood on."})
    errors = fields.List(
        fields.Nested(ItemErrorSchema),
        metadata={"description": "Stands here in place of an answer that could not be given."},
    )


class StepToTakeSchema(OutSchema):
    """What to do before a relation is ended."""

    code = OneOf(StepCode, required=True)
    text = fields.String(required=True)


def steps_field() -> fields.Field[Any]:
    return fields.List(
        fields.Nested(StepToTakeSchema),
        metadata={"description": "With a `no`: what comes before ending the relation, in this order."},
    )


class AnsweredItemSchema(AnsweredSchema):
    """One question of many with its answer, which is the one of verify."""

    answer = fields.Nested(VerdictSchema)
    steps = steps_field()


class AnsweredCorridorSchema(AnsweredSchema):
    """One corridor of many with its answer."""

    answer = fields.Nested(CorridorVerdictSchema)
    steps = steps_field()


class CountsSchema(OutSchema):
    """How many of each."""

    items = fields.Integer(required=True)
    answered = fields.Integer(required=True)
    refused = fields.Integer(required=True, metadata={"description": "Items with `errors`."})
    yes = fields.Integer(required=True)
    no = fields.Integer(required=True)
    unknown_ = fields.Integer(required=True, data_key="unknown")


class ColumnsSchema(OutSchema):
    """How the columns of a file were read."""

    fields_ = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        data_key="fields",
        required=True,
        metadata={"description": "The column that each field was read from."},
    )
    ignored = fields.List(fields.String(), required=True, metadata={"description": "Columns that were not read."})


def archived_list_field() -> fields.Field[Any]:
    description = "Where the list is kept: `/api/v1/archived-lists/<list_id>`."
    return fields.String(metadata={"description": description})


class VerificationsSchema(OutSchema):
    """The answers, in the order of the questions."""

    items = fields.List(fields.Nested(AnsweredItemSchema), required=True)
    counts = fields.Nested(CountsSchema, required=True)
    columns = fields.Nested(ColumnsSchema, metadata={"description": "Of a file alone."})
    list_id = archived_list_field()


class CorridorVerificationsSchema(OutSchema):
    """The answers, in the order of the corridors."""

    items = fields.List(fields.Nested(AnsweredCorridorSchema), required=True)
    counts = fields.Nested(CountsSchema, required=True)
    columns = fields.Nested(ColumnsSchema, metadata={"description": "Of a file alone."})
    list_id = archived_list_field()


class SupplyItemSchema(PlanSchema):
    """A row of a supply chain: who supplies labour to a supplier's site."""

    key = key_field()
    supplier = Line(max_length=400, required=True, metadata={"description": "The supplier."})
    site = Line(max_length=400, metadata={"description": "Where the work is done."})
    provider = Line(max_length=400, metadata={"description": "Who recruits: a number, a reference or a name."})
    provider_scheme = scheme_of("provider")
    country = Country(metadata={"description": "Country of the provider, if another than that of the job."})
    origin = Country(metadata={"description": "Where recruiting happens, ISO 3166-1 alpha-2."})
    destination = Country(metadata={"description": "Country of the job, ISO 3166-1 alpha-2."})
    activity = Word(Activity, metadata={"description": "What the provider does."})
    recruiter_kind = Word(RecruiterKind, metadata={"description": "What the provider is."})


class ChosenColumnsSchema(InSchema):
    """Which column holds which field."""

    kind = Word(JobKind, required=True, metadata={"description": "What the rows ask."})
    columns = JsonObject(max_length=40, required=True, metadata={"description": "Column of the file by field."})
    constants = fields.Nested(ConstantsSchema)
    keep = Flag(
        metadata={
            "description": "Keep the answers in your organisation's file of receipts, as long as receipts are kept."
        }
    )


class JobSchema(OutSchema):
    """A list as a job."""

    job_id = fields.String(attribute="reference", required=True)
    kind = OneOf(JobKind, required=True, metadata={"description": "What the rows ask, guessed by the header at first."})
    state = OneOf(JobState, required=True)
    filename = fields.String(attribute="name", required=True, metadata={"description": "What the file was called."})
    size = fields.Integer(required=True, metadata={"description": "Bytes of the list."})
    sha256 = fields.String(attribute="digest", required=True)
    headers = fields.List(fields.String(), required=True, metadata={"description": "The columns of the file."})
    columns = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "Which of them holds which field; to be corrected before it is started."},
    )
    constants = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "What holds for every row that says nothing else."},
    )
    is_kept = fields.Boolean(
        required=True, metadata={"description": "Whether it stands in the file of receipts when it is done."}
    )
    lacking = fields.String(
        required=True, allow_none=True, metadata={"description": "What keeps it from being started; null: nothing."}
    )
    rows = fields.Integer(required=True, metadata={"description": "Rows of the list, once they are counted."})
    rows_done = fields.Integer(required=True)
    counts = fields.Nested(CountsSchema, required=True)
    trouble = fields.String(required=True, allow_none=True, metadata={"description": "Why it failed."})
    created_at = Instant(attribute="made_at", required=True)
    started_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    retained_until = fields.Date(
        attribute="purge_on",
        required=True,
        metadata={"description": "The day after which list and results are removed."},
    )
    results = fields.List(OneOf(ResultForm), required=True, metadata={"description": "Forms in which results are had."})


class JobsSchema(OutSchema):
    """The jobs of an organisation."""

    items = fields.List(fields.Nested(JobSchema), required=True, metadata={"description": "The newest first."})
    next_cursor = fields.String(required=True, allow_none=True)
