"""The page "check what they told me": an advert is shown for correction first, then answered in place."""

from io import BytesIO
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.register.agencies import record
from registry.vocabulary.register import ChannelKind, Language, LicenceStatus
from tests.browsing import assert_fits, assert_sound, enter, follow, leading_on
from tests.make import licence_record, make_agency, make_licence, source_of
from tests.page_languages import PAGE_LANGUAGES
from tests.pages.public.reading import Page, read
from tests.serving import Served
from tests.thorough import thorough
from tests.verification.checks.picture_text.drawn import picture

NUMBER = "CISLO/0001"


@pytest.fixture
def agency(session: Session) -> record.Agency:
    channel = record.Channel(
        kind=ChannelKind.WECHAT, value="smyslena_agentura", source=source_of("CZ"), retrieved_at=now()
    )
    made = make_agency(
        session, name="Agentura Smyšlená s.r.o.", channels=(channel,), licences=(licence_record(number=NUMBER),)
    )
    session.commit()
    return made


def ask(client: FlaskClient, language: str = "en", status: int = 200, **stated: Any) -> Page:
    response = client.post(f"/{language}/check", data=stated)
    assert response.status_code == status
    assert response.headers["Cache-Control"] == "no-store"
    return read(response)


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
@pytest.mark.parametrize("wechat", ["smyslena_agentura", "smyslena_agentvra", ""])
def test_the_answer_never_looks_like_a_licences_yes(
    client: FlaskClient, agency: record.Agency, language: Language, wechat: str
) -> None:
    page = ask(client, language, number=NUMBER, wechat=wechat)
    assert page.language == language
    assert page.tone == {"smyslena_agentura": "name", "smyslena_agentvra": "no", "": "unknown"}[wechat]
    assert "Agentura Smyšlená s.r.o." in page.text


def test_an_advert_is_shown_for_correction_before_it_is_answered(client: FlaskClient, agency: record.Agency) -> None:
    response = client.post("/en/check", data={"advert": "<b>工作</b>\r\n微信：smyslena_agentura", "pick": "1"})
    assert 'value="smyslena_agentura"' in response.get_data(as_text=True)
    page = read(response)
    assert page.tone is None
    assert "correct it" in page.text


def test_the_lookups_answer_leads_to_the_check_of_that_agency(client: FlaskClient, agency: record.Agency) -> None:
    page = read(client.post("/en/", data={"subject": NUMBER, "country": "CZ", "origin": "CZ", "nationality": "CZ"}))
    assert page.hidden["agency_id"] == agency.agency_id
    form = read(client.post("/en/check", data={"agency_id": agency.agency_id, "pick": "1"}))
    assert form.hidden["agency_id"] == agency.agency_id
    assert ask(client, agency_id=agency.agency_id, wechat="smyslena_agentura").tone == "name"


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"phone": "x" * 401},
        {"advert": "x" * 10_001},
        {"number": "11010519491231002X"},
        {"name": "a\0b"},
        {"name": "%%%"},
        {"country": "XX"},
    ],
)
def test_what_cannot_be_checked_is_shown_at_its_field(client: FlaskClient, stated: dict[str, str]) -> None:
    page = ask(client, status=400, **stated)
    assert "fault" in page.classes


def test_markup_in_what_was_told_stays_words(client: FlaskClient, agency: record.Agency) -> None:
    response = client.post(
        "/en/check", data={"number": NUMBER, "name": "<script>alert(1)</script>", "advert": "</textarea><b>"}
    )
    assert "<script>" not in response.get_data(as_text=True)
    assert "</textarea><b>" not in response.get_data(as_text=True)


def test_the_language_can_be_changed_without_losing_the_answers(client: FlaskClient, agency: record.Agency) -> None:
    page = ask(client, number=NUMBER, wechat="smyslena_agentura")
    assert page.hidden["wechat"] == "smyslena_agentura"
    assert "/zh-Hans/check" in [button.get("formaction") for button in page.buttons]


def test_a_genuine_number_is_never_shown_in_the_colour_of_a_yes(client: FlaskClient, agency: record.Agency) -> None:
    page = client.post("/en/check", data={"number": NUMBER, "wechat": "smyslena_agentura", "email": "a@b.example"})
    body = page.get_data(as_text=True)
    rows = body.split('<ul class="checked">')[1].split("</ul>")[0].split("<li class=")[1:]
    tones = {row.split("<p class=")[1].split(">")[1].split(":")[0]: row.split('"')[1] for row in rows}
    assert tones == {"E-mail": "unknown", "Licence number or company code": "unknown", "WeChat id": "yes"}


def test_the_agency_that_the_lookup_carried_is_named(client: FlaskClient, agency: record.Agency) -> None:
    page = read(client.post("/en/check", data={"agency_id": agency.agency_id, "pick": "1"}))
    assert "Agentura Smyšlená s.r.o." in page.text


@pytest.mark.thorough
def test_an_advert_of_ten_thousand_characters_is_read_and_shown_again(served: Served) -> None:
    for letter in "工🔥а":
        data = {"advert": letter * 9_980 + " 微信：smyslena_1", "pick": "1"}
        response = requests.post(f"{served.base_url}/zh-Hans/check", data=data, timeout=30)
        assert response.status_code == 200
        assert 'value="smyslena_1"' in response.text


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("language", ["zh-Hans", *thorough("en")])
def test_the_check_works_on_an_old_phone_without_scripts(
    browser: Browser, served: Served, agency: record.Agency, language: str
) -> None:
    phone = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=False, locale="zh-CN")
    page = phone.new_page()
    page.goto(f"{served.base_url}/{language}/")
    page.select_option("#country", "CZ")
    page.fill("#subject", NUMBER)
    enter(page.locator("#subject"))
    follow(page.locator("section.really button[name=pick]"))
    expect(page.locator("h1")).to_contain_text("Agentura Smyšlená s.r.o.")
    page.fill("#advert", f"出国劳务 🔥 许可证号：{NUMBER} 微信：smyslena_agentvra 网址 {'dlouhe-' * 20}jmeno.example")
    follow(page.locator("button[name=pick]"))
    expect(page.locator("#wechat")).to_have_value("smyslena_agentvra")
    assert_fits(page)
    page.fill("#email", "info@agentura.example")
    follow(page.locator("button.main"))
    expect(page.locator("section.answer.no")).to_be_visible()
    assert page.url.startswith(f"{served.base_url}/{language}/check")
    assert_fits(page)
    phone.close()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_check_is_filled_in_and_sent_by_keyboard(browser: Browser, served: Served, agency: record.Agency) -> None:
    page = browser.new_context(viewport={"width": 320, "height": 640}).new_page()
    page.goto(f"{served.base_url}/en/check")
    page.focus("#country")
    for _ in range(20):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "document.activeElement.id || document.activeElement.name || document.activeElement.className"
        )
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        if focused == "number":
            page.keyboard.type(NUMBER)
        if focused == "wechat":
            page.keyboard.type("smyslena_agentura")
        if focused == "main":
            break
    with leading_on(page):
        page.keyboard.press("Enter")
    expect(page.locator("section.answer.name")).to_be_visible()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_check_has_no_barriers(browser: Browser, served: Served, agency: record.Agency) -> None:
    page = browser.new_context(viewport={"width": 320, "height": 640}).new_page()
    page.goto(f"{served.base_url}/en/check")
    assert_sound(page)
    page.fill("#number", NUMBER)
    page.fill("#wechat", "smyslena_agentura")
    follow(page.locator("button.main"))
    expect(page.locator("section.answer.name")).to_be_visible()
    assert_sound(page)


def test_half_a_name_asks_which_agency_is_meant(client: FlaskClient, agency: record.Agency) -> None:
    page = ask(client, name="Smyšlená", wechat="smyslena_agentura")
    assert page.tone == "unknown"
    assert "Choose below which agency is meant" in page.text
    assert agency.agency_id in [button.get("value") for button in page.buttons]


def test_agencies_of_nearly_one_name_stand_together_with_what_tells_them_apart(
    client: FlaskClient, agency: record.Agency, session: Session
) -> None:
    make_agency(session, name="Agentura Smyšlená a.s.", licences=(licence_record(number="JINE/7"),))
    session.commit()
    page = ask(client, name="Agentura Smyšlená s.r.o.", wechat="smyslena_agentura")
    assert page.tone == "unknown"
    assert "Agencies of nearly the same name" in page.text
    assert "JINE/7" in page.text


def test_a_fault_in_one_field_is_no_fault_of_the_advert(client: FlaskClient) -> None:
    page = ask(client, status=400, name="%%%")
    assert "no letter and no digit" in page.text
    assert "Paste an advert or fill in" not in page.text


def test_every_number_of_an_advert_is_shown_for_correction_and_checked(
    client: FlaskClient, session: Session, agency: record.Agency
) -> None:
    advert = f"许可证号：{NUMBER}，电话13800138000或13900138000，微信smyslena_x9"
    response = client.post("/zh-Hans/check", data={"advert": advert, "pick": "1"})
    html, hidden = response.get_data(as_text=True), read(response).hidden
    for value in (NUMBER, "13800138000", "13900138000", "smyslena_x9"):
        assert f'value="{value}"' in html, value
    filled = {
        "advert": advert,
        "picked": hidden["picked"],
        "number": NUMBER,
        "phone": "13800138000",
        "phone-2": "13900138001",
    }
    page = read(client.post("/zh-Hans/check", data=filled))
    assert "13900138001" in page.text
    listed = page.text.partition("13900138001")[0]
    assert "13900138000" not in listed
    other = read(client.post("/zh-Hans/check", data=filled | {"advert": "电话13900138007"}))
    assert "13900138007" in other.text.partition("粘贴")[0]


def test_an_advert_without_anything_to_check_says_so(client: FlaskClient) -> None:
    page = read(client.post("/zh-Hans/check", data={"advert": "急招，高薪，包吃住", "pick": "1"}))
    assert "广告里没有找到号码、名称或联系方式" in page.text


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_what_the_advert_asks_for_is_the_headline_with_the_rule_it_breaks(
    client: FlaskClient, language: Language
) -> None:
    page = read(client.post(f"/{language}/check", data={"advert": "希腊酒店保洁，旅游签进去，先付押金五千"}))
    assert page.tone == "no"
    assert f"/{language}/rules/CN#cn-limit-conduct" in page.links
    assert f"/{language}/rules/CN#cn-fee-licensed-sender-4" in page.links
    assert "{" not in page.text


def test_an_advert_that_names_no_one_is_not_the_readers_fault(client: FlaskClient) -> None:
    page = read(client.post("/zh-Hans/check", data={"advert": "急招焊工去波兰，电话13800138000"}))
    assert "这则广告没有写公司名称，也没有写许可证号码。这本身就是危险信号。" in page.text


def test_a_suspended_licence_is_the_headline_of_the_check_too(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session, LicenceStatus.SUSPENDED)
    page = read(client.post("/zh-Hans/check", data={"number": licence.number, "phone": "13800138000"}))
    assert (page.tone, "现在不得招您出国" in page.heading) == ("no", True)


def test_an_advert_for_hungary_tells_which_permits_are_not_given(client: FlaskClient) -> None:
    page = read(client.post("/zh-Hans/check", data={"advert": "匈牙利电池厂招工，正规工签"}))
    assert "匈牙利不给中国公民办这些许可，办不了" in page.text


def test_a_picture_of_an_advert_is_read_and_shown_for_correction(client: FlaskClient, session: Session) -> None:
    response = client.post("/zh-Hans/check/picture", data={"picture": (BytesIO(picture()), "x.png")})
    text = read(response).text
    assert response.headers["Cache-Control"] == "no-store"
    assert "押金" in text
    assert "图片已经删除" in text
    assert 'value="13800138000"' in response.get_data(as_text=True)


def test_what_is_no_picture_is_told_with_what_to_do(client: FlaskClient) -> None:
    for body, status in ((b"", 400), (b"GIF89a", 400), (b"\0" * (11 * 1024 * 1024), 413)):
        response = client.post("/en/check/picture", data={"picture": (BytesIO(body), "x.png")})
        page = read(response)
        assert response.status_code == status
        assert page.title.startswith("Error: ")
        assert "#picture" in page.links


ADVERT = "虚构：波兰工厂招工，先交保证金8000元，护照统一由公司保管，电话13800138000"


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_what_an_advert_asks_for_is_shown_with_its_words_when_it_is_picked_apart(
    client: FlaskClient, session: Session, language: Language
) -> None:
    response = client.post(f"/{language}/check", data={"advert": ADVERT, "pick": "1"})
    page = read(response)
    assert page.tone == "no"
    assert "先交保证金8000元" in page.text.partition(ADVERT)[0]
    assert 'value="13800138000"' in response.get_data(as_text=True)
    assert '<option value="PL" selected' in response.get_data(as_text=True)
    assert f"/{language}/rules/CN#cn-limit-documents" in page.links


def test_what_a_picture_asks_for_is_shown_at_once(client: FlaskClient, session: Session) -> None:
    response = client.post("/zh-Hans/check/picture", data={"picture": (BytesIO(picture()), "x.png")})
    assert read(response).tone == "no"
    assert "押金" in read(response).text.partition("请看看是否正确")[0]
