"""Agencies for pages in a browser, and how many bytes a page may have."""

from typing import Any

from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.register.agencies import record
from registry.vocabulary.register import ChannelKind, LicenceStatus
from tests.make import licence_record, make_agency, source_of

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
    make_agency(session, name=NAME, channels=channels, licences=(licence_record(number=NUMBER),))
    suspended = licence_record(number=SUSPENDED, status=LicenceStatus.SUSPENDED)
    make_agency(session, name="Agentura Smyšlená 4 s.r.o.", licences=(suspended,))
    make_agency(session, country="CN", name="示例劳务合作有限公司")
    session.commit()
