"""Openings by the API: what a role does not open, asked for, agreed to by a second person, and looked at for a while."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.case_access import case_for
from registry.api.officers.cases import box_shown
from registry.api.officers.guard import etag, officer_may
from registry.api.restx import Namespace, Resource
from registry.complaints.attachments.storage import store_of
from registry.complaints.casework.access_grants import actions, queries
from registry.complaints.casework.access_grants.queries import Shown
from registry.complaints.casework.access_grants.rules import RIGHT_TO
from registry.complaints.casework.queries import named_agency_id
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.query_reader import Once
from registry.http.responses import Answer, File
from registry.http.schemas import BYTES, returns, saves, takes
from registry.http.transaction import services
from registry.officer_desk.acting import acting, reference_in, require_no_interest, require_right
from registry.officer_desk.drafts import drafted_once
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import Present
from registry.vocabulary.cases import OpeningKind
from schemas.openings import (
    BreakGlassSchema,
    IdentityOpeningSchema,
    OpenedSchema,
    OpeningDecisionSchema,
    OpeningSchema,
    OpeningsSchema,
    OriginalOpeningSchema,
)

ns = Namespace("openings", path="/")

GLASS, IDENTITY, ORIGINAL = rights.Resource.BREAK_GLASS, rights.Resource.IDENTITY, rights.Resource.ORIGINAL
_ERRORS = (404, 409, 413, 415)


@ns.route("/cases/<case_id>/openings/break-glass")
class BreakGlass(Resource):
    @officer_may(GLASS, Act.PROPOSE, versioned=True)
    @takes(BreakGlassSchema(), body=True, once=True)
    @returns(OpeningSchema(), "askToBreakGlass", _ERRORS, status=HTTPStatus.CREATED)
    def post(
        self, session: Session, me: Present, version: int, case_id: str, hours: int, reason: str, once: Once | None
    ) -> Answer:  # fmt: skip
        """Ask that all of a case, and who wrote it, is open to you for some hours.

        For when somebody is in danger and the custodian is not there. A supervisor or custodian agrees.
        Auditors and supervisors are told.
        """
        return _asked(session, me, case_id, OpeningKind.BREAK_GLASS, reason, version, once, hours=hours)


@ns.route("/cases/<case_id>/openings/identity")
class Identity(Resource):
    @officer_may(IDENTITY, Act.PROPOSE, versioned=True)
    @takes(IdentityOpeningSchema(), body=True, once=True)
    @returns(OpeningSchema(), "askWhoWrote", _ERRORS, status=HTTPStatus.CREATED)
    def post(
        self, session: Session, me: Present, version: int, case_id: str, reason: str, once: Once | None
    ) -> Answer:  # fmt: skip
        """Ask the custodian who wrote, and how she is safely reached."""
        return _asked(session, me, case_id, OpeningKind.IDENTITY, reason, version, once)


@ns.route("/cases/<case_id>/openings/original")
class Original(Resource):
    @officer_may(ORIGINAL, Act.PROPOSE, versioned=True)
    @takes(OriginalOpeningSchema(), body=True, once=True)
    @returns(OpeningSchema(), "askForOriginal", _ERRORS, status=HTTPStatus.CREATED)
    def post(
        self, session: Session, me: Present, version: int, case_id: str, attachment_id: str, reason: str,
        once: Once | None,
    ) -> Answer:  # fmt: skip
        """Ask the custodian for a file as it was sent."""
        return _asked(
            session, me, case_id, OpeningKind.ORIGINAL, reason, version, once, attachment=reference_in(attachment_id)
        )


@ns.route("/openings")
class Openings(Resource):
    @officer_may(GLASS, Act.READ)
    @takes()
    @returns(OpeningsSchema(), "listOpenings", kept=False)
    def get(self, session: Session, me: Present) -> Answer:
        """List what was asked for in your unit: what waits first, then what is open or was in the last 30 days.

        Reasons are shown to whoever decides; reading them is on record.
        """
        kinds = [kind for kind in OpeningKind if me.standing.may(RIGHT_TO[kind], Act.APPROVE)]
        found = queries.of_unit(session, sealer(), me.standing.unit, me.officer.reference, now(), decides=kinds)
        return Answer({"items": [_shown(one) for one in found]})


@ns.route("/openings/<opening_id>/decide")
class Deciding(Resource):
    @officer_may(GLASS, Act.APPROVE, versioned=True)
    @takes(OpeningDecisionSchema(), body=True)
    @returns(OpeningSchema(), "decideOpening", _ERRORS)
    def post(
        self, session: Session, me: Present, version: int, opening_id: str, is_granted: bool, answer: str = ""
    ) -> Answer:
        """Grant or refuse what another asked for.

        Its clock begins. Break-glass is for supervisors and custodians, the rest for custodians alone.
        """
        return _decided(
            session, me, opening_id,
            lambda reference: actions.decide(
                session, sealer(), me.standing.unit, me.officer.reference, reference, now(),
                is_granted=is_granted, answer=answer, version=version,
            ),
        )  # fmt: skip


@ns.route("/openings/<opening_id>/end")
class Ending(Resource):
    @officer_may(GLASS, Act.APPROVE, versioned=True)
    @takes()
    @returns(OpeningSchema(), "endOpening", (404, 409))
    def post(self, session: Session, me: Present, version: int, opening_id: str) -> Answer:
        """Close what is open to another before its time."""
        return _decided(
            session, me, opening_id,
            lambda reference: actions.end(
                session, me.standing.unit, me.officer.reference, reference, now(), is_own=False, version=version
            ),
        )  # fmt: skip


@ns.route("/openings/<opening_id>/close")
class Closing(Resource):
    @officer_may(GLASS, Act.PROPOSE, versioned=True)
    @takes()
    @returns(OpeningSchema(), "closeOpening", (404, 409))
    def post(self, session: Session, me: Present, version: int, opening_id: str) -> Answer:
        """Close what is open to you, or take back what you asked for."""
        reference = _reached(session, me, opening_id, Act.PROPOSE)
        actions.end(session, me.standing.unit, me.officer.reference, reference, now(), is_own=True, version=version)
        return _one(session, me, reference)


@ns.route("/openings/<opening_id>/content")
class Content(Resource):
    @officer_may(GLASS, Act.PROPOSE)
    @takes()
    @returns(OpenedSchema(), "lookAtOpening", (404, 409), kept=False)
    def get(self, session: Session, me: Present, opening_id: str) -> Answer:
        """Look at what is open to you.

        Each look is on record. The first look at who wrote begins its quarter of an hour. 409 where the custodian's key is not
        on this server; a broken glass shows the rest of the case then.
        """
        reference = _reached(session, me, opening_id, Act.PROPOSE)
        _, opening = queries.one_of(session, me.standing.unit, reference)
        opened = queries.look(session, sealer(), acting(me, RIGHT_TO[opening.kind], Act.PROPOSE), reference, now())
        value = {
            **_shown(opened.shown),
            "identities": None
            if opened.identities is None
            else [{"box_id": box, "answers": dict(told)} for box, told in opened.identities.items()],
            "boxes": [box_shown(box) for box in opened.view.boxes] if opened.view else None,
        }
        return Answer(value, headers=(etag(opening.version),))


@ns.route("/openings/<opening_id>/file")
class OriginalFile(Resource):
    @officer_may(ORIGINAL, Act.PROPOSE)
    @takes()
    @saves("takeOriginal", (404, 409))
    def get(self, session: Session, me: Present, opening_id: str) -> File:
        """Take the file as it was sent that is open to you."""
        reference = _reached(session, me, opening_id, Act.PROPOSE)
        officer, store = acting(me, ORIGINAL, Act.PROPOSE), store_of(services().settings)
        name, body = queries.original(session, sealer(), officer, reference, now(), store)
        return File([body], BYTES, f"{reference}.{name.rpartition('.')[2]}", len(body))


def _asked(
    session: Session, me: Present, case_id: str, kind: OpeningKind, reason: str, version: int, once: Once | None,
    **more: Any,
) -> Answer:  # fmt: skip
    officer, case = case_for(session, me, RIGHT_TO[kind], Act.PROPOSE, case_id)

    def ask() -> str:
        return actions.ask(
            session, sealer(), officer, case.reference, kind, reason, now(), version=version, **more
        ).reference  # fmt: skip

    return _one(session, me, drafted_once(session, me, f"{kind} in {case.reference}", once, ask))


def _decided(session: Session, me: Present, opening_id: str, do: Callable[[str], object]) -> Answer:
    reference = _reached(session, me, opening_id, Act.APPROVE)
    do(reference)
    return _one(session, me, reference)


def _reached(session: Session, me: Present, opening_id: str, act: Act) -> str:
    """Its stored reference. Raises NotFound for another unit's, Forbidden where its kind is not his or he has an interest."""
    case, opening = queries.one_of(session, me.standing.unit, reference_in(opening_id))
    require_right(me, RIGHT_TO[opening.kind], act)
    require_no_interest(me, named_agency_id(sealer(), case))
    return opening.reference


def _one(session: Session, me: Present, reference: str) -> Answer:
    shown = queries.shown(session, sealer(), me.standing.unit, reference, now())
    return Answer(_shown(shown), headers=(etag(shown.opening.version),))


def _shown(one: Shown) -> dict[str, Any]:
    opening = one.opening
    return {
        "opening_id": opening.reference,
        "case_id": one.case,
        "kind": opening.kind,
        "attachment_id": opening.attachment or None,
        "state": one.state,
        "hours": opening.hours,
        "asked_by": opening.asked_by,
        "asked_at": opening.asked_at,
        "decided_by": opening.decided_by,
        "decided_at": opening.decided_at,
        "ends_at": opening.ends_at,
        "looked_at": opening.looked_at,
        "reason": one.reason,
        "answer": one.answer,
        "version": opening.version,
    }
