"""The form of an act: filled in, shown as it would change the public record, then proposed. Nothing typed is lost on the way.

And what waits for a second person: one proposal is shown with what it would make of the record, approved, refused or taken
back.
"""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from registry.core.clock import now
from registry.core.errors import NotFound
from registry.http.portals import see_other
from registry.i18n.names import country_name, sector_name
from registry.officer_acts import licence_acts
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.agency_picker import picked_agency
from registry.officer_acts.permissions import names_of, require_no_interest
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.forms import Place, day_in, made_by_form, serve_acts, suggestions, with_choices
from registry.pages.officers.guard import allowed, note_done, page_at
from registry.pages.officers.licences import forms, showing
from registry.pages.officers.rendering import Refusal, attempt, language, page
from registry.register.agencies import channel_changes, record
from registry.register.agencies.models import Agency
from registry.supervision.licensing import act_forms, drafting, models, proposals, queries, rules
from registry.vocabulary import register
from registry.vocabulary.supervision import LicenceAct, ProposalState

pages = Blueprint("console_licence_acts", __name__)

FILLED_WITH_TERMS = (LicenceAct.AMEND, LicenceAct.ISSUE)


class ActOn(NamedTuple):
    """An act and what it is done to: a licence or an agency (`about`), and the agency; neither for an application."""

    act: LicenceAct
    about: str | None = None
    agency: record.Agency | None = None


@page_at(pages, "/licences/new", Resource.LICENCE, Act.PROPOSE)
def show_application_form(session: Session, me: AuthenticatedOfficer) -> Response:
    typed = MultiDict([("agency_id", request.args.get("agency", ""))])
    return _form(session, me, ActOn(LicenceAct.APPLY), typed)


@page_at(pages, "/licences/<reference>/acts/<act>", Resource.LICENCE, Act.PROPOSE)
def show_licence_act_form(session: Session, me: AuthenticatedOfficer, reference: str, act: str) -> Response:
    named, agency = _licence(session, me, reference, act)
    licence = drafting.licence_of(agency, reference)
    typed = forms.terms_typed(licence) if named in FILLED_WITH_TERMS else MultiDict[str, str]()
    return _form(session, me, ActOn(named, reference, agency), typed)


@page_at(pages, "/licences/agencies/<reference>/acts/<act>", Resource.LICENCE, Act.PROPOSE)
def show_agency_act_form(session: Session, me: AuthenticatedOfficer, reference: str, act: str) -> Response:
    named, agency = _agency(session, me, reference, act)
    return _form(session, me, ActOn(named, reference, agency), MultiDict())


@allowed(Resource.LICENCE, Act.PROPOSE)
def propose(session: Session, me: AuthenticatedOfficer, of: str, reference: str = "", act: str = "") -> Response:
    match of:
        case "licence":
            named, agency = _licence(session, me, reference, act)
        case "agency":
            named, agency = _agency(session, me, reference, act)
        case _:
            return _preview_or_propose(session, me, ActOn(LicenceAct.APPLY))
    return _preview_or_propose(session, me, ActOn(named, reference, agency))


PROPOSE, PREVIEW = licence_acts.LICENCE_ACTS["propose"], licence_acts.LICENCE_ACTS["preview"]

for _path, _of in (
    ("/licences/new", "authority"),
    ("/licences/<reference>/acts/<act>", "licence"),
    ("/licences/agencies/<reference>/acts/<act>", "agency"),
):
    pages.add_url_rule(_path, PROPOSE.operation, propose, methods=["POST"], defaults={"of": _of})


def _licence(session: Session, me: AuthenticatedOfficer, reference: str, act: str) -> tuple[LicenceAct, record.Agency]:
    named = _of_kind(act, rules.About.LICENCE)
    _, agency = queries.licence_and_holder(session, licence_acts.official(me).authority, reference)
    require_no_interest(me, agency.agency_id)
    return named, agency


def _agency(session: Session, me: AuthenticatedOfficer, reference: str, act: str) -> tuple[LicenceAct, record.Agency]:
    named = _of_kind(act, rules.About.AGENCY)
    licence_acts.require_act(me, named, Act.PROPOSE)
    _, agency = licence_acts.find_agency(session, me, reference)
    return named, agency


def _of_kind(act: str, about: rules.About) -> LicenceAct:
    named = forms.act_named(act)
    if rules.ACTS[named].about is not about:
        raise NotFound("there is no such act here")
    return named


def _preview_or_propose(session: Session, me: AuthenticatedOfficer, on: ActOn) -> Response:
    """Shown first, proposed at the second press: what is proposed is what the page showed."""
    form = with_choices(request.form)
    is_proposed = form.get("step") == "propose"
    gave: list[Any] = []

    def perform() -> Any:
        values = {
            "act": on.act, "about": on.about, "stated": _stated(session, form, on.act),
            "legal_ground": form.get("legal_ground", ""), "effective_on": day_in(form, "effective_on"),
        }  # fmt: skip
        return licence_acts.LICENCE_ACTS.perform(PROPOSE if is_proposed else PREVIEW, session, me, "", None, values)

    def do() -> None:
        gave.append(made_by_form(session, me, PROPOSE.drafts, perform) if is_proposed else perform())

    refusal = attempt(session, do)
    if refusal is not None:
        return _form(session, me, on, form, refusal)
    if is_proposed:
        if not rules.ACTS[on.act].has_second:
            note_done("licence_published")
        return see_other(f"/console/licences/proposals/{gave[0]}")
    return _form(session, me, on, form, previewed=showing.preview(session, gave[0]))


def _countries(codes: Collection[str]) -> list[tuple[str, str]]:
    return sorted((country_name(language(), one), one) for one in codes)


def _stated(session: Session, form: "MultiDict[str, str]", act: LicenceAct) -> dict[str, Any]:
    """What the form states, with the references of the agencies that it names. Raises InvalidInput."""
    sent = forms.stated_in(form, act, rules.ACTS[act])
    for field in _AGENCIES & sent.keys():
        sent[field] = picked_agency(session, sent[field], field)
    return sent


_AGENCIES = frozenset({"agency_id", "receiving"})


def _form(
    session: Session,
    me: AuthenticatedOfficer,
    on: ActOn,
    typed: "MultiDict[str, str]",
    refusal: Refusal | None = None,
    previewed: dict[str, Any] | None = None,
) -> Response:
    today, country = drafting.today_of(session, licence_acts.official(me).authority, now())
    act, about, agency = on
    rule = rules.ACTS[act]
    return page(
        "licences/act.html",
        here="licences",
        refusal=refusal,
        act=act,
        rule=rule,
        about=about,
        agency=agency,
        typed=typed,
        today=today,
        kinds=[kind for kind in register.LicenceKind if register.KINDS[kind].country in (country, None)],
        schemes=list(register.IdentifierScheme),
        holder_kinds=list(register.HolderKind),
        activities=list(register.Activity),
        condition_codes=list(register.ConditionCode),
        sectors=[(one, sector_name(language(), one)) for one in forms.SECTORS],
        countries=_countries(forms.COUNTRIES),
        all_countries=_countries(register.EU_STATES | register.SENDING_COUNTRIES | register.OUTSIDE),
        origins=forms.ORIGINS,
        form_days=forms.FORM_DAYS,
        suggested={field: suggestions(session, refusal, typed, field) for field in _AGENCIES},
        agreements=[one for one in agency.agreements if one.to is None or one.to > today] if agency else [],
        agreement_text=showing.agreement_text,
        name_of=showing.name_of,
        previewed=previewed,
    )


@page_at(pages, "/licences/waiting", Resource.LICENCE, Act.READ)
def list_proposals(session: Session, me: AuthenticatedOfficer) -> Response:
    authority = licence_acts.official(me).authority
    return page(
        "licences/waiting.html",
        here="licences",
        found=licence_acts.list_waiting(session, me),
        names=names_of(session, authority),
        name_of=showing.name_of,
    )


@page_at(pages, "/licences/proposals/<reference>", Resource.LICENCE, Act.READ)
def show_proposal(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _proposal_page(session, me, licence_acts.find_proposal(session, me, reference))


def _place_of_act(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str) -> Place:
    found = licence_acts.find_proposal(session, me, reference)
    licence_acts.require_act(me, found.act, act.right)

    def again(refusal: Refusal) -> Response:
        session.refresh(found)
        return _proposal_page(session, me, found, refusal)

    return Place(found.reference, f"/console/licences/proposals/{found.reference}", again)


serve_acts(pages, "/licences/proposals/<reference>", licence_acts.PROPOSALS, _place_of_act)


class ActApproval(NamedTuple):
    """An act on a licence that waits for a second person, with what it changes of the record."""

    found: models.Proposal
    changes: list[showing.Change]
    stated: list[tuple[str, str]]


def act_approvals(session: Session, me: AuthenticatedOfficer, references: Iterable[str]) -> dict[str, ActApproval]:
    """The acts that this officer can approve at a glance, by their reference.

    Left out, for their page shows more, are applications and first issues, which are compared with other agencies, and acts
    that do not fit the record any more.
    """
    opened = {}
    for reference in references:
        found = licence_acts.find_proposal(session, me, reference)
        right = Resource.AGREEMENT if found.act in rules.AGREEMENTS else Resource.LICENCE
        if (
            found.act in licence_acts.COMPARED
            or not me.standing.may(right, Act.APPROVE)
            or found.proposed_by == me.officer.reference
        ):
            continue
        draft, _ = _draft_of(session, found)
        if draft is not None:
            always = ("status", "recruit")
            changes = [one for one in showing.changes_of(draft) if one.is_changed or one.name in always]
            opened[reference] = ActApproval(found, changes, showing.stated_lines(act_forms.from_details(found.details)))
    return opened


def _draft_of(session: Session, found: models.Proposal) -> tuple[drafting.Draft | None, Refusal | None]:
    """What a proposal makes of the record today, or why it fits the record no more."""
    made: list[drafting.Draft] = []
    unfit = attempt(session, lambda: made.append(proposals.draft_of(session, found, now())))
    return (made[0] if made else None), unfit


def _proposal_page(
    session: Session, me: AuthenticatedOfficer, found: models.Proposal, refusal: Refusal | None = None
) -> Response:
    draft, unfit = _draft_of(session, found) if found.state is ProposalState.OPEN else (None, None)
    is_own = found.proposed_by == me.officer.reference
    return page(
        "licences/proposal.html",
        here="licences",
        refusal=refusal,
        unfit=unfit,
        found=found,
        agency_id=None if found.agency_id is None else session.get_one(Agency, found.agency_id).reference,
        is_of_licence=rules.ACTS[found.act].about is not rules.About.AGENCY,
        previewed=showing.preview(session, draft) if draft else None,
        stated=showing.stated_lines(act_forms.from_details(found.details)),
        is_own=is_own,
        may_approve=me.standing.may(Resource.LICENCE, Act.APPROVE) and not is_own,
        names=names_of(session, found.authority),
        addresses=[] if found.agency_id is None else channel_changes.registered_addresses(session, found.agency_id),
        typed=request.form,
        name_of=showing.name_of,
    )
