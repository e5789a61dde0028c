"""A registry in which all that can be written was written by a hostile person. All invented."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case import units
from registry.complaints.casework import actions as casework
from registry.complaints.casework import notes, translations
from registry.complaints.casework.access_grants import actions as openings
from registry.complaints.casework.actions import Officer as Caseworker
from registry.complaints.casework.actions import UnitOfficer
from registry.complaints.casework.decisions import actions as decisions
from registry.complaints.casework.queue import listing
from registry.complaints.intake import mailbox
from registry.complaints.parties.hearings import actions as hearings
from registry.complaints.parties.hearings import portal as heard
from registry.complaints.parties.hearings.content import Allegation
from registry.complaints.parties.referrals import actions as referrals
from registry.complaints.parties.referrals import portal as received
from registry.complaints.parties.referrals.actions import Proposal
from registry.complaints.parties.referrals.content import Choice
from registry.complaints.parties.steps import PartyMember
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.ids import new_reference
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers import accounts, tokens
from registry.officers.models import Officer, RoleHeld
from registry.officers.rights import Role
from registry.organisations.models import Member
from registry.register.agencies import record
from registry.register.authorities.models import Source
from registry.register.imports.models import PendingImport
from registry.supervision.entries import actions as entry_requests
from registry.supervision.entries.actions import Rep
from registry.supervision.sanctions import actions as sanctions
from registry.supervision.sanctions.actions import Look, Terms
from registry.vocabulary.cases import AccessKind, CaseRole, CaseState, ConsentKind, DecisionOutcome, PartnerKind
from registry.vocabulary.register import ChannelKind, Language, SanctionKind
from registry.vocabulary.supervision import EntryPart, EntryRequestKind, LicenceAct, Timing, ToldFirst
from registry.watches import watches
from tests.calling import call_by
from tests.complaints.casework.decisions.making import words
from tests.complaints.filing import Filed, come_back, file
from tests.complaints.parties.referrals.making import make_partner
from tests.http.hostile import FILE_NAMES, LOUD, MARKUP, TAG
from tests.make import (
    licence_record,
    make_agency,
    make_api_key,
    make_organisation,
    name_record,
    organisation_call,
    public_record_of,
    source_of,
)
from tests.officers.making import make_officer
from tests.oversight.accounts import WORDS
from tests.pages.officers.cases.attaching import attached
from tests.pages.organisations.conftest import make_member
from tests.supervision.licensing import making as licensing
from tests.supervision.sanctions.making import ANNA, AUTHORITY, DANA, LENA, SARA, UNIT, make_desk, today

CARLA = Caseworker("C. Carla", CaseRole.SUPERVISOR, UNIT)
UNION = "cz-union"


@dataclass(frozen=True, slots=True)
class Planted:
    """References by kind of object, and who reads all; `token` is the owner's program's, `key` the organisation's."""

    things: Mapping[str, str]
    owner: Officer
    rep: Officer
    partner: Officer
    licence: str
    member: Member
    key: str
    token: str


def plant(session: Session, keyring: Keyring, settings: Settings) -> Planted:
    sealer, at = Sealer(keyring), now()
    make_desk(session, sealer)
    agency = _agency(session)
    licence = agency.licences[0].licence_id
    desk = units.agency_unit(session, sealer, agency.agency_id, at.date()).reference
    rep = make_officer(session, keyring, Role.AGENCY_REP, unit=desk, name=TAG, email="rep@agency.example").officer
    make_partner(session, sealer, UNION, PartnerKind.UNION, "CZ")
    partner = make_officer(session, keyring, Role.PARTNER, unit=UNION, name=TAG, email="p@union.example").officer
    owner = _with_every_role(session, keyring)
    listing.save_view(session, owner.reference, TAG[:60], {"state": "submitted"}, at.date())
    token, text = tokens.make(session, owner, TAG[:60], 9, at=at, today=at.date())

    filed, files = _file_complaints(session, sealer, settings, agency.agency_id)
    case = filed.case.reference
    _worked_on(session, sealer, filed)
    hearing = _heard(session, sealer, case, desk, rep.reference)
    referral = _referred(session, sealer, filed, partner.reference)
    by_anna, decider = Call(session, ANNA, at), Caseworker(DANA.name, CaseRole.DECIDER, UNIT)
    opening = openings.ask(by_anna, sealer, case, openings.AccessRequest(AccessKind.BREAK_GLASS, LOUD, hours=2))
    draft = decisions.DecisionDraft(DecisionOutcome.UPHELD, LOUD, f"Papers were kept. {TAG}<b {TAG}")
    decision = decisions.write(by_anna, sealer, case, draft)
    decisions.make(Call(session, decider, at), sealer, decision.reference, words=words)
    sanction = _sanctioned(session, sealer, licence, decision.reference)
    proposal = licensing.proposed(
        session, LicenceAct.SUSPEND, public_record_of(session, agency.agency_id).licences[1], ground_text=MARKUP[:400]
    )
    entry = _asked_of_the_entry(session, agency.agency_id, rep)
    _lists(session)
    change = accounts.propose_roles(session, owner, [Role.TRIAGE], by="somebody", at=at)
    things = {
        "case": case,
        "decision": decision.reference,
        "sanction": sanction,
        "licence": licence,
        "agency": agency.agency_id,
        "proposal": proposal.reference,
        "hearing": hearing,
        "referral": referral,
        "opening": opening.reference,
        "officer": owner.reference,
        "change": change.reference,
        "token": token.reference,
        "entry": entry,
        "attachment": files[-1],
        "name": "agencies",
    }
    return Planted(things, owner, rep, partner, agency.licences[1].licence_id, *_watching(session, agency), text)


def _with_every_role(session: Session, keyring: Keyring) -> Officer:
    """An officer with every role, which none may have: one who reads every page."""
    officer = make_officer(
        session, keyring, Role.LICENSING, unit=UNIT, name=TAG, email="owner@authority.example"
    ).officer
    others = set(Role) - {Role.LICENSING}
    session.add_all([RoleHeld(officer_id=officer.id, role=role, since_on=now().date()) for role in others])
    session.flush()
    return officer


def _agency(session: Session) -> record.Agency:
    site = record.Channel(kind=ChannelKind.PHONE, value="+420 601 000 001", source=source_of("CZ"), retrieved_at=now())
    return make_agency(
        session,
        names=(name_record(MARKUP[:400]), name_record(f"=zq(){TAG}")),
        place=MARKUP[:200],
        channels=(site,),
        licences=(licence_record(number=TAG), licence_record(number=f"=1+{TAG}")),
    )


def _file_complaints(session: Session, sealer: Sealer, settings: Settings, agency: str) -> tuple[Filed, list[str]]:
    """Four complaints, so that the overview names their agency; one with files, messages and all that may be typed."""
    answers = {
        "country": "CZ", "deception": "yes", "account": LOUD, "introducer": LOUD[:500], "employer": MARKUP[:200],
        "region": TAG, "contact": {"how": "wechat", "address": TAG}, "consent_agency": "yes",
    }  # fmt: skip
    filed = file(session, sealer, answers | {"in_danger": "yes", "agency": {"agency_id": agency}}, at=now())
    for account in WORDS:
        file(session, sealer, answers | {"account": account, "agency": {"name": f"={MARKUP}"[:200]}}, at=now())
    visit = come_back(session, sealer, filed.code, now())
    mailbox.write(session, sealer, visit, LOUD, now())
    mailbox.consent(session, sealer, visit, ConsentKind.UNION, now(), is_given=True)
    return filed, [attached(session, sealer, settings, filed, name) for name in FILE_NAMES]


def _worked_on(session: Session, sealer: Sealer, filed: Filed) -> None:
    case, call = filed.case.reference, Call(session, ANNA, now())
    for state in (CaseState.IN_TRIAGE, CaseState.INVESTIGATING):
        casework.move(call, sealer, case, state, reason=LOUD)
    notes.write_note(call, sealer, case, LOUD)
    notes.add_task(call, sealer, case, f"{MARKUP[:300]}", due_on=today())
    translator = replace(call, actor=UnitOfficer("T. Tina", UNIT))
    account = translations.TextId(filed.box.reference, "answer.account")
    translations.translate(translator, sealer, case, account, Language.EN, LOUD)


def _heard(session: Session, sealer: Sealer, case: str, desk: str, rep: str) -> str:
    """In other words than the complaint's, as the rule has it."""
    at, hostile = now(), f"Papers are kept. {TAG}<b {TAG}"
    hearing = hearings.draft(Call(session, ANNA, at), sealer, case, Allegation(hostile, could_complain=40))
    hearings.hand_in(Call(session, ANNA, at), sealer, hearing.reference)
    hearings.approve(Call(session, CARLA, at), sealer, hearing.reference, reason=LOUD)
    hearings.serve(Call(session, ANNA, at), sealer, hearing.reference, at.date() + timedelta(days=20))
    heard.request_extension(Call(session, PartyMember(rep, desk), at), sealer, hearing.reference, LOUD)
    heard.answer(Call(session, PartyMember(rep, desk), at), sealer, hearing.reference, LOUD)
    return hearing.reference


def _referred(session: Session, sealer: Sealer, filed: Filed, partner: str) -> str:
    at = now()
    choice = Choice(answers=[f"{filed.box.reference}.account"])
    referral = referrals.propose(
        Call(session, ANNA, at),
        sealer,
        filed.case.reference,
        Proposal(UNION, at.date() + timedelta(30), choice, note=LOUD),
    )
    referrals.send(Call(session, ANNA, at), sealer, referral.reference)
    received.accept(Call(session, PartyMember(partner, UNION), at), referral.reference)
    received.report(Call(session, PartyMember(partner, UNION), at), sealer, referral.reference, LOUD, is_done=False)
    return referral.reference


def _sanctioned(session: Session, sealer: Sealer, licence: str, decision: str) -> str:
    terms = Terms(SanctionKind.SUSPENSION, MARKUP[:300], today())
    made = sanctions.propose(call_by(session, LENA), sealer, licence, terms, decision=decision).reference
    look = Look(Timing.POINTS_TO_NOBODY, frozenset({ToldFirst.UNION}), 40, 12, teller=MARKUP[:200])
    sanctions.look_at_workers(call_by(session, LENA), made, look)
    sanctions.hand_to_review(call_by(session, LENA), made)
    sanctions.approve(call_by(session, SARA), made)
    return made


def _asked_of_the_entry(session: Session, agency: str, officer: Officer) -> str:
    rep, official = Rep(officer.reference, agency), entry_requests.EntryOfficial("OFFICIAL222A", AUTHORITY)
    asks, decides = call_by(session, rep), call_by(session, official)
    correction = entry_requests.ask(asks, EntryRequestKind.CORRECTION, MARKUP, EntryPart.NAME)
    entry_requests.ask(asks, EntryRequestKind.CLONE_REPORT, MARKUP)
    reply = entry_requests.ask(asks, EntryRequestKind.REPLY, MARKUP[:900])
    entry_requests.decide(decides, reply.reference, MARKUP, is_accepted=True)
    entry_requests.decide(decides, correction.reference, MARKUP, is_accepted=False)
    return entry_requests.ask(asks, EntryRequestKind.CLONE_REPORT, TAG).reference


def _lists(session: Session) -> None:
    source = session.execute(select(Source).where(Source.reference == source_of("CZ"))).scalar_one()
    session.add(
        PendingImport(
            reference=new_reference(),
            source_id=source.id,
            file=FILE_NAMES[0],
            digest="0" * 64,
            fetched_at=now(),
            reason=MARKUP[:200],
            counts={"read": 6, "vanished": 5},
        )
    )
    session.flush()


def _watching(session: Session, agency: record.Agency) -> tuple[Member, str]:
    """Somebody of an organisation, and the text of its program's key."""
    organisation = make_organisation(session, TAG)
    watches.watch_agency(organisation_call(session, organisation.id), agency.agency_id, TAG)
    return make_member(session, organisation, name=TAG), make_api_key(session, organisation, name=TAG)
