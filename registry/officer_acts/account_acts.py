"""Acts on the accounts of a unit's officers: giving takes two persons, taking away takes one.

And what officers do to their own account, at console and API alike: but a token is made, and a password or second factor
changed, in the console alone, so that no token prolongs itself.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from registry.core import push
from registry.core.errors import ActRefused, NotFound
from registry.core.ids import read_reference
from registry.http.transaction import services
from registry.officer_acts.acts import OfficerAct, OfficerActCall, OfficerActs, acts_of, find_by_reference
from registry.officer_acts.agency_picker import picked_agency
from registry.officer_acts.permissions import reference_in
from registry.officers import accounts, loans, models, notices, tokens
from registry.officers.rights import Act, Resource, Role
from registry.officers.sessions import OFFICER_SESSIONS, AuthenticatedOfficer
from schemas import officers


def _find_officer(session: Session, me: AuthenticatedOfficer, _: OfficerAct, reference: str) -> str:
    return accounts.officer_named(session, reference_in(reference), me.standing.unit).reference


def _find_token(
    session: Session, me: AuthenticatedOfficer, act: OfficerAct, officer: str, token: str
) -> tuple[str, str]:
    return _find_officer(session, me, act, officer), reference_in(token)


def _find_change(session: Session, me: AuthenticatedOfficer, _: OfficerAct, reference: str) -> str:
    return accounts.change_named(session, reference_in(reference), me.standing.unit).reference


def _lock_officer(call: OfficerActCall[str]) -> models.Officer:
    """The officer of an act, locked where a version was read."""
    return accounts.officer_named(call.session, call.reference, call.me.standing.unit, call.version)


def _invite(call: OfficerActCall[str], **fields: Any) -> models.OfficerChange:
    invitation = accounts.Invitation(call.reference, **fields)
    return accounts.propose_invitation(call.session, invitation, by=call.actor, at=call.at)


def _change_roles(call: OfficerActCall[str], roles: Sequence[Role]) -> models.OfficerChange:
    return accounts.propose_roles(call.session, _lock_officer(call), roles, by=call.actor, at=call.at)


def _reset(call: OfficerActCall[str]) -> models.OfficerChange:
    return accounts.propose_reset(call.session, _lock_officer(call), by=call.actor, at=call.at)


def _close(call: OfficerActCall[str]) -> None:
    accounts.close(call.session, _lock_officer(call), by=call.actor, at=call.at, today=call.me.day(call.at))


def _sign_out(call: OfficerActCall[str]) -> None:
    accounts.sign_out(call.session, _lock_officer(call), by=call.actor, at=call.at)


def _revoke_token(call: OfficerActCall[str]) -> None:
    officer, token = call.references
    named = accounts.officer_named(call.session, officer, call.me.standing.unit)
    if not tokens.revoke(call.session, named, token, by=call.actor, at=call.at):
        raise NotFound("the officer has no such token, or it was revoked already")


def _approve(call: OfficerActCall[str]) -> str | None:
    """The part of the join code that is handed over in person."""
    change = accounts.change_named(call.session, call.reference, call.me.standing.unit)
    return accounts.approve(call.session, change, by=call.actor, at=call.at, today=call.me.day(call.at))


def _refuse(call: OfficerActCall[str]) -> None:
    change = accounts.change_named(call.session, call.reference, call.me.standing.unit)
    accounts.refuse(call.session, change, by=call.actor, at=call.at)


OFFICERS = acts_of(
    Resource.OFFICER, lambda me, _: me.officer.reference, lambda _session, me, _act: me.standing.unit,
    OfficerAct(
        "invite", Act.PROPOSE, _invite, "proposeOfficer",
        """Propose a new officer of your unit.

        No one is invited until another officer approves it (`approveOfficerChange`). Idempotent with an
        Idempotency-Key.
        """,
        officers.OfficerInvitationSchema, path="", page="", form={"roles": "role"}, drafts="invitation",
        is_versioned=False, statuses=(409, 413, 415),
    ),
)  # fmt: skip

OFFICER_ACCOUNTS = acts_of(
    Resource.OFFICER, OFFICERS.officer_of, _find_officer,
    OfficerAct(
        "roles", Act.PROPOSE, _change_roles, "proposeRoles",
        """Propose which roles an officer shall have.

        Officers do not propose their own roles. Idempotent with an Idempotency-Key.
        """,
        officers.OfficerRolesSchema, form={"roles": "role"}, drafts="change of roles",
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
)  # fmt: skip

OFFICER_TOKENS = acts_of(
    Resource.OFFICER, OFFICERS.officer_of, _find_token,
    OfficerAct(
        "revoke", Act.PROPOSE, _revoke_token, "revokeOfficerToken", "Revoke an officer's token.",
        method="delete", path="", is_shown_after=False, is_versioned=False, statuses=(404,),
    ),
)  # fmt: skip

OFFICER_CHANGES = acts_of(
    Resource.OFFICER, OFFICERS.officer_of, _find_change,
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
)  # fmt: skip


MAIL = "mail"


def _acts(find: Callable[..., str], *rows: OfficerAct) -> OfficerActs[models.Officer]:
    return OfficerActs(Resource.OWN, lambda me, _: me.officer, find, rows)


def _ending(
    operation: str, about: str, missing: str, end_one: Callable[[OfficerActCall[models.Officer]], bool]
) -> OfficerActs[models.Officer]:
    """The act that ends something of one's own; `end_one` gives False where there is none of that reference."""

    def end(call: OfficerActCall[models.Officer]) -> None:
        if not end_one(call):
            raise NotFound(missing)

    return _acts(
        find_by_reference,
        OfficerAct(
            "end", Act.WRITE, end, operation, about,
            method="delete", path="", is_shown_after=False, is_versioned=False, statuses=(404,),
        ),
    )  # fmt: skip


OWN_SESSIONS = _ending(
    "endMySession", "End one of your sessions of the console.", "you have no such session, or it is over",
    lambda call: OFFICER_SESSIONS.end_one(call.session, call.actor, call.reference, call.at),
)  # fmt: skip

OWN_TOKENS = _ending(
    "revokeMyToken", "Revoke one of your tokens, also the one of this request.",
    "you have no such token, or it was revoked already",
    lambda call: tokens.revoke(call.session, call.actor, call.reference, by=call.actor.reference, at=call.at),
)  # fmt: skip

OWN_LOANS = _ending(
    "endLoan", "End the loan of a role immediately.", "you lend nothing of this reference",
    lambda call: loans.end_loan(call.session, call.actor, call.reference, call.me.day(call.at)),
)  # fmt: skip


def _lend(
    call: OfficerActCall[models.Officer], deputy_id: str, role: Role, from_on: date, to_on: date
) -> models.RoleLent:
    deputy = accounts.officer_named(call.session, reference_in(deputy_id), call.me.standing.unit)
    return loans.lend(call, deputy, role, from_on, to_on)


def _choose_notices(call: OfficerActCall[models.Officer], choice: str, way: str | None = None, room: str = "") -> None:
    notices.choose(call.session, call.actor, models.NoticeChoice(choice))
    if way is None:
        return
    if way != MAIL and way not in push.ways(services().settings):
        raise ActRefused("no_such_way", "the operator has set up no server for that")
    former = notices.push_of(call.session, call.actor) or ""
    to: str | None = None
    if way == push.MATRIX:
        if not push.is_room(room.strip()):
            raise ActRefused("room", "the id of a Matrix room is like !abc:matrix.example: see the room's settings")
        to = f"{way}:{room.strip()}"
    elif way == push.NTFY:
        to = former if former.startswith(f"{way}:") else f"{way}:{push.new_topic()}"
    notices.choose_push(call.session, call.actor, to)


def _declare(call: OfficerActCall[models.Officer], agency_id: str) -> None:
    # An interest may be declared before the agency is in the registry: by its reference alone.
    agency = read_reference(agency_id[:40]) or picked_agency(call.session, agency_id, "agency_id")
    accounts.declare_conflict(call.session, call.actor, agency, call.me.day(call.at))


OWN_ACCOUNT = _acts(
    lambda _session, me, _act: me.officer.reference,
    OfficerAct(
        "loans", Act.WRITE, _lend, "lendRole",
        """Lend a role of yours to a colleague of your unit, for leave.

        For 92 days at most, both days included. It ends with your own, and when you take it back. Idempotent with an
        Idempotency-Key.
        """,
        officers.RoleLoanNewSchema, form={"deputy_id": "deputy"}, drafts="loan", is_versioned=False,
    ),
    OfficerAct(
        "notices", Act.WRITE, _choose_notices, "setNotices",
        """Choose when and how you are notified.

        No notice says what it is. `getMe` says what you chose. Without `way` it stays as it is.
        """,
        officers.NoticeChoiceSchema, method="put", is_shown_after=False, is_versioned=False, statuses=(409, 413, 415),
    ),
    OfficerAct(
        "conflicts", Act.WRITE, _declare, "declareConflict",
        """Declare that you have an interest in an agency.

        From now on you act on nothing that concerns it. Saying it again changes nothing.
        """,
        officers.ConflictNewSchema, form={"agency_id": "agency"}, is_shown_after=False, is_versioned=False, statuses=(413, 415),
    ),
)  # fmt: skip
