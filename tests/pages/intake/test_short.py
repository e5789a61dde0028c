"""The short way: five things on three pages, ticks on one, and nothing typed is lost."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.case.questions import QUESTIONNAIRE, SIGNS
from registry.i18n.languages import CATALOGUES
from registry.vocabulary.cases import Indicator, Priority
from registry.vocabulary.codes import TriageReason
from tests.make import make_agency
from tests.pages.intake.phone import PLACES, Phone

ZH = CATALOGUES["zh-Hans"]
STORY = "护照被扣，三个月没有工资。"


def test_five_things_on_three_pages_are_a_complaint(phone: Phone, session: Session) -> None:
    phone.begin()
    phone.go("/short")
    phone.press("short", in_danger="no", country="IT")
    assert phone.path == "/short/story"
    phone.press("short/story", account=STORY, **{"agency.name": "日升劳务"})
    assert phone.path == "/all"
    assert STORY in phone.text
    phone.press("send", consent="consent_union")
    assert ZH["case.reads.received"] in phone.text
    [case] = session.scalars(select(Case))
    assert (case.country, case.priority, case.indicators) == ("IT", Priority.P2, [])
    assert TriageReason.WORDS_OF_STORY in case.reasons
    assert phone.text.count('value="revoke"') == 1


def test_consents_are_none_unless_they_are_ticked(phone: Phone) -> None:
    phone.begin()
    phone.answer(PLACES["account"], answer=STORY)
    phone.go("/all")
    phone.press("send")
    assert 'value="revoke"' not in phone.text


def test_danger_leads_to_whom_to_call_and_then_goes_on(phone: Phone) -> None:
    phone.begin()
    phone.go("/short")
    phone.press("short", in_danger="yes")
    assert phone.path == "/short/now"
    assert "112" in phone.text
    assert "/box/short/story" in phone.text


@pytest.mark.parametrize("way", ["short", "long"])
def test_a_story_of_danger_leads_to_whom_to_call_and_then_goes_on(phone: Phone, way: str) -> None:
    phone.begin()
    if way == "short":
        phone.go("/short/story")
        phone.press("short/story", account="救命，他要杀我，我被锁在地下室")
    else:
        phone.answer(PLACES["account"], answer="救命，他要杀我，我被锁在地下室")
    assert phone.path.endswith("/now")
    assert 'href="tel:112"' in phone.text
    phone.go("/all")
    assert 'href="tel:112"' in phone.text
    phone.press("send")
    assert 'href="tel:112"' in phone.text


def test_a_story_without_danger_goes_on_at_once(phone: Phone) -> None:
    phone.begin()
    phone.go("/short/story")
    phone.press("short/story", account=STORY)
    assert phone.path == "/all"
    assert 'href="tel:112"' not in phone.text


def test_in_china_the_police_there_are_called_first(phone: Phone) -> None:
    phone.begin()
    phone.answer(PLACES["country"], answer="CN")
    phone.go("/short")
    phone.press("short", in_danger="yes", country="CN")
    assert phone.path == "/short/now"
    numbers = re.findall(r'href="tel:([^"]+)"', phone.text)
    assert numbers[0] == "110"
    assert "112" not in numbers


def test_in_italy_a_chinese_reader_sees_the_line_that_speaks_chinese_first(phone: Phone) -> None:
    phone.begin()
    phone.go("/short")
    phone.press("short", in_danger="yes", country="IT")
    numbers = re.findall(r'href="tel:([^"]+)"', phone.text)
    assert numbers[:2] == ["112", "800290290"]


def test_what_cannot_be_read_is_shown_again_with_what_is_wrong_and_nothing_is_lost(phone: Phone) -> None:
    phone.begin()
    phone.go("/short/story")
    too_long = "长" * (QUESTIONNAIRE["account"].most + 1)
    answer = phone.press("short/story", account=too_long, **{"agency.name": "日升劳务"})
    assert answer.status_code == 400
    assert 'id="account-fault"' in phone.text
    assert too_long in phone.text
    assert 'value="日升劳务"' in phone.text


def test_an_agency_that_was_picked_stays_picked_while_its_name_is_not_changed(phone: Phone, session: Session) -> None:
    agency = make_agency(session)
    session.commit()
    phone.begin()
    phone.answer(PLACES["agency"], agency_id=agency.agency_id)
    phone.go("/short/story")
    picked = phone.text.split('name="agency.name"')[1].split('value="')[1].split('"')[0]
    for typed, is_registered in ((picked, True), ("别的公司", False)):
        phone.go("/short/story")
        phone.press("short/story", account=STORY, **{"agency.name": typed})
        phone.go(f"/{PLACES['agency']}")
        assert (agency.agency_id in phone.text) == is_registered


def test_ticks_are_answers_and_what_is_not_ticked_is_none(phone: Phone, session: Session) -> None:
    phone.begin()
    phone.answer(PLACES["isolation"], answer="no")
    phone.go("/ticks")
    assert phone.text.count('name="sign"') == len(SIGNS) == len(Indicator)
    phone.press("ticks", sign=["deception", "excessive_overtime"])
    assert phone.path == "/all"
    phone.go("/ticks")
    phone.press("ticks", sign=["deception"])
    phone.press("send")
    [case] = session.scalars(select(Case))
    assert case.indicators == [Indicator.DECEPTION]
    phone.go("/ticks")
    assert phone.path == "/mine"


def test_violence_ticked_leads_to_whom_to_call(phone: Phone) -> None:
    phone.begin()
    phone.go("/ticks")
    phone.press("ticks", sign=["physical_and_sexual_violence"])
    assert "112" in phone.text
    assert "/box/all" in phone.text


def test_telling_more_is_a_list_of_groups_and_each_leads_back_to_it(phone: Phone) -> None:
    phone.begin()
    phone.go("/more")
    assert ZH["page.box.more.none"].format(answered=0, of=5) in phone.text
    phone.answer(PLACES["wants"], answer="leave")
    assert phone.path == "/more"
    assert ZH["page.box.more.done"].format(of=1) in phone.text
    phone.answer(PLACES["in_danger"], answer="no")
    assert phone.path == f"/{PLACES['safe_to_talk']}"
    assert ZH["page.box.step.at"].format(at=2, of=5) in phone.text
    phone.go("/more")
    assert ZH["page.box.more.some"].format(answered=1, of=5) in phone.text


def test_words_are_kept_while_they_are_typed_and_danger_in_them_is_shown_when_they_are_sent(phone: Phone) -> None:
    phone.begin()
    phone.go("/short/story")
    form = phone.form("short/story")
    words = "救命，他要杀我"
    kept = phone.send({"token": form["token"], "code": "account", "words": words}, "words")
    assert kept.status_code == 204
    phone.press("short/story", account=words)
    assert phone.path == "/short/now"
    phone.go("/short/story")
    assert words in phone.text
    assert 'href="tel:112"' in phone.text


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "in_danger", "words": "yes"},
        {"code": "nothing", "words": "a"},
        {"code": "account", "words": "长" * 20_001},
        {"token": "0" * 64, "code": "account", "words": "a"},
    ],
)
def test_what_is_no_words_of_this_draft_is_not_kept(phone: Phone, fields: dict[str, str]) -> None:
    phone.begin()
    phone.go("/short/story")
    assert phone.send({"token": phone.form("short/story")["token"]} | fields, "words").status_code == 400
    phone.go("/all")
    assert phone.form("send")
    phone.press("send")
    assert ZH["page.box.all.empty"] in phone.text


def test_nothing_is_kept_of_words_that_come_after_sending(phone: Phone) -> None:
    phone.begin()
    phone.go("/short/story")
    form = phone.form("short/story")
    phone.press("short/story", account=STORY)
    phone.press("send")
    late = phone.send({"token": form["token"], "code": "account", "words": "一"}, "words")
    assert late.status_code == 400
