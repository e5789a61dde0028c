"""The rules of each country stand on a page in every language, row by row, without unread rows."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.i18n.languages import has_text
from registry.i18n.wording import row_words
from registry.log.models import Entry
from registry.pages.public.law import _TABLES
from registry.register.law.loading import rows_of, shipped_law
from registry.register.law.weights import Weight, is_readable
from registry.register.law.words import ChargedBy, Charging, LawActivity, LawRole, Possible
from registry.vocabulary.law import ForeignLicence
from registry.vocabulary.register import Language
from tests.page_languages import PAGE_LANGUAGES
from tests.pages.public.reading import read
from tests.register.law.overlays.files import BAR, WITHDRAW, overlay
from tests.register.law.overlays.making import put_in_force

LAW = shipped_law()


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_every_country_is_listed_in_every_language(client: FlaskClient, language: Language) -> None:
    html = client.get(f"/{language}/rules").get_data(as_text=True)
    assert all(f'href="/{language}/rules/{code}"' in html for code in LAW.countries)


@pytest.mark.parametrize("country", sorted(LAW.countries))
def test_a_countrys_page_has_every_row_that_was_read_and_no_other(client: FlaskClient, country: str) -> None:
    response = client.get(f"/en/rules/{country}")
    assert response.status_code == 200
    html = response.get_data(as_text=True)
    for table, row in rows_of(LAW.countries[country]):
        is_there = f'id="{row.id}"' in html
        assert is_there is (table in _TABLES and is_readable(row)), row.id
    assert "(k)" not in read(response).text
    assert "github.com" not in html


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_the_dutch_page_says_what_changes_and_when(client: FlaskClient, language: Language) -> None:
    page = read(client.get(f"/{language}/rules/NL"))
    assert page.language == language
    words = row_words(language, "nl-regime-temporary-work-wtta")
    assert words is not None
    assert " ".join(words.split()) in page.text


WORKING_NOTE = re.compile(
    r"\[s2?\b|as_of|posting_in|never assume|answer unknown|show no|NACE|ISCO|must read|look again|must never turn|no 'no'",
    re.IGNORECASE,
)
"""What is written for those who edit the files."""


@pytest.mark.parametrize("country", sorted(LAW.countries))
def test_working_notes_are_not_shown_to_readers(client: FlaskClient, country: str) -> None:
    shown = read(client.get(f"/zh-Hans/rules/{country}")).text
    assert WORKING_NOTE.findall(shown) == []
    notes = [row.for_editors for _, row in rows_of(LAW.countries[country]) if row.for_editors]
    assert not any(note in shown for note in notes)


@pytest.mark.parametrize("country", ["CN", "DE", "HU", "IT", "NL"])
def test_rows_that_decide_are_told_in_the_readers_language_and_every_other_row_says_that_it_is_not(
    client: FlaskClient, country: str
) -> None:
    html = client.get(f"/zh-Hans/rules/{country}").get_data(as_text=True)
    items = {re.match(r'"([^"]+)"', one)[1]: one for one in html.split("<li id=")[1:] if one.startswith('"')}  # type: ignore[index]
    said = "这一条的说明是英文，没有译文。"
    for table, row in rows_of(LAW.countries[country]):
        if row.id not in items or table in ("authority", "official_list"):
            continue
        words = row_words(Language.ZH_HANS, row.id)
        assert (words in items[row.id]) if words else (said in items[row.id]), row.id
        assert words is None or said not in items[row.id], row.id
    assert said not in client.get(f"/en/rules/{country}").get_data(as_text=True)


def test_a_row_that_an_overlay_states_is_not_told_in_the_words_of_the_released_one(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    with time_machine.travel(datetime(2026, 11, 27, 12, tzinfo=UTC), tick=True):
        other = BAR.replace("cz-limit-invented-decree", "cz-limit-occupation")
        put_in_force(session, Keyring(settings.keys), overlay(other + 'replaces = "cz-limit-occupation"\n'))
        page = read(client.get("/zh-Hans/rules/CZ"))
    assert "nobody who is recruited in Czechia may be lent out" in page.text
    assert row_words(Language.ZH_HANS, "cz-limit-occupation") not in page.text


def test_a_place_outside_says_whom_to_ask(client: FlaskClient) -> None:
    assert "We give no answers about this country. Ask there: Fair Work Agency" in read(client.get("/en/rules/GB")).text


def test_disputed_rows_say_so(client: FlaskClient) -> None:
    assert "sources disagree" in read(client.get("/en/rules/LT")).text


def test_a_correction_is_marked_on_its_row_and_listed_with_its_reason(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    with time_machine.travel(datetime(2026, 11, 27, 12, tzinfo=UTC), tick=True):
        put_in_force(session, Keyring(settings.keys), overlay(BAR))
        of_country = read(client.get("/en/rules/CZ"))
        every = read(client.get("/en/rules"))
        stated = client.get("/api/v1/regimes", query_string={"country": "CZ"}).json
    assert "nobody who is recruited in Czechia may be lent out" in of_country.text
    assert "Corrected by the operator of this registry on 27 November 2026 (correction 1)" in of_country.text
    assert "An invented decree." in every.text
    row = next(one for one in stated["limits"] if one["id"] == "cz-limit-invented-decree")
    assert (row["overlay"], row["overlaid_on"]) == (1, "2026-11-27")
    assert stated["overlays"][0]["file"] == overlay(BAR)


def test_there_are_no_rules_of_the_moon(client: FlaskClient) -> None:
    assert client.get("/en/rules/ZZ").status_code == 404


FAMILIES = {
    "law.by": ChargedBy,
    "law.charge": Charging,
    "law.activity": LawActivity,
    "law.possible": Possible,
    "law.worth": ForeignLicence,
    "page.rules.role": LawRole,
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_word_of_the_law_has_a_plain_one(family: str) -> None:
    assert [word for word in FAMILIES[family] if not has_text(f"{family}.{word}")] == []


def test_every_weight_that_is_shown_has_words() -> None:
    assert [word for word in Weight if word is not Weight.HIDDEN and not has_text(f"law.weight.{word}")] == []
    assert [table for table in _TABLES if not has_text(f"law.table.{table}")] == []


def test_a_withdrawn_row_is_struck_out_with_day_and_reason_and_the_log_names_it(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    text = overlay(WITHDRAW.format(row="cz-limit-occupation", reason="The order was repealed."))
    with time_machine.travel(datetime(2026, 11, 27, 12, tzinfo=UTC), tick=True):
        row = put_in_force(session, Keyring(settings.keys), text)
        html = client.get("/en/rules/CZ").get_data(as_text=True)
        given = client.get("/api/v1/regimes?country=CZ").json
    struck = html.split('id="withdrawn"', 1)[1]
    assert 'id="cz-limit-occupation"' in struck
    assert "Withdrawn by the operator of this registry on" in struck
    assert "The order was repealed." in struck
    assert 'id="cz-limit-occupation"' not in html.split('id="withdrawn"', 1)[0]
    entry = session.get(Entry, row.log_index)
    assert entry is not None
    assert b"cz-limit-occupation" in entry.leaf
    assert given is not None
    assert given["overlays"][0]["withdrawn"] == [{"row": "cz-limit-occupation", "reason": "The order was repealed."}]
    assert "cz-limit-occupation" not in [one["id"] for one in given["limits"]]
