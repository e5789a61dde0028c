"""Notices by ntfy and Matrix: the mail's empty words, to a running server; what it refuses is tried again, once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from registry.core import push
from registry.core.clock import now
from registry.core.db.engine import sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers import notices
from registry.officers.models import Mailing, Notice, NoticeKind, Officer
from registry.officers.rights import Role
from registry.worker import schedule
from tests.officers.making import make_officer, make_unit
from tests.pushed import push_server

ROOM = "!abc:matrix.example"


@pytest.fixture
def officer(session: Session, keyring: Keyring) -> Officer:
    make_unit(session)
    return make_officer(session, keyring, Role.SUPERVISOR).officer


def waits(session: Session, officer: Officer, way: str, to: str) -> None:
    notices.choose_push(session, officer, f"{way}:{to}")
    notices.notify(session, officer, NoticeKind.ASSIGNED, now())
    session.commit()


def test_a_notice_goes_to_an_ntfy_topic_and_is_tried_again_until_it_is_taken(
    session: Session, settings: Settings, officer: Officer
) -> None:
    sessions, topic = sessions_for(session.get_bind()), push.new_topic()  # type: ignore[arg-type]
    with push_server(503, 200) as taken:
        pushing = replace(settings, ntfy_url=taken.url)
        waits(session, officer, push.NTFY, topic)
        schedule.notify_officers(pushing, sessions)
        assert taken.next()["status"] == 503
        assert session.query(Notice).count() == 1, "kept, and tried again as a mail is"
        session.execute(update(Notice).values(taken_until=now() - timedelta(seconds=1)))
        session.commit()
        schedule.notify_officers(pushing, sessions)
        sent = taken.next()
    assert (sent["method"], sent["path"], sent["by"]) == ("POST", "/", "Bearer tk_secret")
    assert (sent["body"]["topic"], sent["body"]["title"]) == (topic, "There is something for you")
    assert officer.name not in str(sent["body"])
    session.expire_all()
    assert session.query(Notice).count() == 0
    assert list((settings.home / "mail").glob("*.eml")) == []


def test_a_notice_goes_into_a_matrix_room_and_by_mail_once_the_server_is_no_more(
    session: Session, settings: Settings, officer: Officer
) -> None:
    sessions = sessions_for(session.get_bind())  # type: ignore[arg-type]
    with push_server() as taken:
        waits(session, officer, push.MATRIX, ROOM)
        schedule.notify_officers(replace(settings, matrix_url=taken.url), sessions)
        sent = taken.next()
    assert sent["method"] == "PUT"
    assert sent["path"].startswith("/_matrix/client/v3/rooms/%21abc%3Amatrix.example/send/m.room.message/")
    assert sent["body"]["msgtype"] == "m.text"
    session.execute(update(Mailing).values(told_at=None))
    waits(session, officer, push.MATRIX, ROOM)
    schedule.notify_officers(settings, sessions)
    assert len(list((settings.home / "mail").glob("*.eml"))) == 1


def test_a_server_that_is_away_is_said_without_its_address(settings: Settings) -> None:
    with push_server() as taken:
        url = taken.url
    with pytest.raises(push.PushNotSent) as failed:
        push.send(replace(settings, ntfy_url=url), push.NTFY, "topic", "A", "B")
    assert "127.0.0.1" not in str(failed.value)
    assert "secret" not in str(failed.value)
