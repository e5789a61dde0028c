"""The rights table: printed for its owner to confirm, closed for what it does not name, and fit for unit scoping."""

import sys
from pathlib import Path

import pytest

from registry.officers.rights import CASE_ROLES, REACH, RIGHTS, Act, OfficerRights, Reach, Resource, Role, unfit

GOLDEN = Path(__file__).with_name("rights.txt")


def printed() -> str:
    """A line for each right that there is: resource, act, how far it reaches, and whose it is."""
    lines = [f"{'resource':<14}{'act':<10}{'reach':<11}roles"]
    for resource in Resource:
        for act in Act:
            roles = RIGHTS.get((resource, act))
            if roles:
                who = "everyone signed in" if roles == frozenset(Role) else " ".join(r for r in Role if r in roles)
                lines.append(f"{resource:<14}{act:<10}{REACH[resource]:<11}{who}")
    return "\n".join([*lines, ""])


def standing(*roles: Role, unit: str = "it-unit", authority: str = "it-authority") -> OfficerRights:
    return OfficerRights("OFFICER", unit, "IT", authority, frozenset(roles))


def test_the_table_is_the_one_that_was_confirmed() -> None:
    sys.stdout.write("\n" + printed())
    assert printed() == GOLDEN.read_text(encoding="utf-8")


def test_what_the_table_does_not_name_is_nobodys() -> None:
    everyone = standing(*Role)
    for resource in Resource:
        for act in Act:
            assert everyone.may(resource, act) == ((resource, act) in RIGHTS)


@pytest.mark.parametrize("resource", [Resource.CASE, Resource.ACCOUNT, Resource.IDENTITY, Resource.ORIGINAL])
def test_who_keeps_the_machines_or_audits_sees_no_complaint(resource: Resource) -> None:
    for act in Act:
        assert not standing(Role.SYSADMIN).may(resource, act)
        assert not standing(Role.AUDITOR).may(resource, act)
        assert not standing(Role.LICENSING).may(resource, act)


def test_only_the_custodian_learns_who_somebody_is() -> None:
    able = {role for role in Role if standing(role).may(Resource.IDENTITY, Act.READ)}
    assert able == {Role.CUSTODIAN}


def test_every_resource_says_how_far_it_reaches() -> None:
    assert set(REACH) == set(Resource)
    assert {resource for resource, reach in REACH.items() if reach is Reach.ALL} == {Resource.UNIT, Resource.LAW}


@pytest.mark.parametrize("role", sorted(CASE_ROLES))
def test_a_unit_in_a_sending_country_sees_no_complaint(role: Role) -> None:
    assert unfit([role], is_sending_country=True) == "no_complaints_in_sending_country"
    assert unfit([role, Role.LICENSING], is_sending_country=True) is not None
    assert unfit([role], is_sending_country=False) is None


@pytest.mark.parametrize(
    "roles",
    [
        {Role.SYSADMIN, Role.TRIAGE},
        {Role.SYSADMIN, Role.AUDITOR},
        {Role.AUDITOR, Role.DECIDER},
        {Role.PARTNER, Role.INVESTIGATOR},
        {Role.PARTNER, Role.AGENCY_REP},
        set(),
    ],
)
def test_some_roles_are_never_one_persons(roles: set[Role]) -> None:
    assert unfit(roles, is_sending_country=False) is not None
