"""Which office reads a complaint, in words: before it is sent, and on the page after."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from registry.complaints.intake.handover import Fit, recipient
from registry.i18n.languages import text
from registry.i18n.wording import country_name, name_in
from registry.pages.intake.visiting import Visitor


class Reader(NamedTuple):
    """Which office reads it, in words; `asks_country` where the country of work would decide it, `is_elsewhere` where the
    office cannot decide about that work.
    """

    says: str
    asks_country: bool
    is_elsewhere: bool


def reader_of(visitor: Visitor, answers: Mapping[str, Any]) -> Reader:
    """The office to which these answers go, or went. Raises IntakeClosed where there is none."""
    found = recipient(visitor.session, answers)
    says = text(
        visitor.language,
        f"page.box.all.reader.{found.fit}",
        unit=name_in(visitor.language, found.names),
        country=country_name(visitor.language, found.country),
        about=country_name(visitor.language, found.about) if found.about else "",
    )
    return Reader(says, found.fit is Fit.NO_COUNTRY, found.fit in (Fit.NONE_THERE, Fit.OUTSIDE))
