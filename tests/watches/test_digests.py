"""The mail digest: how much happened, by kind, for members who want it, each day or week, without agencies' names."""

from datetime import datetime, time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.vocabulary.organisations import MemberRole, MemberState
from registry.vocabulary.register import LicenceStatus
from registry.vocabulary.watches import DigestPace
from registry.watches import mails
from tests.make import licence_record, make_agency, make_organisation, suspend
from tests.pages.organisations.conftest import MemberClient, make_member
from tests.post import Post
from tests.watches.making import fan_out_committed, make_watch

WORDS = mails.digest_words("https://registry.example")


@pytest.fixture
def morning() -> datetime:
    return datetime.combine(now().date(), time(8), tzinfo=now().tzinfo)


def test_members_are_told_how_much_happened_once_a_day_or_a_week(
    session: Session, keyring: Keyring, morning: datetime
) -> None:
    ours, sessions, post = make_organisation(session), sessionmaker(session.get_bind()), Post()
    agency = make_agency(session, licences=(licence_record(),))
    hidden = (ours.name, agency.agency_id, agency.names[0].name)
    fan_out_committed(session, keyring)
    make_watch(session, agency.agency_id, ours.id)
    for email, pace, facts in (
        ("daily@works.example", DigestPace.DAILY, {}),
        ("weekly@works.example", DigestPace.WEEKLY, {"role": MemberRole.MEMBER, "language": "it"}),
        ("gone@works.example", DigestPace.DAILY, {"state": MemberState.CLOSED}),
        ("never@works.example", DigestPace.NONE, {}),
    ):
        mails.choose_digest(session, make_member(session, ours, email=email, **facts), pace, morning)
    suspend(session, agency.agency_id)
    assert fan_out_committed(session, keyring) == 1

    def pending(days: int, at: datetime = morning) -> list[str]:
        del post.sent[:]
        mails.send_due_digests(sessions, WORDS, post, at + timedelta(days=days))
        return post.addresses

    assert pending(0) == [], "chosen today"
    assert pending(1, morning.replace(hour=5)) == [], "too early in the day"
    post.is_dead = True
    pending(1)
    post.is_dead = False
    assert pending(1) == ["daily@works.example"], "what did not go is tried again"
    (_, subject, text) = post.sent[0]
    assert subject == "What happened to what you watch"
    assert "1 × A licence was suspended" in text
    assert "https://registry.example/account/watches" in text
    assert not any(word in text for word in hidden)
    assert pending(1) == [], "once a day"
    assert pending(2) == [], "nothing happened"
    assert pending(7) == ["weekly@works.example"]
    assert post.sent[0][1] == "Che cosa è successo a ciò che seguite"
    suspend(session, agency.agency_id, LicenceStatus.ACTIVE)
    assert fan_out_committed(session, keyring) == 1
    assert pending(8) == ["daily@works.example"]
    assert pending(14) == ["weekly@works.example"]
    assert "1 × " in post.sent[0][2]


def test_a_member_chooses_an_own_pace(client: FlaskClient, session: Session) -> None:
    member_client = MemberClient(client, session, make_member(session, make_organisation(session)), now())
    assert '<option value="none" selected>' in member_client.get("/account/own").get_data(as_text=True)
    assert member_client.post("/account/own/digest", pace="hourly").status_code == 303
    assert member_client.post("/account/own/digest", pace="weekly").status_code == 303
    assert '<option value="weekly" selected>' in member_client.get("/account/own").get_data(as_text=True)
