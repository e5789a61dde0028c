"""The lookup page: one answer in plain words, and nothing of the question left behind."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.complaints.case.questions import QUESTIONNAIRE
from registry.core.clock import now
from registry.i18n.languages import CATALOGUES
from registry.i18n.question_words import choices
from registry.register.agencies import record
from registry.vocabulary.register import (
    Activity,
    ChannelKind,
    IdentifierScheme,
    Language,
    LicenceKind,
    LicenceStatus,
    NameKind,
)
from tests.make import (
    agency_record,
    identifier_record,
    licence_record,
    make_agency,
    make_agreement,
    make_licence,
    make_source,
    name_record,
    source_of,
)
from tests.page_languages import PAGE_LANGUAGES
from tests.pages.public.reading import Page, read


def ask(client: FlaskClient, subject: str, language: str = "en", status: int = 200, **context: Any) -> Page:
    response = client.post(f"/{language}/", data={"subject": subject, **context})
    assert response.status_code == status
    return read(response)


def test_a_candidate_shows_the_name_it_was_found_by_and_in_what_way(client: FlaskClient, session: Session) -> None:
    names = (
        name_record("青岛云蝶国际劳务合作有限公司", script="hans", country="CN"),
        name_record("青岛云鲤经贸有限公司", script="hans", kind=NameKind.FORMER, country="CN"),
    )
    make_agency(session, country="CN", names=names)
    page = ask(client, "青岛云鲤经贸", "zh-Hans")
    assert all(words in page.text for words in ("按曾用名找到", "青岛云鲤经贸有限公司", "只差公司类型"))


def test_names_are_suggested_and_typed_text_is_neither_stored_nor_repeated(
    client: FlaskClient, session: Session
) -> None:
    make_agency(session, name="Smyšlená Činná s.r.o.")
    for typed in ("smyslena", "Smyšlená Č"):
        response = client.post("/en/names", data={"subject": typed})
        assert response.json == ["Smyšlená Činná s.r.o."]
        assert response.headers["Cache-Control"] == "no-store"
    for typed in ("", "x" * 100_000, "%_*", "\0", "💰"):
        assert client.post("/en/names", data={"subject": typed}).json == []
    assert client.get("/en/names?subject=smyslena").status_code == 405


@pytest.mark.parametrize(
    ("header", "place"),
    [(None, "/zh-Hans/"), ("zh-TW", "/zh-Hant/"), ("it-IT,it;q=0.9", "/it/"), ("fr-BE", "/fr/"), ("de", "/en/")],
)
def test_the_first_page_leads_to_the_browsers_language(client: FlaskClient, header: str | None, place: str) -> None:
    response = client.get("/", headers={"Accept-Language": header} if header else {})
    assert (response.status_code, response.location) == (302, place)
    assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_the_page_says_which_language_it_is_in(client: FlaskClient, language: Language) -> None:
    response = client.get(f"/{language}/")
    assert read(response).language == language
    assert response.headers["Content-Language"] == language


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_an_active_licences_number_belongs_to_somebody_and_the_person_is_still_to_be_checked(
    client: FlaskClient, session: Session, language: Language
) -> None:
    channel = record.Channel(
        kind=ChannelKind.WECHAT, value="smyslena_agentura", source=source_of("CZ"), retrieved_at=now()
    )
    licence = make_licence(session, agency={"name": "Agentura Smyšlená s.r.o.", "channels": (channel,)})
    page = ask(client, licence.number or "", language, country="CZ", origin="CZ", nationality="CZ")
    assert page.tone == "yes"
    assert "Agentura Smyšlená s.r.o." in page.heading
    assert "smyslena_agentura" in page.text
    assert "{" not in page.text


def test_a_reason_of_law_leads_to_the_row_it_stands_on(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session, kind=LicenceKind.DE_AUEG, country="DE")
    plan = {"sector": "10.11", "nationality": "CN", "recruiter_kind": "agency", "visa": "work"}
    page = ask(client, licence.number or "", country="DE", origin="DE", activity="temporary_work", **plan)
    rows = [link.partition("#")[2] for link in page.links if link.startswith("/en/rules/DE#")]
    assert rows
    assert set(rows) <= set(read(client.get("/en/rules/DE")).ids)


@pytest.mark.parametrize("write", [str.lower, lambda text: f"  {text} ", lambda text: text.replace("/", " / ")])
def test_a_number_is_found_however_it_is_typed(client: FlaskClient, session: Session, write: Any) -> None:
    licence = make_licence(session)
    assert ask(client, write(licence.number or ""), country="CZ", origin="CZ", nationality="CZ").tone == "yes"


def test_full_width_digits_are_found(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in licence.number or "")
    assert ask(client, wide, country="CZ", origin="CZ", nationality="CZ").tone == "yes"


def test_a_suspended_licence_is_a_no_that_protects_the_workers(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session, LicenceStatus.SUSPENDED)
    page = ask(client, licence.number or "", country="CZ")
    assert page.tone == "no"
    assert "This is not a reason to dismiss or report workers; wages remain owed." in page.text
    assert "Do not pay and do not sign." in page.text


def test_a_name_never_looks_green(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session, agency={"name": "Agentura Smyšlená s.r.o."})
    page = ask(client, "Agentura Smyšlená", country="CZ")
    assert page.tone == "unknown"
    chosen = next(button["value"] for button in page.buttons if button.get("name") == "agency_id")
    page = ask(client, "Agentura Smyšlená", country="CZ", origin="CZ", nationality="CZ", agency_id=chosen)
    assert page.tone == "name"
    assert "A name alone does not show who is talking to you." in page.text
    assert (
        ask(client, licence.number or "", country="CZ", origin="CZ", nationality="CZ", agency_id=chosen).tone == "yes"
    )


def test_an_agency_asked_about_from_its_own_page_does_not_look_green(client: FlaskClient, session: Session) -> None:
    agency = make_agency(session, licences=(licence_record(),))
    assert ask(client, "", agency_id=agency.agency_id, country="CZ", origin="CZ", nationality="CZ").tone == "name"


def test_one_number_of_two_holders_lets_the_asker_choose(client: FlaskClient, session: Session) -> None:
    first = make_agency(session, name="Smyšlená První s.r.o.", licences=(licence_record(number="DVOJI/1"),))
    make_agency(
        session,
        country="CN",
        name="示例公司",
        licences=(licence_record(LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION, number="DVOJI/1"),),
    )
    page = ask(client, "DVOJI/1", country="CZ")
    assert page.tone == "unknown"
    assert {"Smyšlená První s.r.o.", "示例公司"} <= set(page.words)
    page = ask(client, "DVOJI/1", country="CZ", origin="CZ", nationality="CZ", agency_id=first.agency_id)
    assert page.tone == "yes"
    assert "Smyšlená První s.r.o." in page.heading


def test_more_than_twenty_candidates_are_paged(client: FlaskClient, session: Session) -> None:
    for number in range(23):
        make_agency(session, name=f"Hojná Smyšlená {number:02} s.r.o.")
    first = ask(client, "Hojná Smyšlená")
    assert sum(button.get("name") == "agency_id" for button in first.buttons) == 20
    assert any(button.get("name") == "place" and button["value"] == "1" for button in first.buttons)
    second = ask(client, "Hojná Smyšlená", place="1")
    assert sum(button.get("name") == "agency_id" for button in second.buttons) == 3


def test_a_licence_of_limited_scope_asks_what_it_must_know_and_the_answer_completes_the_question(
    client: FlaskClient, session: Session
) -> None:
    licence = make_licence(session, activities=(Activity.PLACEMENT,))
    page = ask(client, licence.number or "", country="CZ", origin="CZ", nationality="CZ")
    assert page.tone == "unknown"
    button = next(button for button in page.buttons if button.get("name") == "activity")
    assert button["value"] == "placement"
    page = ask(client, page.hidden["subject"], country="CZ", origin="CZ", nationality="CZ", activity=button["value"])
    assert page.tone == "yes"


def tapped(client: FlaskClient, page: Page, name: str, value: str) -> Page:
    """The page after one more tap: everything asked before goes with it."""
    assert value in [button["value"] for button in page.buttons if button.get("name") == name] or name == "sector"
    return read(client.post(f"/{page.language}/", data=page.more | {name: value}))


def test_a_yes_is_reached_by_four_taps_and_each_asks_what_can_change_the_answer(
    client: FlaskClient, session: Session
) -> None:
    make_licence(session, kind=LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION, number="VYM-CN-9")
    page = ask(client, "VYM-CN-9", "zh-Hans", country="ES")
    assert (page.tone, page.heading) == ("unknown", "还要再问您一件事，才能回答。")
    assert "下面按中国公民的情况回答。" in page.text
    page = tapped(client, page, "origin", "CN")
    page = tapped(client, page, "sector", "14.10")
    assert page.tone == "unknown"
    assert tapped(client, page, "visa", "tourist").tone == "no"
    page = tapped(client, page, "visa", "work")
    assert page.tone == "yes"
    assert "我们没有记录。请要求看合同。" in page.text


def test_work_of_another_kind_can_be_said_and_is_never_a_yes(client: FlaskClient, session: Session) -> None:
    make_licence(session, kind=LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION, number="VYM-CN-8")
    plan = {"country": "ES", "origin": "CN", "visa": "work", "employer": "company"}
    assert "还要再问您一件事" in ask(client, "VYM-CN-8", "zh-Hans", **plan).heading
    page = ask(client, "VYM-CN-8", "zh-Hans", **plan, sector="other")
    assert (page.tone, page.selects) == ("unknown", set())
    # It was asked, and is not asked again.
    assert "还要再问您" not in page.heading
    assert "其他" in page.text


def test_care_housework_transport_massage_and_fishing_can_be_chosen(client: FlaskClient) -> None:
    chosen = read(client.get("/zh-Hans/")).options["sector"]
    assert {"97.00", "87.30", "96.23", "49.41", "03.11", "other"} <= set(chosen)


@pytest.mark.parametrize("language", list(Language))
def test_every_list_of_countries_begins_with_those_that_are_asked_about_most(
    client: FlaskClient, language: Language
) -> None:
    assert read(client.get(f"/{language}/")).options["country"][1:4] == ["IT", "FR", "DE"]
    question = QUESTIONNAIRE.by_code["country"]
    assert [code for code, _ in choices(language, question)][:3] == ["CN", "IT", "FR"]


def test_a_plan_in_czechia_asks_the_occupation_and_reaches_an_answer_in_four_taps(
    client: FlaskClient, session: Session
) -> None:
    licence = make_licence(session)
    page = ask(client, licence.number or "", "zh-Hans", country="CZ")
    sent = {"origin": "CZ", "activity": "temporary_work", "visa": "work", "occupation": "753"}
    taps = 1
    while page.tone == "unknown":
        names = {button["name"] for button in page.buttons if button.get("name")} & set(sent) or page.selects
        assert names, page.text
        page = read(client.post("/zh-Hans/", data=page.more | {name: sent[name] for name in names & set(sent)}))
        taps += 1
        assert taps <= 4
    assert page.tone == "yes"


@pytest.mark.parametrize("occupation", ["other", "unknown"])
def test_an_occupation_that_czech_law_does_not_name_ends_the_questions_and_leads_to_the_rule(
    client: FlaskClient, session: Session, occupation: str
) -> None:
    licence = make_licence(session)
    plan = {"origin": "CZ", "activity": "temporary_work", "visa": "work", "nationality": "CN"}
    page = ask(client, licence.number or "", "zh-Hans", country="CZ", occupation=occupation, **plan)
    assert page.tone == "unknown"
    assert not [button for button in page.buttons if button.get("name") == "occupation"]
    assert "/zh-Hans/rules/CZ#cz-limit-occupation" in page.links


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
@pytest.mark.parametrize("country", ["GB", "HK", "MO", "ZZ"])
def test_a_country_that_is_not_covered_can_be_chosen_and_is_told_whom_to_ask(
    client: FlaskClient, session: Session, language: Language, country: str
) -> None:
    make_licence(session, kind=LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION, number="VYM-CN-9")
    assert f'value="{country}"' in client.get(f"/{language}/").get_data(as_text=True)
    for subject in ("VYM-CN-9", "", "没有这家公司"):
        page = ask(client, subject, language, country=country, origin="CN")
        assert page.tone == "unknown"
        assert not page.selects
    assert ("Fair Work Agency" in page.text) is (country == "GB")
    assert ask(client, "VYM-CN-9", language, country="ES", origin=country).tone != "yes"


def test_a_question_about_no_one_is_answered_from_the_law_with_its_rows(client: FlaskClient, session: Session) -> None:
    make_source(session, "CZ")
    page = ask(client, "", "zh-Hans", country="CZ", origin="CN", visa="work")
    assert (page.tone, page.heading) == ("unknown", "没有号码，我们不说可以，也不说不可以。法律的要求是这些。")
    assert "/zh-Hans/rules/CN#cn-regime-labour-service-abroad" in page.links
    assert any(link.startswith("/zh-Hans/rules/CZ#cz-regime-") for link in page.links)
    assert ask(client, "", "zh-Hans", country="CZ", origin="CN", visa="tourist").tone == "no"
    assert ask(client, "", status=400).tone is None


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_a_nanny_for_a_household_abroad_is_no_whatever_licence_the_company_has(
    client: FlaskClient, session: Session, language: Language
) -> None:
    make_licence(session, kind=LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION, number="VYM-CN-9")
    plan = {"country": "ES", "origin": "CN", "nationality": "CN", "visa": "work"}
    page = ask(client, "VYM-CN-9", language, **plan, employer="household")
    assert page.tone == "no"
    assert f"/{language}/rules/CN#cn-limit-private-employer" in page.links
    assert "employer" in ask(client, "VYM-CN-9", language, **plan).selects | {
        button.get("name") for button in ask(client, "VYM-CN-9", language, **plan).buttons
    }


def test_a_limit_that_cannot_decide_shows_its_own_words_and_their_age(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session, kind=LicenceKind.DE_AUEG, country="DE")
    plan = {"sector": "10.11", "nationality": "IT", "visa": "work", "activity": "temporary_work"}
    page = ask(client, licence.number or "", "zh-Hans", country="DE", origin="DE", **plan)
    assert page.tone == "unknown"
    assert "屠宰、分割和肉类加工只能用企业自己的员工" in page.text


def test_the_partner_on_record_is_told_by_name(client: FlaskClient, session: Session) -> None:
    sender = make_agency(session, name="青岛云雀国际劳务有限公司", country="CN")
    receiver = make_agency(session, country="IT", licences=(licence_record(country="IT", number="VYM-IT-1"),))
    make_agreement(session, sender, receiver)
    page = ask(client, "VYM-IT-1", "zh-Hans", country="IT", origin="CN")
    assert "青岛云雀国际劳务有限公司" in page.text
    assert sender.agency_id in page.text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (LicenceStatus.SUSPENDED, "已暂停"),
        (LicenceStatus.BANNED, "禁止"),
        (LicenceStatus.REVOKED, "吊销"),
    ],
)
def test_the_state_of_a_licence_that_is_not_in_force_is_the_headline(
    client: FlaskClient, session: Session, status: LicenceStatus, words: str
) -> None:
    licence = make_licence(session, status)
    page = ask(client, licence.number or "", "zh-Hans", country="CZ")
    assert page.tone == "no"
    assert words in page.heading


def test_a_licence_that_ends_tomorrow_says_so_in_the_headline(client: FlaskClient, session: Session) -> None:
    tomorrow = (now() + timedelta(days=1)).date()
    licence = make_licence(session, valid_to=tomorrow)
    page = ask(client, licence.number or "", "zh-Hans", country="CZ", origin="CZ", nationality="CZ")
    assert page.tone == "yes"
    assert f"但只到{tomorrow.year}年{tomorrow.month}月{tomorrow.day}日" in page.heading


@pytest.mark.parametrize(
    "typed", ["王老板", "李小红", "老张", "阿凯", "Mr. Invented", "林姐（温州）", "一位老乡介绍的", "朋友的亲戚"]
)
def test_a_persons_name_is_answered_that_a_person_may_not_recruit(
    client: FlaskClient, session: Session, typed: str
) -> None:
    page = ask(client, typed, "zh-Hans", country="IT")
    assert (page.tone, "个人不得招工" in page.heading) == ("unknown", True)


@pytest.mark.parametrize("typed", ["王氏劳务公司", "青岛云雀国际", "高厂"])
def test_a_companys_name_is_not_taken_for_a_persons(client: FlaskClient, session: Session, typed: str) -> None:
    assert "个人不得招工" not in ask(client, typed, "zh-Hans", country="IT").heading


@pytest.mark.parametrize(
    ("typed", "field"),
    [("13800138000", "phone"), ("微信：vymysl_888", "wechat"), ("offer@example.org", "email")],
)
def test_a_contact_in_the_first_field_leads_to_the_check_with_the_value_filled_in(
    client: FlaskClient, session: Session, typed: str, field: str
) -> None:
    page = ask(client, typed, "zh-Hans", country="CZ")
    assert page.more[field] == typed
    checked = client.post("/zh-Hans/check", data={field: typed, "country": "CZ", "pick": "1"})
    assert checked.status_code == 200
    assert f'value="{typed}"' in checked.get_data(as_text=True)


def test_what_to_do_next_follows_what_is_on_record(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    plan = {"country": "CZ", "origin": "CZ", "nationality": "CZ"}
    bare = ask(client, licence.number or "", "en", **plan)
    assert bare.tone == "yes"
    assert "Reach the agency through its registered channels" not in bare.text
    assert "Ask the authority how to reach the agency" in bare.text
    unsure = ask(client, licence.number or "", "en", country="CZ")
    assert unsure.tone == "unknown"
    assert "Ask for the licence number and the full company name" not in unsure.text
    unfound = ask(client, "Nikdo Neznámý", "en", country="CZ")
    assert "Ask for the licence number and the full company name" in unfound.text


def test_where_one_by_one_would_be_too_many_taps_several_are_asked_at_once(
    client: FlaskClient, session: Session
) -> None:
    licence = make_licence(session)
    page = ask(client, licence.number or "", "en", country="CZ")
    assert page.heading == "A few more questions before we can answer."
    assert page.selects == {"origin", "visa"}
    page = read(client.post("/en/", data=page.more | {"origin": "CZ", "visa": "work"}))
    assert page.selects == {"nationality"}
    page = read(client.post("/en/", data=page.more | {"nationality": "CN"}))
    assert tapped(client, page, "occupation", "753").tone == "yes"


def test_a_genuine_number_on_a_tourist_visa_is_no_before_anything_else(client: FlaskClient, session: Session) -> None:
    make_licence(session, kind=LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION, number="VYM-CN-9")
    page = ask(client, "VYM-CN-9", "zh-Hans", country="IT", origin="CN", visa="tourist")
    assert (page.tone, page.heading) == ("no", "拿这种签证不能去打工，别走。")
    assert "许可证有效" not in page.text


def test_a_workshop_asked_about_by_its_number_is_not_called_unlicensed(client: FlaskClient, session: Session) -> None:
    make_source(session, "IT")
    make_source(session, "CN")
    page = ask(client, "00000099994", country="IT", origin="IT")
    assert page.tone == "unknown"
    page = tapped(client, page, "recruiter_kind", "employer")
    assert page.tone == "unknown"
    assert "An employer who hires for their own business needs no agency licence" in page.text


def test_a_company_number_with_a_wrong_digit_is_told_as_a_typing_error(client: FlaskClient, session: Session) -> None:
    for typed, country in (("IT00000099995", "IT"), ("00000018", "CZ")):
        page = ask(client, typed, country=country, origin=country)
        assert (page.tone, page.heading) == (
            "unknown",
            "This number cannot be right: it was copied wrongly, or it is false.",
        )


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("91000000MA00FCT20", "18位，这里有17位"),
        ("统一社会信用代码：91000000MA00FCT2077", "18位，这里有19位"),
        ("9100000OMA00FCT207", "打了字母O"),
        ("9l000000MA00FCT207", "打了字母l"),
    ],
)
def test_a_mistyped_code_of_a_chinese_company_is_told_what_is_wrong_with_it(
    client: FlaskClient, session: Session, typed: str, words: str
) -> None:
    make_source(session, "CN", is_full=True, is_national=True)
    page = ask(client, typed, "zh-Hans", country="IT", origin="CN")
    assert page.tone == "unknown"
    assert words in page.text


def test_a_number_without_a_country_asks_for_the_country(client: FlaskClient, session: Session) -> None:
    make_source(session)
    page = ask(client, "99999")
    assert page.tone == "unknown"
    assert "In which country is the job?" in page.text


def test_recruiting_in_china_needs_a_licensed_partner_there(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    page = ask(client, licence.number or "", country="CZ", origin="CN")
    assert page.tone == "no"
    assert "It needs a licensed sending agency there." in page.text


def test_not_found_is_a_no_only_where_silence_proves_something(client: FlaskClient, session: Session) -> None:
    make_source(session, "CZ")
    make_source(session, "CN")
    assert ask(client, "2026/9999", country="CZ").tone == "no"
    assert ask(client, "2026/9999", country="DE").tone == "unknown"


def test_a_name_that_no_agency_has_is_neither_a_yes_nor_a_no(client: FlaskClient, session: Session) -> None:
    make_source(session, "CZ")
    make_source(session, "CN")
    page = ask(client, "Nikdo Neznámý", country="CZ")
    assert page.tone == "unknown"
    assert "We found no one under this. That is neither a yes nor a no." in page.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("+86 138 0013 8000", "A phone number alone names no agency."),
        ("13800138000", "A phone number alone names no agency."),
        ("offer@example.org", "An e-mail address alone names no agency."),
        ("https://example.org/jobs", "A website alone names no agency."),
        ("微信：li_gong", "A WeChat id alone names no agency."),
    ],
)
def test_a_text_that_cannot_be_looked_up_yet_is_recognised_with_a_notice(
    client: FlaskClient, session: Session, typed: str, words: str
) -> None:
    make_source(session, "CZ")
    make_source(session, "CN")
    page = ask(client, typed, country="CZ")
    assert page.tone == "unknown"
    assert words in page.heading


def test_a_holder_is_found_by_each_of_its_numbers(client: FlaskClient, session: Session) -> None:
    numbers = (
        identifier_record(IdentifierScheme.VAT, "IT99999019997", country="IT"),
        identifier_record(IdentifierScheme.REGISTRATION_NUMBER, "99999019997", country="IT"),
        identifier_record(IdentifierScheme.LEI, "999900DEMVERZNR00191", country="IT"),
    )
    licences = (licence_record(country="IT", activities=(Activity.TEMPORARY_WORK,)),)
    make_agency(session, country="IT", identifiers=numbers, licences=licences)
    for typed in ("it99999019997", "999 990 199 97", "9999 00DE MVER ZNR0 0191"):
        assert ask(client, typed, country="IT", origin="IT", nationality="IT", activity="temporary_work").tone == "yes"


def test_a_personal_identity_number_is_not_looked_up_and_not_shown_again(client: FlaskClient) -> None:
    page = ask(client, "11010519491231002X", status=400)
    assert "This looks like a personal identity number." in page.text
    response = client.post("/en/", data={"subject": "11010519491231002X"})
    assert b"11010519491231002X" not in response.data


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("subject", ""),
        ("subject", "   "),
        ("subject", "a\0b"),
        ("subject", "x" * 10_001),
        ("country", "XX"),
        ("origin", "Narnia"),
        ("activity", "magic"),
        ("sector", "99.99"),
        ("on", "0000-00-00"),
        ("on", "2026-02-29"),
        ("on", "soon"),
        ("agency_id", "AAAAAAAAAAAA"),
        ("place", "-"),
    ],
)
def test_a_wrong_field_brings_the_form_back_with_a_word_of_help(client: FlaskClient, field: str, typed: str) -> None:
    response = client.post("/en/", data={"subject": "1", field: typed})
    assert response.status_code == 400
    assert "Please check what you typed" in read(response).text
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("typed", ["2024-02-29", "2024/2/29", "2024年2月29日", "２０２４－０２－２９"])
def test_a_day_is_read_as_people_write_it(client: FlaskClient, session: Session, typed: str) -> None:
    licence = make_licence(session)
    assert "29 February 2024" in ask(client, licence.number or "", country="CZ", on=typed).text


def test_a_day_in_the_future_is_never_a_yes(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    later = (now() + timedelta(days=400)).date().isoformat()
    assert ask(client, licence.number or "", country="CZ", on=later).tone == "unknown"


def test_nothing_of_the_question_stands_in_an_address(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    response = client.post("/en/", data={"subject": licence.number, "country": "CZ"})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    links = read(response).links
    assert not any((licence.number or "") in link for link in links)
    # What is passed on tells the job, at an address of its own.
    assert [link.partition("?")[2] for link in links if "?" in link] == ["country=CZ", "country=CZ"]


def test_a_change_of_language_keeps_the_question(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    page = ask(client, licence.number or "", country="CZ", on="2026-01-01", activity="placement")
    targets = [button["formaction"] for button in page.buttons if "formaction" in button]
    assert targets == ["/zh-Hans/", "/zh-Hant/", "/en/", "/it/", "/fr/", "/ro/"]
    requested = {"subject": licence.number, "country": "CZ", "on": "2026-01-01", "activity": "placement"}
    assert page.switched == requested
    assert read(client.post("/it/", data=page.switched)).tone == page.tone


def test_hostile_names_are_shown_as_they_are_and_set_apart(client: FlaskClient, session: Session) -> None:
    hostile = "<script>alert(1)</script>\"'{{7*7}}{name}%s"
    make_agency(session, name=hostile, licences=(licence_record(number="ZLO/1"),), place="<img src=x>")
    response = client.post("/en/", data={"subject": "ZLO/1", "country": "CZ", "origin": "CZ", "nationality": "CZ"})
    html = response.get_data(as_text=True)
    assert "<script>" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<bdi>&lt;script" in html
    assert read(response).tone == "yes"


def test_a_hostile_question_is_shown_as_it_is(client: FlaskClient, session: Session) -> None:
    make_source(session)
    response = client.post("/en/", data={"subject": '"><script>x</script>{name}', "country": "CZ"})
    assert "<script>" not in response.get_data(as_text=True)
    assert read(response).tone == "unknown"


def test_the_name_shown_first_is_in_the_askers_script(client: FlaskClient, session: Session) -> None:
    names = (
        name_record("Fictitious Labour Co.", kind=NameKind.TRADE, country="CN"),
        name_record("示例劳务公司", script="hans", country="CN"),
        name_record("示例旧名公司", script="hans", kind=NameKind.FORMER, country="CN"),
    )
    licence = licence_record(LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION, number="示例L9")
    make_agency(session, country="CN", names=names, licences=(licence,))
    assert (
        "示例劳务公司"
        in ask(client, "示例L9", "zh-Hans", country="ES", origin="CN", visa="work", sector="14.10").heading
    )
    assert (
        "Fictitious Labour Co."
        in ask(client, "示例L9", "en", country="ES", origin="CN", visa="work", sector="14.10").heading
    )


def test_help_in_the_country_of_the_job_says_who_runs_it(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    page = ask(client, licence.number or "", country="IT")
    assert "run by the state together with NGOs" in page.text
    assert "112" in page.text
    # No one has called these numbers yet; those of public bodies are given all the same, and it is said.
    assert "800 290 290 not yet called by us" in " ".join(page.text.split())
    assert "12345" not in page.text.split()


def test_who_is_recruited_in_china_finds_chinas_numbers_too(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    page = ask(client, licence.number or "", country="IT", origin="CN")
    assert {"110", "12345", "12308", "12333", "112"} <= set(page.text.split())
    # Where the reader is comes first, then the country of the job; a short number has the one to dial from abroad.
    assert page.text.index("Help in China") < page.text.index("12345") < page.text.index("Help in Italy")
    assert "From another country: +86 10 12308" in page.text


def test_the_answer_says_what_it_does_not_mean_and_what_must_never_be_paid(
    client: FlaskClient, session: Session
) -> None:
    licence = make_licence(session)
    text = ask(client, licence.number or "", country="CZ").text
    assert "A licence is not a visa. Working on a tourist, business or study visa is forbidden." in text
    assert "No deposit and no bond" in text
    assert "No name is needed." in text


def test_a_warning_of_a_clone_stands_beside_the_question_who_is_talking(client: FlaskClient, session: Session) -> None:
    warning = record.Warning_(text="Smyšlené varování", source=source_of("CZ"), retrieved_at=now())
    make_agency(session, clone_warnings=(warning,), licences=(licence_record(number="KLON/1"),))
    page = ask(client, "KLON/1", country="CZ")
    assert "alert" in page.classes
    assert "Warning: somebody is imitating this agency." in page.text.partition("Why")[0]


def test_an_agency_that_cannot_be_shown_by_name_says_so(client: FlaskClient, session: Session) -> None:
    agency = agency_record(names=(), licences=(licence_record(number="BEZ/1"),))
    make_agency(session, agency_id=agency.agency_id, names=(), licences=agency.licences)
    assert "Name no longer shown, by law" in ask(client, "BEZ/1", country="CZ").text


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
@pytest.mark.parametrize("subject", ["6217001210024455220", "IT60X0542811101000000123456"])
def test_an_account_number_in_the_first_field_is_warned_of_in_words(
    client: FlaskClient, subject: str, language: Language
) -> None:
    page = ask(client, subject, language)
    assert CATALOGUES[language]["page.answer.channel.bank_account"] in page.text
    assert "page.answer" not in page.text


ADVERT = "虚构：意大利招缝纫工，月薪1500欧，加微信vymysl_777，先交押金6000，护照寄给我们保管"


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
@pytest.mark.parametrize("typed", [ADVERT, ADVERT.replace("，", "\r\n"), ADVERT * 20])
def test_an_advert_in_the_first_field_shows_its_flags_at_once_and_is_kept_whole(
    client: FlaskClient, session: Session, language: Language, typed: str
) -> None:
    response = client.post(f"/{language}/", data={"subject": typed, "visa": "work"}, follow_redirects=True)
    page, html = read(response), response.get_data(as_text=True)
    assert response.status_code == 200
    assert page.tone == "no"
    assert f"/{language}/rules/CN#cn-fee-licensed-sender-4" in page.links
    assert "vymysl_777" in page.text
    assert page.hidden["advert"] == typed.replace("\r\n", "\n")
    assert '<option value="IT" selected' in html


@pytest.mark.parametrize(
    "typed", ["王女士13800138000，微信vymysl_1", "许可证号：X/77，电话13800138000", "电话13800138000\n找小林"]
)
def test_several_things_in_the_first_field_are_all_checked(client: FlaskClient, session: Session, typed: str) -> None:
    response = client.post("/zh-Hans/", data={"subject": typed}, follow_redirects=True)
    assert "13800138000" in response.get_data(as_text=True)
    assert read(response).more.get("phone") is None


@pytest.mark.parametrize("label", ["许可证号 ", "资格证书编号：", "编号 Number ", "Licence no. "])
def test_a_number_is_found_with_the_name_of_its_paper_before_it(
    client: FlaskClient, session: Session, label: str
) -> None:
    licence = make_licence(session, number="UKAZKA/L0001")
    page = ask(client, f"{label}{licence.number}", country="CZ", origin="CZ", nationality="CZ")
    assert page.tone == "yes"


def test_a_permit_for_inside_china_is_told_to_be_none_for_abroad(client: FlaskClient, session: Session) -> None:
    response = client.post("/zh-Hans/", data={"subject": "劳务派遣经营许可证 999999202601"}, follow_redirects=True)
    assert "证件不是出国工作的许可" in read(response).text


@pytest.mark.parametrize("typed", ["UKAZKALOOO1", "UKAZKALo0l", "ukazkalO0I"])
def test_letters_typed_for_digits_of_a_licence_number_are_said(
    client: FlaskClient, session: Session, typed: str
) -> None:
    make_licence(session, number="UKAZKAL001")
    make_licence(session, number="UKAZKAL0001", agency={"name": "Jiná Smyšlená s.r.o."})
    page = ask(client, typed, country="CZ", origin="CZ", nationality="CZ")
    assert "looks like 0" in page.text


@pytest.mark.parametrize("typed", ["11010519491231002X", "110105194912310021", "110105 19491331 0021"])
def test_an_identity_number_with_a_slip_is_no_companys_code(client: FlaskClient, typed: str) -> None:
    response = client.post("/zh-Hans/", data={"subject": typed})
    assert response.status_code == 400
    assert "个人身份证号码" in read(response).text


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
@pytest.mark.parametrize("typed", ["6217001210024455220", "IT60 X054 2811 1010 0000 0123 456"])
def test_an_account_alone_is_answered_that_nothing_be_paid_into_it(
    client: FlaskClient, session: Session, language: Language, typed: str
) -> None:
    assert (
        ask(client, typed, language, country="IT").heading == CATALOGUES[language]["page.answer.channel.bank_account"]
    )


def test_what_was_read_of_a_country_that_is_not_answered_for_stands_open_in_the_readers_language(
    client: FlaskClient,
) -> None:
    response = client.post("/zh-Hans/", data={"subject": "", "country": "GB", "origin": "CN"})
    html = response.get_data(as_text=True)
    assert "<details open><summary>规定怎么说</summary>" in html
    page = read(response).text
    for words in (
        "只有农业、园艺、采集贝类、食品加工和包装",
        "register-of-licensed-sponsors-workers",
        "08000 121 700",
        "2024年8月22日",
    ):
        assert words in page


def test_a_permit_is_chosen_in_the_readers_words_and_what_is_not_told_is_never_green(
    client: FlaskClient, session: Session
) -> None:
    make_licence(session, kind=LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION, number="VYM-CN-7")
    plan = {"country": "IT", "origin": "CN", "visa": "work", "recruiter_kind": "agency", "sector": "14.10"}
    closed = "意大利不给中国公民办这些许可，办不了：普通工作名额"
    page = ask(client, "VYM-CN-7", "zh-Hans", **plan)
    assert all(words in page.text for words in (closed, "对方说给您办哪一种？", "家政护理", "高技术人才", "别的许可"))
    for code in ("other", "unknown"):
        answer = ask(client, "VYM-CN-7", "zh-Hans", **plan, work_permit=code)
        assert answer.tone == "unknown"
        assert answer.heading == "没弄清办的是哪一种许可，我们不能说行。"
        assert closed in answer.text
    named = next(
        button["value"]
        for button in page.buttons
        if button.get("name") == "work_permit" and button["value"] not in ("other", "unknown")
    )
    barred = ask(client, "VYM-CN-7", "zh-Hans", **plan, work_permit=named)
    assert (barred.tone, barred.heading) == ("no", "这种打工许可不给中国公民办，办不了。谁收钱说能办，别给。")


@pytest.mark.parametrize("language", [one for one in PAGE_LANGUAGES if one not in ("en", "it", "fr", "ro")])
@pytest.mark.parametrize("country", ["IT", "HU", "PL", "DE", "CZ"])
def test_no_english_stands_where_a_permit_is_chosen(
    client: FlaskClient, session: Session, language: Language, country: str
) -> None:
    make_licence(session, kind=LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION, number="VYM-CN-6")
    plan = {"country": country, "origin": "CN", "visa": "work", "recruiter_kind": "agency", "sector": "14.10"}
    html = client.post(f"/{language}/", data={"subject": "VYM-CN-6"} | plan, follow_redirects=True).get_data(
        as_text=True
    )
    offered = re.findall(r'name="work_permit" value="[^"]*">([^<]+)<', html)
    assert all(re.search(r"[\u4e00-\u9fff]", words) for words in offered), offered
    assert len(offered) >= 3 or country in ("DE", "CZ"), offered
