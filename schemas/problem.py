"""Every error: RFC 9457, with the code a program acts on and each wrong parameter."""

from registry.vocabulary.codes import Problem
from schemas import out
from schemas.base import OutSchema


class FaultSchema(OutSchema):
    parameter = out.string("The parameter or field that is wrong.")
    pointer = out.string(
        "JSON Pointer (RFC 6901) to the field, as a URI fragment, where it stands in a JSON body.", required=False
    )
    code = out.one_of(Problem)
    detail = out.string()


class ProblemSchema(OutSchema):
    """What went wrong. `code` is for programs; `title` is in the language of Content-Language."""

    type = out.string("Address that explains the code.")
    title = out.string()
    status = out.integer()
    code = out.one_of(Problem)
    detail = out.string()
    request_id = out.string("Name it when you ask us about this error.")
    errors = out.list_of(FaultSchema)
    reason = out.string("Why an officer was refused, as a code; absent otherwise.", required=False)


class MigrationsSchema(OutSchema):
    current = out.string(allow_none=True)
    head = out.string()


class HealthSchema(OutSchema):
    """Whether this process can serve."""

    status = out.one_of(("ok", "unavailable"))
    database = out.one_of(("ok", "away"))
    migrations = out.nested(MigrationsSchema)
