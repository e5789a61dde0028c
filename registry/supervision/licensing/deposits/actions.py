"""Writes lines into the ledger of a deposit; the sum goes into the agency's public record in the same transaction."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit import actions as audit
from registry.core.db.locking import lock, require_version
from registry.core.errors import ActRefused, Fault, InvalidInput, NotFound, NotNow
from registry.core.ids import new_reference, read_reference
from registry.log.actions import lock_log
from registry.register.agencies import models, record, storage
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.register.agencies.texts import tidy_line
from registry.register.authorities.actions import save_desk_reading
from registry.register.imports.personal import holds_personal_number
from registry.supervision.licensing.deposits.models import DepositLine
from registry.supervision.licensing.deposits.queries import ledger, movements
from registry.supervision.licensing.deposits.rules import FORMS, SECOND, read_amount, standing
from registry.supervision.licensing.drafting import LicensingOfficial, today_of
from registry.supervision.licensing.queries import agency_of_authority
from registry.vocabulary.codes import Problem
from registry.vocabulary.fees import CURRENCIES, DepositUse
from registry.vocabulary.licensing import DepositLineKind, ProposalState


def enter(
    session: Session,
    official: LicensingOfficial,
    agency: str,
    kind: DepositLineKind,
    at: datetime,
    *,
    amount: str = "",
    currency: str = "",
    happened_on: date,
    note: str,
    use: DepositUse | None = None,
    reverses: str | None = None,
    form: str | None = None,
    held_by: str | None = None,
) -> DepositLine:
    """Enter a line. Money received counts at once; a draw or a reversal waits for a second person.

    Raises NotFound for another authority's agency too, and InvalidInput.
    """
    row, known = agency_of_authority(session, official.authority, agency)
    _lock_agency(session, row.id)
    today, _ = today_of(session, official.authority, at)
    if known.withheld:
        raise NotNow("the holder's name was erased by law: nothing more is written down of it", "licensing.erased")
    lines = [line for line in ledger(session, row.id) if line.state is ProposalState.APPLIED]
    note = tidy_line("note", note, 400)
    faults: list[Fault] = []
    if holds_personal_number(note):
        faults.append(Fault.of("note", Problem.INVALID_VALUE, "personal_number"))
    if happened_on > today:
        faults.append(Fault.of("happened_on", Problem.INVALID_VALUE, "future"))
    if (kind is DepositLineKind.DRAWN) != (use is not None):
        faults.append(Fault.of("use", Problem.INVALID_VALUE, "said_of_draw"))
    money, unit = _money(kind, amount, currency, lines, reverses, faults)
    if kind is DepositLineKind.PAID_IN and form not in FORMS:
        faults.append(Fault.of("held_as", Problem.INVALID_VALUE, "choose_one"))
    if faults:
        raise InvalidInput(faults)
    line = DepositLine(
        reference=new_reference(),
        agency_id=row.id,
        authority=official.authority,
        kind=kind,
        amount=f"{money:.2f}",
        currency=unit,
        deposit_use=use,
        reverses=read_reference(reverses or ""),
        form=form if kind is DepositLineKind.PAID_IN else None,
        held_by=tidy_line("held_by", held_by, 200) if held_by and held_by.strip() else None,
        note=note,
        happened_on=happened_on,
        state=ProposalState.OPEN if kind in SECOND else ProposalState.APPLIED,
        recorded_by=official.name,
        recorded_at=at,
    )
    session.add(line)
    session.flush()
    if line.state is ProposalState.APPLIED:
        _publish(session, line, at)
    _record(session, official, f"deposit.{kind}", row.reference, line, at)
    return line


def approve(
    session: Session, official: LicensingOfficial, reference: str, at: datetime, *, version: int | None = None
) -> DepositLine:
    """Approve a draw or a reversal.

    Raises NotFound, ActRefused for the officer who entered it, NotNow, StaleVersion.
    """
    line = _lock_open(session, official, reference, version)
    applied = [one for one in ledger(session, line.agency_id) if one.state is ProposalState.APPLIED]
    if standing(movements([*applied, line]), None).balance < 0:
        raise NotNow("there is less in the deposit than this would take out", "deposit.too_little")
    if line.reverses is not None and any(one.reverses == line.reverses for one in applied):
        raise NotNow("this line was taken back already", "deposit.taken_back")
    line.state, line.decided_by, line.decided_at = ProposalState.APPLIED, official.name, at
    line.version += 1
    session.flush()
    _publish(session, line, at)
    _record(session, official, "deposit.approved", _reference_of(session, line), line, at)
    return line


def refuse(
    session: Session, official: LicensingOfficial, reference: str, at: datetime, *, version: int | None = None
) -> DepositLine:
    """Refuse a line: it stays and never counts. Called by the officer who entered it, it is taken back instead."""
    line = _lock_open(session, official, reference, version, is_refusing=True)
    is_own = line.recorded_by == official.name
    line.state = ProposalState.TAKEN_BACK if is_own else ProposalState.REFUSED
    line.decided_by, line.decided_at = official.name, at
    line.version += 1
    session.flush()
    _record(session, official, f"deposit.{line.state}", _reference_of(session, line), line, at)
    return line


def _lock_open(
    session: Session, official: LicensingOfficial, reference: str, version: int | None, *, is_refusing: bool = False
) -> DepositLine:
    query = select(DepositLine).where(
        DepositLine.reference == read_reference(reference), DepositLine.authority == official.authority
    )
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(f"there is no line {reference} in a deposit of this authority")
    _lock_agency(session, found.agency_id)
    session.refresh(found)
    if found.state is not ProposalState.OPEN:
        raise NotNow(f"this waits no more: it is {found.state}", "licensing.decided", state=found.state)
    require_version(found.version, version)
    if found.recorded_by == official.name and not is_refusing:
        raise ActRefused("own_proposal", "you entered this: another officer has to approve it")
    return found


def _money(
    kind: DepositLineKind,
    amount: str,
    currency: str,
    lines: list[DepositLine],
    reverses: str | None,
    faults: list[Fault],
) -> tuple[Decimal, str]:
    if kind is DepositLineKind.REVERSED:
        wanted = read_reference(reverses or "")
        line = next((one for one in lines if one.reference == wanted and one.reverses is None), None)
        if line is None or any(one.reverses == wanted for one in lines):
            faults.append(Fault.of("reverses", Problem.INVALID_VALUE, "ledger_line"))
            return Decimal(0), "XXX"
        return Decimal(line.amount), line.currency
    if reverses is not None:
        faults.append(Fault.of("reverses", Problem.INVALID_VALUE, "said_of_reversal"))
    money, unit = read_amount(amount), currency.strip().upper()
    if money is None:
        faults.append(Fault.of("amount", Problem.NOT_AN_AMOUNT, "amount_like"))
    if unit not in CURRENCIES:
        faults.append(Fault.of("currency", Problem.UNKNOWN_CURRENCY, "currency_like"))
    elif lines and unit != lines[0].currency:
        faults.append(Fault.of("currency", Problem.CONTRADICTORY, "currency_ledger", currency=lines[0].currency))
    if money is not None and kind is DepositLineKind.DRAWN and money > standing(movements(lines), None).balance:
        faults.append(Fault.of("amount", Problem.INVALID_VALUE, "amount_more"))
    return money or Decimal(0), unit


def _publish(session: Session, line: DepositLine, at: datetime) -> None:
    """Publish the deposit's state in the public record; what lists or we stated before ends the day before."""
    lock_log(session)
    applied = [one for one in ledger(session, line.agency_id) if one.state is ProposalState.APPLIED]
    balance = standing(movements(applied), None).balance
    known = storage.loaded_records(session, [line.agency_id])[line.agency_id]
    source = save_desk_reading(session, line.authority, at)
    day = max(one.happened_on for one in applied)
    opened = next((one for one in applied if one.form is not None), line)
    new = record.Deposit(
        form=opened.form or "cash",
        amount=f"{balance:.2f}",
        currency=line.currency,
        held_by=opened.held_by,
        from_=day,
        source=source,
        retrieved_at=at,
    )
    stored = tuple(ended for one in known.deposits if (ended := _ended(one, day)) is not None)
    agency = msgspec.structs.replace(known, deposits=(*stored, new))
    amend(session, agency, Event("agency.deposit_changed"))


def _ended(one: record.Deposit, day: date) -> record.Deposit | None:
    if one.to is not None and one.to < day:
        return one
    if one.from_ is not None and one.from_ >= day:
        return None
    return msgspec.structs.replace(one, to=day - timedelta(days=1))


def _lock_agency(session: Session, agency_id: int) -> None:
    """Lock the agency, so that two draws at once cannot take the same money twice."""
    lock(session, models.Agency, models.Agency.id == agency_id)


def _reference_of(session: Session, line: DepositLine) -> str:
    return session.get_one(models.Agency, line.agency_id).reference


def _record(
    session: Session, official: LicensingOfficial, act: str, agency: str, line: DepositLine, at: datetime
) -> None:
    detail = f"{line.kind} {line.amount} {line.currency}, line {line.reference}"
    audit.record(session, act, agency, on=at.date(), actor=official.name, detail=detail, unit=official.unit)
