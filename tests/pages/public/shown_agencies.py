"""Agencies for pages in a browser, and how many bytes a page may have."""

from typing import Any

from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.register.agencies import record
from registry.vocabulary.register import ChannelKind, IdentifierScheme, LicenceStatus
from tests.make import identifier_record, licence_record, make_agency, source_of

NUMBER, SUSPENDED, NAME = "CISLO/0001", "CISLO/0002", "Smyšlená Dlouhojmenná Agentura Práce s.r.o."

MAX_BYTES = 40_000


def write_agencies(session: Session) -> None:
    stated: dict[str, Any] = {"source": source_of("CZ"), "retrieved_at": now()}
    channels = (
        record.Channel(kind=ChannelKind.WECHAT, value="smyslena", **stated),
        record.Channel(
            kind=ChannelKind.WEBSITE, value="https://velmi-dlouha-adresa.example.invalid/prace/cizinci", **stated
        ),
    )

    def numbered(number: str, country: str = "CZ") -> dict[str, Any]:
        scheme = IdentifierScheme.REGISTRATION_NUMBER
        return {"country": country, "identifiers": (identifier_record(scheme, number, country=country),)}

    suspended = licence_record(number=SUSPENDED, status=LicenceStatus.SUSPENDED)
    licences = (licence_record(number=NUMBER),)
    make_agency(session, name=NAME, channels=channels, licences=licences, **numbered("00000002"))
    make_agency(session, name="Agentura Smyšlená 4 s.r.o.", licences=(suspended,), **numbered("00000004"))
    make_agency(session, name="示例劳务合作有限公司", **numbered("00000005", "CN"))
    session.commit()
