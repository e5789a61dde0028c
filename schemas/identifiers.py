"""An identifier as records have it, `{scheme, value}`, taken wherever an agency is asked about."""

from typing import Any

from registry.vocabulary.codes import Problem
from registry.vocabulary.register import IdentifierScheme
from schemas.fields import Line, Word


def scheme_field(place: str = "the field of that name") -> Word:
    return Word(IdentifierScheme, f"With `value`: an identifier as records have it, in place of {place}.")


def value_field() -> Line:
    return Line("The identifier of the `scheme`.", max_length=120)


def scheme_of(field: str) -> Word:
    """The scheme of what another field holds, where that may be anything."""
    return Word(
        IdentifierScheme,
        f"`{field}` is the value of an identifier of this scheme, as records have it, and is read as nothing else.",
    )


def incomplete_pair(loaded: dict[str, Any]) -> list[tuple[str, Problem, str]]:
    """What is wrong with an identifier of which one half is missing."""
    if ("scheme" in loaded) == ("value" in loaded):
        return []
    missing, there = ("value", "scheme") if "scheme" in loaded else ("scheme", "value")
    return [(missing, Problem.MISSING, f"belongs to `{there}`: an identifier has both")]


def take_identifier(loaded: dict[str, Any], field: str | None = None) -> list[tuple[str, Problem, str]]:
    """Put what `scheme` and `value` say into the field of the scheme's name, or into `field`; gives what is wrong with them."""
    if "scheme" not in loaded and "value" not in loaded:
        return []
    faults = incomplete_pair(loaded)
    scheme, value = loaded.pop("scheme", None), loaded.pop("value", None)
    if faults or scheme is None:
        return faults
    field = field or scheme.value
    if field in loaded:
        return [("value", Problem.CONTRADICTORY, f"ask about one thing at a time, not also {field}")]
    loaded[field] = value
    return []
