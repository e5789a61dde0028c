"""A case's tab of its decision: written by one officer, made or sent back by another."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.decisions import actions, queries, rules
from registry.core.clock import now
from registry.core.errors import NotFound
from registry.http.complaint_services import sealer
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.decision_acts import ACTS, IN_CASE, decision_notice
from registry.officer_acts.permissions import acting, names_in
from registry.officers.accounts import translators_of
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.cases.tabs import CaseHead, case_page, open_case
from registry.pages.officers.forms import Place, serve_acts
from registry.pages.officers.guard import page_at
from registry.pages.officers.rendering import Refusal, language
from registry.supervision.sanctions.queries import resting_on
from registry.vocabulary.cases import DecisionOutcome, DecisionState
from registry.vocabulary.register import Language

pages = Blueprint("console_decisions", __name__)


@page_at(pages, "/cases/<reference>/decision", Resource.DECISION, Act.READ)
def show_decisions(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _decisions_page(session, me, open_case(session, me, reference))


def _in_case(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    head = open_case(session, me, reference)
    address = f"/console/cases/{reference}/decision"
    return Place(head.case.reference, address, lambda refusal: _decisions_page(session, me, head, refusal))


serve_acts(pages, "/cases/<reference>", IN_CASE, _in_case)


def _place_of_act(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str, decision: str) -> Place:
    head = open_case(session, me, reference)
    _require_of_case(session, me, head, decision)
    address = f"/console/cases/{reference}/decision"
    return Place(decision, address, lambda refusal: _decisions_page(session, me, head, refusal))


serve_acts(pages, "/cases/<reference>/decision/<decision>", ACTS, _place_of_act)


def _require_of_case(session: Session, me: AuthenticatedOfficer, head: CaseHead, decision: str) -> None:
    case, _ = actions.lock_decision(session, _reader(me), decision)
    if case.id != head.case.id:
        raise NotFound(f"there is no decision {decision} in this case")


def _decisions_page(
    session: Session, me: AuthenticatedOfficer, head: CaseHead, refusal: Refusal | None = None
) -> Response:
    today = me.day(now())
    case, found = queries.decisions_of(session, sealer(), _reader(me), head.case.reference, today)
    draft = next((one for one in found if one.decision.state is DecisionState.DRAFTED), None)
    return case_page(
        "decisions/case.html",
        me,
        head,
        "decision",
        refusal=refusal,
        draft=draft,
        notices=_notices(case, draft, today) if draft is not None else {},
        decision=choices(case),
        translators=[one.name for one in translators_of(session, me.standing.unit)],
        made=[one for one in found if one.decision.state is not DecisionState.DRAFTED],
        is_open=case.state in rules.DRAFTED_IN,
        names=names_in(session, me.standing.unit),
        may_write=me.standing.may(Resource.DECISION, Act.PROPOSE),
        may_make=me.standing.may(Resource.DECISION, Act.APPROVE),
        sanctions={one.decision.reference: resting_on(session, one.decision.reference) for one in found},
        can_rest={one.decision.reference for one in found if queries.may_rest_on(one.decision)},
        may_sanction=me.standing.may(Resource.SANCTION, Act.PROPOSE),
        may_see_sanctions=me.standing.may(Resource.SANCTION, Act.READ),
    )


def choices(case: Case) -> dict[str, Any]:
    """What the form of a decision offers: outcomes, languages, days for an objection; `reads` is the complainant's language."""
    return {
        "outcomes": list(DecisionOutcome),
        "languages": list(Language),
        "reads": actions.language_of(case),
        "days": rules,
    }


def _notices(case: Case, draft: queries.ShownDecision, today: date) -> dict[Language, str]:
    """What the complainant would read if it were made today, in the complainant's language and in the officer's."""
    until = today + timedelta(days=draft.decision.object_days)
    spoken = dict.fromkeys((actions.language_of(case), language()))
    readable = {actions.language_of(case): draft.translation or draft.summary}
    return {
        one: decision_notice(one, draft.decision.outcome, readable.get(one, draft.summary), until) for one in spoken
    }


def _reader(me: AuthenticatedOfficer) -> Officer:
    """The officer in the role that would make the decision, so that the page says what prevents it."""
    act = Act.APPROVE if me.standing.may(Resource.DECISION, Act.APPROVE) else Act.READ
    return acting(me, Resource.DECISION, act)
