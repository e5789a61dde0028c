"""Reading what the registry says of agencies, and what it said at an earlier instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from registry.log.models import Entry
from registry.register.agencies import record
from registry.register.agencies.models import Agency, ErasableValue, Licence, LookupKey, PublicRecord


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One entry of an agency's history as it may be shown today; `record` is the whole record of its key at that time."""

    index: int
    at: datetime
    type: str
    key: str
    record: dict[str, Any]


def agency_row(session: Session, reference: str) -> Agency | None:
    return session.execute(select(Agency).where(Agency.reference == reference)).scalar_one_or_none()


def licence_row(session: Session, reference: str) -> Licence | None:
    return session.execute(select(Licence).where(Licence.reference == reference)).scalar_one_or_none()


def public_record(session: Session, reference: str, day: date) -> record.Agency | None:
    """The current record of an agency as it may be shown on `day`."""
    body = session.execute(select(PublicRecord.body).where(PublicRecord.reference == reference)).scalar_one_or_none()
    return None if body is None else record.withhold(record.read_record(body), day)


def published(session: Session, agency_ids: Sequence[int], day: date) -> list[record.Agency]:
    """The current records of some agencies (row ids) as they may be shown on `day`, in the order asked for."""
    rows = session.execute(
        select(PublicRecord.agency_id, PublicRecord.body).where(PublicRecord.agency_id.in_(agency_ids))
    )
    bodies = {row.agency_id: row.body for row in rows}
    return [record.withhold(record.read_record(bodies[one]), day) for one in agency_ids if one in bodies]


def keyed_at(
    session: Session, kind: str, value: str, known_at: datetime, limit: int
) -> dict[int, frozenset[str] | None]:
    """The row ids of the agencies that a key led to at `known_at`, with the licences that a number named."""
    return _led_to(session, kind, LookupKey.value == value, known_at, limit)


def prefixed_at(
    session: Session, kind: str, prefix: str, known_at: datetime, limit: int
) -> dict[int, frozenset[str] | None]:
    """As `keyed_at` for every key that begins with `prefix`."""
    begins = and_(LookupKey.value >= prefix, LookupKey.value < prefix + "\U0010ffff")
    return _led_to(session, kind, begins, known_at, limit)


def _led_to(
    session: Session, kind: str, which: ColumnElement[bool], known_at: datetime, limit: int
) -> dict[int, frozenset[str] | None]:
    was_said = or_(LookupKey.superseded_at.is_(None), LookupKey.superseded_at > known_at)
    rows = session.execute(
        select(LookupKey.agency_id, LookupKey.licence)
        .where(LookupKey.kind == kind, which, LookupKey.recorded_at <= known_at, was_said)
        .order_by(LookupKey.value, LookupKey.agency_id)
        .limit(limit)
    )
    found: dict[int, frozenset[str] | None] = {}
    for agency_id, licence in rows:
        known = found.get(agency_id)
        found[agency_id] = known if licence is None else (known or frozenset()) | {licence}
    return found


def records_at(session: Session, agency_ids: Sequence[int], known_at: datetime, day: date) -> dict[int, record.Agency]:
    """What the registry said of each agency at `known_at`, rebuilt from the log; as far as it may be shown on `day`."""
    return {
        agency_id: stated
        for agency_id in agency_ids
        if (stated := _record_at(session, agency_id, known_at, day)) is not None
    }


def _record_at(session: Session, agency_id: int, known_at: datetime, day: date) -> record.Agency | None:
    last = (
        select(func.max(Entry.index)).where(_of(agency_id), Entry.at <= known_at).group_by(Entry.key).scalar_subquery()
    )
    leaves = session.execute(select(Entry.key, Entry.leaf).where(Entry.index.in_(last)).order_by(Entry.index)).all()
    bodies = [(key, opened(session, msgspec.json.decode(leaf)["record"])) for key, leaf in leaves]
    kinds: dict[str, list[dict[str, Any]]] = {"agency": [], "licence": [], "agreement": []}
    for key, body in bodies:
        kinds[key.partition("/")[0]].append(body)
    if not kinds["agency"]:
        return None
    whole = kinds["agency"][0] | {"licences": kinds["licence"], "agreements": kinds["agreement"]}
    return record.withhold(msgspec.convert(whole, record.Agency), day)


def _of(agency_id: int) -> Any:
    return or_(Entry.agency_id == agency_id, and_(Entry.other_agency_id == agency_id, Entry.key.like("agreement/%")))


def history(session: Session, agency_id: int, day: date, *, after: int, limit: int) -> list[HistoryItem]:
    """An agency's entries from the newest back, below index `after`, as far as each may be shown on `day`."""
    rows = session.execute(
        select(Entry).where(_of(agency_id), Entry.index < after).order_by(Entry.index.desc()).limit(limit)
    ).scalars()
    return [
        HistoryItem(
            row.index,
            row.at,
            row.type,
            row.key,
            _view(row.key, opened(session, msgspec.json.decode(row.leaf)["record"]), day),
        )
        for row in rows
    ]


def history_length(session: Session, agency_id: int) -> int:
    return session.execute(select(func.count()).select_from(Entry).where(_of(agency_id))).scalar_one()


def _view(key: str, body: dict[str, Any], day: date) -> dict[str, Any]:
    """An entry's record without what the law no longer lets us show."""
    kind = key.partition("/")[0]
    if kind == "licence":
        parts: dict[str, Any] = {"licences": [body]}
    elif kind == "agency":
        parts = body
    else:
        return body
    carrier = {"agency_id": "", "country": "", "role": "sending", "holder_kind": "unknown", "source": ""}
    carrier |= {"retrieved_at": "1970-01-01T00:00:00Z"}
    agency = record.withhold(msgspec.convert(carrier | parts, record.Agency), day)
    plain: dict[str, Any] = msgspec.to_builtins(agency if kind == "agency" else agency.licences[0])
    # What the record's shape does not know (an agency's id in a licence entry) is kept as it was logged.
    return {name: value for name, value in body.items() if name not in plain and name == "agency_id"} | plain


def opened(session: Session, body: dict[str, Any]) -> dict[str, Any]:
    """An entry's record with its digests replaced by the values behind them; where those were erased, it says so."""
    opened = dict(body)
    private = opened.pop("private", None)
    if private is not None:
        value = _erasable(session, private)
        opened |= {"withheld": record.WITHHELD} if value is None else msgspec.json.decode(value)
    if "employer" in opened:
        opened["employer"] = _opened_employer(session, opened["employer"])
    for list_name, field in (("status_history", "ground_text"), ("conditions", "text"), ("clone_warnings", "text")):
        if list_name in opened:
            opened[list_name] = [_with_text(session, part, field) for part in opened[list_name]]
    return opened


def _opened_employer(session: Session, logged: dict[str, Any]) -> dict[str, Any]:
    value = _erasable(session, logged["private"])
    hidden = {"name": record.WITHHELD} if value is None else msgspec.json.decode(value)
    return {"country": logged["country"]} | hidden


def _with_text(session: Session, part: dict[str, Any], field: str) -> dict[str, Any]:
    digest = part.get(f"{field}_digest")
    if digest is None:
        return part
    stored = {name: value for name, value in part.items() if name != f"{field}_digest"}
    value = _erasable(session, digest)
    return stored | {field: record.WITHHELD if value is None else msgspec.json.decode(value)}


def _erasable(session: Session, digest: str) -> bytes | None:
    return session.execute(select(ErasableValue.value).where(ErasableValue.digest == digest)).scalar_one_or_none()
