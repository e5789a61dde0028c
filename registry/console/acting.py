"""Who acts on a case: the officer present, in the role of his that the act asks for, and the keys of his unit."""

from collections.abc import Mapping

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.case_terms import CaseRole
from registry.codes import Problem
from registry.complaints import casework
from registry.complaints.sealing import Sealer
from registry.errors import Fault, Forbidden, InvalidInput
from registry.keyring import Keyring
from registry.officers.models import Officer
from registry.officers.rights import RIGHTS, Act, Resource, Role
from registry.officers.sessions import Present
from registry.web.transaction import services

_AS = (
    (Role.TRIAGE, CaseRole.TRIAGE),
    (Role.INVESTIGATOR, CaseRole.INVESTIGATOR),
    (Role.SUPERVISOR, CaseRole.SUPERVISOR),
    (Role.DECIDER, CaseRole.DECIDER),
    (Role.LICENSING, CaseRole.LICENSING),
)
"""The roles that case work knows, the humblest first: an act is done in no higher role than it needs."""


def acting(me: Present, resource: Resource, act: Act) -> casework.Officer:
    """The officer present as case work knows him: by his reference, since two may bear one name. Raises Forbidden."""
    trusted = RIGHTS.get((resource, act), frozenset()) & me.standing.roles
    for role, case_role in _AS:
        if role in trusted:
            return casework.Officer(me.officer.reference, case_role, me.standing.unit)
    raise Forbidden("your role does not allow this; ask your supervisor who may")


def roles_of(me: Present) -> list[CaseRole]:
    """Every role in which he may move a case, the humblest first: which one a move needs, the table of moves says."""
    return [case_role for role, case_role in _AS if role in me.standing.roles]


def sealer() -> Sealer:
    return Sealer(Keyring(services().settings.keys))


def version_sent() -> int:
    """The version that the form was made from. Raises InvalidInput: a form without one could undo what nobody has seen."""
    text = request.form.get("version", "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InvalidInput([Fault("version", Problem.MISSING, "is missing: load the page again")])
    return int(text)


def names_in(session: Session, unit: str) -> Mapping[str, str]:
    """The names of a unit's officers by reference, of those who left too: what they did keeps their name."""
    rows = session.execute(select(Officer.reference, Officer.name).where(Officer.unit == unit)).tuples()
    return dict(rows.all())
