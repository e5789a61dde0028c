"""Receipts that an organisation archives: kept, found, the newest first, let go, and for how long.

And as files: JSON lines, a table, or an archive that can be checked without the registry.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, delete, select, update
from sqlalchemy import Text as LongText
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.bulk.archive.stamps import Member, stamp_payload
from registry.bulk.models import ArchivedList, ArchivedReceipt, ReceiptSettings
from registry.core.calls import Call
from registry.core.clock import day_at, instant_text
from registry.core.db.locking import find
from registry.core.errors import ActRefused, Fault, InvalidInput, NotFound
from registry.core.ids import new_reference, read_reference
from registry.core.spreadsheets import as_csv
from registry.http.responses import File, encode, file_of
from registry.organisations.models import Organisation, OrganisationActor
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Answer

DAYS = 7 * 366
"""Days that receipts are kept where the organisation chose no other number."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which of its receipts an organisation asks for; days are in UTC, both included. `text` is a part of what was asked."""

    agency: str | None = None
    verdict: Answer | None = None
    from_on: date | None = None
    to_on: date | None = None
    text: str | None = None


EVERY = Filter()


def receipts_of(
    session: Session, organisation_id: int, which: Filter, limit: int, before: int | None = None
) -> Sequence[ArchivedReceipt]:
    """Up to `limit` receipts older than the row `before`."""
    query = _query(organisation_id, which).order_by(ArchivedReceipt.id.desc()).limit(limit)
    return session.scalars(query if before is None else query.where(ArchivedReceipt.id < before)).all()


def every_receipt(session: Session, organisation_id: int, which: Filter) -> Iterator[ArchivedReceipt]:
    """All of them, the oldest first, a few hundred in memory at once."""
    yield from session.scalars(
        _query(organisation_id, which).order_by(ArchivedReceipt.id).execution_options(yield_per=500)
    )


def receipt_named(session: Session, organisation_id: int, reference: str) -> ArchivedReceipt:
    """A receipt of the organisation. Raises NotFound, also for one of another organisation."""
    its = (ArchivedReceipt.reference == read_reference(reference), ArchivedReceipt.organisation_id == organisation_id)
    return find(session, ArchivedReceipt, *its, missing="your organisation has no such receipt")


def days_of(session: Session, organisation_id: int) -> int:
    """For how many days the organisation keeps what it keeps today."""
    stored = session.get(ReceiptSettings, organisation_id)
    return DAYS if stored is None else stored.days


def archives_all(session: Session, organisation_id: int) -> bool:
    """Whether what the organisation's keys ask is kept without each question saying so."""
    return session.execute(select(Organisation.keeps_every).where(Organisation.id == organisation_id)).scalar_one()


def _query(organisation_id: int, which: Filter) -> Select[ArchivedReceipt]:
    query = select(ArchivedReceipt).where(ArchivedReceipt.organisation_id == organisation_id)
    if which.agency is not None:
        query = query.where(ArchivedReceipt.agency == which.agency)
    if which.verdict is not None:
        query = query.where(ArchivedReceipt.verdict == which.verdict)
    query = query.where(*on_days(ArchivedReceipt.issued_at, which))
    if which.text is not None:
        # As it stands in JSON, where what is not ASCII is escaped.
        stated = json.dumps(which.text)[1:-1]
        query = query.where(cast(ArchivedReceipt.question, LongText).icontains(stated, autoescape=True))
    return query


def on_days(instant: InstrumentedAttribute[datetime], which: Filter) -> Iterator[ColumnElement[bool]]:
    """What holds an instant to the days that are asked for."""
    if which.from_on is not None:
        yield instant >= _midnight(which.from_on)
    # After the last day that can be written there is none to reckon with.
    if which.to_on is not None and which.to_on < date.max:
        yield instant < _midnight(which.to_on + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


MAX_DAYS = 3660
"""Ten years: supply-chain laws ask for seven, from the day a document was made."""


def archive_receipt(
    call: Call[OrganisationActor], token: str, question: Mapping[str, Any], verdict: Answer, agency: str | None
) -> ArchivedReceipt:
    """Keep a receipt that was signed just now."""
    stored = ArchivedReceipt(
        reference=new_reference(),
        organisation_id=call.actor.id,
        agency=agency,
        verdict=verdict,
        issued_at=call.at,
        question={name: str(value) for name, value in question.items()},
        token=token,
        ends_on=day_at(call.at, None) + timedelta(days=days_of(call.session, call.actor.id)),
    )
    call.session.add(stored)
    call.session.flush()
    return stored


def let_go(session: Session, organisation_id: int, reference: str) -> None:
    """Delete an archived receipt for good. Raises NotFound."""
    session.delete(receipt_named(session, organisation_id, reference))
    session.flush()


def choose_days(session: Session, organisation_id: int, days: int) -> None:
    """For how long receipts are kept from now on; those that are there keep their day. Raises ActRefused."""
    if not 1 <= days <= MAX_DAYS:
        raise ActRefused("bad_days", f"receipts are kept for 1 to {MAX_DAYS} days")
    stored = session.get(ReceiptSettings, organisation_id)
    if stored is None:
        session.add(ReceiptSettings(organisation_id=organisation_id, days=days))
    else:
        stored.days = days
    session.flush()


def choose_every(session: Session, organisation_id: int, is_every: bool) -> None:
    """Whether what the organisation's keys ask is kept without each question saying so."""
    session.execute(update(Organisation).where(Organisation.id == organisation_id).values(keeps_every=is_every))


def purge(session: Session, today: date) -> None:
    """Delete what was kept long enough. A list of a job goes with the job."""
    session.execute(delete(ArchivedReceipt).where(ArchivedReceipt.ends_on < today))
    session.execute(delete(ArchivedList).where(ArchivedList.ends_on < today, ArchivedList.job_id.is_(None)))


MAX_EXPORTED = 10_000

COLUMNS = ("receipt_id", "issued_at", "stamped_at", "agency_id", "verdict", "question", "retained_until", "receipt")


def export(session: Session, organisation_id: int, form: str, which: Filter) -> File:
    """The receipts of an organisation in one of FORMS, the oldest first. Raises InvalidInput beyond MAX_EXPORTED."""
    found: list[ArchivedReceipt] = []
    for one in every_receipt(session, organisation_id, which):
        if len(found) == MAX_EXPORTED:
            detail = f"more than {MAX_EXPORTED} receipts: ask for fewer days at once"
            raise InvalidInput([Fault("from_on", Problem.TOO_MANY, detail)])
        found.append(one)
    return file_of(_WRITERS[form](found), f"receipts.{form}")


def receipt_file(stored: ArchivedReceipt) -> File:
    """One receipt as a file that `registry-client verify-offline` takes as it is."""
    return file_of(stored.token.encode(), _name(stored))


def stamp_file(stored: Member) -> File:
    """The time stamp of a receipt or of a list's manifest. Raises NotFound while there is none."""
    stamp = stamp_payload(stored)
    if stamp is None:
        raise NotFound("no authority has stamped it yet")
    return file_of(encode(stamp), f"{stored.issued_at:%Y-%m-%d}-{stored.reference}.stamp.json")


def receipt_payload(stored: ArchivedReceipt) -> dict[str, Any]:
    return {
        "receipt_id": stored.reference,
        "issued_at": instant_text(stored.issued_at),
        "agency_id": stored.agency,
        "verdict": stored.verdict,
        "question": stored.question,
        "retained_until": stored.ends_on,
        "receipt": stored.token,
        "stamp": stamp_payload(stored),
    }


def _name(stored: ArchivedReceipt) -> str:
    return f"{stored.issued_at:%Y-%m-%d}-{stored.reference}.jwt"


def _as_lines(found: Iterable[ArchivedReceipt]) -> bytes:
    return b"".join(encode(receipt_payload(one)) + b"\n" for one in found)


def _as_table(found: Iterable[ArchivedReceipt]) -> bytes:
    def rows() -> Iterator[list[Any]]:
        for one in found:
            question = "; ".join(f"{name}={value}" for name, value in one.question.items())
            view = receipt_payload(one) | {"question": question, "stamped_at": _stamped_at(one)}
            yield [view[name] for name in COLUMNS]

    return as_csv(COLUMNS, rows())


def _stamped_at(stored: ArchivedReceipt) -> str | None:
    stamps = stored.batch.stamps if stored.batch is not None else []
    return instant_text(stamps[0].stamped_at) if stamps else None


def _as_archive(found: Sequence[ArchivedReceipt]) -> bytes:
    """The table, and a file for each receipt, with its time stamp beside it."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("receipts.csv", _as_table(found))
        for one in found:
            archive.writestr(f"receipts/{_name(one)}", one.token)
            stamp = stamp_payload(one)
            if stamp is not None:
                archive.writestr(f"receipts/{_name(one).removesuffix('.jwt')}.stamp.json", encode(stamp))
    return body.getvalue()


_WRITERS: Mapping[str, Callable[[Sequence[ArchivedReceipt]], bytes]] = {
    "csv": _as_table,
    "zip": _as_archive,
    "jsonl": _as_lines,
}
FORMS = tuple(_WRITERS)
