"""The ledger of a deposit: lines are written and read; the sum goes into the agency's public record in the same transaction."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.db.locking import lock, require_version
from registry.core.errors import ActRefused, Fault, InvalidInput, NotFound, NotNow
from registry.core.ids import new_reference, read_reference
from registry.log.actions import lock_log
from registry.register.agencies import models, publishing, record, storage
from registry.register.agencies.actions import amend
from registry.register.agencies.rules import tidy_line
from registry.register.authorities.actions import save_desk_reading
from registry.register.imports.personal import holds_personal_number
from registry.supervision.licensing import deposit_rules, drafting
from registry.supervision.licensing.models import DepositLine
from registry.supervision.licensing.queries import agency_of_authority
from registry.vocabulary import codes, fees
from registry.vocabulary.register import STATUSES, Answer
from registry.vocabulary.supervision import DepositLineKind, ProposalState


class DepositEntry(NamedTuple):
    """What an officer writes into a ledger. A reversal names the line that it `reverses`, in place of an amount.

    `use` is of a draw, `held_as` (one of FORMS) and `held_by` of what is paid in.
    """

    kind: DepositLineKind
    happened_on: date
    note: str
    amount: str = ""
    currency: str = ""
    use: fees.DepositUse | None = None
    reverses: str | None = None
    held_as: str | None = None
    held_by: str | None = None


def enter(call: Call[drafting.LicensingOfficial], agency: str, entry: DepositEntry) -> DepositLine:
    """Enter a line. Money received counts at once; a draw or a reversal waits for a second person.

    Raises NotFound for another authority's agency too, and InvalidInput.
    """
    session, official = call.session, call.actor
    row, known = agency_of_authority(session, official.authority, agency)
    _lock_agency(session, row.id)
    today, _ = drafting.today_of(session, official.authority, call.at)
    if known.withheld:
        raise NotNow("the holder's name was erased by law: nothing more is written down of it", "licensing.erased")
    lines = [line for line in ledger(session, row.id) if line.state is ProposalState.APPLIED]
    note, is_paid_in = tidy_line("note", entry.note, 400), entry.kind is DepositLineKind.PAID_IN
    faults: list[Fault] = []
    if holds_personal_number(note):
        faults.append(Fault.of("note", codes.Problem.INVALID_VALUE, "personal_number"))
    if entry.happened_on > today:
        faults.append(Fault.of("happened_on", codes.Problem.INVALID_VALUE, "future"))
    if (entry.kind is DepositLineKind.DRAWN) != (entry.use is not None):
        faults.append(Fault.of("use", codes.Problem.INVALID_VALUE, "said_of_draw"))
    money, unit = _read_money(entry, lines, faults)
    if is_paid_in and entry.held_as not in deposit_rules.FORMS:
        faults.append(Fault.of("held_as", codes.Problem.INVALID_VALUE, "choose_one"))
    if faults:
        raise InvalidInput(faults)
    line = DepositLine(
        reference=new_reference(),
        agency_id=row.id,
        authority=official.authority,
        kind=entry.kind,
        amount=f"{money:.2f}",
        currency=unit,
        deposit_use=entry.use,
        reverses=read_reference(entry.reverses or ""),
        form=entry.held_as if is_paid_in else None,
        held_by=tidy_line("held_by", entry.held_by, 200) if entry.held_by and entry.held_by.strip() else None,
        note=note,
        happened_on=entry.happened_on,
        state=ProposalState.OPEN if entry.kind in deposit_rules.SECOND else ProposalState.APPLIED,
        recorded_by=official.name,
        recorded_at=call.at,
    )
    session.add(line)
    session.flush()
    if line.state is ProposalState.APPLIED:
        _publish(session, line, call.at)
    _record(call, f"deposit.{entry.kind}", line)
    return line


def approve(call: Call[drafting.LicensingOfficial], reference: str) -> DepositLine:
    """Approve a draw or a reversal.

    Raises NotFound, ActRefused for the officer who entered it, NotNow, StaleVersion.
    """
    line = _lock_open(call, reference)
    if line.recorded_by == call.actor.name:
        raise ActRefused("own_proposal", "you entered this: another officer has to approve it")
    applied = [one for one in ledger(call.session, line.agency_id) if one.state is ProposalState.APPLIED]
    if deposit_rules.standing(movements([*applied, line]), None).balance < 0:
        raise NotNow("there is less in the deposit than this would take out", "deposit.too_little")
    if line.reverses is not None and any(one.reverses == line.reverses for one in applied):
        raise NotNow("this line was taken back already", "deposit.taken_back")
    _decide(call, line, ProposalState.APPLIED)
    _publish(call.session, line, call.at)
    _record(call, "deposit.approved", line)
    return line


def refuse(call: Call[drafting.LicensingOfficial], reference: str) -> DepositLine:
    """Refuse a line: it stays and never counts. Called by the officer who entered it, it is taken back instead."""
    line = _lock_open(call, reference)
    is_own = line.recorded_by == call.actor.name
    _decide(call, line, ProposalState.TAKEN_BACK if is_own else ProposalState.REFUSED)
    _record(call, f"deposit.{line.state}", line)
    return line


def _lock_open(call: Call[drafting.LicensingOfficial], reference: str) -> DepositLine:
    """A line of the officer's authority that waits, read anew with its agency locked."""
    query = select(DepositLine).where(
        DepositLine.reference == read_reference(reference), DepositLine.authority == call.actor.authority
    )
    found = call.session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(f"there is no line {reference} in a deposit of this authority")
    _lock_agency(call.session, found.agency_id)
    call.session.refresh(found)
    if found.state is not ProposalState.OPEN:
        raise NotNow(f"this waits no more: it is {found.state}", "licensing.decided", state=found.state)
    require_version(found.version, call.version)
    return found


def _decide(call: Call[drafting.LicensingOfficial], line: DepositLine, state: ProposalState) -> None:
    line.state, line.decided_by, line.decided_at = state, call.actor.name, call.at
    line.version += 1
    call.session.flush()


def _read_money(entry: DepositEntry, lines: list[DepositLine], faults: list[Fault]) -> tuple[Decimal, str]:
    """The amount and currency of an entry beside the lines that count; what is wrong is added to `faults`."""
    if entry.kind is DepositLineKind.REVERSED:
        wanted = read_reference(entry.reverses or "")
        line = next((one for one in lines if one.reference == wanted and one.reverses is None), None)
        if line is None or any(one.reverses == wanted for one in lines):
            faults.append(Fault.of("reverses", codes.Problem.INVALID_VALUE, "ledger_line"))
            return Decimal(0), "XXX"
        return Decimal(line.amount), line.currency
    if entry.reverses:
        faults.append(Fault.of("reverses", codes.Problem.INVALID_VALUE, "said_of_reversal"))
    money, unit = deposit_rules.read_amount(entry.amount), entry.currency.strip().upper()
    if money is None:
        faults.append(Fault.of("amount", codes.Problem.NOT_AN_AMOUNT, "amount_like"))
    if unit not in fees.CURRENCIES:
        faults.append(Fault.of("currency", codes.Problem.UNKNOWN_CURRENCY, "currency_like"))
    elif lines and unit != lines[0].currency:
        faults.append(Fault.of("currency", codes.Problem.CONTRADICTORY, "currency_ledger", currency=lines[0].currency))
    if (
        money is not None
        and entry.kind is DepositLineKind.DRAWN
        and money > deposit_rules.standing(movements(lines), None).balance
    ):
        faults.append(Fault.of("amount", codes.Problem.INVALID_VALUE, "amount_more"))
    return money or Decimal(0), unit


def _publish(session: Session, line: DepositLine, at: datetime) -> None:
    """Publish the deposit's state in the public record; what lists or we stated before ends the day before."""
    lock_log(session)
    applied = [one for one in ledger(session, line.agency_id) if one.state is ProposalState.APPLIED]
    balance = deposit_rules.standing(movements(applied), None).balance
    known = storage.load_records(session, [line.agency_id])[line.agency_id]
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
    stored = tuple(ended for one in known.deposits if (ended := _end_before(one, day)) is not None)
    agency = msgspec.structs.replace(known, deposits=(*stored, new))
    amend(session, agency, publishing.Event("agency.deposit_changed"))


def _end_before(one: record.Deposit, day: date) -> record.Deposit | None:
    if one.to is not None and one.to < day:
        return one
    if one.from_ is not None and one.from_ >= day:
        return None
    return msgspec.structs.replace(one, to=day - timedelta(days=1))


def _lock_agency(session: Session, agency_id: int) -> None:
    """Lock the agency, so that two draws at once cannot take the same money twice."""
    lock(session, models.Agency, models.Agency.id == agency_id)


def _record(call: Call[drafting.LicensingOfficial], act: str, line: DepositLine) -> None:
    agency = call.session.get_one(models.Agency, line.agency_id).reference
    drafting.record_act(call, act, agency, f"{line.kind} {line.amount} {line.currency}, line {line.reference}")


class LedgerView(NamedTuple):
    """An agency's ledger: its lines, oldest first, and the result of those that count. `currency` is None if none.

    `is_recruiting` says whether a licence lets it recruit today: no deposit is required without one.
    """

    lines: list[DepositLine]
    standing: deposit_rules.DepositBalance
    currency: str | None
    is_recruiting: bool


def ledger(session: Session, agency_id: int) -> list[DepositLine]:
    """Every line of an agency (row id), the oldest first."""
    query = select(DepositLine).where(DepositLine.agency_id == agency_id).order_by(DepositLine.id)
    return list(session.execute(query).scalars())


def line_named(session: Session, reference: str) -> DepositLine:
    """A line that is known to be there, by its reference."""
    return session.scalars(select(DepositLine).where(DepositLine.reference == reference)).one()


def movements(lines: Iterable[DepositLine]) -> list[deposit_rules.Movement]:
    return [
        deposit_rules.Movement(
            one.reference, one.kind, Decimal(one.amount), one.happened_on, one.deposit_use, one.reverses
        )
        for one in lines
    ]


def ledger_view(session: Session, agency_id: int, agency: record.Agency, today: date) -> LedgerView:
    """An agency's deposit. What its licences require counts while they let it recruit."""
    lines = ledger(session, agency_id)
    applied = [one for one in lines if one.state is ProposalState.APPLIED]
    statuses = [(one.kind, drafting.status_on(agency, one.licence_id, today)) for one in agency.licences]
    recruiting = [kind for kind, status in statuses if status and STATUSES[status].recruit is Answer.YES]
    wanted = deposit_rules.required_of(recruiting)
    return LedgerView(
        lines,
        deposit_rules.standing(movements(applied), wanted[0] if wanted else None),
        applied[0].currency if applied else (wanted[1] if wanted else None),
        bool(recruiting),
    )
