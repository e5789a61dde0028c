"""Units, complaints and visits, made by the same functions as everywhere."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.complaints.case import units, visits
from registry.complaints.case.complaint_codes import Root, new_code
from registry.complaints.case.models import Case
from registry.complaints.case.visits import Visit
from registry.complaints.intake import filing, mailbox
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer
from registry.officers.models import Unit
from registry.vocabulary.cases import MailboxRole
from registry.vocabulary.register import Language

AT = datetime(2026, 3, 2, 9, 31, 7, tzinfo=UTC)
"""A Monday."""

URGENT = {"in_danger": "yes", "country": "IT", "account": "They lock the door at night."}
ORDINARY = {"country": "IT", "deception": "yes", "account": "It was another job."}
INFORMATION = {"country": "IT", "account": "Just so that you know."}


class Filed(NamedTuple):
    """A complaint that was sent, its mailbox and its receipt."""

    case: Case
    box: EncryptedContainer
    code: str
    token: str


def make_units(session: Session, sealer: Sealer) -> dict[str, Unit]:
    """One unit of Italy, one of Czechia that is the default, one of China."""
    made = {}
    for reference, country, is_default in (
        ("it-labour", "IT", False),
        ("cz-labour", "CZ", True),
        ("cn-licensing", "CN", False),
    ):
        low, names = country.lower(), {"en": f"Labour office of {country}"}
        details = units.UnitDetails(reference, country, f"{low}-authority", names, f"desk@{low}.example")
        unit = made[country] = units.add(session, sealer, details, AT.date(), is_default=is_default)
        # Where a day is no matter, it is that of UTC.
        unit.authority_zone = unit.authority_zone or "UTC"
    return made


def minted() -> tuple[str, Root]:
    code = new_code()
    return code, root_of(code)


def root_of(code: str) -> Root:
    """What a receipt comes to, without the tenth of a second that guessing is to cost: test_receipts.py asks for that."""
    seed, former = (hashlib.sha256(f"{word} {code}".encode()).digest() for word in ("seed", "former"))
    return Root(hashlib.sha256(code.encode()).hexdigest(), seed, former)


def begin(
    session: Session, sealer: Sealer, role: MailboxRole = MailboxRole.WORKER, at: datetime = AT
) -> tuple[str, str]:
    """A confirmed draft: the token of its visit, and its receipt."""
    code, root = minted()
    started = filing.start(session, sealer, code, root, language=Language.ZH_HANS, role=role, at=at)
    filing.confirm(session, sealer, visit_of(session, sealer, started.token, at), code[-6:], at)
    return started.token, code


def file(
    session: Session,
    sealer: Sealer,
    answers: Mapping[str, Any] = ORDINARY,
    role: MailboxRole = MailboxRole.WORKER,
    at: datetime = AT,
) -> Filed:
    """A complaint that was sent."""
    token, code = begin(session, sealer, role, at)
    visit = visit_of(session, sealer, token, at)
    filing.answer(session, sealer, visit, answers)
    filing.submit(session, sealer, visit, at)
    return Filed(session.get_one(Case, visit.box.case_id), visit.box, code, token)


def visit_of(session: Session, sealer: Sealer, token: str, at: datetime = AT) -> Visit:
    return visits.visit(session, sealer, token, at)


def come_back(session: Session, sealer: Sealer, code: str, at: datetime = AT) -> Visit:
    """A visit by typing the receipt in."""
    return visit_of(session, sealer, mailbox.open_mailbox(session, sealer, root_of(code), at), at)


FRIEND = {**ORDINARY, "who_files": "friend_or_family"}
