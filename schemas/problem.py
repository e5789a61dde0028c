"""Every error: RFC 9457, with the code a program acts on and each wrong parameter."""

from marshmallow import fields

from registry.vocabulary.codes import Problem
from schemas.base import OutSchema
from schemas.fields import OneOf


class FaultSchema(OutSchema):
    parameter = fields.String(required=True, metadata={"description": "The parameter or field that is wrong."})
    pointer = fields.String(
        metadata={
            "description": "JSON Pointer (RFC 6901) to the field, as a URI fragment, where it stands in a JSON body."
        }
    )
    code = OneOf(Problem, required=True)
    detail = fields.String(required=True)


class ProblemSchema(OutSchema):
    """What went wrong. `code` is for programs; `title` is in the language of Content-Language."""

    type = fields.String(required=True, metadata={"description": "Address that explains the code."})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = OneOf(Problem, required=True)
    detail = fields.String(required=True)
    request_id = fields.String(required=True, metadata={"description": "Name it when you ask us about this error."})
    errors = fields.List(fields.Nested(FaultSchema), required=True)
    reason = fields.String(metadata={"description": "Why an officer was refused, as a code; absent otherwise."})


class MigrationsSchema(OutSchema):
    current = fields.String(required=True, allow_none=True)
    head = fields.String(required=True)


class HealthSchema(OutSchema):
    """Whether this process can serve."""

    status = OneOf(("ok", "unavailable"), required=True)
    database = OneOf(("ok", "away"), required=True)
    migrations = fields.Nested(MigrationsSchema, required=True)
