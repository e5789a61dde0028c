"""Letters wait until they are in their reader's language, and replies that a unit sends often are templates in some."""

import re
from datetime import date

import pytest
from sqlalchemy import select, update

from registry.complaints.case.models import Case
from registry.complaints.casework.models import ReplyTemplate, WaitingLetter
from registry.complaints.intake import mailbox
from registry.complaints.intake.models import Message
from registry.core.clock import now
from registry.i18n.wording import by_day_text
from registry.officers.models import Notice
from registry.officers.rights import Role
from registry.vocabulary.cases import Priority
from registry.vocabulary.register import Language
from tests.complaints.filing import come_back, file
from tests.pages.officers.signed_in import words_of

CHINESE = {"country": "IT", "deception": "yes", "account": "工作完全不同。"}


@pytest.fixture
def filed(session, sealer):
    filed = file(session, sealer, CHINESE, at=now())
    filed.case.language = "zh-Hans"
    return filed


@pytest.fixture
def at(filed):
    return f"/console/cases/{filed.case.reference}"


def texts_read(session, sealer, filed) -> list[str]:
    return [
        one.text
        for one in mailbox.mailbox(session, sealer, come_back(session, sealer, filed.code, now()), now()).messages
    ]


def version_of(session, filed) -> int:
    session.refresh(filed.case)
    return filed.case.version


def test_a_letter_in_another_language_is_sent_once_a_translator_has_written_it(session, sealer, filed, at, desk_for):
    officer, translator = desk_for(Role.INVESTIGATOR), desk_for(Role.TRANSLATOR, name="Tess Translator")
    page = words_of(officer.get(at))
    assert "The complainant reads Simplified Chinese" in page
    assert "Tess Translator" in page
    officer.post(f"{at}/reply", text="We look into it.", language="en", version=filed.case.version)
    assert "The letter waits for its translation." in words_of(officer.get(at))
    assert texts_read(session, sealer, filed) == []
    assert session.scalars(select(Notice).where(Notice.officer_id == translator.officer.id)).first() is not None
    assert "A letter to the complainant waits for its translation" in words_of(translator.get("/console/"))
    assert "We look into it." in words_of(translator.get(f"{at}/translation"))
    letter = session.scalars(select(WaitingLetter)).one()
    assert "look into" not in letter.sealed
    sent = {"subject": "letter", "letter": letter.reference, "text": "我们会调查。"}
    answer = translator.post(f"{at}/translation", version=version_of(session, filed), **sent)
    assert answer.status_code == 303
    (read,) = texts_read(session, sealer, filed)
    assert read.startswith("我们会调查。")
    assert "We look into it." in read
    assert session.scalars(select(WaitingLetter)).all() == []


def test_a_letter_with_its_translation_and_one_in_the_readers_language_go_at_once(session, sealer, filed, at, desk_for):
    desk = desk_for(Role.INVESTIGATOR)
    desk.post(f"{at}/reply", text="Yes.", language="en", translation="好的。", version=filed.case.version)
    desk.post(f"{at}/reply", text="您好。", language="zh-Hans", version=version_of(session, filed))
    assert [text.split("\n")[0] for text in texts_read(session, sealer, filed)] == ["好的。", "您好。"]


def test_only_in_danger_a_letter_goes_untranslated(session, sealer, filed, at, desk_for):
    desk = desk_for(Role.INVESTIGATOR)
    desk.post(f"{at}/reply", text="Call 112.", language="en", version=filed.case.version)
    letter = session.scalars(select(WaitingLetter)).one().reference
    refused = desk.post(f"{at}/letter", letter=letter, do="send", version=version_of(session, filed))
    assert refused.status_code == 409
    filed.case.priority = Priority.P0
    session.commit()
    assert desk.post(f"{at}/letter", letter=letter, do="send", version=version_of(session, filed)).status_code == 303
    assert texts_read(session, sealer, filed) == ["Call 112."]


def test_a_template_is_written_in_some_languages_approved_by_another_and_filled_in_for_its_reader(
    session, filed, at, desk_for
):
    writer = desk_for(Role.SUPERVISOR)
    approver = desk_for(Role.SUPERVISOR, name="Second Supervisor")
    texts = {f"text_{one}": f"{one}: {{unit}} writes {{by_14_days}}, {{in_14_days}}" for one in ("ro", "fr", "zh-Hans")}
    refused = writer.post("/console/templates", name="Proof")
    assert refused.status_code == 400
    assert "in one language at least" in words_of(refused)
    wrong = writer.post("/console/templates", name="Proof", **(texts | {"text_it": "{name}"}))
    assert "what stands in braces must be one of" in words_of(wrong)
    assert writer.post("/console/templates", name="Ask for proof", states="submitted", **texts).status_code == 303
    template = session.scalars(select(ReplyTemplate)).one()
    path = f"/console/templates/{template.reference}"
    assert "Ask for proof" not in words_of(writer.get(at)), "not before it is approved"
    assert writer.post(f"{path}/approve", version=1).status_code == 409
    assert "Approve a reply template" in words_of(approver.get("/console/"))
    assert approver.post(f"{path}/approve", version=1).status_code == 303
    assert "Ask for proof" in words_of(writer.get(at))
    page = writer.get(f"{at}?template={template.reference}").get_data(as_text=True)
    inserted = re.search(r'<textarea id="text".*?>(.*?)</textarea>', page, re.S)[1]
    assert inserted.startswith("zh-Hans: ")
    assert "{" not in inserted
    assert "之前" in inserted
    assert re.search(r'<option value="zh-Hans" selected', page), "and the letter is in that language"
    approver.post(f"{path}/withdraw", version=2)
    assert "Ask for proof" not in words_of(writer.get(at))


def test_colleagues_read_who_wrote_and_the_complainant_does_not(session, sealer, filed, at, desk_for):
    writer, colleague = desk_for(Role.INVESTIGATOR, name="Wanda Writer"), desk_for(Role.SUPERVISOR, name="Carla Other")
    writer.post(f"{at}/reply", text="我们会调查。", language="zh-Hans", version=filed.case.version)
    page = colleague.get(at).get_data(as_text=True)
    assert re.search(r'<article class="message officer">\s*<p class="quiet"><bdi>Wanda Writer</bdi>,', page)
    (read,) = mailbox.mailbox(session, sealer, come_back(session, sealer, filed.code, now()), now()).messages
    assert read.written_by is None
    # What was written before the name was kept.
    session.execute(update(Message).values(written_by=None))
    session.commit()
    assert '<p class="quiet">Officer, <time' in colleague.get(at).get_data(as_text=True)


def test_the_language_of_the_last_letter_is_offered_to_who_wrote_it_alone(session, filed, at, desk_for):
    def offered(desk) -> str:
        found = re.search(
            r'<select id="language".*?<option value="([^"]+)" selected', desk.get(at).get_data(as_text=True)
        )
        return found[1] if found else ""

    writer, colleague = desk_for(Role.INVESTIGATOR, name="Wanda Writer"), desk_for(Role.SUPERVISOR, name="Carla Other")
    assert offered(writer) == "en"
    writer.post(f"{at}/reply", text="我们会调查。", language="zh-Hans", version=filed.case.version)
    assert offered(writer) == "zh-Hans"
    assert offered(colleague) == "en", "another officer at the same browser"
    filed.case.language = "ro"
    session.commit()
    assert offered(writer) == "en", "a complainant who reads another language"


def test_a_template_is_offered_to_those_alone_whose_language_it_is_in(session, filed, at, desk_for):
    writer, approver = desk_for(Role.SUPERVISOR), desk_for(Role.SUPERVISOR, name="Second Supervisor")
    writer.post("/console/templates", name="En français", text_fr="Répondez {by_14_days}.")
    template = session.scalars(select(ReplyTemplate)).one()
    approver.post(f"/console/templates/{template.reference}/approve", version=1)
    assert "En français" not in words_of(writer.get(at))
    session.scalars(select(Case)).one().language = "fr"
    session.commit()
    page = writer.get(f"{at}?template={template.reference}").get_data(as_text=True)
    assert re.search(r"Répondez d’ici au \d+(er)? \w+ \d{4}\.", page)


@pytest.mark.parametrize(
    ("language", "day", "words"),
    [
        (Language.IT, date(2026, 12, 13), "entro il 13 dicembre 2026"),
        (Language.IT, date(2026, 12, 8), "entro l’8 dicembre 2026"),
        (Language.FR, date(2026, 12, 1), "d’ici au 1er décembre 2026"),
        (Language.RO, date(2026, 12, 13), "până la 13 decembrie 2026"),
        (Language.EN, date(2026, 12, 13), "by 13 December 2026"),
        (Language.ZH_HANS, date(2026, 12, 13), "在2026年12月13日之前"),
        (Language.ZH_HANT, date(2026, 12, 13), "在2026年12月13日之前"),
    ],
)
def test_a_day_by_which_has_the_words_of_its_language_around_it(language, day, words):
    assert by_day_text(language, day) == words


def test_translators_see_priority_and_deadline_page_by_page_and_may_write_every_language(
    session, sealer, filed, at, desk_for, monkeypatch
):
    translator = desk_for(Role.TRANSLATOR)
    case = session.scalars(select(Case)).one()
    words = words_of(translator.get("/console/translations"))
    assert case.priority.upper() in words
    assert "Due" in words
    page = translator.get(f"{at}/translation").get_data(as_text=True)
    for language in Language:
        assert f"into={language}" in page
    monkeypatch.setattr("registry.pages.officers.cases.translations.PAGE", 1)
    file(session, sealer, CHINESE, at=now())
    session.commit()
    first = translator.get("/console/translations").get_data(as_text=True)
    following = re.search(r'href="(/console/translations\?after=[^"]+)"', first)[1]
    second = translator.get(following).get_data(as_text=True)
    listed = [re.findall(r"/console/cases/(\w+)/translation", one) for one in (first, second)]
    assert [len(one) for one in listed] == [1, 1]
    assert listed[0] != listed[1]
