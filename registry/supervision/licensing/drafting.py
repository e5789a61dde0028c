"""The draft of an act before it is proposed: its subject, statements, admissibility, and the record it would lead to.

The same reading serves preview, proposal and approval, so that all three speak of the same thing.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit import actions as audit
from registry.core import clock, ids
from registry.core.calls import Call
from registry.core.db.locking import find
from registry.core.errors import Fault, IllegalMove, InvalidInput, NotFound, NotNow
from registry.register.agencies import keys, models, record, storage
from registry.register.agencies.queries import agency_row, licence_row
from registry.register.agencies.rules import tidy_line
from registry.register.authorities.models import Authority
from registry.register.authorities.queries import authority_days
from registry.register.authorities.sources import desk_list
from registry.supervision.licensing import act_forms, changes, rules
from registry.verification.verdicts.licence_rules import standing_on
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import STATUSES, Answer, LicenceStatus, Role
from registry.vocabulary.supervision import LicenceAct

MAX_GROUND = 400


class LicensingOfficial(NamedTuple):
    """The acting officer's reference and authority. Nothing of another authority exists for this officer.

    `unit`: to which the audit trail assigns the matter.
    """

    name: str
    authority: str
    unit: str | None = None


class ActRequest(NamedTuple):
    """What an officer asks for: an act, what it states, its ground, and the day on which it takes effect.

    `about` is the reference of a licence, or of an agency for acts on agreements and intermediaries; None for an application.
    """

    act: LicenceAct
    about: str | None
    stated: Mapping[str, Any]
    legal_ground: str
    effective_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An act that may be done. `before` is the agency's whole record, None for an applicant who was not known; `licence_id` is
    None for acts on agreements and intermediaries."""

    act: LicenceAct
    authority: str
    subject: str
    agency_row_id: int | None
    before: record.Agency | None
    after: record.Agency
    stated: act_forms.Stated
    legal_ground: str
    effective_on: date
    today: date

    @property
    def licence_id(self) -> str | None:
        return None if rules.ACTS[self.act].about is rules.About.AGENCY else self.subject

    @property
    def seen(self) -> str:
        """A digest of what the act would change, as it stands."""
        return _seen(self.act, self.before, self.subject)


def today_of(session: Session, authority: str, at: datetime) -> tuple[date, str]:
    """The day where an authority sits, and its country. Raises NotFound for an unknown authority."""
    missing = f"the authority {authority} is not known here: import one of its lists first"
    known = find(session, Authority, Authority.reference == authority, missing=missing)
    return clock.day_at(at, known.time_zone), known.country


def record_act(call: Call[LicensingOfficial], act: str, subject: str, detail: str = "") -> None:
    """Record a licensing officer's act in the audit trail, on the day that it is where the authority sits."""
    officer, on = call.actor, authority_days(call.session, call.at).of(call.actor.authority)
    audit.record(call.session, act, subject, on=on, actor=officer.name, detail=detail, unit=officer.unit)


def draft_act(call: Call[LicensingOfficial], request: ActRequest, subject: str | None = None) -> Draft:
    """Draft an act. `subject` is kept where the draft is made again.

    Raises NotFound (of another authority too), InvalidInput with every field at fault, IllegalMove, NotNow.
    """
    act, about, sent, legal_ground, effective_on = request
    authority = call.actor.authority
    today, country = today_of(call.session, authority, call.at)
    ground = tidy_line("legal_ground", legal_ground, MAX_GROUND)
    stated = act_forms.read_stated(act, sent, country)
    row_id, before = _holder(call, act, about, stated, country)
    if before is not None and before.withheld:
        raise NotNow("the holder's name was erased by law: nothing more is written down of it", "licensing.erased")
    statement = changes.ChangeBasis(desk_list(authority), call.at, effective_on, ground)
    subject = subject or _subject(act, about, stated)
    _require_days(stated, effective_on)
    _require_lawful(act, before, subject, today, effective_on)
    known = before or changes.build_applicant(stated, statement, ids.new_reference(), country)
    draft = Draft(
        act=act,
        authority=authority,
        subject=subject,
        agency_row_id=row_id,
        before=before,
        after=changes.apply_act(act, known, subject, stated, statement, authority),
        stated=stated,
        legal_ground=ground,
        effective_on=effective_on,
        today=today,
    )
    _require_sense(call, draft)
    return draft


def is_of(agency: record.Agency, authority: str) -> bool:
    """Whether an agency has, or had, a licence of an authority, whose officers may then work on it."""
    return any(one.authority == authority for one in agency.licences)


def _holder(
    call: Call[LicensingOfficial], act: LicenceAct, about: str | None, stated: act_forms.Stated, country: str
) -> tuple[int | None, record.Agency | None]:
    session, official = call.session, call.actor
    kind = rules.ACTS[act].about
    if kind is rules.About.LICENCE:
        licence = licence_row(session, ids.read_reference(about or "") or "")
        if licence is None or licence.authority != official.authority:
            raise NotFound(f"there is no licence {about} of this authority")
        return licence.agency_id, storage.load_records(session, [licence.agency_id])[licence.agency_id]
    wanted = about if kind is rules.About.AGENCY else stated.agency_id
    if wanted is None and kind is rules.About.APPLICANT:
        return None, None
    row = agency_row(session, ids.read_reference(wanted or "") or "")
    known = None if row is None else storage.load_records(session, [row.id]).get(row.id)
    if row is not None and known is not None:
        is_at_home = kind is rules.About.APPLICANT and known.country == country
        if is_at_home or is_of(known, official.authority):
            return row.id, known
    if kind is rules.About.APPLICANT:
        raise InvalidInput([Fault.of("agency_id", Problem.INVALID_VALUE, "agency_unknown")])
    raise NotFound(f"there is no agency {about} with a licence of this authority")


def _subject(act: LicenceAct, about: str | None, stated: act_forms.Stated) -> str:
    if rules.ACTS[act].about is rules.About.LICENCE:
        return ids.read_reference(about or "") or ""
    if act is LicenceAct.END_AGREEMENT:
        return ids.read_reference(stated.agreement_id or "") or ""
    if act in (LicenceAct.REGISTER_INTERMEDIARY, LicenceAct.END_INTERMEDIARY):
        return ids.read_reference(about or "") or ""
    return ids.new_reference()


def _require_days(stated: act_forms.Stated, effective_on: date) -> None:
    faults = [
        Fault.of(field, Problem.INVALID_VALUE, "before_effect")
        for field in ("to_on", "until", "publish_until", "valid_to")
        if (day := stated.value(field)) and day < effective_on
    ]
    if faults:
        raise InvalidInput(faults)


def _require_lawful(
    act: LicenceAct, before: record.Agency | None, subject: str, today: date, effective_on: date
) -> None:
    status = None
    if rules.ACTS[act].about is rules.About.LICENCE:
        assert before is not None
        status = status_on(before, subject, effective_on)
    why = rules.lacking(
        rules.LicenceActFacts(
            act=act,
            today=today,
            effective_on=effective_on,
            status=status,
            is_barred=before is not None and rules.is_barred(before, subject, effective_on),
        )
    )
    if why is not None and why in rules.IMPOSSIBLE:
        raise IllegalMove(
            f"{rules.IMPOSSIBLE[why]} ({status or 'none is stated'} on {effective_on})",
            f"licensing.{why}",
            day=effective_on,
        )
    if why is not None:
        raise InvalidInput([Fault.of("effective_on", Problem.INVALID_VALUE, rules.UNFIT[why])])


def status_on(agency: record.Agency, licence_id: str, day: date) -> LicenceStatus | None:
    """The status of a licence on a day, the end of its term considered."""
    return standing_on(licence_of(agency, licence_id), agency, day).status


def licence_of(agency: record.Agency, licence_id: str) -> record.Licence:
    return next(one for one in agency.licences if one.licence_id == licence_id)


def _require_sense(call: Call[LicensingOfficial], draft: Draft) -> None:
    """Raise InvalidInput for what fits no record: a number that is another's, an agreement that is not there, nothing new."""
    act, before, subject, stated, day = draft.act, draft.before, draft.subject, draft.stated, draft.effective_on
    fault: Fault | None = None
    match act:
        case LicenceAct.APPLY:
            fault = _fault_of_application(call, draft)
        case LicenceAct.ISSUE:
            fault = _fault_of_number(call, draft)
        case LicenceAct.AMEND:
            assert before is not None
            if not changes.terms_changed(licence_of(before, subject), stated):
                fault = Fault.of("conditions", Problem.MISSING, "state_one_term")
        case LicenceAct.REGISTER_AGREEMENT:
            assert before is not None
            fault = _fault_of_agreement(call.session, before, stated)
        case LicenceAct.END_AGREEMENT:
            assert before is not None
            if not any(_is_running(one, subject, call.actor, day) for one in before.agreements):
                fault = Fault.of("agreement_id", Problem.INVALID_VALUE, "agreement_not_running")
        case LicenceAct.REGISTER_INTERMEDIARY | LicenceAct.END_INTERMEDIARY:
            assert before is not None
            is_there = any(changes.is_intermediary(one, stated, day) for one in before.intermediaries)
            if is_there is (act is LicenceAct.REGISTER_INTERMEDIARY):
                wrong = "intermediary_registered" if is_there else "intermediary_unknown"
                fault = Fault.of("name", Problem.INVALID_VALUE, wrong)
    if fault is not None:
        raise InvalidInput([fault])


def _fault_of_application(call: Call[LicensingOfficial], draft: Draft) -> Fault | None:
    session, official, before, stated = call.session, call.actor, draft.before, draft.stated
    for licence in before.licences if before is not None else ():
        status = status_on(before, licence.licence_id, draft.effective_on) if before is not None else None
        is_held = status is LicenceStatus.APPLIED or (status and STATUSES[status].recruit is Answer.YES)
        if licence.authority == official.authority and licence.kind is stated.kind and is_held:
            return Fault.of("kind", Problem.CONTRADICTORY, "held_already", licence=licence.licence_id)
    if before is None and stated.scheme is not None and stated.identifier is not None:
        key = keys.identifier_key(stated.scheme, stated.identifier, draft.after.country)
        owner = _holder_of_key(session, stated.scheme.value, key)
        if owner is not None:
            return Fault.of("identifier", Problem.CONTRADICTORY, "belongs_to", owner=owner)
    return None


def _holder_of_key(session: Session, kind: str, value: str) -> str | None:
    key = models.LookupKey
    query = (
        select(models.Agency.reference)
        .join(key, key.agency_id == models.Agency.id)
        .where(key.kind == kind, key.value == value, key.superseded_at.is_(None))
        .order_by(models.Agency.id)
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def _fault_of_number(call: Call[LicensingOfficial], draft: Draft) -> Fault | None:
    assert draft.stated.number is not None
    key, licence = models.LookupKey, models.Licence
    query = (
        select(licence.reference)
        .join(key, key.licence == licence.reference)
        .where(
            key.kind == keys.LICENCE_NUMBER,
            key.value == keys.number_key(draft.stated.number),
            key.superseded_at.is_(None),
            licence.authority == draft.authority,
            licence.reference != draft.subject,
        )
        .limit(1)
    )
    other = call.session.execute(query).scalar_one_or_none()
    if other is None:
        return None
    return Fault.of("number", Problem.CONTRADICTORY, "licence_number", other=other)


def _fault_of_agreement(session: Session, before: record.Agency, stated: act_forms.Stated) -> Fault | None:
    if before.role is not Role.SENDING:
        return Fault.of("destination", Problem.INVALID_VALUE, "agreements_sending")
    if stated.receiving is None:
        return None
    other = agency_row(session, ids.read_reference(stated.receiving) or "")
    if other is None or other.erased_at is not None or other.reference == before.agency_id:
        return Fault.of("receiving", Problem.INVALID_VALUE, "other_agency")
    return None


def _is_running(one: record.Agreement, reference: str, official: LicensingOfficial, day: date) -> bool:
    is_current = (one.from_ is None or one.from_ <= day) and (one.to is None or one.to > day)
    return one.agreement_id == reference and one.authority == official.authority and is_current


def _seen(act: LicenceAct, before: record.Agency | None, subject: str) -> str:
    part: Any = ()
    if act in rules.AGREEMENTS and before is not None:
        part = before.agreements
    elif rules.ACTS[act].about is rules.About.AGENCY and before is not None:
        part = before.intermediaries
    elif rules.ACTS[act].about is rules.About.LICENCE and before is not None:
        part = licence_of(before, subject)
    return hashlib.sha256(record.canonical(part)).hexdigest()[:16]
