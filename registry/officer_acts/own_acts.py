"""What officers do to their own account at console and API alike.

A token is made, and a password or second factor changed, in the console alone: no token prolongs itself.
"""

from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from registry.core import push
from registry.core.errors import ActRefused, NotFound
from registry.core.ids import read_reference
from registry.http.transaction import services
from registry.officer_acts.acting import reference_in
from registry.officer_acts.acts import ActCall, OfficerAct, OfficerActs
from registry.officer_acts.agency_picker import picked_agency
from registry.officers import accounts, notices, tokens
from registry.officers.models import NoticeChoice, Officer, RoleLent
from registry.officers.rights import Act, Resource, Role
from registry.officers.sessions import OFFICER_SESSIONS, AuthenticatedOfficer
from schemas.officers import ConflictNewSchema, NoticeChoiceSchema, RoleLoanNewSchema

MAIL = "mail"


def _acts(find: Callable[..., str], *rows: OfficerAct) -> OfficerActs[Officer]:
    return OfficerActs(Resource.OWN, lambda me, _: me.officer, find, rows)


def _find_oneself(_session: Session, me: AuthenticatedOfficer, _: OfficerAct) -> str:
    return me.officer.reference


def _find_own(_session: Session, _me: AuthenticatedOfficer, _: OfficerAct, reference: str) -> str:
    return reference_in(reference)


def _ending(
    operation: str, about: str, missing: str, end_one: Callable[[ActCall[Officer]], bool]
) -> OfficerActs[Officer]:
    """The act that ends something of one's own; `end_one` gives False where there is none of that reference."""

    def end(call: ActCall[Officer]) -> None:
        if not end_one(call):
            raise NotFound(missing)

    return _acts(
        _find_own,
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
    lambda call: accounts.end_loan(call.session, call.actor, call.reference, call.me.day(call.at)),
)  # fmt: skip


def _lend(call: ActCall[Officer], deputy_id: str, role: Role, from_on: date, to_on: date) -> RoleLent:
    deputy = accounts.officer_named(call.session, reference_in(deputy_id), call.me.standing.unit)
    return accounts.lend(call, deputy, role, from_on, to_on)


def _choose_notices(call: ActCall[Officer], choice: str, way: str | None = None, room: str = "") -> None:
    notices.choose(call.session, call.actor, NoticeChoice(choice))
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


def _declare(call: ActCall[Officer], agency_id: str) -> None:
    # An interest may be declared before the agency is in the registry: by its reference alone.
    agency = read_reference(agency_id[:40]) or picked_agency(call.session, agency_id, "agency_id")
    accounts.declare_conflict(call.session, call.actor, agency, call.me.day(call.at))


OWN_ACCOUNT = _acts(
    _find_oneself,
    OfficerAct(
        "loans", Act.WRITE, _lend, "lendRole",
        """Lend a role of yours to a colleague of your unit, for leave.

        For 92 days at most, both days included. It ends with your own, and when you take it back. Idempotent with an
        Idempotency-Key.
        """,
        RoleLoanNewSchema, form={"deputy_id": "deputy"}, drafts="loan", is_versioned=False,
    ),
    OfficerAct(
        "notices", Act.WRITE, _choose_notices, "setNotices",
        """Choose when and how you are notified.

        No notice says what it is. `getMe` says what you chose. Without `way` it stays as it is.
        """,
        NoticeChoiceSchema, method="put", is_shown_after=False, is_versioned=False, statuses=(409, 413, 415),
    ),
    OfficerAct(
        "conflicts", Act.WRITE, _declare, "declareConflict",
        """Declare that you have an interest in an agency.

        From now on you act on nothing that concerns it. Saying it again changes nothing.
        """,
        ConflictNewSchema, form={"agency_id": "agency"}, is_shown_after=False, is_versioned=False, statuses=(413, 415),
    ),
)  # fmt: skip
