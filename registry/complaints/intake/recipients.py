"""Which office reads a complaint, said before it is sent and by the very routing that sends it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.complaints.case.units import route
from registry.complaints.intake.handover import country_of_work
from registry.vocabulary.register import SENDING_COUNTRIES


class Fit(StrEnum):
    """How the office that reads a complaint relates to the country that the complaint is about."""

    OF_COUNTRY = "of_country"
    """It is an office of the country of work."""
    WHERE_NOW = "where_now"
    """It is an office of the country where the complainant is now; of the country of work there is none, or none was named."""
    NONE_THERE = "none_there"
    """No office of that EU state takes complaints here: the default office reads it."""
    OUTSIDE = "outside"
    """The country of work is outside the EU: the default office reads it."""
    NO_COUNTRY = "no_country"
    """No country was named: the default office reads it."""


class Recipient(NamedTuple):
    """The office that reads a complaint: its names by language, its country; and the country that the complaint is about."""

    names: Mapping[str, str]
    country: str
    fit: Fit
    about: str | None


def recipient(session: Session, answers: Mapping[str, Any]) -> Recipient:
    """The office to which these answers would be sent now. Raises IntakeClosed where there is none."""
    about = country_of_work(answers)
    unit = route(session, about)
    work = answers.get("country")
    if about is not None and unit.country == about:
        fit = Fit.OF_COUNTRY if work == about else Fit.WHERE_NOW
    elif about is not None:
        fit = Fit.NONE_THERE
    else:
        fit = Fit.OUTSIDE if work == "other" or work in SENDING_COUNTRIES else Fit.NO_COUNTRY
    return Recipient(unit.names, unit.country, fit, about)
