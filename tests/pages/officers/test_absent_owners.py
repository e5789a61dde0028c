"""Every state that waits has a row for a person who can act today, wherever the one it lies with has gone."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.officers import loans
from registry.officers.models import Officer, OfficerState, RoleHeld
from registry.officers.rights import Role
from tests.pages.officers.inbox_states import WALK, WORKERS, begin_walk, is_about, rows_of, walk_to
from tests.pages.officers.walking import People
from tests.thorough import thorough

UNIT = "cz-labour"


def _send_away(session: Session, officer: Officer, deputy: Officer, how: str) -> None:
    today = day_at(now(), None)
    if how == "closed":
        officer.state = OfficerState.CLOSED
    elif how == "without a role":
        session.execute(update(RoleHeld).where(RoleHeld.officer_id == officer.id).values(ended_on=today))
    else:
        loans.lend(Call(session, officer, now()), deputy, Role.INVESTIGATOR, today, today + timedelta(days=2))


in_each_state = pytest.mark.parametrize(
    ("words", "table", "model", "family"), [WALK[0], *thorough(*WALK[1:])], ids=[one[0].__name__ for one in WALK]
)


@pytest.mark.parametrize("how", ["closed", *thorough("without a role", "on leave")])
@in_each_state
def test_what_lies_with_an_officer_who_is_gone_waits_for_a_colleague(
    session: Session,
    things: dict[str, str],
    people: People,
    words: type[StrEnum],
    table: Mapping[Any, str | None],
    model: type[Any],
    family: str,
    how: str,
) -> None:
    gone, colleague = (people(UNIT, *WORKERS, email=f"{name}@authority.example").officer for name in ("gone", "here"))
    deputy = people(UNIT, Role.ANALYST, email="deputy@authority.example").officer
    row = begin_walk(session, model, gone, UNIT)
    _send_away(session, gone, deputy, how)
    for state, kind in table.items():
        walk_to(session, row, state, gone)
        seen = {one.kind for one in rows_of(session, colleague) if is_about(one, row)}
        assert kind is None or kind in seen, state


@in_each_state
def test_what_needs_a_role_that_no_one_has_waits_for_those_who_give_it(
    session: Session,
    things: dict[str, str],
    people: People,
    words: type[StrEnum],
    table: Mapping[Any, str | None],
    model: type[Any],
    family: str,
) -> None:
    session.execute(update(RoleHeld).values(ended_on=day_at(now(), None)))
    gone = people(UNIT, Role.ANALYST, email="gone@authority.example").officer
    administrator = people(UNIT, Role.SYSADMIN, email="admin@authority.example").officer
    row = begin_walk(session, model, gone, UNIT)
    for state, kind in table.items():
        walk_to(session, row, state, gone)
        seen = {one.kind for one in rows_of(session, administrator) if is_about(one, row) and one.is_vacant}
        assert kind is None or kind in seen, state
