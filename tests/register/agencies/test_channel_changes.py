"""Changes of registered channels: two persons, 72 hours, the old channel notified, of an account only its digest."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.errors import ChannelChangeRefused, ErasedAgency, NotFound
from registry.core.keyring import Keyring
from registry.core.outbox import OutboxEvent
from registry.http.transaction import services
from registry.log.models import Entry
from registry.register.agencies import channel_changes, models, record
from registry.register.agencies.actions import admit, amend, erase
from registry.register.agencies.channel_worker import apply_due, notify_old_channels
from registry.register.agencies.publishing import Event
from registry.register.agencies.queries import agency_row
from registry.vocabulary.register import ChannelKind, HolderKind
from registry.vocabulary.supervision import ChannelChangeState
from tests.make import agency_record, changed, make_agency, public_record_of, source_of

ACCOUNT = "IT60X0542811101000000123456"
OLD, NEW = "+420 601 000 001", "+420 601 000 002"
PHONE, EMAIL, BANK = ChannelKind.PHONE, ChannelKind.EMAIL, ChannelKind.BANK_ACCOUNT
LATER = timedelta(hours=72)


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring(tmp_path / "keys")


@pytest.fixture
def sessions(app: Any) -> sessionmaker[Session]:
    return services(app).sessions


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(now(), tick=False) as traveller:
        yield traveller


def channel(kind: ChannelKind, value: str) -> record.Channel:
    return record.Channel(kind=kind, value=value, source=source_of("CZ"), retrieved_at=now())


def make(session: Session, *channels: tuple[ChannelKind, str], **facts: Any) -> record.Agency:
    agency = make_agency(session, channels=tuple(channel(*one) for one in channels), **facts)
    session.commit()
    return agency


def propose(
    session: Session, keyring: Keyring, agency: record.Agency, kind: ChannelKind, value: str, **more: Any
) -> Any:
    change = channel_changes.propose(
        session, agency.agency_id, kind, value, **({"by": "A. First", "keyring": keyring} | more)
    )
    session.commit()
    return change


def channels_of(session: Session, agency: record.Agency) -> list[tuple[str, bool]]:
    known = public_record_of(session, agency.agency_id)
    session.commit()
    return [(one.value, one.to is None) for one in known.channels]


def test_a_change_is_published_72_hours_after_another_person_approved_it(
    session: Session, sessions: sessionmaker[Session], keyring: Keyring, clock: Any
) -> None:
    agency = make(session, (PHONE, OLD))
    change = propose(session, keyring, agency, PHONE, NEW, instead_of="+420601000001")
    channel_changes.approve(session, change.reference, by="B. Second")
    session.commit()
    clock.shift(LATER - timedelta(microseconds=1))
    assert apply_due(sessions) == []
    # Whichever way it is called: before its time nothing is published.
    assert channel_changes.apply(session, change.reference).state is ChannelChangeState.APPROVED
    session.commit()
    assert channels_of(session, agency) == [(OLD, True)]
    clock.shift(timedelta(microseconds=1))
    assert apply_due(sessions) == [change.reference]
    session.expire_all()
    assert channels_of(session, agency) == [(OLD, False), (NEW, True)]
    last = session.execute(select(Entry).order_by(Entry.index.desc())).scalars().first()
    assert (last.type, last.key) == ("agency.amended", f"agency/{agency.agency_id}")
    session.commit()
    assert apply_due(sessions) == []


def test_the_proposer_may_not_approve_under_another_spelling_of_the_name(session: Session, keyring: Keyring) -> None:
    change = propose(session, keyring, make(session, (PHONE, OLD)), PHONE, NEW, instead_of=OLD)
    for name in ("A. First", " a.  FIRST", "Ａ. First"):
        with pytest.raises(ChannelChangeRefused, match="another person"):
            channel_changes.approve(session, change.reference, by=name)


def test_a_change_can_be_refused_until_it_takes_effect_and_then_no_more(
    session: Session, sessions: sessionmaker[Session], keyring: Keyring, clock: Any
) -> None:
    agency = make(session, (PHONE, OLD))
    change = propose(session, keyring, agency, PHONE, NEW, instead_of=OLD)
    channel_changes.approve(session, change.reference, by="B. Second")
    channel_changes.refuse(session, change.reference, by="C. Third")
    session.commit()
    clock.shift(LATER)
    assert apply_due(sessions) == []
    with pytest.raises(ChannelChangeRefused, match="not pending: it is refused"):
        channel_changes.approve(session, change.reference, by="B. Second")
    with pytest.raises(ChannelChangeRefused, match="not pending"):
        channel_changes.refuse(session, change.reference, by="B. Second")


def test_a_change_whose_old_channel_is_gone_is_stale(
    session: Session, sessions: sessionmaker[Session], keyring: Keyring, clock: Any
) -> None:
    agency = make(session, (PHONE, OLD), (ChannelKind.WECHAT, "smyslena"))
    one = propose(session, keyring, agency, PHONE, NEW, instead_of=OLD)
    other = propose(session, keyring, agency, ChannelKind.WECHAT, "jina", instead_of="smyslena")
    channel_changes.approve(session, one.reference, by="B. Second")
    amend(
        session,
        changed(public_record_of(session, agency.agency_id), channels=()),
        Event("agency.amended"),
    )
    session.commit()
    with pytest.raises(ChannelChangeRefused, match="stale"):
        channel_changes.approve(session, other.reference, by="B. Second")
    session.rollback()
    clock.shift(LATER)
    assert apply_due(sessions) == []
    session.expire_all()
    assert one.state is ChannelChangeState.STALE
    assert channels_of(session, agency) == []


@pytest.mark.parametrize(
    ("kind", "value", "more", "words"),
    [
        (PHONE, NEW, {"instead_of": "+420 999 999 999"}, "not registered for"),
        (PHONE, "+420601000001", {}, "registered for .* already"),
        (PHONE, "ring me", {}, "no phone number"),
        (EMAIL, "nobody", {}, "no e-mail address"),
        (BANK, "12", {}, "8 to 34"),
        (PHONE, NEW, {"by": " "}, "must name a person"),
        (PHONE, NEW, {"by": "x" * 81}, "must name a person"),
    ],
)
def test_what_cannot_be_proposed_is_refused_in_words(
    session: Session, keyring: Keyring, kind: ChannelKind, value: str, more: dict[str, Any], words: str
) -> None:
    agency = make(session, (PHONE, OLD))
    with pytest.raises(ChannelChangeRefused, match=words):
        propose(session, keyring, agency, kind, value, **more)


def test_unknown_agencies_and_changes_and_natural_persons_are_refused(session: Session, keyring: Keyring) -> None:
    person = make(session, holder_kind=HolderKind.SOLE_TRADER)
    with pytest.raises(ChannelChangeRefused, match="natural persons"):
        propose(session, keyring, person, PHONE, NEW)
    for reference in ("nonsense", "DEMASENDAG2R"):
        with pytest.raises(NotFound, match="no agency"):
            channel_changes.propose(session, reference, PHONE, NEW, by="A", keyring=keyring)
        with pytest.raises(NotFound, match="no change"):
            channel_changes.approve(session, reference, by="B")


def test_a_second_change_of_one_channel_waits_for_the_first(session: Session, keyring: Keyring) -> None:
    agency = make(session, (PHONE, OLD))
    first = propose(session, keyring, agency, PHONE, NEW, instead_of=OLD)
    for value, more in ((NEW, {}), ("+420 601 000 003", {"instead_of": OLD})):
        with pytest.raises(ChannelChangeRefused, match=first.reference):
            propose(session, keyring, agency, PHONE, value, **more)


def test_the_registered_addresses_are_told_once_and_again_when_a_mail_failed(
    session: Session, sessions: sessionmaker[Session], keyring: Keyring
) -> None:
    agency = make(session, (EMAIL, "stara@agentura.example"))
    change = propose(session, keyring, agency, BANK, ACCOUNT)
    sent: list[tuple[str, str, str]] = []

    def send(address: str, subject: str, words: str) -> bool:
        sent.append((address, subject, words))
        return len(sent) > 1

    assert notify_old_channels(sessions, send) == []
    channel_changes.approve(session, change.reference, by="B. Second")
    session.commit()
    assert notify_old_channels(sessions, send) == []
    assert notify_old_channels(sessions, send) == [change.reference]
    assert notify_old_channels(sessions, send) == []
    assert {address for address, _, _ in sent} == {"stara@agentura.example"}
    assert change.reference in sent[0][2]
    assert ACCOUNT not in repr(sent)


def stored_text(session: Session) -> str:
    session.flush()
    quote = session.get_bind().dialect.identifier_preparer.quote
    tables = [models.Channel, models.PendingChannelChange, models.PublicRecord, Entry, OutboxEvent]
    rows = [session.execute(text(f"SELECT * FROM {quote(model.__tablename__)}")).all() for model in tables]
    return repr([[bytes(v) if isinstance(v, memoryview) else v for row in part for v in row] for part in rows])


def digests(session: Session) -> list[tuple[str, str | None]]:
    query = select(models.Channel.value, models.Channel.digest).where(models.Channel.superseded_at.is_(None))
    return [(value, digest) for value, digest in session.execute(query.order_by(models.Channel.id))]


def test_an_admitted_account_is_kept_as_a_digest_alone(session: Session, keyring: Keyring) -> None:
    agency = agency_record(channels=(channel(BANK, "IT60 X054 2811 1010 0000 0123 456"),))
    admit(session, [agency], Event("source.imported"), keyring=keyring)
    expected = keyring.digest("accounts", ACCOUNT)
    assert digests(session) == [("IT …3456", expected)]
    stored = stored_text(session)
    assert ACCOUNT not in stored
    assert "0542811" not in stored
    public = [
        *session.execute(select(models.PublicRecord.body)).scalars(),
        *session.execute(select(Entry.leaf)).scalars(),
    ]
    assert all(expected.encode() not in body for body in public)


def test_a_whole_account_is_written_nowhere_without_a_keyring(session: Session, keyring: Keyring) -> None:
    agency = agency_record(channels=(channel(BANK, ACCOUNT),))
    with pytest.raises(ValueError, match="keyring"):
        admit(session, [agency], Event("source.imported"))
    known = make(session)
    with pytest.raises(ValueError, match="keyring"):
        amend(session, changed(known, channels=(channel(BANK, ACCOUNT),)), Event("agency.amended"))
    assert ACCOUNT not in stored_text(session)


def test_two_accounts_that_look_alike_keep_a_digest_each_through_an_amendment(
    session: Session, keyring: Keyring
) -> None:
    numbers = ("6222000000000000017", "6222990000000000017")
    agency = agency_record(channels=tuple(channel(BANK, number) for number in numbers))
    admit(session, [agency], Event("source.imported"), keyring=keyring)
    expected = {keyring.digest("accounts", number) for number in numbers}
    assert {digest for _, digest in digests(session)} == expected
    with pytest.raises(ChannelChangeRefused, match="cannot be told which"):
        propose(session, keyring, agency, BANK, ACCOUNT, instead_of="0017")
    known = public_record_of(session, agency.agency_id)
    dated = tuple(changed(one, from_=now().date()) for one in known.channels)
    amend(session, changed(known, channels=dated), Event("agency.amended"))
    session.flush()
    assert {digest for _, digest in digests(session)} == expected


def test_a_changed_account_takes_its_digest_with_it(
    session: Session, sessions: sessionmaker[Session], keyring: Keyring, clock: Any
) -> None:
    agency = agency_record(channels=(channel(BANK, ACCOUNT),))
    admit(session, [agency], Event("source.imported"), keyring=keyring)
    session.commit()
    with pytest.raises(ChannelChangeRefused, match="already"):
        propose(session, keyring, agency, BANK, ACCOUNT)
    change = propose(session, keyring, agency, BANK, "6222000000000000017", instead_of="3456")
    channel_changes.approve(session, change.reference, by="B. Second")
    session.commit()
    clock.shift(LATER)
    assert apply_due(sessions) == [change.reference]
    session.expire_all()
    assert channels_of(session, agency) == [("IT …3456", False), ("…0017", True)]
    assert dict(digests(session))["…0017"] == keyring.digest("accounts", "6222000000000000017")
    assert "6222000000000000017" not in stored_text(session)


def test_erasing_a_holder_destroys_what_was_proposed_for_it(session: Session, keyring: Keyring) -> None:
    agency = make(session, (PHONE, OLD))
    propose(session, keyring, agency, PHONE, NEW, instead_of=OLD)
    row = agency_row(session, agency.agency_id)
    assert row is not None
    erase(session, row)
    assert channel_changes.channel_changes(session, is_open=False) == []
    with pytest.raises(ErasedAgency):
        propose(session, keyring, agency, PHONE, NEW)
