"""Warnings that an agency is imitated, stated on the true entry: in record, verdict, history and log."""

import msgspec
from sqlalchemy.orm import Session

from registry.core import clock, errors
from registry.log.actions import Appended
from registry.register.agencies import actions, publishing, record, rules, storage
from registry.vocabulary.codes import Problem

MAX_TEXT = 1000
MAX_SOURCE = 40


def warn_of_clone(session: Session, reference: str, text: str, source: str) -> Appended:
    """Say on an agency's entry that it is imitated, and publish it.

    `source` is who says so: the reference of a list of ours, or words. Raises NotFound, InvalidInput, ErasedAgency.
    """
    text, source = rules.tidy_line("text", text, MAX_TEXT), rules.tidy_line("source", source, MAX_SOURCE)
    agency = storage.load_record(session, reference)
    warning = record.Warning_(text=text, source=source, retrieved_at=clock.now())
    if any(storage.same_statement(one, warning) and one.source == source for one in agency.clone_warnings):
        raise errors.InvalidInput([errors.Fault.of("text", Problem.INVALID_VALUE, "warning_same")])
    return _publish_warnings(session, agency, (*agency.clone_warnings, warning), "agency.clone_warned")


def lift_clone_warning(session: Session, reference: str, place: int | None = None) -> record.Warning_:
    """Take a warning from an agency's entry and publish that; its history keeps it. Gives the warning that was lifted.

    `place` counts the entry's warnings from 1; it may be left out where there is only one.
    """
    agency = storage.load_record(session, reference)
    count = len(agency.clone_warnings)
    if not count:
        raise errors.InvalidInput([errors.Fault.of("agency_id", Problem.INVALID_VALUE, "warning_none")])
    if place is None and count > 1:
        raise errors.InvalidInput([errors.Fault.of("number", Problem.MISSING, "one_warning", count=count, most=count)])
    place = place or 1
    if not 1 <= place <= count:
        raise errors.InvalidInput([errors.Fault.of("number", Problem.INVALID_VALUE, "number_1_to", count=count)])
    stored = [one for number, one in enumerate(agency.clone_warnings, 1) if number != place]
    _publish_warnings(session, agency, tuple(stored), "agency.clone_warning_lifted")
    return agency.clone_warnings[place - 1]


def _publish_warnings(
    session: Session, agency: record.Agency, warnings: tuple[record.Warning_, ...], event: str
) -> Appended:
    new = msgspec.structs.replace(agency, clone_warnings=warnings)
    appended = actions.amend(session, new, publishing.Event(event))
    assert appended is not None
    return appended
