"""The agencies and employers that a case is about, beside the agency that was named first and stays the main one.

They are sealed as the first agency is: under the server's ring, and found by keyed digests. An employer belongs to one unit,
whose digests are its own, and is kept as long as a case of that unit names it.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Select, and_, delete, select, true
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.case.messages import read_text
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer, in_unit, lock_case, record_act
from registry.complaints.casework.models import CaseAgency, CaseEmployer, CaseEvent, Employer
from registry.complaints.casework.queries import agencies_of, stated_employer
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.db.locking import find, lock, lock_or_none
from registry.core.errors import Fault, InvalidInput, NotFound
from registry.core.ids import new_reference
from registry.officers.days import today_of
from registry.register.agencies.keys import name_key, number_key
from registry.vocabulary.cases import EventKind, FirmPart
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import EU_STATES, SENDING_COUNTRIES

MAX_NAME = 200
MAX_SEARCHED = 2_000
"""Employers of a unit that a search opens, the newest: names are sealed, so that no index has their words."""

AGENCY_PARTS = frozenset(FirmPart) - {FirmPart.EMPLOYER}
EMPLOYER_PARTS = frozenset({FirmPart.EMPLOYER, FirmPart.USER_FIRM})


class EmployerDetails(msgspec.Struct, frozen=True):
    """What is sealed of an employer."""

    name: str
    country: str = ""
    place: str = ""
    register_number: str = ""


class EmployerLink(NamedTuple):
    """The employer to link: one that is known by `employer`, its reference, or a new one by its details."""

    employer: str = ""
    part: FirmPart = FirmPart.EMPLOYER
    name: str = ""
    country: str = ""
    place: str = ""
    register_number: str = ""


class ShownEmployer(NamedTuple):
    """`part` in the case that it is shown for, None elsewhere."""

    row: Employer
    details: EmployerDetails
    part: FirmPart | None = None


class EmployerView(NamedTuple):
    """An employer with its cases, their agencies, and the visits in them by the reference of the case."""

    shown: ShownEmployer
    cases: Sequence[Case]
    agencies: Sequence[str]
    visits: Sequence[tuple[str, CaseEvent]]


class Firms(NamedTuple):
    """`suggested`: employers of the unit that are called as the complainant's words say, or have the same register number."""

    agencies: Sequence[tuple[CaseAgency, str]]
    employers: Sequence[ShownEmployer]
    suggested: Sequence[ShownEmployer]
    stated: str | None


def add_agency(call: Call[Officer], sealer: Sealer, reference: str, agency: str, part: FirmPart) -> CaseAgency:
    """Add a further agency (its public reference, known to be there). Raises NotFound, StaleVersion, InvalidInput."""
    session, officer = call.session, call.actor
    case = lock_case(session, officer, reference, call.version)
    if part not in AGENCY_PARTS:
        raise InvalidInput([Fault.of("part", Problem.INVALID_VALUE, "choose_one")])
    if agency in agencies_of(sealer, case):
        raise InvalidInput([Fault.of("agency_id", Problem.INVALID_VALUE, "of_case_already")])
    added = CaseAgency(
        reference=new_reference(), case_id=case.id, part=part, added_by=officer.name, added_on=today_of(call),
        digest=sealer.digest("agency", f"agency {agency}"),
    )  # fmt: skip
    added.sealed = sealer.seal_field(agency, place_of(added, added))
    session.add(added)
    session.flush()
    session.expire(case, ["further_agencies"])
    record_act(call, case, "firm.agency_added", part)
    return added


def remove_agency(call: Call[Officer], reference: str, link: str) -> None:
    """Remove a further agency. Raises NotFound, StaleVersion."""
    session = call.session
    case = lock_case(session, call.actor, reference, call.version)
    its = CaseAgency.case_id == case.id, CaseAgency.reference == link
    found = find(session, CaseAgency, *its, missing="there is no such agency in this case")
    session.delete(found)
    session.flush()
    session.expire(case, ["further_agencies"])
    record_act(call, case, "firm.agency_removed", found.part)


def link_employer(call: Call[Officer], sealer: Sealer, reference: str, wanted: EmployerLink) -> Employer:
    """Link a case to an employer of its unit, a new one where none is named by reference.

    One that is new must have another register number than all others. Raises NotFound, StaleVersion, InvalidInput.
    """
    session, officer = call.session, call.actor
    case = lock_case(session, officer, reference, call.version)
    if wanted.part not in EMPLOYER_PARTS:
        raise InvalidInput([Fault.of("part", Problem.INVALID_VALUE, "choose_one")])
    if wanted.employer:
        known = lock_or_none(session, Employer, Employer.unit == officer.unit, Employer.reference == wanted.employer)
        if known is None:
            raise InvalidInput([Fault.of("employer", Problem.INVALID_VALUE, "employer_not_found")])
        found = known
    else:
        details = _checked(EmployerDetails(wanted.name, wanted.country, wanted.place, wanted.register_number))
        found = Employer(reference=new_reference(), unit=officer.unit, made_by=officer.name, made_on=today_of(call))
        _seal(session, sealer, found, details)
        session.add(found)
        session.flush()
    linked = select(CaseEmployer.id).where(CaseEmployer.case_id == case.id, CaseEmployer.employer_id == found.id)
    if session.execute(linked).first() is not None:
        raise InvalidInput([Fault.of("employer", Problem.INVALID_VALUE, "of_case_already")])
    session.add(
        CaseEmployer(
            case_id=case.id, employer_id=found.id, part=wanted.part, linked_by=officer.name, linked_on=today_of(call)
        )
    )
    record_act(call, case, "firm.employer_linked", wanted.part)
    session.flush()
    return found


def unlink_employer(call: Call[Officer], reference: str, employer: str) -> None:
    """Undo a link; an employer that no case names any more is forgotten. Raises NotFound, StaleVersion."""
    session = call.session
    case = lock_case(session, call.actor, reference, call.version)
    query = select(CaseEmployer).join(Employer, Employer.id == CaseEmployer.employer_id)
    found = session.scalars(query.where(CaseEmployer.case_id == case.id, Employer.reference == employer)).one_or_none()
    if found is None:
        raise NotFound("there is no such employer in this case")
    _unlink(session, [found])
    record_act(call, case, "firm.employer_unlinked", found.part)


def edit_employer(call: Call[Officer], sealer: Sealer, reference: str, details: EmployerDetails) -> Employer:
    """Correct what is written down of an employer. Raises NotFound, StaleVersion, InvalidInput."""
    session, officer = call.session, call.actor
    missing = f"there is no employer {reference} in this unit"
    its = Employer.reference == reference, Employer.unit == officer.unit
    found = lock(session, Employer, *its, version=call.version, missing=missing)
    _seal(session, sealer, found, _checked(details))
    found.version += 1
    record(session, "employer.edited", reference, on=today_of(call), actor=officer.name, unit=officer.unit)
    session.flush()
    return found


def firms_of(session: Session, sealer: Sealer, unit: str, case: Case, typed: str = "") -> Firms:
    """The further agencies and the employers of a case, and employers that may be meant by what was typed or stated.

    The caller audits.
    """
    agencies = [(one, sealer.open_field(one.sealed, place_of(one, one))) for one in case.further_agencies]
    query = _of_unit(unit).add_columns(CaseEmployer.part).join(CaseEmployer, CaseEmployer.employer_id == Employer.id)
    linked = session.execute(query.where(CaseEmployer.case_id == case.id).order_by(CaseEmployer.id)).all()
    employers = [ShownEmployer(row, _open_details(sealer, row), part) for row, part in linked]
    stated = stated_employer(sealer, case)
    known = {one.row.id for one in employers}
    alike = {
        one.row.id: one
        for words in (stated, typed)
        if words
        for one in employers_named(session, sealer, unit, words, is_whole=True)
    }
    return Firms(agencies, employers, [one for key, one in alike.items() if key not in known], stated)


def employer_of_unit(session: Session, sealer: Sealer, unit: str, reference: str) -> ShownEmployer:
    """Raises NotFound for another unit's."""
    its = Employer.reference == reference, Employer.unit == unit
    found = find(session, Employer, *its, missing=f"there is no employer {reference} in this unit")
    return ShownEmployer(found, _open_details(sealer, found))


def employer_view(call: Call[Officer], sealer: Sealer, reference: str, conflicts: Collection[str]) -> EmployerView:
    """An employer of the unit, without cases of the agencies in `conflicts`. Audited. Raises NotFound."""
    session, officer = call.session, call.actor
    shown = employer_of_unit(session, sealer, officer.unit, reference)
    cases, agencies = [], dict[str, None]()
    for case in cases_of(session, shown.row):
        named = agencies_of(sealer, case)
        if not set(named) & set(conflicts):
            cases.append(case)
            agencies.update(dict.fromkeys(named))
    references = {case.id: case.reference for case in cases}
    planned = select(CaseEvent).where(CaseEvent.case_id.in_(references), CaseEvent.kind == EventKind.VISIT)
    visits = session.scalars(planned.order_by(CaseEvent.on_day.desc(), CaseEvent.id.desc())).all()
    record(
        session, "employer.read", reference, on=today_of(call), actor=officer.name, detail=officer.role, unit=officer.unit
    )  # fmt: skip
    return EmployerView(shown, cases, list(agencies), [(references[one.case_id], one) for one in visits])


def cases_of(session: Session, employer: Employer) -> Sequence[Case]:
    """The cases of its unit that name an employer, the newest first."""
    linked = select(CaseEmployer.case_id).where(CaseEmployer.employer_id == employer.id)
    query = select(Case).where(in_unit(employer.unit), Case.id.in_(linked))
    return session.scalars(query.order_by(Case.filed_on.desc(), Case.id.desc())).all()


def employers_named(
    session: Session, sealer: Sealer, unit: str, typed: str, *, is_whole: bool = False
) -> list[ShownEmployer]:
    """The unit's employers with this register number or this name, by folded letters; `is_whole`: no part of a name counts."""
    name, number = name_key(typed), number_key(typed)
    if not name and not number:
        return []
    if is_whole:
        digests = [_digest(sealer, unit, "name", name), _digest(sealer, unit, "number", number)]
        same = Employer.name_digest == digests[0], Employer.number_digest == digests[1]
        rows = session.scalars(_of_unit(unit).where(same[0] | same[1]).order_by(Employer.id)).all()
        return [ShownEmployer(row, _open_details(sealer, row)) for row in rows]
    rows = session.scalars(_of_unit(unit).order_by(Employer.id.desc()).limit(MAX_SEARCHED)).all()
    opened = [ShownEmployer(row, _open_details(sealer, row)) for row in rows]
    return [
        one
        for one in opened
        if (name and name in name_key(one.details.name)) or number == number_key(one.details.register_number)
    ]


def move_employers(session: Session, sealer: Sealer, case: Case, former: str, unit: str) -> None:
    """Link a case that goes to another unit to employers of that unit: those that it knows already, or copies."""
    query = select(CaseEmployer, Employer).join(Employer, Employer.id == CaseEmployer.employer_id)
    rows = session.execute(query.where(CaseEmployer.case_id == case.id, Employer.unit == former)).all()
    for link, employer in rows:
        details = _open_details(sealer, employer)
        names = [one for one in (details.register_number, details.name) if one]
        known = [one.row for name in names for one in employers_named(session, sealer, unit, name, is_whole=True)]
        taken = known[0] if known else _copied(session, sealer, employer, details, unit)
        linked = select(CaseEmployer.id).where(CaseEmployer.case_id == case.id, CaseEmployer.employer_id == taken.id)
        if session.execute(linked).first() is None:
            session.add(
                CaseEmployer(
                    case_id=case.id, employer_id=taken.id, part=link.part, linked_by=link.linked_by,
                    linked_on=link.linked_on,
                )
            )  # fmt: skip
            session.flush()
    _unlink(session, [link for link, _ in rows])


def _copied(session: Session, sealer: Sealer, of: Employer, details: EmployerDetails, unit: str) -> Employer:
    made = Employer(reference=new_reference(), unit=unit, made_by=of.made_by, made_on=of.made_on)
    _seal(session, sealer, made, details)
    session.add(made)
    session.flush()
    return made


def forget_firms(session: Session, case: Case) -> None:
    """Delete what a case's purge takes along at once: the ring opens it as long as it is there."""
    session.execute(delete(CaseAgency).where(CaseAgency.case_id == case.id))
    _unlink(session, session.scalars(select(CaseEmployer).where(CaseEmployer.case_id == case.id)).all())


def _unlink(session: Session, links: Sequence[CaseEmployer]) -> None:
    """Delete links, and each of their employers that no case names any more: locked, so that none is linked meanwhile."""
    employers = [one.employer_id for one in links]
    session.execute(select(Employer.id).where(Employer.id.in_(employers)).order_by(Employer.id).with_for_update())
    session.execute(delete(CaseEmployer).where(CaseEmployer.id.in_([one.id for one in links])))
    still = select(CaseEmployer.employer_id)
    session.execute(delete(Employer).where(Employer.id.in_(employers), Employer.id.not_in(still)))


def _of_unit(unit: str) -> Select[Employer]:
    return select(Employer).where(Employer.unit == unit)


def _checked(details: EmployerDetails) -> EmployerDetails:
    """Raises InvalidInput with every fault."""
    faults: list[Fault] = []

    def text(field: str, typed: str, *, is_needed: bool = False) -> str:
        try:
            return read_text(field, typed, MAX_NAME) if is_needed or typed.strip() else ""
        except InvalidInput as refused:
            faults.extend(refused.faults)
            return ""

    checked = EmployerDetails(
        text("name", details.name, is_needed=True),
        details.country.strip().upper(),
        text("place", details.place),
        text("register_number", details.register_number),
    )
    if checked.country and checked.country not in EU_STATES | SENDING_COUNTRIES:
        faults.append(Fault.of("country", Problem.INVALID_VALUE, "choose_one"))
    if faults:
        raise InvalidInput(faults)
    return checked


def _seal(session: Session, sealer: Sealer, employer: Employer, details: EmployerDetails) -> None:
    number = number_key(details.register_number)
    employer.name_digest = _digest(sealer, employer.unit, "name", name_key(details.name))
    employer.number_digest = _digest(sealer, employer.unit, "number", number) if number else None
    _require_another(session, employer)
    employer.sealed = sealer.seal_field(msgspec.json.encode(details).decode(), place_of(employer, employer))


def _require_another(session: Session, employer: Employer) -> None:
    """Of two with one name, both have a register number, and another each. Raises InvalidInput."""
    number, others = employer.number_digest, _of_unit(employer.unit).where(Employer.reference != employer.reference)
    same_name = and_(
        Employer.name_digest == employer.name_digest, true() if number is None else Employer.number_digest.is_(None)
    )
    with session.no_autoflush:
        if number and session.scalars(others.where(Employer.number_digest == number).limit(1)).first():
            raise InvalidInput([Fault.of("register_number", Problem.INVALID_VALUE, "employer_known")])
        if session.scalars(others.where(same_name).limit(1)).first():
            raise InvalidInput([Fault.of("name", Problem.INVALID_VALUE, "employer_known")])


def _open_details(sealer: Sealer, employer: Employer) -> EmployerDetails:
    return msgspec.json.decode(sealer.open_field(employer.sealed, place_of(employer, employer)), type=EmployerDetails)


def _digest(sealer: Sealer, unit: str, what: str, key: str) -> str:
    return sealer.digest(f"employer {what}", f"{unit}\0{key}")
