"""Somebody in danger writes from a telephone: the officers are told in the same moment, and nothing that stays tells of it."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.intake.models import Message
from registry.complaints.sealing.sealer import Sealer
from registry.i18n.languages import CATALOGUES
from registry.officers.models import Notice
from registry.officers.rights import Role
from registry.vocabulary.cases import Priority
from tests.officers.making import make_officer
from tests.pages.intake.phone import Phone

ZH = CATALOGUES["zh-Hans"]
TOLD = ZH["page.box.mine.danger.told"]


@pytest.fixture
def filed(phone: Phone, session: Session, sealer: Sealer) -> Case:
    make_officer(session, sealer.keyring, Role.TRIAGE, unit="it-labour")
    session.commit()
    phone.file()
    case = session.scalars(select(Case)).one()
    assert case.priority not in (Priority.P0, Priority.P1)
    return case


def raised(session: Session, case: Case) -> bool:
    session.expire_all()
    return case.priority is Priority.P0 and session.scalars(select(Notice)).one_or_none() is not None


def test_a_message_about_danger_raises_the_case_and_shows_whom_to_call(
    phone: Phone, session: Session, filed: Case
) -> None:
    phone.press("write", text="他们打我，门锁了，救命")
    assert raised(session, filed)
    assert TOLD in phone.text
    assert 'href="tel:112"' in phone.text


def test_one_press_without_a_word_is_enough(phone: Phone, session: Session, filed: Case) -> None:
    assert ZH["page.box.mine.danger"] in phone.text
    phone.press("write", text="", danger="yes")
    assert raised(session, filed)
    assert len(session.scalars(select(Message)).all()) == 1
    assert phone.text.count(ZH["page.box.mine.danger.said"]) == 1
    assert TOLD in phone.text


def test_who_opens_the_mailbox_later_does_not_see_that_danger_was_reported(
    phone: Phone, session: Session, filed: Case
) -> None:
    phone.press("write", text="", danger="yes")
    assert "danger" not in str(phone.shown.request.url)
    phone.go("/mine")
    assert TOLD not in phone.text


def test_an_ordinary_message_tells_the_officers_and_raises_nothing(phone: Phone, session: Session, filed: Case) -> None:
    before = filed.priority
    phone.press("write", text="我换了住的地方。")
    session.expire_all()
    assert (filed.priority, filed.has_unread) == (before, True)
    assert len(session.scalars(select(Notice)).all()) == 1
    assert TOLD not in phone.text
