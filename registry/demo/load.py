"""Loads the invented demo data by the same functions as real data, with a history.

The files in `data` hold public records in their own shape; what every record repeats (ids, source, script) is filled in
here. Days are said relative to the day of loading. References follow from each agency's tag, so that examples stay
true.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.ids import ALPHABET, LENGTH, check_character
from registry.log.actions import lock_log, refuse_mixing
from registry.oversight.open_statistics import Snapshot, SnapshotCell
from registry.oversight.rules import VERSION, Quarter
from registry.register.agencies import actions, models, publishing, record
from registry.register.authorities.actions import record_retrieval, save_authority, save_source
from registry.register.authorities.models import Authority
from registry.register.imports.mapping import SourceMapping, as_stored
from registry.vocabulary.cases import Dimension
from registry.vocabulary.register import HolderKind, LicenceStatus, NameKind, Role, Script

_SCRIPTS = {"CN": Script.HANS, "GR": Script.GREK, "BG": Script.CYRL}
_SOURCED = ("names", "identifiers", "clone_warnings", "deposits", "intermediaries", "channels", "sanctions")


class Counts(NamedTuple):
    """What a demo home holds."""

    agencies: int
    licences: int
    agreements: int
    entries: int


def load(session: Session) -> Counts | None:
    """Write all demo data down. None when it is there already. Raises ImportRefused beside real data.

    Everything is one transaction of the caller's: a load that is killed in the middle leaves nothing behind.
    """
    refuse_mixing(session, is_demo=True)
    state = lock_log(session)
    if state.size:
        return None
    state.is_demo = True
    data = demo_data(now().date())
    sources = _load_sources(session, data)
    agencies = {entry["tag"]: _agency(entry, sources) for entry in data["agency"]}
    actions.admit(session, list(agencies.values()), publishing.Event("source.imported"))
    for entry in data["agreement"]:
        agreement = _agreement(entry, agencies)
        actions.register_agreement(session, agreement, publishing.Event("agreement.registered"))
    for change in data["change"]:
        _apply(session, change, agencies, sources)
    load_statistics(session, data["release"], now().date())
    return counts(session)


def counts(session: Session) -> Counts:
    """How many agencies, licences, agreements and entries the database holds."""

    def rows(model: Any) -> int:
        return session.execute(select(func.count()).select_from(model)).scalar_one()

    agreements = session.execute(select(func.count(func.distinct(models.Agreement.reference)))).scalar_one()
    return Counts(rows(models.Agency), rows(models.Licence), agreements, lock_log(session).size)


def demo_data(today: date) -> dict[str, list[dict[str, Any]]]:
    """All data files as one, with days instead of `3 days ago`."""
    data: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(files("registry.demo").joinpath("data").iterdir(), key=lambda path: path.name):
        for kind, entries in tomllib.loads(file.read_text(encoding="utf-8")).items():
            data.setdefault(kind, []).extend(_with_days(entries, today))
    return data


def demo_reference(kind: str, tag: str) -> str:
    """A reference that follows from a tag: the same in every demo home."""
    digest = hashlib.sha256(f"{kind}/{tag}".encode()).digest()
    body = "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[: LENGTH - 1])
    return body + check_character(body)


def _with_days(value: Any, today: date) -> Any:
    if isinstance(value, dict):
        return {key: _with_days(part, today) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_days(part, today) for part in value]
    if not isinstance(value, str):
        return value
    if value == "today":
        return today
    ago = re.fullmatch(r"(\d+) days? ago", value)
    ahead = re.fullmatch(r"in (\d+) days?", value)
    if ago:
        return today - timedelta(days=int(ago[1]))
    return today + timedelta(days=int(ahead[1])) if ahead else value


class _Reading(NamedTuple):
    """A list, and when it was last read."""

    reference: str
    authority: str
    country: str
    last_read_at: datetime

    def provenance(self) -> dict[str, Any]:
        return {"source": self.reference, "retrieved_at": self.last_read_at}


def _load_sources(session: Session, data: dict[str, list[dict[str, Any]]]) -> dict[str, _Reading]:
    authorities = {}
    for entry in data["authority"]:
        authorities[entry["reference"]] = save_authority(session, **entry)
    readings = {}
    for entry in data["source"]:
        authority = authorities[entry.pop("authority")]
        days = entry.pop("read")
        mapping = _mapping(entry.pop("list", None), authority, entry)
        source = save_source(session, entry.pop("reference"), authority, mapping=mapping, **entry)
        instants = [_instant(day) for day in days]
        for instant in instants:
            record_retrieval(session, source, retrieved_at=instant, digest="0" * 64, counts={})
        readings[source.reference] = _Reading(source.reference, authority.reference, authority.country, instants[-1])
    return readings


def _mapping(stated: dict[str, Any] | None, authority: Authority, entry: Mapping[str, Any]) -> dict[str, Any]:
    """How copies of an invented list are read, as its source stores it; empty where none ever comes."""
    if stated is None:
        return {}
    about = {name: getattr(authority, name) for name in ("reference", "country", "time_zone", "names", "website")}
    described = {name: value for name, value in entry.items() if name != "prints"} | {"is_invented": True}
    whole = stated | {"authority": about, "source": stated["source"] | described}
    return as_stored(msgspec.convert(whole, SourceMapping))


def _instant(day: date) -> datetime:
    """Midnight of a day in UTC: never later than now."""
    return datetime.combine(day, time(), UTC)


def _agency(entry: dict[str, Any], sources: dict[str, _Reading]) -> record.Agency:
    whole = dict(entry)
    tag = whole.pop("tag")
    reading = _reading_of(whole.pop("source", None), tag, sources)
    stated = reading.provenance()
    whole["names"] = [_name(name, reading.country) for name in whole["names"]]
    for family in _SOURCED:
        whole[family] = [part | stated for part in whole.get(family, ())]
    for sanction in whole["sanctions"]:
        sanction["sanction_id"] = demo_reference("sanction", f"{tag}/{sanction['sanction_id']}")
    whole["licences"] = [
        _licence(licence, f"{tag}/{place}", reading) for place, licence in enumerate(whole.get("licences", ()))
    ]
    filled = {
        "agency_id": demo_reference("agency", tag),
        "country": reading.country,
        "role": Role.SENDING if reading.country == "CN" else Role.RECEIVING,
        "holder_kind": HolderKind.LEGAL_PERSON,
        **stated,
    }
    return msgspec.convert(filled | whole, record.Agency)


def _reading_of(reference: str | None, tag: str, sources: dict[str, _Reading]) -> _Reading:
    """The list an agency stands on: the one it names, else the first of the country its tag begins with."""
    if reference is not None:
        return sources[reference]
    country = tag.partition("-")[0].upper()
    return next(reading for reading in sources.values() if reading.country == country)


def _name(name: str | dict[str, Any], country: str) -> dict[str, Any]:
    given = {"name": name} if isinstance(name, str) else name
    is_foreign = given.get("name", "").isascii()
    script = Script.LATN if is_foreign else _SCRIPTS.get(country, Script.LATN)
    return {"script": script, "kind": NameKind.LEGAL} | given


def _licence(entry: dict[str, Any], tag: str, reading: _Reading) -> dict[str, Any]:
    whole = dict(entry)
    stated = reading.provenance()
    status = whole.pop("status", None)
    history = whole.pop("status_history", [{"status": status, "from": whole.get("valid_from")}])
    filled = {
        "licence_id": demo_reference("licence", tag),
        "authority": reading.authority,
        "country": reading.country,
        "status_place": actions.UNPLACED,
        "status_history": [period | stated for period in history],
        **stated,
    }
    return filled | whole


def _agreement(entry: dict[str, Any], agencies: dict[str, record.Agency]) -> record.Agreement:
    whole = dict(entry)
    whole["agreement_id"] = demo_reference("agreement", whole.pop("tag"))
    sender = agencies[whole["sending"]]
    whole["sending"] = sender.agency_id
    if "receiving" in whole:
        whole["receiving"] = agencies[whole["receiving"]].agency_id
    whole |= {"source": sender.source, "retrieved_at": sender.retrieved_at}
    return msgspec.convert(whole, record.Agreement)


def _apply(
    session: Session, change: dict[str, Any], agencies: dict[str, record.Agency], sources: dict[str, _Reading]
) -> None:
    """One later publish: a new status of the first licence, its whole status history put right, or other facts."""
    reference = agencies[change["tag"]].agency_id
    body = session.execute(select(models.PublicRecord.body).where(models.PublicRecord.reference == reference))
    known = record.read_record(body.scalar_one())
    stated = sources[known.source].provenance()
    facts: dict[str, Any] = dict(change.get("set", {}))
    for family in _SOURCED:
        if family in facts:
            facts[family] = [part | stated for part in facts[family]]
    new = msgspec.convert(msgspec.to_builtins(known) | facts, record.Agency)
    periods = _periods(change, new, stated)
    if periods is not None:
        licence = msgspec.structs.replace(new.licences[0], status_history=periods)
        new = msgspec.structs.replace(new, licences=(licence, *new.licences[1:]))
    actions.amend(session, new, publishing.Event(change["type"], is_correction=change.get("is_correction", False)))


def _periods(
    change: dict[str, Any], agency: record.Agency, stated: dict[str, Any]
) -> tuple[record.StatusPeriod, ...] | None:
    if "status_history" in change:
        return tuple(msgspec.convert(period | stated, record.StatusPeriod) for period in change["status_history"])
    if "status" not in change:
        return None
    begun = msgspec.convert(change["status"] | stated, record.StatusPeriod)
    assert begun.from_ is not None
    *former, last = agency.licences[0].status_history
    return (*former, msgspec.structs.replace(last, to=begun.from_ - timedelta(days=1)), begun)


def statuses(session: Session) -> dict[LicenceStatus, int]:
    """How many licences have each status as the last one stated."""
    found: dict[LicenceStatus, int] = {}
    for body in session.execute(select(models.PublicRecord.body)).scalars():
        for licence in record.read_record(body).licences:
            status = licence.status_history[-1].status
            if status is not None:
                found[status] = found.get(status, 0) + 1
    return found


def load_statistics(session: Session, entries: Sequence[Mapping[str, Mapping[str, int]]], today: date) -> None:
    """Write down the newest quarter that can be closed today from the first entry, each before it from the next."""
    quarter = Quarter.of(today).before
    if quarter.closes_on > today:
        quarter = quarter.before
    for entry in entries:
        cells = [
            SnapshotCell(dimension=dimension, value=value, count=count)
            for dimension in Dimension
            for value, count in entry[dimension].items()
        ]
        session.add(Snapshot(quarter=str(quarter), closed_on=quarter.closes_on, rules=VERSION, cells=cells))
        quarter = quarter.before
    session.flush()
