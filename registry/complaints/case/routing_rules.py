"""Which unit receives a complaint. Pure. Units of China do licensing and never receive complaints."""

from collections.abc import Sequence
from typing import NamedTuple

from registry.vocabulary.register import EU_STATES


class UnitFacts(NamedTuple):
    reference: str
    country: str
    is_default: bool
    is_open: bool
    is_outside: bool = False
    is_staffed: bool = False


def unit_for(country: str | None, units: Sequence[UnitFacts]) -> str | None:
    """The unit of the country of work, or the default unit where there is none or no country is given.

    A unit in which no officer works takes no complaint: the next one does, in the end any in which somebody reads. Only where
    no unit has officers yet, all count. None if no unit takes complaints.

    Of several units in one country the default one goes first, then the one of the first reference: always the same.
    """
    taking = [unit for unit in units if takes_complaints(unit)]
    staffed = [unit for unit in taking if unit.is_staffed]
    among = sorted(staffed or taking, key=lambda unit: (not unit.is_default, unit.reference))
    at_home = [unit for unit in among if unit.country == country]
    elsewhere = [unit for unit in among if unit.is_default or unit.is_staffed]
    return next((unit.reference for unit in [*at_home, *elsewhere]), None)


def takes_complaints(unit: UnitFacts) -> bool:
    """Whether a unit may receive complaints: only an open unit of officers in an EU state. Unit scoping begins here."""
    return unit.is_open and not unit.is_outside and unit.country in EU_STATES


def is_intake_open(units: Sequence[UnitFacts]) -> bool:
    """Whether there is a unit for every complaint, whatever its country; asked before a complainant begins to write."""
    return any(takes_complaints(unit) and unit.is_default for unit in units)
