"""Many questions in one go, and their answers."""

from marshmallow import fields

from registry.vocabulary.codes import Problem
from registry.vocabulary.organisations import JobKind, JobState, ResultForm, StepCode
from registry.vocabulary.register import Activity, RecruiterKind
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.corridor import CorridorEndsSchema, CorridorVerdictSchema
from schemas.fields import Country, Flag, JsonObject, Line, OneOf, Word
from schemas.parameters import choice_field, scheme_of
from schemas.verify import PlanSchema, VerdictSchema, VerifySchema

MAX_IN_KEY = 200


def key_field() -> Line:
    return Line(
        "Your own name for the item, answered as it came. One that came before is refused.",
        max_length=MAX_IN_KEY,
        example="row-17",
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

    destination = Country("Country of the job, ISO 3166-1 alpha-2.", example="IT")
    activity = Word(Activity, "What the recruiters would do.")


class ConstantsSchema(CorridorConstantsSchema):
    """What holds for every item that says nothing else."""

    origin = Country("Where recruiting happens, ISO 3166-1 alpha-2.", example="CN")
    recruiter_kind = Word(RecruiterKind, "Who offers the work.")


class ResultsQuerySchema(InSchema):
    """What of the results of a job is given."""

    chosen = choice_field()


class ListOptionsSchema(InSchema):
    """What is said of a whole list of questions."""

    constants = fields.Nested(ConstantsSchema)
    keep = Flag(
        "With a key of the scope `receipts`: keep the whole list in your organisation's file, under one "
        "signature; `false`: keep nothing, whatever your organisation has chosen."
    )
    chosen = choice_field()


class CorridorListOptionsSchema(ListOptionsSchema):
    """What is said of a whole list of corridors."""

    constants = fields.Nested(CorridorConstantsSchema)


class ItemsSchema(ListOptionsSchema):
    """The questions, in the order in which they are answered."""

    items = fields.List(fields.Nested(ItemSchema), required=True)


class CorridorItemsSchema(CorridorListOptionsSchema):
    """The corridors, in the order in which they are answered."""

    items = fields.List(fields.Nested(CorridorItemSchema), required=True)


class StepToTakeSchema(OutSchema):
    """What to do before a relation is ended."""

    code = out.one_of(StepCode)
    text = out.string()


class ItemErrorSchema(OutSchema):
    """What is wrong with one item."""

    parameter = out.string()
    code = out.one_of(Problem)
    detail = out.string()


class AnsweredItemSchema(OutSchema):
    """One question of many with its answer, which is the one of verify, or why there is none."""

    key = out.string("As it came; null where none did.", allow_none=True)
    line = out.integer("In a file: the line it stood on.", required=False)
    errors = out.list_of(ItemErrorSchema, "Stands here in place of an answer that could not be given.", required=False)
    answer = out.nested(VerdictSchema, required=False)
    steps = out.list_of(
        StepToTakeSchema, "With a `no`: what comes before ending the relation, in this order.", required=False
    )


class AnsweredCorridorSchema(AnsweredItemSchema):
    """One corridor of many with its answer."""

    answer = out.nested(CorridorVerdictSchema, required=False)


class CountsSchema(OutSchema):
    """How many of each."""

    items = out.integer()
    answered = out.integer()
    refused = out.integer("Items with `errors`.")
    yes = out.integer()
    no = out.integer()
    unknown_ = out.integer(data_key="unknown")


class ColumnsSchema(OutSchema):
    """How the columns of a file were read."""

    fields_ = out.dict_of(fields.String(), "The column that each field was read from.", data_key="fields")
    ignored = out.strings("Columns that were not read.")


class VerificationsSchema(OutSchema):
    """The answers, in the order of the questions."""

    items = out.list_of(AnsweredItemSchema)
    counts = out.nested(CountsSchema)
    columns = out.nested(ColumnsSchema, "Of a file alone.", required=False)
    list_id = out.string("Where the list is kept: `/api/v1/archived-lists/<list_id>`.", required=False)


class CorridorVerificationsSchema(VerificationsSchema):
    """The answers, in the order of the corridors."""

    items = out.list_of(AnsweredCorridorSchema)


class SupplyItemSchema(PlanSchema):
    """A row of a supply chain: who supplies labour to a supplier's site."""

    key = key_field()
    supplier = Line("The supplier.", max_length=400, required=True)
    site = Line("Where the work is done.", max_length=400)
    provider = Line("Who recruits: a number, a reference or a name.", max_length=400)
    provider_scheme = scheme_of("provider")
    country = Country("Country of the provider, if another than that of the job.")
    origin = Country("Where recruiting happens, ISO 3166-1 alpha-2.")
    destination = Country("Country of the job, ISO 3166-1 alpha-2.")
    activity = Word(Activity, "What the provider does.")
    recruiter_kind = Word(RecruiterKind, "What the provider is.")


class ChosenColumnsSchema(InSchema):
    """Which column holds which field."""

    kind = Word(JobKind, "What the rows ask.", required=True)
    columns = JsonObject("Column of the file by field.", max_length=40, required=True)
    constants = fields.Nested(ConstantsSchema)
    keep = Flag("Keep the answers in your organisation's file of receipts, as long as receipts are kept.")


class JobSchema(OutSchema):
    """A list as a job."""

    job_id = out.string(attribute="reference")
    kind = out.one_of(JobKind, "What the rows ask, guessed by the header at first.")
    state = out.one_of(JobState)
    filename = out.string("What the file was called.", attribute="name")
    size = out.integer("Bytes of the list.")
    sha256 = out.string(attribute="digest")
    headers = out.strings("The columns of the file.")
    columns = out.dict_of(fields.String(), "Which of them holds which field; to be corrected before it is started.")
    constants = out.dict_of(fields.String(), "What holds for every row that says nothing else.")
    is_kept = out.boolean("Whether it stands in the file of receipts when it is done.")
    lacking = out.string("What keeps it from being started; null: nothing.", allow_none=True)
    rows = out.integer("Rows of the list, once they are counted.")
    rows_done = out.integer()
    counts = out.nested(CountsSchema)
    trouble = out.string("Why it failed.", allow_none=True)
    created_at = out.instant(attribute="made_at")
    started_at = out.instant(allow_none=True)
    ended_at = out.instant(allow_none=True)
    retained_until = out.date("The day after which list and results are removed.", attribute="purge_on")
    results = out.list_of(OneOf(ResultForm), "Forms in which results are had.")


JobsSchema = out.page_schema("Jobs", JobSchema, "The newest first.")
