"""Answers rows that name both ends of a corridor: two agencies, or an agency and an employer that hires directly."""

from collections.abc import Mapping
from typing import Any

from registry.bulk.answering.batches import CorridorAsked
from registry.core.errors import Fault, InvalidInput
from registry.http.question_parser import has_letters_or_digits
from registry.verification.verdicts.batch import ListedSubject
from registry.verification.verdicts.corridor import Employer
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import SENDING_COUNTRIES
from schemas.bulk import CorridorItemSchema

CORRIDORS = CorridorItemSchema()


_CONTEXT = (
    "destination",
    "sector",
    "nace_revision",
    "on",
    "activity",
    "visa",
    "nationality",
    "occupation",
    "work_permit",
    "region",
)


def corridor_question(parameters: dict[str, Any]) -> CorridorAsked:
    """Both ends of a corridor. Raises InvalidInput for an end that holds nothing to look up."""
    context = tuple((name, parameters[name]) for name in _CONTEXT if parameters.get(name) is not None)
    for name in ("sending", "receiving", "receiving_employer"):
        if name in parameters and not has_letters_or_digits(parameters[name]):
            raise InvalidInput([Fault(name, Problem.INVALID_VALUE, "holds no letter and no digit")])
    destination = parameters["destination"]
    receiving: ListedSubject | Employer
    if "receiving_employer" in parameters:
        receiving = Employer(parameters["receiving_employer"])
    else:
        receiving = ListedSubject(parameters["receiving"], destination, context, parameters.get("receiving_scheme"))
    sending = ListedSubject(parameters["sending"], min(SENDING_COUNTRIES), context, parameters.get("sending_scheme"))
    return CorridorAsked(sending, receiving, destination)


def corridor_of(cells: Mapping[str, str]) -> dict[str, str]:
    """The corridor of a row, without `supplier` and `site`, which are only for the caller."""
    return {name: text for name, text in cells.items() if name not in ("supplier", "site")}
