"""`registry channels list`: what waits at any authority, and which agency is not told yet."""

import email
import email.policy
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.register.agencies import channel_changes, record
from registry.vocabulary.register import ChannelKind
from tests.cli.running import good
from tests.make import make_agency, public_record_of, source_of
from tests.serving import environment

ACCOUNT = "IT60X0542811101000000123456"
OLD, NEW, MAIL = "+420 601 000 001", "+420 601 000 002", "stara@agentura.example"


@pytest.fixture
def rows(settings: Settings) -> Iterator[Session]:
    settings.prepare_home()
    engine = engine_for(settings.database_url)
    with sessions_for(engine)() as session:
        yield session
    engine.dispose()


@pytest.fixture
def env(settings: Settings) -> dict[str, str]:
    return environment(settings, 8000, {"COLUMNS": "100"})


def agency_with(rows: Session, *channels: tuple[ChannelKind, str]) -> record.Agency:
    source = source_of("CZ")
    made = tuple(record.Channel(kind=kind, value=value, source=source, retrieved_at=now()) for kind, value in channels)
    return make_agency(rows, channels=made)


def propose(rows: Session, settings: Settings, agency: record.Agency, kind: ChannelKind, value: str) -> str:
    old = OLD if kind is ChannelKind.PHONE else None
    keyring = Keyring(settings.keys)
    reference = channel_changes.propose(
        rows, agency.agency_id, kind, value, by="A. First", keyring=keyring, instead_of=old
    ).reference
    rows.commit()
    return reference


def approve(rows: Session, reference: str) -> None:
    channel_changes.approve(rows, reference, by="B. Second")
    rows.commit()


def test_a_change_is_listed_until_the_agency_was_told_and_it_is_published(
    settings: Settings, env: dict[str, str], rows: Session
) -> None:
    agency = agency_with(rows, (ChannelKind.PHONE, OLD), (ChannelKind.EMAIL, MAIL))
    reference = propose(rows, settings, agency, ChannelKind.PHONE, NEW)
    proposed = good("channels", "list", env=env)
    assert f"{reference}  {agency.agency_id}  phone  {OLD} -> {NEW}" in proposed
    assert "by A. First" in proposed
    approve(rows, reference)
    assert "NOT TOLD YET" in good("channels", "list", env=env)
    good("worker", "--once", env=env)
    assert "was told" in good("channels", "list", env=env)
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in settings.home.glob("mail/*")
    ]
    assert [mail["To"] for mail in mails] == [MAIL]
    assert reference in mails[0].get_content()
    with time_machine.travel(now() + timedelta(hours=72, seconds=1)):
        good("worker", "--once", env=env)
    known = public_record_of(rows, agency.agency_id)
    assert [one.value for one in known.channels if one.to is None] == [MAIL, NEW]
    rows.commit()
    assert good("channels", "list", env=env) == "Nothing waits.\n"
    assert "applied" in good("channels", "list", "--all", env=env)


def test_an_account_is_listed_by_its_last_characters_and_whom_no_mail_reaches_is_told_by_hand(
    settings: Settings, env: dict[str, str], rows: Session
) -> None:
    reference = propose(rows, settings, agency_with(rows), ChannelKind.BANK_ACCOUNT, ACCOUNT)
    approve(rows, reference)
    listed = good("channels", "list", env=env)
    assert ("TELL BY HAND" in listed, "IT …3456" in listed, ACCOUNT in listed) == (True, True, False)
