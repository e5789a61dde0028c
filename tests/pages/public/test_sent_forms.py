"""A sent form leads to an address of its own: Back and reload work, and the address tells nothing."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core import clock
from registry.pages.public.forms import KEPT_FOR
from registry.vocabulary.register import LicenceStatus
from tests.make import make_agency, make_licence, name_record
from tests.pages.public.reading import read

FORMS = {
    "": {"subject": "青岛云雀国际", "country": "IT"},
    "check": {"advert": "希腊酒店保洁，先付押金五千，微信：yunque_888"},
    "fees": {
        "kind_0": "bond",
        "amount_0": "5000",
        "currency_0": "CNY",
        "state_0": "paid",
        "origin": "CN",
        "destination": "IT",
    },
}


@pytest.mark.parametrize("place", FORMS)
def test_a_sent_form_can_be_reloaded_and_come_back_to(client: FlaskClient, session: Session, place: str) -> None:
    sent = client.post(f"/zh-Hans/{place}", data=FORMS[place], follow_redirects=False)
    assert (sent.status_code, sent.headers["Cache-Control"]) == (303, "no-store")
    first, again = client.get(sent.location), client.get(sent.location)
    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "no-store"
    assert first.data == again.data
    # Two or three letters stand in a sealed address by chance.
    assert not any(value in sent.location for value in FORMS[place].values() if len(value) > 3)


def test_an_address_answers_in_another_language_and_at_no_other_form(client: FlaskClient, session: Session) -> None:
    sent = client.post("/zh-Hans/", data=FORMS[""], follow_redirects=False).location
    assert "青岛云雀国际" in client.get(sent.replace("/zh-Hans/", "/it/")).get_data(as_text=True)
    assert "青岛云雀国际" not in client.get(sent.replace("/answer/", "/check/")).get_data(as_text=True)


def test_an_address_that_is_old_or_forged_brings_the_empty_form(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = client.post("/en/check", data=FORMS["check"], follow_redirects=False).location
    later = clock.now() + KEPT_FOR + timedelta(minutes=1)
    monkeypatch.setattr("registry.pages.public.forms.now", lambda: later)
    for address in (sent, sent[:-8] + "AAAAAAAA", "/en/check/x", "/en/fees/" + "é" * 50, "/en/answer/" + "A" * 2_000):
        page = read(client.get(address))
        assert "no longer kept" in page.text
        assert page.tone is None


def test_what_fits_no_address_is_answered_in_place(client: FlaskClient, session: Session) -> None:
    advert = "".join(chr(0x4E03 + 7 * place % 20_000) for place in range(9_900))
    response = client.post("/en/check", data={"advert": advert}, follow_redirects=False)
    assert response.status_code == 200
    assert read(response).tone == "unknown"


def licensed(session: Session, name: str, status: LicenceStatus = LicenceStatus.ACTIVE) -> None:
    names = (name_record(name, script="hans", country="CN"),)
    make_licence(session, status, country="CN", agency={"names": names})


def test_the_exact_holder_stands_first_and_apart_and_is_no_clone_of_itself(
    client: FlaskClient, session: Session
) -> None:
    for name in ("示例云雀对外劳务合作有限公司", "示例云鹊对外劳务合作有限公司"):
        licensed(session, name)
    html = client.post("/zh-Hans/", data={"subject": "示例云雀对外劳务合作有限公司"}).get_data(as_text=True)
    assert "小心：可能是冒名" not in html
    before, _, folded = html.partition("其他相似的名称 (1)")
    assert "名称完全相同" in before
    assert "示例云鹊" not in before
    assert "示例云鹊" in folded


def test_the_name_of_an_unlicensed_agency_still_warns_of_the_licensed_one(
    client: FlaskClient, session: Session
) -> None:
    licensed(session, "示例云雀对外劳务合作有限公司")
    licensed(session, "示例云鹊对外劳务合作有限公司", LicenceStatus.EXPIRED)
    assert "小心：可能是冒名" in read(client.post("/zh-Hans/", data={"subject": "示例云鹊对外劳务合作有限公司"})).text


def test_a_chosen_agency_leads_back_to_the_list(client: FlaskClient, session: Session) -> None:
    agencies = [
        make_agency(session, country="CN", names=(name_record(name, script="hans", country="CN"),))
        for name in ("示例云雀一号对外劳务合作有限公司", "示例云雀二号对外劳务合作有限公司")
    ]
    chosen = read(client.post("/zh-Hans/", data={"subject": "示例云雀", "agency_id": agencies[0].agency_id}))
    assert "返回名单" in chosen.text
    page = read(client.post("/zh-Hans/", data={"subject": "示例云雀"}))
    assert "返回名单" not in page.text
    assert {one.agency_id for one in agencies} <= {button.get("value") for button in page.buttons}


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ("微信luoma888", "wechat", "luoma888"),
        ("电话13800138000", "phone", "13800138000"),
        ("ab_cd_ef", "wechat", "ab_cd_ef"),
    ],
)
def test_a_contact_with_its_word_before_it_leads_to_the_check(
    client: FlaskClient, session: Session, typed: str, field: str, value: str
) -> None:
    assert read(client.post("/zh-Hans/", data={"subject": typed})).more[field] == value


def test_countries_most_asked_about_stand_first_and_others_last(client: FlaskClient) -> None:
    html = client.get("/zh-Hans/").get_data(as_text=True)
    places = [html.index(f'value="{code}"') for code in ("IT", "FR", "DE", "ES", "RO", "IE", "GB", "ZZ")]
    assert places == sorted(places)


@pytest.mark.parametrize("place", FORMS)
def test_a_fault_is_told_in_the_title_and_leads_to_its_field(client: FlaskClient, place: str) -> None:
    wrong = {"": {"country": "XX"}, "check": {"country": "XX"}, "fees": FORMS["fees"] | {"amount_0": "viel"}}[place]
    response = client.post(f"/en/{place}", data=wrong)
    page = read(response)
    assert response.status_code == 400
    assert page.title.startswith("Error: ")
    field = "amount_0" if place == "fees" else "country"
    assert f"#{field}" in page.links
    assert field in page.ids
    assert "autofocus" in response.get_data(as_text=True)


def test_a_number_alone_of_a_suspended_licence_is_red_in_the_check(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session, LicenceStatus.SUSPENDED)
    page = read(client.post("/zh-Hans/check", data={"number": licence.number}))
    assert (page.tone, "现在不得招您出国" in page.heading) == ("no", True)
