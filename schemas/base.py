"""What all payloads share: those that come in refuse what they do not know, those that go out do not."""

from functools import cached_property
from typing import Any

import marshmallow

from registry.vocabulary.codes import Problem
from schemas.fields import Coded


class InSchema(marshmallow.Schema):
    """A question or a body. `cross_field_faults` judges what no single field can."""

    class Meta:
        unknown = marshmallow.RAISE

    error_messages = {  # noqa: RUF012 - as marshmallow declares it
        "unknown": Coded(Problem.UNKNOWN_FIELD, "is not known here"),
        "type": Coded(Problem.INVALID_REQUEST, "must be a JSON object"),
    }

    @cached_property
    def load_names(self) -> dict[str, marshmallow.fields.Field[Any]]:
        """What is read, by the names that requests say."""
        return {field.data_key or name: field for name, field in self.load_fields.items()}

    def cross_field_faults(self, loaded: dict[str, Any]) -> list[tuple[str, Problem, str]]:
        """What is wrong with the fields together: parameter, code and detail of each fault.

        It may put a field in the place of others that say the same (schemas.identifiers).
        """
        return []

    @marshmallow.validates_schema
    def _judge_fields_together(self, data: dict[str, Any], **kwargs: Any) -> None:
        faults = {parameter: [Coded(code, detail)] for parameter, code, detail in self.cross_field_faults(data)}
        if faults:
            raise marshmallow.ValidationError(faults)


class OutSchema(marshmallow.Schema):
    """An answer, or a part of one. It is open: a later version may answer with more fields (docs/users/compatibility.md)."""

    class Meta:
        unknown = marshmallow.EXCLUDE
