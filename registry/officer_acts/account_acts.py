"""Acts on the accounts of a unit's officers: giving takes two persons, taking away takes one."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.core.errors import NotFound
from registry.officer_acts.acting import reference_in
from registry.officer_acts.acts import ActCall, OfficerAct, OfficerActs
from registry.officers import accounts, tokens
from registry.officers.models import Officer, OfficerChange
from registry.officers.rights import Act, Resource, Role
from registry.officers.sessions import AuthenticatedOfficer
from schemas.officers import OfficerInvitationSchema, OfficerRolesSchema


def _find_unit(_session: Session, me: AuthenticatedOfficer, _: OfficerAct) -> str:
    return me.standing.unit


def _find_officer(session: Session, me: AuthenticatedOfficer, _: OfficerAct, reference: str) -> str:
    return accounts.officer_named(session, reference_in(reference), me.standing.unit).reference


def _find_token(
    session: Session, me: AuthenticatedOfficer, act: OfficerAct, officer: str, token: str
) -> tuple[str, str]:
    return _find_officer(session, me, act, officer), reference_in(token)


def _find_change(session: Session, me: AuthenticatedOfficer, _: OfficerAct, reference: str) -> str:
    return accounts.change_named(session, reference_in(reference), me.standing.unit).reference


def _lock_officer(call: ActCall[str]) -> Officer:
    """The officer of an act, locked where a version was read."""
    return accounts.officer_named(call.session, call.reference, call.me.standing.unit, call.version)


def _invite(call: ActCall[str], **fields: Any) -> OfficerChange:
    invitation = accounts.Invitation(call.reference, **fields)
    return accounts.propose_invitation(call.session, invitation, by=call.actor, at=call.at)


def _change_roles(call: ActCall[str], roles: Sequence[Role]) -> OfficerChange:
    return accounts.propose_roles(call.session, _lock_officer(call), roles, by=call.actor, at=call.at)


def _reset(call: ActCall[str]) -> OfficerChange:
    return accounts.propose_reset(call.session, _lock_officer(call), by=call.actor, at=call.at)


def _close(call: ActCall[str]) -> None:
    accounts.close(call.session, _lock_officer(call), by=call.actor, at=call.at, today=call.me.day(call.at))


def _sign_out(call: ActCall[str]) -> None:
    accounts.sign_out(call.session, _lock_officer(call), by=call.actor, at=call.at)


def _revoke_token(call: ActCall[str]) -> None:
    officer, token = call.references
    named = accounts.officer_named(call.session, officer, call.me.standing.unit)
    if not tokens.revoke(call.session, named, token, by=call.actor, at=call.at):
        raise NotFound("the officer has no such token, or it was revoked already")


def _approve(call: ActCall[str]) -> str | None:
    """The part of the join code that is handed over in person."""
    change = accounts.change_named(call.session, call.reference, call.me.standing.unit)
    return accounts.approve(call.session, change, by=call.actor, at=call.at, today=call.me.day(call.at))


def _refuse(call: ActCall[str]) -> None:
    change = accounts.change_named(call.session, call.reference, call.me.standing.unit)
    accounts.refuse(call.session, change, by=call.actor, at=call.at)


OFFICERS: OfficerActs[str] = OfficerActs(
    Resource.OFFICER,
    lambda me, _: me.officer.reference,
    _find_unit,
    (
        OfficerAct(
            "invite", Act.PROPOSE, _invite, "proposeOfficer",
            """Propose a new officer of your unit.

            No one is invited until another officer approves it (`approveOfficerChange`). Idempotent with an
            Idempotency-Key.
            """,
            OfficerInvitationSchema, path="", page="", form={"roles": "role"}, drafts="invitation",
            is_versioned=False, statuses=(409, 413, 415),
        ),
    ),
)  # fmt: skip

OFFICER_ACCOUNTS: OfficerActs[str] = OfficerActs(
    Resource.OFFICER,
    OFFICERS.officer_of,
    _find_officer,
    (
        OfficerAct(
            "roles", Act.PROPOSE, _change_roles, "proposeRoles",
            """Propose which roles an officer shall have.

            Officers do not propose their own roles. Idempotent with an Idempotency-Key.
            """,
            OfficerRolesSchema, form={"roles": "role"}, drafts="change of roles",
        ),
        OfficerAct(
            "reset", Act.PROPOSE, _reset, "proposeReset",
            """Propose a reset of an officer's password and second factor.

            For an officer who lost one. Until another approves it, nothing changes for that officer, who is mailed that it was
            proposed. A custodian's new code is good a day after the approval.
            """,
            drafts="reset",
        ),
        OfficerAct(
            "close", Act.PROPOSE, _close, "closeOfficer",
            """Close an officer's account.

            The account is signed out everywhere; its tokens and roles end. One person is enough: what takes away needs no
            second. The officer's name stays with what the officer did.
            """,
            is_shown_after=False, is_final=True,
        ),
        OfficerAct(
            "sign-out", Act.PROPOSE, _sign_out, "signOutOfficer",
            """Sign an officer out everywhere.

            Every session and token of the officer, the calendar's address and a join code that waits end at once, as when a
            machine was lost. The officer signs in again as before.
            """,
            is_shown_after=False, is_versioned=False, statuses=(404,),
        ),
    ),
)  # fmt: skip

OFFICER_TOKENS: OfficerActs[str] = OfficerActs(
    Resource.OFFICER,
    OFFICERS.officer_of,
    _find_token,
    (
        OfficerAct(
            "revoke", Act.PROPOSE, _revoke_token, "revokeOfficerToken", "Revoke an officer's token.",
            method="delete", path="", is_shown_after=False, is_versioned=False, statuses=(404,),
        ),
    ),
)  # fmt: skip

OFFICER_CHANGES: OfficerActs[str] = OfficerActs(
    Resource.OFFICER,
    OFFICERS.officer_of,
    _find_change,
    (
        OfficerAct(
            "approve", Act.APPROVE, _approve, "approveOfficerChange",
            """Approve a change of an officer.

            Neither who proposed it nor whom it is about may (409, `own_proposal`, `about_yourself`). An invitation or a reset
            gives one part of the join code; the other is mailed to the officer. A change never alters once it was proposed,
            so there is no version to send: what was decided already is 409 `decided`.
            """,
            is_versioned=False,
        ),
        OfficerAct(
            "refuse", Act.PROPOSE, _refuse, "refuseOfficerChange",
            """Refuse a change of an officer.

            Its proposer takes it back so.
            """,
            is_shown_after=False, is_versioned=False,
        ),
    ),
)  # fmt: skip
