"""Who may do what: one table of resource x act x role, read by every page and endpoint and walked by a test.

What is not in the table is forbidden. A right does not extend to everything: unit scoping, conflicts of interest and
the rule that no one approves their own proposal are checked as well (`registry.officer_acts`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from registry.vocabulary.supervision import Role as Role


class Resource(StrEnum):
    """What acts are done to. `account` is what complainants wrote (tier 2), `identity` who they are (tier 3).

    `audit` is all of a unit's lines, `trail` those of one case; `paper` are forms that are typed in, each by one officer.
    `law` are the operator's overlays of the law, which hold for all.
    """

    CASE = "case"
    PAPER = "paper"
    ACCOUNT = "account"
    ATTACHMENT = "attachment"
    ORIGINAL = "original"
    IDENTITY = "identity"
    MESSAGE = "message"
    REFERRAL = "referral"
    TRANSFER = "transfer"
    HEARING = "hearing"
    DECISION = "decision"
    SANCTION = "sanction"
    LICENCE = "licence"
    AGREEMENT = "agreement"
    CHANNEL = "channel"
    DEPOSIT = "deposit"
    IMPORT = "import"
    CLONE = "clone"
    ENTRY = "entry"
    OFFICER = "officer"
    UNIT = "unit"
    AUDIT = "audit"
    TRAIL = "trail"
    STATISTICS = "statistics"
    BREAK_GLASS = "break_glass"
    LAW = "law"
    OWN = "own"


class Act(StrEnum):
    READ = "read"
    WRITE = "write"
    PROPOSE = "propose"
    APPROVE = "approve"
    MOVE = "move"
    ASSIGN = "assign"
    HOLD = "hold"
    ANSWER = "answer"
    EXPORT = "export"


class Reach(StrEnum):
    """How far a right reaches: the officer's unit, its country and authority, everything, or the officer alone."""

    UNIT = "unit"
    AUTHORITY = "authority"
    ALL = "all"
    SELF = "self"


CASE_ROLES = frozenset({Role.TRIAGE, Role.INVESTIGATOR, Role.SUPERVISOR, Role.DECIDER, Role.CUSTODIAN, Role.TRANSLATOR})
"""Roles that see complaints. No unit of a sending country has any of them (`unfit`)."""

OUTSIDERS = frozenset({Role.PARTNER, Role.AGENCY_REP})
"""People of a partner organisation or an agency: they see what was shared with them and nothing else."""

INCOMPATIBLE: tuple[tuple[frozenset[Role], frozenset[Role]], ...] = (
    (frozenset({Role.SYSADMIN}), frozenset(Role) - {Role.SYSADMIN}),
    (frozenset({Role.AUDITOR}), frozenset(Role) - {Role.AUDITOR, Role.ANALYST}),
    (OUTSIDERS, frozenset(Role) - OUTSIDERS),
    (frozenset({Role.PARTNER}), frozenset({Role.AGENCY_REP})),
)
"""Pairs of which one person has at most one side: an operator holds no case, an auditor does not act."""

_T, _I, _S, _D = Role.TRIAGE, Role.INVESTIGATOR, Role.SUPERVISOR, Role.DECIDER
_L, _C, _W = Role.LICENSING, Role.CUSTODIAN, Role.TRANSLATOR


def _of(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


RIGHTS: Mapping[tuple[Resource, Act], frozenset[Role]] = {
    (Resource.CASE, Act.READ): _of(_T, _I, _S, _D),
    (Resource.CASE, Act.MOVE): _of(_T, _I, _S, _D),
    (Resource.CASE, Act.WRITE): _of(_T, _I, _S),
    (Resource.CASE, Act.ASSIGN): _of(_T, _S),
    (Resource.CASE, Act.HOLD): _of(_S),
    (Resource.CASE, Act.EXPORT): _of(_S),
    (Resource.PAPER, Act.WRITE): _of(_T),
    (Resource.ACCOUNT, Act.READ): _of(_T, _I, _S, _D, _W),
    (Resource.ACCOUNT, Act.WRITE): _of(_W),
    (Resource.ATTACHMENT, Act.READ): _of(_T, _I, _S, _D, _W),
    (Resource.ORIGINAL, Act.READ): _of(_C),
    (Resource.ORIGINAL, Act.PROPOSE): _of(_I, _S),
    (Resource.ORIGINAL, Act.APPROVE): _of(_C),
    (Resource.IDENTITY, Act.PROPOSE): _of(_I, _S),
    (Resource.IDENTITY, Act.APPROVE): _of(_C),
    (Resource.IDENTITY, Act.READ): _of(_C),
    (Resource.MESSAGE, Act.READ): _of(_T, _I, _S, _D, _W),
    (Resource.MESSAGE, Act.WRITE): _of(_T, _I, _S),
    (Resource.REFERRAL, Act.READ): _of(_T, _I, _S, _D),
    (Resource.REFERRAL, Act.PROPOSE): _of(_T, _I, _S),
    (Resource.REFERRAL, Act.APPROVE): _of(_S),
    (Resource.REFERRAL, Act.ANSWER): _of(Role.PARTNER),
    (Resource.TRANSFER, Act.READ): _of(_T, _I, _S),
    (Resource.TRANSFER, Act.PROPOSE): _of(_T, _I, _S),
    (Resource.TRANSFER, Act.APPROVE): _of(_T, _S),
    (Resource.HEARING, Act.READ): _of(_I, _S, _D, Role.AGENCY_REP),
    (Resource.HEARING, Act.PROPOSE): _of(_I, _S),
    (Resource.HEARING, Act.APPROVE): _of(_S, _D),
    (Resource.HEARING, Act.ANSWER): _of(Role.AGENCY_REP),
    (Resource.DECISION, Act.READ): _of(_I, _S, _D),
    (Resource.DECISION, Act.PROPOSE): _of(_I, _S),
    (Resource.DECISION, Act.APPROVE): _of(_D),
    (Resource.SANCTION, Act.READ): _of(_I, _S, _D, _L),
    (Resource.SANCTION, Act.PROPOSE): _of(_D, _L),
    (Resource.SANCTION, Act.APPROVE): _of(_D, _S),
    (Resource.LICENCE, Act.READ): _of(_L, _I, _S, _D, Role.ANALYST),
    (Resource.LICENCE, Act.PROPOSE): _of(_L),
    (Resource.LICENCE, Act.APPROVE): _of(_L, _S),
    (Resource.AGREEMENT, Act.READ): _of(_L, _I, _S, _D),
    (Resource.AGREEMENT, Act.PROPOSE): _of(_L),
    (Resource.AGREEMENT, Act.APPROVE): _of(_L, _S),
    (Resource.CHANNEL, Act.READ): _of(_L, _I, _S),
    (Resource.CHANNEL, Act.PROPOSE): _of(_L),
    (Resource.CHANNEL, Act.APPROVE): _of(_L, _S),
    (Resource.DEPOSIT, Act.READ): _of(_L, _I, _S, _D),
    (Resource.DEPOSIT, Act.PROPOSE): _of(_L),
    (Resource.DEPOSIT, Act.APPROVE): _of(_L, _S),
    (Resource.IMPORT, Act.READ): _of(_L, _S),
    (Resource.IMPORT, Act.APPROVE): _of(_L, _S),
    (Resource.CLONE, Act.READ): _of(_L, _I, _S),
    (Resource.CLONE, Act.APPROVE): _of(_L, _S),
    (Resource.ENTRY, Act.READ): _of(_L, Role.AGENCY_REP),
    (Resource.ENTRY, Act.PROPOSE): _of(Role.AGENCY_REP),
    (Resource.ENTRY, Act.APPROVE): _of(_L),
    (Resource.OFFICER, Act.READ): _of(_S, Role.SYSADMIN),
    (Resource.OFFICER, Act.PROPOSE): _of(_S, Role.SYSADMIN),
    (Resource.OFFICER, Act.APPROVE): _of(_S),
    (Resource.UNIT, Act.READ): _of(_S, Role.SYSADMIN, Role.AUDITOR),
    (Resource.UNIT, Act.WRITE): _of(Role.SYSADMIN),
    (Resource.AUDIT, Act.READ): _of(Role.AUDITOR),
    (Resource.AUDIT, Act.EXPORT): _of(Role.AUDITOR),
    (Resource.TRAIL, Act.READ): _of(_S),
    (Resource.STATISTICS, Act.READ): _of(_S, _D, Role.ANALYST, Role.AUDITOR),
    (Resource.STATISTICS, Act.EXPORT): _of(_S, Role.ANALYST),
    (Resource.BREAK_GLASS, Act.READ): _of(_S, _C, Role.AUDITOR),
    (Resource.BREAK_GLASS, Act.PROPOSE): _of(_I, _S, _T),
    (Resource.BREAK_GLASS, Act.APPROVE): _of(_S, _C),
    (Resource.LAW, Act.READ): _of(Role.SYSADMIN, Role.AUDITOR),
    (Resource.LAW, Act.PROPOSE): _of(Role.SYSADMIN),
    (Resource.LAW, Act.APPROVE): _of(Role.SYSADMIN),
    (Resource.OWN, Act.READ): frozenset(Role),
    (Resource.OWN, Act.WRITE): frozenset(Role),
}

REACH: Mapping[Resource, Reach] = {
    **dict.fromkeys(Resource, Reach.UNIT),
    **dict.fromkeys(
        (
            Resource.LICENCE, Resource.AGREEMENT, Resource.CHANNEL, Resource.DEPOSIT,
            Resource.IMPORT, Resource.CLONE, Resource.ENTRY, Resource.SANCTION,
        ),
        Reach.AUTHORITY,
    ),
    Resource.UNIT: Reach.ALL,
    Resource.LAW: Reach.ALL,
    Resource.OWN: Reach.SELF,
}  # fmt: skip
"""Unit scoping: no list shows what belongs to another unit or, in licensing, to another authority."""


@dataclass(frozen=True, slots=True)
class OfficerRights:
    """The rights of an officer in a request: the unit, its country and authority, and today's roles (lent ones too).

    `time_zone` is the unit's: by it today is counted; UTC without one.
    """

    officer: str
    unit: str
    country: str
    authority: str
    roles: frozenset[Role]
    time_zone: str | None = None

    def may(self, resource: Resource, act: Act) -> bool:
        """Whether some thing of this kind may be acted on at all. Whose it is must be asked besides."""
        return bool(RIGHTS.get((resource, act), frozenset()) & self.roles)


def unfit(roles: Collection[Role], *, is_sending_country: bool) -> str | None:
    """Why one person may not have these roles together in such a unit, as a code; None if they may."""
    existing = frozenset(roles)
    if not existing:
        return "no_role"
    if is_sending_country and existing & CASE_ROLES:
        return "no_complaints_in_sending_country"
    for one, others in INCOMPATIBLE:
        if existing & one and existing & others:
            return "incompatible_roles"
    return None
