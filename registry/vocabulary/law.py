"""Words of the law of a country: what it asks for, what a foreign licence is worth there, and how a row was read."""

from enum import StrEnum

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
