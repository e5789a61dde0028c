"""Words of the law of a country: what it asks for, what a foreign licence is worth there, and how a row was read."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from registry.vocabulary.register import Word


class RegimeRule(Word):
    """What a country requires for an activity. Only a licence or a registration can lead to a `yes`."""

    LICENCE = "licence"
    REGISTRATION = "registration"
    NOTIFICATION = "notification"
    NONE = "none"
    PROHIBITED = "prohibited"
    UNKNOWN = "unknown"


class ForeignLicence(Word):
    """What another EU state's licence is worth under a regime."""

    UNKNOWN = "unknown"
    NEEDS_ENTRY = "needs_entry"
    NEEDS_NOTICE = "needs_notice"
    SUFFICIENT = "sufficient"
    NOT_SUFFICIENT = "not_sufficient"
    NOT_COVERED = "not_covered"
    """The duty does not reach firms without premises there: silence of a list says nothing about them."""
    NOT_APPLICABLE = "not_applicable"
    """The country asks for no licence of its own."""


class Mark(StrEnum):
    """How sure a stated rule is: read in a source, in a secondary source, or known but not read."""

    SOURCE = "s"
    SECONDARY = "s2"
    KNOWN = "k"
    """Known and not read: of the rows of law, one that is never shown and never decides."""
    MEMORY = "m"


class CitedRow(Struct, frozen=True, gc=False):
    """A row of law that a reason stands on. `GET /api/v1/regimes` has all of it, the page `/rules/<country>#<id>` shows it."""

    id: Annotated[str, Meta(description="Its id, kept for good.", examples=["cz-limit-occupation"])]
    country: Annotated[str, Meta(description="ISO 3166-1 alpha-2.")]
    article: Annotated[str | None, Meta(description="Law and article.")]
    text: Annotated[str | None, Meta(description="What it says, in `text_language`; null: a rule without words.")]
    as_of: Annotated[date, Meta(description="The state of the text that was read.")]
    mark: Annotated[Mark, Meta(description="Where it was read: see the rules page.")]
    url: Annotated[str | None, Meta(description="The publisher's page.")]
    text_language: Annotated[
        str, Meta(description="Of `text`: the answer's language where the rule was translated, else `en`.")
    ] = "en"
