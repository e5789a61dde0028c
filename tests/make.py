"""Rows and records for tests, all invented.

What starts with `make_` writes through the registry's own actions and publishes.

By default an authority of the right country exists, its one list is full, national and fresh, and a licence is active:
such a licence answers `yes`. Each test says only what it is about.
"""

import io
import itertools
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.bulk import files
from registry.bulk.actions import ReceivedList, add_job, guess_kind
from registry.bulk.models import BulkJob
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.ids import new_reference
from registry.organisations import actions as organisations
from registry.organisations import keys
from registry.organisations.models import Organisation, OrganisationActor
from registry.register.agencies import record
from registry.register.agencies.actions import UNPLACED, admit, amend, register_agreement
from registry.register.agencies.models import PublicRecord
from registry.register.agencies.publishing import Event
from registry.register.authorities.actions import record_retrieval, save_authority, save_source
from registry.register.authorities.models import Authority, Source
from registry.register.authorities.sources import AuthorityFacts, SourceFacts, SourceSnapshot
from registry.vocabulary.organisations import Scope
from registry.vocabulary.register import (
    KINDS,
    HolderKind,
    IdentifierScheme,
    LicenceKind,
    LicenceStatus,
    NameKind,
    Role,
    Script,
)

ZONES = {
    "AT": "Europe/Vienna",
    "CN": "Asia/Shanghai",
    "CZ": "Europe/Prague",
    "DE": "Europe/Berlin",
    "GR": "Europe/Athens",
    "IT": "Europe/Rome",
    "NL": "Europe/Amsterdam",
    "PL": "Europe/Warsaw",
    "PT": "Europe/Lisbon",
    "RO": "Europe/Bucharest",
}
KIND_OF = {
    "CN": LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION,
    "CZ": LicenceKind.CZ_ZPROSTREDKOVANI_ZAMESTNANI,
    "DE": LicenceKind.DE_AUEG,
    "IT": LicenceKind.IT_SOMMINISTRAZIONE_GENERALISTA,
    "NL": LicenceKind.NL_RECOGNISED_SPONSOR,
    "PL": LicenceKind.PL_PRACA_TYMCZASOWA,
}
"""The licence that an agency of a country holds unless a test says otherwise; `other_eu` where none is named."""

CZECH_AT_HOME = {"origin": "CZ", "destination": "CZ", "nationality": "CZ"}
"""All that a `yes` about a Czech licence turns on: recruited at home, for work at home, a citizen. Left out: `unknown`."""

OPENED_ON = date(2020, 1, 1)
"""The first day of every invented term and status."""

_numbers = itertools.count(1)


def authority_of(country: str) -> str:
    """The reference of the invented authority of a country."""
    return f"{country.lower()}-invented-authority"


NUMBERS = frozenset({"licence_number", *(scheme.value for scheme in IdentifierScheme)})
"""What an invented list prints unless a test says otherwise."""


def source_of(country: str) -> str:
    """The reference of that authority's one list."""
    return f"{country.lower()}-invented-list"


# Records alone, in memory.


def name_record(name: str, **facts: Any) -> record.Name:
    stated = {"script": Script.LATN, "kind": NameKind.LEGAL, **_had_from(facts.pop("country", "CZ"))}
    return record.Name(name=name, **(stated | facts))


def identifier_record(scheme: IdentifierScheme, value: str, **facts: Any) -> record.Identifier:
    return record.Identifier(scheme=scheme, value=value, **(_had_from(facts.pop("country", "CZ")) | facts))


def status_record(status: LicenceStatus | None = LicenceStatus.ACTIVE, **facts: Any) -> record.StatusPeriod:
    stated = {"from_": OPENED_ON, **_had_from(facts.pop("country", "CZ"))}
    return record.StatusPeriod(status=status, **(stated | facts))


def licence_record(
    kind: LicenceKind | None = None, status: LicenceStatus = LicenceStatus.ACTIVE, **facts: Any
) -> record.Licence:
    """A licence without a holder. `status` holds from its first day, unless `status_history` says more."""
    country = facts.pop("country", None) or (KINDS[kind].country if kind else None) or "CZ"
    kind = kind or KIND_OF.get(country, LicenceKind.OTHER_EU)
    stated: dict[str, Any] = {
        "licence_id": new_reference(),
        "authority": authority_of(country),
        "country": country,
        "kind": kind,
        "status_place": UNPLACED,
        "number": f"VYMYSL/{next(_numbers):05}",
        "valid_from": OPENED_ON,
        "status_history": (status_record(status, country=country),),
        **_had_from(country),
    }
    return record.Licence(**(stated | facts))


def agency_record(**facts: Any) -> record.Agency:
    """An agency of `country` with one name, one registration number and no licence. `name` sets its legal name."""
    country = facts.pop("country", "CZ")
    number = next(_numbers)
    name = facts.pop("name", f"Agentura Smyšlená {number} s.r.o.")
    stated: dict[str, Any] = {
        "agency_id": new_reference(),
        "country": country,
        "role": Role.SENDING if country == "CN" else Role.RECEIVING,
        "holder_kind": HolderKind.LEGAL_PERSON,
        "names": (name_record(name, country=country),),
        "identifiers": (identifier_record(IdentifierScheme.REGISTRATION_NUMBER, f"{number:08}", country=country),),
        **_had_from(country),
    }
    return record.Agency(**(stated | facts))


def agreement_record(sending: record.Agency, receiving: record.Agency | None = None, **facts: Any) -> record.Agreement:
    """An agreement for the corridor of its ends; without `receiving` it is with an invented direct employer."""
    stated: dict[str, Any] = {
        "agreement_id": new_reference(),
        "sending": sending.agency_id,
        "authority": authority_of(sending.country),
        "origin": sending.country,
        "destination": receiving.country if receiving else "CZ",
        "from_": OPENED_ON,
        **_had_from(sending.country),
    }
    if receiving is not None:
        stated["receiving"] = receiving.agency_id
    elif "employer" not in facts:
        stated["employer"] = record.Employer(name="Smyšlená Továrna a.s.", country=stated["destination"])
    return record.Agreement(**(stated | facts))


def authority_facts(country: str, **facts: Any) -> AuthorityFacts:
    answer: dict[str, Any] = {
        "reference": authority_of(country),
        "country": country,
        "time_zone": ZONES.get(country, "UTC"),
        "names": {"en": f"Invented authority of {country}"},
    }
    return AuthorityFacts(**(answer | facts))


def source_facts(country: str, **facts: Any) -> SourceFacts:
    """A full, national list of every kind the country has, read a year ago and an hour ago."""
    stated: dict[str, Any] = {
        "reference": source_of(country),
        "authority": authority_of(country),
        "country": country,
        "kinds": frozenset(kinds_of(country)),
        "prints": NUMBERS,
        "is_full": True,
        "is_national": True,
        "fresh_for_days": 30,
        "first_retrieved_at": now() - timedelta(days=365),
        "retrieved_at": now() - timedelta(hours=1),
    }
    return SourceFacts(**(stated | facts))


def ground_of(countries: Iterable[str] = ("CN", "CZ", "DE", "IT", "NL", "PL", "RO"), **facts: Any) -> SourceSnapshot:
    """A ground in which each country has its invented authority and list; `facts` change every list."""
    countries = list(countries)
    return SourceSnapshot(
        1,
        {authority_of(country): authority_facts(country) for country in countries},
        {source_of(country): source_facts(country, **facts) for country in countries},
    )


def kinds_of(country: str) -> list[LicenceKind]:
    """The licence kinds that a country issues; `other_eu` where none is named."""
    return [kind for kind, rule in KINDS.items() if rule.country == country] or [LicenceKind.OTHER_EU]


def _had_from(country: str) -> dict[str, Any]:
    return {"source": source_of(country), "retrieved_at": now() - timedelta(hours=1)}


# Rows, published.


def make_authority(session: Session, country: str = "CZ", **facts: Any) -> Authority:
    answer: dict[str, Any] = {
        "reference": authority_of(country),
        "country": country,
        "time_zone": ZONES.get(country, "UTC"),
        "names": {
            "zh-Hans": f"虚构主管部门（{country}）",
            "zh-Hant": f"虛構主管部門（{country}）",
            "en": f"Invented authority of {country}",
            "it": f"Autorità inventata ({country})",
        },
    }
    return save_authority(session, **(answer | facts))


def make_source(
    session: Session,
    country: str = "CZ",
    *,
    reference: str | None = None,
    authority: Authority | None = None,
    retrieved_at: Sequence[datetime] | None = None,
    **facts: Any,
) -> Source:
    """A list with its readings: a year ago and an hour ago unless `retrieved_at` says otherwise; `()` is never."""
    stated: dict[str, Any] = {
        "kinds": [kind.value for kind in kinds_of(country)],
        "prints": sorted(NUMBERS),
        "is_full": True,
        "is_national": True,
        "fresh_for_days": 30,
        "mapping": {},
    }
    authority = authority or make_authority(session, country)
    source = save_source(session, reference or source_of(country), authority, **(stated | facts))
    readings = (now() - timedelta(days=365), now() - timedelta(hours=1)) if retrieved_at is None else retrieved_at
    for instant in readings:
        record_retrieval(session, source, retrieved_at=instant, digest="0" * 64, counts={"read": 1})
    session.flush()
    return source


def make_agency(session: Session, **facts: Any) -> record.Agency:
    """A published agency, as its public record; `facts` as for `agency_record`."""
    agency = agency_record(**facts)
    for country in {agency.country, *(licence.country for licence in agency.licences)}:
        _ensure_source(session, country)
    admit(session, [agency], Event("source.imported"))
    return public_record_of(session, agency.agency_id)


def make_licence(
    session: Session,
    status: LicenceStatus = LicenceStatus.ACTIVE,
    *,
    kind: LicenceKind | None = None,
    agency: dict[str, Any] | None = None,
    **facts: Any,
) -> record.Licence:
    """A published licence of a new agency; `agency` says what is special about its holder, the rest about itself."""
    licence = licence_record(kind, status, **facts)
    holder = make_agency(session, **({"country": licence.country, "licences": (licence,)} | (agency or {})))
    return holder.licences[0]


def make_agreement(
    session: Session, sending: record.Agency, receiving: record.Agency | None = None, **facts: Any
) -> record.Agreement:
    """A registered agreement, published at both ends."""
    agreement = agreement_record(sending, receiving, **facts)
    register_agreement(session, agreement, Event("agreement.registered"))
    return agreement


def public_record_of(session: Session, agency_id: str) -> record.Agency:
    """The public record of an agency as it is stored now."""
    session.flush()
    body = session.execute(select(PublicRecord.body).where(PublicRecord.reference == agency_id)).scalar_one()
    return record.read_record(body)


def changed(part: Any, **facts: Any) -> Any:
    """The record with some of its fields replaced."""
    return msgspec.structs.replace(part, **facts)


def suspend(session: Session, agency_id: str, status: LicenceStatus = LicenceStatus.SUSPENDED, **facts: Any) -> None:
    """Let the agency's first licence be suspended, or of another `status`, from today on."""
    stated = public_record_of(session, agency_id)
    period = status_record(status, from_=now().date(), **facts)
    licence = changed(stated.licences[0], status_history=(*stated.licences[0].status_history, period))
    made = changed(stated, licences=(licence, *stated.licences[1:]))
    amend(session, made, Event(f"licence.{status}"))


def _ensure_source(session: Session, country: str) -> None:
    known = session.execute(select(Source.id).where(Source.reference == source_of(country))).first()
    if known is None:
        make_source(session, country)


# Organisations


def make_organisation(
    session: Session, name: str = "Invented Works", country: str = "IT", **facts: Any
) -> Organisation:
    """An organisation without people or keys; `facts` set its columns."""
    made = organisations.begin(session, name, country, "en", now().date())
    for column, value in facts.items():
        setattr(made, column, value)
    session.flush()
    return made


def organisation_call(session: Session, organisation: int, version: int | None = None) -> Call[OrganisationActor]:
    """A call of an act by the organisation of that row."""
    return Call(session, OrganisationActor(organisation), now(), version)


def make_job(
    session: Session, home: Path, organisation: int, body: bytes, name: str = "list.csv", **facts: Any
) -> BulkJob:
    """A job for a list that was sent and is not started; `facts` as `add_job` takes them."""
    reference = new_reference()
    folder = files.folder_of(home, reference)
    taken = files.take(folder, io.BytesIO(body))
    received = ReceivedList(reference, taken, guess_kind(folder / files.LIST))
    return add_job(organisation_call(session, organisation), received, name, "en", **facts)


def make_api_key(
    session: Session, organisation: Organisation | None = None, *scopes: Scope, days: int = 90, name: str = "a program"
) -> str:
    """The text of a new key of an organisation (a new one if none is named), of every scope unless some are named."""
    organisation = organisation or make_organisation(session)
    return keys.make(organisation_call(session, organisation.id), name, scopes or tuple(Scope), days).text
