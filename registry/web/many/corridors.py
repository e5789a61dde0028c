"""Rows that say both ends of a corridor, each an agency or, at the receiving end, an employer who hires by himself."""

from typing import Any

from registry.codes import Problem
from registry.errors import Fault, InvalidInput
from registry.terms import SENDING_COUNTRIES
from registry.verdicts.corridor import Employer
from registry.verdicts.many import Asked
from registry.web.asked import says_something
from registry.web.loading import ItemReader
from registry.web.many.answering import CorridorAsked
from schemas.bulk import CorridorItemSchema

CORRIDORS = ItemReader(CorridorItemSchema())


def corridor_asked(asked: dict[str, Any]) -> CorridorAsked:
    """Both ends of a corridor. Raises InvalidInput for an end that holds nothing to look up."""
    context = tuple(
        (name, asked[name]) for name in ("destination", "sector", "nace_revision", "on") if asked.get(name) is not None
    )
    for name in ("sending", "receiving", "receiving_employer"):
        if name in asked and not says_something(asked[name]):
            raise InvalidInput([Fault(name, Problem.INVALID_VALUE, "holds no letter and no digit")])
    destination = asked["destination"]
    receiving: Asked | Employer
    if "receiving_employer" in asked:
        receiving = Employer(asked["receiving_employer"])
    else:
        receiving = Asked(asked["receiving"], destination, context)
    return CorridorAsked(Asked(asked["sending"], min(SENDING_COUNTRIES), context), receiving, destination)
