"""Invented officers of the demonstration: one for each role, two supervisors, each with a code that joins."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from registry.complaints.case import units
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.errors import NotFound
from registry.core.keyring import Keyring
from registry.demo.complaints import REGION, UNIT, add_officers
from registry.officers import join_codes
from registry.officers.rights import Role


def test_each_role_has_an_officer_who_can_join_and_a_second_run_adds_none(session: Session, tmp_path: Path) -> None:
    at, sealer = now(), Sealer(Keyring(tmp_path))
    with pytest.raises(NotFound):
        add_officers(session, sealer, at)
    for unit in (UNIT, REGION):
        units.add(session, sealer, units.UnitDetails(unit, "IT", "it-demo", {"en": "Invented"}, email=None), at.date())
    first = add_officers(session, sealer, at)
    roles = [one.role for one in first]
    # Of an agency there is none here: no licence is loaded.
    assert set(roles) == set(Role) - {Role.AGENCY_REP}
    assert [one.unit for one in first if one.role is Role.SUPERVISOR] == [UNIT, UNIT, REGION]
    assert {join_codes.officer_of_code(session, one.code or "", at).email for one in first} == {
        one.email for one in first
    }
    assert [one.code for one in add_officers(session, sealer, at)] == [None] * len(first)
