"""The fee checker's page: without scripts, in every language, with every mistake reported beside its field."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from registry.vocabulary.fees import FeeKind
from registry.vocabulary.register import Language
from tests.browsing import assert_fits, assert_sound, follow, speak
from tests.page_languages import PAGE_LANGUAGES
from tests.pages.public.reading import read
from tests.serving import Served

ROW = {"kind_0": "bond", "amount_0": "20000", "currency_0": "CNY", "state_0": "paid"}


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_every_kind_is_answered_in_every_language(client: FlaskClient, language: Language) -> None:
    kinds = list(FeeKind)
    for some in (kinds[:10], kinds[10:]):
        form = {"origin": "CN", "destination": "IT", "monthly_wage": "1500", "wage_currency": "EUR"}
        for place, kind in enumerate(some):
            form |= {name.replace("0", str(place)): value for name, value in ROW.items() if name != "amount_0"}
            form |= {f"kind_{place}": kind, f"amount_{place}": "100"}
        response = client.post(f"/{language}/fees", data=form)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-store"
        page = read(response)
        assert page.language == language
        assert "{" not in page.text


def test_a_deposit_is_called_forbidden_with_its_rule_and_total(client: FlaskClient) -> None:
    form = ROW | {"origin": "CN", "monthly_wage": "8000", "wage_currency": "CNY"}
    text = read(client.post("/en/fees", data=form)).text
    assert "China’s rule forbids taking any deposit or guarantee from workers." in text
    assert "In months of the promised wage: 2.50" in text
    assert "20,000.00\xa0CNY".replace("\xa0", " ") in text


def test_a_rule_that_decides_is_told_in_the_readers_language_and_others_say_that_they_are_in_english(
    client: FlaskClient,
) -> None:
    form = ROW | {"kind_0": "recruitment_service_payment", "origin": "CN", "charged_by": "placement_agent"}
    translated = read(client.post("/zh-Hans/fees", data=form | {"destination": "SK"})).text
    assert "只能由招人的雇主付钱" in translated
    assert "下面是英文" not in translated
    english = read(client.post("/zh-Hans/fees", data=form | {"destination": "LV"})).text
    assert "这条规定没有译文，下面是英文。 not settled: NVA" in english


def test_when_it_is_to_be_paid_and_the_written_contract_can_be_said(client: FlaskClient) -> None:
    form = ROW | {
        "kind_0": "recruitment_service_payment", "state_0": "asked", "destination": "DE", "origin": "DE",
        "charged_by": "placement_agent", "currency_0": "EUR", "amount_0": "900",
    }  # fmt: skip
    unsaid = read(client.post("/en/fees", data=form)).text
    assert "The answer depends on when it is to be paid." in unsaid
    assert "The answer depends on whether there is a written contract" in unsaid
    said = read(client.post("/en/fees", data=form | {"when_0": "before_contract", "written_contract": "no"})).text
    assert "forbids to ask for this before the contract is signed: nothing in advance" in said
    assert "The answer depends on when" not in said


def test_the_answer_says_how_to_claim_step_by_step_with_the_bodies_of_both_ends(client: FlaskClient) -> None:
    form = ROW | {
        "kind_0": "recruitment_service_payment", "amount_0": "120000", "state_0": "paid", "origin": "CN",
        "destination": "SK", "charged_by": "licensed_sender", "monthly_wage": "8000", "wage_currency": "CNY",
    }  # fmt: skip
    text = read(client.post("/en/fees", data=form)).text
    assert "only for a contract of at least so many months: 120" in text
    steps = text.partition("How to get it back")[2].partition("Where can money come back from?")[0]
    assert steps.index("Keep proof") < steps.index("commerce department") < steps.index("In the country of the job")
    assert "one year from knowing" in steps
    unlicensed = read(client.post("/en/fees", data=form | {"charged_by": "unlicensed"})).text
    assert "without a licence may send no one abroad, still less take money" in unlicensed
    assert client.post("/en/fees", data=form | {"contract_months": "many"}).status_code == 400


def test_empty_rows_do_not_count_and_a_fault_stands_beside_its_own_row(client: FlaskClient) -> None:
    form = {"kind_0": "", "amount_0": ""} | {name.replace("0", "2"): value for name, value in ROW.items()}
    form |= {"amount_2": "1,00.50"}
    response = client.post("/en/fees", data=form)
    assert response.status_code == 400
    assert "fault-amount_1" in read(response).ids


@pytest.mark.parametrize("typed", ["-1", "0", "1e400", "9" * 30, "9" * 5000, "<script>1</script>", "💰", "一点点"])
def test_a_sum_that_cannot_be_read_is_asked_again_in_every_language(client: FlaskClient, typed: str) -> None:
    for language in Language:
        response = client.post(f"/{language}/fees", data=ROW | {"amount_0": typed})
        assert response.status_code == 400
        assert "<script" not in response.get_data(as_text=True)
        assert "fault-amount_0" in read(response).ids


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("3万", "30,000.00\xa0CNY"),
        ("30,000", "30,000.00\xa0CNY"),
        ("3.000,50", "3,000.50\xa0CNY"),
        ("2.98w", "29,800.00\xa0CNY"),
        ("8千", "8,000.00\xa0CNY"),
        ("三万", "30,000.00\xa0CNY"),
        ("3万欧", "30,000.00\xa0EUR"),
    ],
)
def test_a_sum_is_read_as_people_write_it(client: FlaskClient, typed: str, shown: str) -> None:
    page = read(client.post("/zh-Hans/fees", data=ROW | {"amount_0": typed}))
    assert shown.replace("\xa0", " ") in page.text


def test_an_amount_may_be_left_out(client: FlaskClient) -> None:
    response = client.post("/zh-Hans/fees", data=ROW | {"amount_0": "", "origin": "CN"})
    assert response.status_code == 200
    assert "不许向您收" in read(response).text or "不许收您" in read(response).text


def test_a_large_sum_asked_by_an_acquaintance_is_a_clear_no(client: FlaskClient) -> None:
    form = ROW | {
        "kind_0": "recruitment_service_payment", "amount_0": "80000", "state_0": "asked", "origin": "CN",
        "destination": "IT", "charged_by": "unlicensed",
    }  # fmt: skip
    response = client.post("/zh-Hans/fees", data=form)
    assert 'class="answer no"' in response.get_data(as_text=True)
    text = read(response).text
    assert text.index("不要交") < text.index("一分钱都别给") < text.index("每一笔钱")
    # The text that was read forbids it, be it old: that is not uncertain.
    assert "不确定" not in text
    assert "读到的条文不许" in text
    assert "您还没付，就别付。" in text


def test_where_no_rule_was_read_the_answer_is_not_about_refunds(client: FlaskClient) -> None:
    form = ROW | {"kind_0": "medical_costs", "origin": "CN", "destination": "RO", "charged_by": "placement_agent"}
    text = read(client.post("/zh-Hans/fees", data=form)).text
    allowed = text.partition("干活的国家允许吗？")[2].partition("符合国际标准吗？")[0]
    assert "要回来" not in allowed
    assert "要回来" in text.partition("钱从哪里要回来？")[2]


def test_an_empty_form_and_eleven_charges_are_refused_in_words(client: FlaskClient) -> None:
    assert client.post("/en/fees", data={}).status_code == 400
    form = {f"{name[:-1]}{place}": value for place in range(11) for name, value in ROW.items()}
    response = client.post("/en/fees", data=form)
    assert response.status_code == 400
    assert "At most ten at a time" in read(response).text


def test_the_advice_never_to_pay_leads_to_the_checker(client: FlaskClient) -> None:
    assert "/en/fees" in read(client.get("/en/licences")).links


@pytest.fixture
def phone(browser: Browser, served: Served) -> Iterator[Page]:
    """The page on a narrow phone without scripts."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.base_url}/zh-Hans/fees")
    yield page
    context.close()


def fill(page: Page) -> None:
    page.select_option("#kind_0", "recruitment_service_payment")
    page.fill("#amount_0", "30000")
    page.select_option("#state_0", "paid")
    follow(page.locator("button[name=more]"))
    page.select_option("#kind_1", "bond")
    page.fill("#amount_1", "999999999999.99")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_charges_are_added_checked_and_shown_in_another_language_on_an_old_phone(phone: Page, tmp_path: Path) -> None:
    fill(phone)
    expect(phone.locator("#amount_0")).to_have_value("30000")
    phone.select_option("#destination", "IT")
    follow(phone.locator("button.main"))
    expect(phone.locator("#answer")).to_be_visible()
    assert_fits(phone)
    phone.screenshot(path=tmp_path / "fees.png", full_page=True)
    speak(phone.get_by_role("button", name="Italiano"))
    expect(phone.locator("html")).to_have_attribute("lang", "it")
    expect(phone.locator("#answer")).to_be_visible()
    phone.emulate_media(media="print")
    expect(phone.locator("#answer")).to_be_visible()
    expect(phone.locator(".ask")).to_be_hidden()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_axe_finds_nothing_wrong_with_the_form_the_answer_and_its_faults(browser: Browser, served: Served) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{served.base_url}/en/fees")
    assert_sound(page)
    fill(page)
    follow(page.locator("button.main"))
    expect(page.locator("#answer")).to_be_visible()
    assert_sound(page)
    page.fill("#amount_0", "much")
    follow(page.locator("button.main"))
    expect(page.get_by_role("alert")).to_be_visible()
    assert_sound(page)
    context.close()


def test_where_rules_differ_by_region_it_is_asked_for_and_the_rest_of_the_country_is_left_out(
    client: FlaskClient,
) -> None:
    form = ROW | {"kind_0": "recruitment_service_payment", "charged_by": "placement_agent", "origin": "BE"}
    first = client.post("/en/fees", data=form | {"destination": "BE"}, follow_redirects=True).get_data(as_text=True)
    assert "The rules there differ by region." in first
    assert '<option value="Vlaanderen">Flanders (Vlaanderen)</option>' in first
    flemish = client.post("/en/fees", data=form | {"destination": "BE", "region": "Vlaanderen"}, follow_redirects=True)
    page = flemish.get_data(as_text=True)
    assert "The rules there differ by region." not in page
    assert "be-fee-any-intermediary-brussel" not in page


def test_what_changes_soon_is_told_in_the_words_of_its_row(client: FlaskClient) -> None:
    form = ROW | {"kind_0": "administrative_costs", "destination": "FR", "origin": "FR"}
    with time_machine.travel(datetime(2026, 11, 30, 12, tzinfo=UTC), tick=True):
        page = read(client.post("/zh-Hans/fees", data=form, follow_redirects=True)).text
    assert "2026年12月31日：紧缺职业就业者特别正规化" in page
