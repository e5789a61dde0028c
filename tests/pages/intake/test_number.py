"""The number: six words or 22 digits; writing begins while it stands on top, and it is typed back before anything is sent."""

import io
import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.retention.rules import DRAFT, UNCONFIRMED_DRAFT
from registry.i18n.languages import CATALOGUES
from registry.vocabulary.cases import CaseState
from tests.complaints.samples import recording
from tests.make import make_agency
from tests.pages.intake.phone import Phone

ZH = CATALOGUES["zh-Hans"]
STORY = "护照被扣，三个月没有工资。"


def words_on(phone: Phone) -> list[str]:
    paragraph = re.search(r'<p class="words[^"]*"[^>]*>(.*?)</p>', phone.text, re.DOTALL)
    return re.findall(r"<b>(.*?)</b>", paragraph[1]) if paragraph else []


@pytest.fixture
def started(phone: Phone) -> Phone:
    phone.go()
    phone.press("begin")
    return phone


def test_words_are_typed_back_and_open_the_mailbox_on_another_telephone(started: Phone, other: Phone) -> None:
    words = words_on(started)
    assert len(words) == 6
    started.press("number", last_six=" ".join(words[-2:]))
    assert started.path == "/short"
    assert words_on(started) == []
    other.language = "it"
    assert other.come_back("".join(words)).status_code == 200
    assert other.path == "/mine"


def test_a_wrong_word_costs_nothing_and_all_of_it_can_be_read_again(started: Phone, other: Phone) -> None:
    words = words_on(started)
    assert started.press("number", last_six="".join(words[:2])).status_code == 400
    assert words_on(started) == words
    # One wrong character is always noticed; with two, one code in 79 would pass the check and only not be there.
    quality, thing = words[5]
    typed = "".join([*words[:5], quality, "河" if thing == "山" else "山"])
    assert other.come_back(typed).status_code == 400
    assert typed in other.text


def test_writing_begins_while_the_number_stands_on_top(started: Phone, session: Session) -> None:
    words, code = words_on(started), started.code
    for path in ("/short", "/short/story", "/ticks", "/1", "/all", "/files"):
        started.go(path)
        assert started.path == path
        assert words_on(started) == words, path
    started.go("/short")
    started.press("short", in_danger="no", country="IT")
    started.press("short/story", account=STORY)
    case = session.scalars(select(Case)).one()
    assert case.purge_on == case.filed_on + UNCONFIRMED_DRAFT
    for wrong in ("", "000000", "".join(words[:2])):
        assert started.press("send", last_six=wrong).status_code == 400
        assert STORY in started.text
    session.expire_all()
    assert case.state is CaseState.DRAFT
    started.press("send", last_six=code[-6:])
    assert started.path == "/mine"
    assert words_on(started) == []
    session.expire_all()
    assert case.state is CaseState.SUBMITTED


def test_a_recording_alone_is_sent_before_the_number_was_put_away(started: Phone, session: Session) -> None:
    words = words_on(started)
    started.go("/files")
    started.press("files", file=(io.BytesIO(recording("m4a")), "voice.m4a"))
    started.go("/all")
    started.press("send", last_six="".join(words[-2:]))
    assert started.path == "/mine"
    assert session.scalars(select(Case)).one().state is CaseState.SUBMITTED


def test_nothing_but_the_draft_is_open_before_the_number_was_typed_back(started: Phone) -> None:
    for path in ("/mine", "/copy", "/end", "/days"):
        started.go(path)
        assert started.path == "/number", path


def test_who_saves_and_leaves_without_the_number_is_shown_it_first(started: Phone, session: Session) -> None:
    started.go("/1")
    started.press("1", answer="no", go="leave")
    assert started.path == "/number"
    started.press("number", last_six=started.code[-6:])
    session.expire_all()
    case = session.scalars(select(Case)).one()
    assert case.purge_on == case.filed_on + DRAFT


def test_a_number_that_replaces_another_is_typed_back_before_anything(phone: Phone) -> None:
    phone.file()
    phone.press("other-number")
    for path in ("/short", "/all", "/files"):
        phone.go(path)
        assert phone.path == "/number", path


def test_the_agency_that_somebody_came_from_is_there_without_typing_the_number(phone: Phone, session: Session) -> None:
    agency = make_agency(session)
    session.commit()
    phone.client.post("/zh-Hans/box/about", data={"agency_id": agency.agency_id})
    phone.go()
    phone.press("begin")
    phone.go("/short")
    phone.go("/all")
    assert ZH["page.box.all.change"] in phone.text


@pytest.mark.parametrize("language", ["en", "it"])
def test_other_pages_show_digits(client: object, phone: Phone, language: str) -> None:
    phone.language = language
    phone.go()
    phone.press("begin")
    assert words_on(phone) == []
    assert re.fullmatch(r"\d{22}", phone.code)
