"""How an act changes a public record: the record before, the statements, the record after. Pure."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from registry.register.agencies import record, storage
from registry.register.agencies.actions import UNPLACED
from registry.register.agencies.keys import number_key
from registry.register.imports.values import script_of
from registry.supervision.licensing.act_forms import Stated
from registry.supervision.licensing.rules import ACTS
from registry.vocabulary.register import SENDING_COUNTRIES, ChannelKind, LicenceStatus, NameKind, Role
from registry.vocabulary.supervision import LicenceAct

_DAY = timedelta(days=1)


class ChangeBasis(NamedTuple):
    """The source of a statement: who makes it and when, from which day, and on which legal ground."""

    source: str
    at: datetime
    day: date
    ground: str

    @property
    def facts(self) -> dict[str, Any]:
        return {"source": self.source, "retrieved_at": self.at}


def apply_act(
    act: LicenceAct, agency: record.Agency, subject: str, stated: Stated, basis: ChangeBasis, authority: str
) -> record.Agency:
    """The record as the act makes it. `subject` is the reference of the licence or agreement that is acted on or begun."""
    if act is LicenceAct.APPLY:
        return with_licence(agency, _applied(agency, subject, stated, basis, authority))
    change_of_agency = _OF_AGENCY.get(act)
    if change_of_agency is not None:
        return change_of_agency(agency, subject, stated, basis, authority)
    licence = next(one for one in agency.licences if one.licence_id == subject)
    return with_licence(agency, _OF_LICENCE.get(act, _status_stated)(act, licence, stated, basis))


def build_applicant(stated: Stated, basis: ChangeBasis, agency_id: str, country: str) -> record.Agency:
    """The public record of an applicant who was not in the registry before."""
    assert stated.name is not None
    name = record.Name(name=stated.name, script=script_of(stated.name, country), kind=NameKind.LEGAL, **basis.facts)
    identifiers: tuple[record.Identifier, ...] = ()
    if stated.identifier is not None and stated.scheme is not None:
        identifiers = (record.Identifier(scheme=stated.scheme, value=stated.identifier, **basis.facts),)
    channels = tuple(
        record.Channel(kind=kind, value=value, **basis.facts)
        for kind, value in (
            (ChannelKind.PHONE, stated.phone),
            (ChannelKind.EMAIL, stated.email),
            (ChannelKind.WEBSITE, stated.website),
        )
        if value is not None
    )
    return record.Agency(
        agency_id=agency_id,
        country=country,
        role=Role.SENDING if country in SENDING_COUNTRIES else Role.RECEIVING,
        holder_kind=stated.holder_kind,
        place=stated.place,
        names=(name,),
        identifiers=identifiers,
        channels=channels,
        **basis.facts,
    )


def with_status(licence: record.Licence, period: record.StatusPeriod) -> record.Licence:
    """The licence with another status from `period.from_` on.

    An open period ends what was stated before it. One with a last day is laid over it instead: the gravest status of a day
    counts, so that a suspension ends by itself on its day and no job has to run at midnight.
    """
    begins = period.from_
    if begins is None:
        raise ValueError("a status that officials state has a first day")
    history = licence.status_history
    stored = history if period.to is not None else record.closed_before(history, begins)
    return msgspec.structs.replace(licence, status_history=storage.in_order((*stored, period)))


def corrected(licence: record.Licence, period: record.StatusPeriod) -> record.Licence:
    """The licence with these days restated, whatever was stated of them; the days around them stay as they were."""
    begins, ends = period.from_, period.to
    assert begins is not None
    before = record.closed_before(licence.status_history, begins)
    later: list[record.StatusPeriod] = []
    for one in licence.status_history if ends is not None else ():
        assert ends is not None
        if one.to is None or one.to > ends:
            first = one.from_ if one.from_ is not None and one.from_ > ends else ends + _DAY
            later.append(msgspec.structs.replace(one, from_=first))
    return msgspec.structs.replace(licence, status_history=storage.in_order((*before, period, *later)))


def with_licence(agency: record.Agency, licence: record.Licence) -> record.Agency:
    """The agency with this licence in place of the one of the same reference, or beside the others."""
    is_known = any(one.licence_id == licence.licence_id for one in agency.licences)
    if not is_known:
        return msgspec.structs.replace(agency, licences=(*agency.licences, licence))
    licences = tuple(licence if one.licence_id == licence.licence_id else one for one in agency.licences)
    return msgspec.structs.replace(agency, licences=licences)


def with_sanction(agency: record.Agency, sanction: record.Sanction) -> record.Agency:
    """The agency with this sanction in place of the one of the same reference, or behind the others."""
    stored = tuple(one for one in agency.sanctions if one.sanction_id != sanction.sanction_id)
    return msgspec.structs.replace(agency, sanctions=(*stored, sanction))


def _period(status: LicenceStatus, stated: Stated, basis: ChangeBasis) -> record.StatusPeriod:
    return record.StatusPeriod(
        status=status,
        from_=basis.day,
        to=stated.to_on,
        ground=basis.ground,
        ground_text=stated.ground_text,
        publish_until=stated.publish_until,
        until=stated.until,
        **basis.facts,
    )


def _target(act: LicenceAct, stated: Stated) -> LicenceStatus:
    return stated.status or ACTS[act].targets[0]


def _status_stated(act: LicenceAct, licence: record.Licence, stated: Stated, basis: ChangeBasis) -> record.Licence:
    return with_status(licence, _period(_target(act, stated), stated, basis))


def _status_corrected(act: LicenceAct, licence: record.Licence, stated: Stated, basis: ChangeBasis) -> record.Licence:
    return corrected(licence, _period(_target(act, stated), stated, basis))


def _amended(act: LicenceAct, licence: record.Licence, stated: Stated, basis: ChangeBasis) -> record.Licence:
    return msgspec.structs.replace(licence, **stated.terms, **basis.facts)


def _issued(act: LicenceAct, licence: record.Licence, stated: Stated, basis: ChangeBasis) -> record.Licence:
    terms = {"valid_from": basis.day} | stated.terms
    granted = msgspec.structs.replace(licence, number=stated.number, **terms, **basis.facts)
    return _status_stated(act, granted, stated, basis)


def _renewed(act: LicenceAct, licence: record.Licence, stated: Stated, basis: ChangeBasis) -> record.Licence:
    """The renewed licence. A late renewal does not cover the days between: they stay expired."""
    ended = licence.valid_to
    if ended is not None and ended + _DAY < basis.day:
        gap = record.StatusPeriod(status=LicenceStatus.EXPIRED, from_=ended + _DAY, to=basis.day - _DAY, **basis.facts)
        licence = with_status(licence, gap)
    longer = msgspec.structs.replace(licence, valid_to=stated.terms["valid_to"], **basis.facts)
    return _status_stated(act, longer, stated, basis)


def terms_changed(licence: record.Licence, stated: Stated) -> bool:
    """Whether any term is stated otherwise than in the licence."""
    return any(getattr(licence, field) != value for field, value in stated.terms.items())


def _applied(
    agency: record.Agency, licence_id: str, stated: Stated, basis: ChangeBasis, authority: str
) -> record.Licence:
    assert stated.kind is not None
    return record.Licence(
        licence_id=licence_id,
        authority=authority,
        country=agency.country,
        kind=stated.kind,
        status_place=UNPLACED,
        status_history=(_period(LicenceStatus.APPLIED, stated, basis),),
        **stated.terms,
        **basis.facts,
    )


def _agreement_registered(
    agency: record.Agency, reference: str, stated: Stated, basis: ChangeBasis, authority: str
) -> record.Agency:
    employer = None
    if stated.employer_name is not None and stated.employer_country is not None:
        employer = record.Employer(
            name=stated.employer_name, country=stated.employer_country, identifier=stated.employer_identifier
        )
    assert stated.destination is not None
    agreement = record.Agreement(
        agreement_id=reference,
        sending=agency.agency_id,
        receiving=stated.receiving,
        employer=employer,
        authority=authority,
        number=stated.number,
        origin=agency.country,
        destination=stated.destination,
        sectors=stated.terms.get("sectors") or None,
        from_=basis.day,
        to=stated.to_on,
        **basis.facts,
    )
    return msgspec.structs.replace(agency, agreements=(*agency.agreements, agreement))


def _agreement_ended(
    agency: record.Agency, reference: str, stated: Stated, basis: ChangeBasis, authority: str
) -> record.Agency:
    agreements = tuple(
        msgspec.structs.replace(one, to=basis.day, **basis.facts) if one.agreement_id == reference else one
        for one in agency.agreements
    )
    return msgspec.structs.replace(agency, agreements=agreements)


def _intermediary_registered(
    agency: record.Agency, reference: str, stated: Stated, basis: ChangeBasis, authority: str
) -> record.Agency:
    assert stated.name is not None
    one = record.Intermediary(
        name=stated.name, number=stated.number, place=stated.place, from_=basis.day, to=stated.to_on, **basis.facts
    )
    return msgspec.structs.replace(agency, intermediaries=(*agency.intermediaries, one))


def _intermediary_ended(
    agency: record.Agency, reference: str, stated: Stated, basis: ChangeBasis, authority: str
) -> record.Agency:
    intermediaries = tuple(
        msgspec.structs.replace(one, to=basis.day, **basis.facts) if is_intermediary(one, stated, basis.day) else one
        for one in agency.intermediaries
    )
    return msgspec.structs.replace(agency, intermediaries=intermediaries)


def is_intermediary(one: record.Intermediary, stated: Stated, day: date) -> bool:
    """Whether this is the intermediary in question, and still one on that day."""
    is_current = (one.from_ is None or one.from_ <= day) and (one.to is None or one.to > day)
    return is_current and one.name == stated.name and number_key(one.number or "") == number_key(stated.number or "")


_OF_LICENCE: Mapping[LicenceAct, Callable[[LicenceAct, record.Licence, Stated, ChangeBasis], record.Licence]] = {
    LicenceAct.ISSUE: _issued,
    LicenceAct.AMEND: _amended,
    LicenceAct.RENEW: _renewed,
    LicenceAct.CORRECT: _status_corrected,
}
"""Acts that do more than state a status."""

_OF_AGENCY: Mapping[LicenceAct, Callable[[record.Agency, str, Stated, ChangeBasis, str], record.Agency]] = {
    LicenceAct.REGISTER_AGREEMENT: _agreement_registered,
    LicenceAct.END_AGREEMENT: _agreement_ended,
    LicenceAct.REGISTER_INTERMEDIARY: _intermediary_registered,
    LicenceAct.END_INTERMEDIARY: _intermediary_ended,
}
