"""A case's tab of hearings: writing what an agency is asked, the reprisal check by another, serving it, and its answer."""

from collections.abc import Callable

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registry.complaints.attachments.storage import store_of
from registry.complaints.casework import actions as casework
from registry.complaints.casework.decisions.rules import LONGEST_OBJECTION, SHORTEST_OBJECTION, USUAL_OBJECTION
from registry.complaints.casework.queries import case_view
from registry.complaints.parties.hearings import actions, after_answer, files, queries
from registry.complaints.parties.hearings.content import MOST_ALLEGATION
from registry.complaints.parties.hearings.rules import LONGEST, SHORTEST, USUAL, By, may_have_longer
from registry.core.clock import now
from registry.http.downloads import sent_file
from registry.http.transaction import services
from registry.officer_desk.acting import require_no_interest
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present
from registry.pages.officers.acting import acting, names_in, sealer, version_sent
from registry.pages.officers.agencies import agency_name
from registry.pages.officers.assets import address_of
from registry.pages.officers.cases.tabs import CaseHead, case_page, open_case
from registry.pages.officers.form_fields import any_number_in, day_in
from registry.pages.officers.guard import allowed
from registry.pages.officers.idempotency import made_by_form
from registry.pages.officers.refusals import Refusal, attempt

pages = Blueprint("console_hearings", __name__)
STYLES = address_of("handed.css")


@pages.get("/cases/<reference>/hearings")
@allowed(Resource.HEARING, Act.READ)
def hearings(session: Session, me: Present, reference: str) -> Response:
    head = open_case(session, me, reference)
    _, found = queries.hearings_of(session, _reader(me), reference)
    return case_page(
        "hearings/list.html",
        me,
        head,
        "hearing",
        handed_styles=STYLES,
        found=found,
        agencies={one.agency: agency_name(session, one.agency) for one in found},
        names=names_in(session, me.standing.unit),
        may_propose=me.standing.may(Resource.HEARING, Act.PROPOSE),
        why_none=queries.why_none(session, head.case, now().date()),
    )


@pages.get("/cases/<reference>/hearings/new")
@allowed(Resource.HEARING, Act.PROPOSE)
def new(session: Session, me: Present, reference: str) -> Response:
    return _new(session, me, open_case(session, me, reference))


@pages.post("/cases/<reference>/hearings/new")
@allowed(Resource.HEARING, Act.PROPOSE)
def draft(session: Session, me: Present, reference: str) -> BaseResponse:
    head, form = open_case(session, me, reference), request.form
    agency = form.get("agency", "").strip() or None
    require_no_interest(me, agency)
    made: list[str] = []

    def draft() -> str:
        return actions.draft(
            session,
            sealer(),
            acting(me, Resource.HEARING, Act.PROPOSE),
            reference,
            form.get("allegation", ""),
            now(),
            agency=agency,
            could_complain=any_number_in(request.form, "could_complain"),
            version=version_sent(),
        ).reference

    refusal = attempt(
        session, lambda: made.append(made_by_form(session, me, f"hearing in {head.case.reference}", draft))
    )
    if refusal is not None:
        return _new(session, me, head, refusal)
    return redirect(f"/console/cases/{reference}/hearings/{made[0]}", 303)


@pages.get("/cases/<reference>/hearings/<hearing>")
@allowed(Resource.HEARING, Act.READ)
def one(session: Session, me: Present, reference: str, hearing: str) -> Response:
    return _one(session, me, open_case(session, me, reference), hearing)


@pages.get("/cases/<reference>/hearings/<hearing>/files/<attachment>")
@allowed(Resource.HEARING, Act.READ)
def file(session: Session, me: Present, reference: str, hearing: str, attachment: str) -> Response:
    """The clean copy of a paper of the answer, to be saved and never shown in a page."""
    head = open_case(session, me, reference)
    require_no_interest(me, queries.accused(session, head.case, hearing))
    store, today = store_of(services().settings), now().date()
    name, body = files.clean_copy(session, sealer(), _reader(me), head.case, hearing, attachment, store, today)
    return sent_file(body, name)


@pages.post("/cases/<reference>/hearings/<hearing>/edit")
@allowed(Resource.HEARING, Act.PROPOSE)
def edit(session: Session, me: Present, reference: str, hearing: str) -> BaseResponse:
    officer, text = acting(me, Resource.HEARING, Act.PROPOSE), request.form.get("allegation", "")

    def act(version: int) -> None:
        could = any_number_in(request.form, "could_complain")
        actions.edit(session, sealer(), officer, hearing, text, now(), could_complain=could, version=version)

    return _done(session, me, reference, hearing, act)


@pages.post("/cases/<reference>/hearings/<hearing>/hand-in")
@allowed(Resource.HEARING, Act.PROPOSE)
def hand_in(session: Session, me: Present, reference: str, hearing: str) -> BaseResponse:
    officer = acting(me, Resource.HEARING, Act.PROPOSE)
    return _done(
        session, me, reference, hearing,
        lambda version: actions.hand_in(session, sealer(), officer, hearing, now(), version=version),
    )  # fmt: skip


@pages.get("/cases/<reference>/hearings/<hearing>/check")
@allowed(Resource.HEARING, Act.APPROVE)
def check(session: Session, me: Present, reference: str, hearing: str) -> Response:
    """The text beside what she wrote, and how easily somebody could guess."""
    return _check(session, me, open_case(session, me, reference), hearing)


@pages.post("/cases/<reference>/hearings/<hearing>/approve")
@allowed(Resource.HEARING, Act.APPROVE)
def approve(session: Session, me: Present, reference: str, hearing: str) -> BaseResponse:
    officer, why = acting(me, Resource.HEARING, Act.APPROVE), request.form.get("reason", "")
    return _done(
        session, me, reference, hearing,
        lambda version: actions.approve(session, sealer(), officer, hearing, now(), reason=why, version=version),
        again=_check,
    )  # fmt: skip


@pages.post("/cases/<reference>/hearings/<hearing>/send-back")
@allowed(Resource.HEARING, Act.APPROVE)
def send_back(session: Session, me: Present, reference: str, hearing: str) -> BaseResponse:
    officer, why = acting(me, Resource.HEARING, Act.APPROVE), request.form.get("back", "")
    return _done(
        session, me, reference, hearing,
        lambda version: actions.send_back(session, sealer(), officer, hearing, why, now(), version=version),
        again=_check,
    )  # fmt: skip


@pages.get("/cases/<reference>/hearings/<hearing>/serve")
@allowed(Resource.HEARING, Act.PROPOSE)
def preview(session: Session, me: Present, reference: str, hearing: str) -> Response:
    """Exactly what the agency will read."""
    return _preview(session, me, open_case(session, me, reference), hearing)


@pages.post("/cases/<reference>/hearings/<hearing>/serve")
@allowed(Resource.HEARING, Act.PROPOSE)
def serve(session: Session, me: Present, reference: str, hearing: str) -> BaseResponse:
    officer = acting(me, Resource.HEARING, Act.PROPOSE)
    return _done(
        session, me, reference, hearing,
        lambda version: actions.serve(
            session, sealer(), officer, hearing, day_in(request.form, "answer_by"), now(), version=version
        ),
        again=_preview,
    )  # fmt: skip


@pages.post("/cases/<reference>/hearings/<hearing>/close")
@allowed(Resource.HEARING, Act.PROPOSE)
def close(session: Session, me: Present, reference: str, hearing: str) -> BaseResponse:
    officer = acting(me, Resource.HEARING, Act.PROPOSE)
    return _done(
        session, me, reference, hearing,
        lambda version: actions.close(session, sealer(), officer, hearing, now(), version=version),
    )  # fmt: skip


@pages.post("/cases/<reference>/hearings/<hearing>/longer")
@allowed(Resource.HEARING, Act.PROPOSE)
def longer(session: Session, me: Present, reference: str, hearing: str) -> BaseResponse:
    officer, why = acting(me, Resource.HEARING, Act.PROPOSE), request.form.get("reason", "")
    return _done(
        session, me, reference, hearing,
        lambda version: after_answer.give_longer(
            session, sealer(), officer, hearing, day_in(request.form, "answer_by"), why, now(), version=version
        ),
    )  # fmt: skip


@pages.post("/cases/<reference>/hearings/<hearing>/tell")
@allowed(Resource.HEARING, Act.PROPOSE)
def tell(session: Session, me: Present, reference: str, hearing: str) -> BaseResponse:
    """Tell the agency what was decided, in words for its eyes."""
    officer, form = acting(me, Resource.HEARING, Act.PROPOSE), request.form

    def act(version: int) -> None:
        days = any_number_in(form, "object_days") or 0
        after_answer.tell_outcome(
            session, sealer(), officer, hearing, form.get("outcome", ""), days, now(), version=version
        )

    return _done(session, me, reference, hearing, act)


Again = Callable[[Session, Present, CaseHead, str, Refusal], Response]


def _done(
    session: Session,
    me: Present,
    reference: str,
    hearing: str,
    act: Callable[[int], object],
    again: Again | None = None,
) -> BaseResponse:
    """Do something to a hearing of this case, or show the page it came from again, with what was typed."""
    head = open_case(session, me, reference)
    require_no_interest(me, queries.accused(session, head.case, hearing))
    version = version_sent()
    refusal = attempt(session, lambda: act(version))
    if refusal is not None:
        return (again or _one)(session, me, head, hearing, refusal)
    return redirect(f"/console/cases/{reference}/hearings/{hearing}", 303)


def _new(session: Session, me: Present, head: CaseHead, refusal: Refusal | None = None) -> Response:
    return case_page(
        "hearings/new.html",
        me,
        head,
        "hearing",
        handed_styles=STYLES,
        status=refusal.status if refusal else 200,
        refusal=refusal,
        form=request.form,
        agency=None if head.agency is None else agency_name(session, head.agency),
        why_none=queries.why_none(session, head.case, now().date()),
        most=MOST_ALLEGATION,
    )


def _one(
    session: Session,
    me: Present,
    head: CaseHead,
    hearing: str,
    refusal: Refusal | None = None,
    template: str = "hearings/one.html",
    **more: object,
) -> Response:
    require_no_interest(me, queries.accused(session, head.case, hearing))
    shown = queries.shown(session, sealer(), _reader(me), hearing, now().date(), _by(me))
    return case_page(
        template,
        me,
        head,
        "hearing",
        handed_styles=STYLES,
        status=refusal.status if refusal else 200,
        refusal=refusal,
        form=request.form,
        shown=shown,
        agency=agency_name(session, shown.hearing.agency),
        names={**names_in(session, me.standing.unit), **names_in(session, shown.hearing.desk)},
        may_propose=me.standing.may(Resource.HEARING, Act.PROPOSE),
        may_check=me.standing.may(Resource.HEARING, Act.APPROVE),
        is_mine=shown.hearing.drafted_by == me.officer.reference,
        most=MOST_ALLEGATION,
        may_have_longer=may_have_longer(shown.hearing.state, shown.hearing.answer_by, now().date()),
        why_not_told=after_answer.why_not_told(session, shown.case, shown.hearing),
        objection_days=(SHORTEST_OBJECTION, USUAL_OBJECTION, LONGEST_OBJECTION),
        **more,
    )


def _check(session: Session, me: Present, head: CaseHead, hearing: str, refusal: Refusal | None = None) -> Response:
    reader = acting(me, Resource.ACCOUNT, Act.READ)
    view = case_view(session, sealer(), reader, head.case.reference, now().date())
    return _one(session, me, head, hearing, refusal, "hearings/check.html", boxes=view.boxes)


def _preview(session: Session, me: Present, head: CaseHead, hearing: str, refusal: Refusal | None = None) -> Response:
    today = now().date()
    return _one(
        session, me, head, hearing, refusal, "hearings/serve.html",
        usual=today + USUAL, soonest=today + SHORTEST, latest=today + LONGEST,
    )  # fmt: skip


def _by(me: Present) -> list[By]:
    as_ = ((By.OFFICER, Act.PROPOSE), (By.CHECKER, Act.APPROVE))
    return [by for by, act in as_ if me.standing.may(Resource.HEARING, act)]


def _reader(me: Present) -> casework.Officer:
    return acting(me, Resource.HEARING, Act.READ)
