"""An identifier as records have it, `{scheme, value}`, taken wherever a field of its own scheme is."""

from typing import Any

from registry.core.codes import Problem
from registry.vocabulary.register import IdentifierScheme
from schemas.fields import Line, Word


def scheme_field() -> Word:
    return Word(
        IdentifierScheme,
        metadata={"description": "With `value`: an identifier as records have it, in place of the field of that name."},
    )


def value_field() -> Line:
    return Line(max_length=120, metadata={"description": "The identifier of the `scheme`."})


def take_identifier(loaded: dict[str, Any], field: str | None = None) -> list[tuple[str, Problem, str]]:
    """Put what `scheme` and `value` say into the field of the scheme's name, or into `field`; gives what is wrong with them."""
    scheme, value = loaded.pop("scheme", None), loaded.pop("value", None)
    if scheme is None and value is None:
        return []
    if scheme is None or value is None:
        missing, there = ("scheme", "value") if scheme is None else ("value", "scheme")
        return [(missing, Problem.MISSING, f"belongs to `{there}`: an identifier has both")]
    field = field or scheme.value
    if field in loaded:
        return [("value", Problem.CONTRADICTORY, f"ask about one thing at a time, not also {field}")]
    loaded[field] = value
    return []
