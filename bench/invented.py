"""A register of invented agencies of any size: number n is always the same agency, apart from its references."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.ids import new_references
from registry.register.agencies import record
from registry.register.agencies.actions import UNPLACED, admit
from registry.register.agencies.publishing import Event
from registry.register.authorities.actions import record_retrieval, save_authority, save_source
from registry.register.names.actions import gathered
from registry.vocabulary.register import (
    Activity,
    HolderKind,
    IdentifierScheme,
    LicenceKind,
    LicenceStatus,
    NameKind,
    Role,
    Script,
)

BATCH = 2000

_COUNTRIES = {
    "CZ": ("Europe/Prague", LicenceKind.CZ_ZPROSTREDKOVANI_ZAMESTNANI),
    "CN": ("Asia/Shanghai", LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION),
    "IT": ("Europe/Rome", LicenceKind.IT_SOMMINISTRAZIONE_GENERALISTA),
}
_TURN = ("CZ", "CZ", "CN", "CZ", "IT")

_FIRST = ("Modrá", "Zelená", "Tichá", "Jasná", "Nová", "Dobrá", "Severní", "Jižní", "Rychlá", "Pevná", "Bílá")
_SECOND = (
    "Vážka",
    "Lípa",
    "Hora",
    "Řeka",
    "Cesta",
    "Práce",
    "Brána",
    "Louka",
    "Hvězda",
    "Skála",
    "Věž",
    "Studna",
    "Dílna",
)
_HAN = "安北川东方丰高国海和恒华汇嘉江金京巨康利联龙明南宁鹏平启千青仁瑞山盛泰天万西祥新兴阳永友远云泽中"


def number_of(n: int) -> str:
    """The number of the first licence of agency n."""
    return f"{_TURN[n % len(_TURN)]}/{n % 97:02}/{n:07}"


def destination_of(n: int) -> str:
    """The country where agency n places workers."""
    country = _TURN[n % len(_TURN)]
    return "CZ" if country == "CN" else country


def keep_ground(session: Session) -> None:
    """The invented authorities, each with one full and national list that was read just now."""
    for country, (zone, kind) in _COUNTRIES.items():
        names = dict.fromkeys(("en", "it", "zh-Hans", "zh-Hant"), f"Invented authority of {country}")
        authority = save_authority(session, _authority(country), country=country, time_zone=zone, names=names)
        facts: dict[str, Any] = {
            "prints": ["licence_number"],
            "is_full": True,
            "is_national": True,
            "fresh_for_days": 0,
            "mapping": {},
        }
        source = save_source(session, _source(country), authority, kinds=[kind.value], **facts)
        record_retrieval(session, source, retrieved_at=now(), digest="0" * 64, counts={})


def admit_all(session: Session, size: int) -> None:
    """Admit agencies 0 to `size` - 1 in batches, within the caller's transaction."""
    retrieved_at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    with gathered(session):
        for batch in batches(size, retrieved_at):
            admit(session, batch, Event("source.imported"))


def batches(size: int, retrieved_at: datetime) -> Iterator[list[record.Agency]]:
    for start in range(0, size, BATCH):
        numbers = range(start, min(start + BATCH, size))
        references = iter(new_references(3 * len(numbers)))
        yield [agency(n, references, retrieved_at) for n in numbers]


def agency(n: int, references: Iterator[str], retrieved_at: datetime) -> record.Agency:
    """Agency n. Every seventh holds a second licence, every fifth is a sole trader, every third had another name."""
    country = _TURN[n % len(_TURN)]
    stated: dict[str, Any] = {"source": _source(country), "retrieved_at": retrieved_at}
    names = [record.Name(name=_name(n, country), script=_script(country), kind=NameKind.LEGAL, **stated)]
    if n % 3 == 0:
        former = f"{_name(n + 7, 'CZ')} ({n})"
        names.append(
            record.Name(name=former, script=Script.LATN, kind=NameKind.FORMER, to=date(2019, 12, 31), **stated)
        )
    registered = record.Identifier(scheme=IdentifierScheme.REGISTRATION_NUMBER, value=f"{n:08}", **stated)
    return record.Agency(
        agency_id=next(references),
        country=country,
        role=Role.SENDING if country == "CN" else Role.RECEIVING,
        holder_kind=HolderKind.SOLE_TRADER if n % 5 == 1 else HolderKind.LEGAL_PERSON,
        names=tuple(names),
        identifiers=(registered,),
        licences=tuple(
            _licence(n, place, country, next(references), stated) for place in range(2 if n % 7 == 0 else 1)
        ),
        **stated,
    )


def _licence(n: int, place: int, country: str, reference: str, stated: dict[str, Any]) -> record.Licence:
    begun = date(2018, 1, 1) + timedelta(days=n % 2000)
    history = [record.StatusPeriod(status=LicenceStatus.ACTIVE, from_=begun, **stated)]
    if n % 11 == 0:
        ended = begun + timedelta(days=300)
        history = [
            record.StatusPeriod(status=LicenceStatus.ACTIVE, from_=begun, to=ended - timedelta(days=1), **stated),
            record.StatusPeriod(status=LicenceStatus.SUSPENDED, from_=ended, ground="§ 63", **stated),
        ]
    is_sending = country == "CN"
    return record.Licence(
        licence_id=reference,
        authority=_authority(country),
        country=country,
        kind=_COUNTRIES[country][1],
        status_place=UNPLACED,
        number=number_of(n) + "B" * place,
        valid_from=begun,
        valid_to=begun + timedelta(days=5000) if n % 2 else None,
        corridors=(record.Corridor(origin="CN", destination="CZ"),) if is_sending else None,
        sectors=(record.Sector(code="C10", nace_revision="2.1"),) if n % 4 == 0 else None,
        activities=(Activity.LABOUR_SERVICE_ABROAD,) if is_sending else (Activity.TEMPORARY_WORK, Activity.PLACEMENT),
        status_history=tuple(history),
        **stated,
    )


def _name(n: int, country: str) -> str:
    if country == "CN":
        word = "".join(_HAN[(n // len(_HAN) ** place) % len(_HAN)] for place in range(4))
        return f"虚构{word}国际劳务合作有限公司"
    first, second = _FIRST[n % len(_FIRST)], _SECOND[n // len(_FIRST) % len(_SECOND)]
    return f"{first} {second} {n} {'s.r.l.' if country == 'IT' else 's.r.o.'}"


def _script(country: str) -> Script:
    return Script.HANS if country == "CN" else Script.LATN


def _authority(country: str) -> str:
    return f"{country.lower()}-invented-authority"


def _source(country: str) -> str:
    return f"{country.lower()}-invented-list"
