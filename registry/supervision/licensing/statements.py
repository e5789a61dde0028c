"""Statements of officials about a licence's status. Days are days where the authority sits. Pure."""

from datetime import date
from typing import NamedTuple

from registry.vocabulary.register import LicenceStatus


class Statement(NamedTuple):
    """A status and its period. `from_on` and `to_on` are days, the last one inclusive.

    `publish_until` is the last day on which the law lets it be shown, `until` that of a wind-down.
    """

    status: LicenceStatus
    ground: str
    from_on: date
    to_on: date | None = None
    ground_text: str | None = None
    publish_until: date | None = None
    until: date | None = None
    is_stayed: bool = False
