"""What several questions take: an agency, an identifier as records have it, a NACE code, and how answers are cut and paged."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from stdnum.eu import nace
from stdnum.exceptions import ValidationError

from registry.vocabulary.codes import Problem
from registry.vocabulary.register import IdentifierScheme
from schemas.base import InSchema
from schemas.fields import Count, Line, Word


def agency_field() -> Line:
    return Line(
        "Its id; a name or number that leads to one agency alone is accepted too.", max_length=200, required=True
    )


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


NACE_PATTERN = r"^[0-9]{2}(\.?[0-9]{1,2})?$"
"""How a division, group or class is written in the documentation; more ways are understood."""

_SECTOR = re.compile(r"([0-9]{2})(?:[. ]?([0-9]{1,2}))?")


@lru_cache(maxsize=4096)
def tidy_sector(text: str) -> str:
    """`1410` and `14 10` as `14.10`. ValueError when it does not look like a division, group or class."""
    match = _SECTOR.fullmatch(unicodedata.normalize("NFKC", text))
    if match is None:
        raise ValueError("must be a NACE division, group or class, for example 14, 14.1 or 14.10")
    return f"{match[1]}.{match[2] or ''}".rstrip(".")


def sector_field(about: str, **more: Any) -> Line:
    return Line(about, max_length=20, tidy=tidy_sector, **more)


@lru_cache(maxsize=4096)
def is_sector(sector: str, revision: str) -> bool:
    try:
        nace.validate(sector, revision=revision)
    except ValidationError:
        return False
    return True


@lru_cache(maxsize=4096)
def sector_label(sector: str, revision: str) -> str:
    """Eurostat's English name of a code that exists."""
    return str(nace.get_label(sector, revision=revision))


def choice_field() -> Line:
    return Line(
        "Which fields of each answer are given, by name and with commas between, those inside another after "
        "a dot; without it all. Lists of answers then leave out `steps`.",
        data_key="fields",
        max_length=2000,
        example="verdict,reasons.code",
    )


class PageQuerySchema(InSchema):
    """How a page of an organisation's list is asked for."""

    limit = Count("At most so many; 50 where it is absent.", minimum=1, maximum=100)
    cursor = Line("`next_cursor` of the page before.", max_length=200)
