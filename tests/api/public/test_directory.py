from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.log.models import LogState
from registry.register.law.loading import shipped_law
from registry.vocabulary.register import CORRIDOR_SECTORS, EU_STATES, RunBy
from tests import make
from tests.api.shapes import assert_as_documented
from tests.register.law.overlays.files import CALL, overlay
from tests.register.law.overlays.making import put_in_force


def read(client: FlaskClient, path: str, operation: str, language: str = "en", **query: Any) -> Any:
    response = client.get(f"/api/v1/{path}", query_string=query, headers={"Accept-Language": language})
    assert response.status_code == 200, response.get_data(as_text=True)
    assert_as_documented(response, operation)
    return response.json


def test_coverage_says_how_fresh_each_list_is_and_what_is_missing(client: FlaskClient, session: Session) -> None:
    read_at = datetime(2026, 11, 1, tzinfo=UTC)
    make.make_source(session, "CZ", retrieved_at=(read_at,), fresh_for_days=7)
    make.make_source(session, "PL", retrieved_at=())
    make.make_source(session, "IT", is_full=False)
    with time_machine.travel(read_at + timedelta(days=6), tick=False):
        answer = read(client, "coverage", "getCoverage")
        items = {item["country"]: item for item in answer["items"]}
        assert (items["CZ"]["is_stale"], items["CZ"]["stale_at"]) == (False, "2026-11-08T00:00:00Z")
        assert (items["PL"]["is_stale"], items["PL"]["retrieved_at"], items["PL"]["stale_at"]) == (True, None, None)
        assert "CZ" not in answer["not_covered"]
        assert {"PL", "IT", "DE", "CN"} <= set(answer["not_covered"])
    with time_machine.travel(read_at + timedelta(days=8), tick=False):
        assert read(client, "coverage", "getCoverage", country="CZ")["not_covered"] == ["CZ"]
        then = read(client, "coverage", "getCoverage", country="CZ", known_at="2026-11-02T00:00:00Z")
        assert (then["items"][0]["is_stale"], then["not_covered"]) == (False, [])
        before = read(client, "coverage", "getCoverage", country="CZ", known_at="2026-10-01T00:00:00Z")
        assert before["items"][0]["retrieved_at"] is None


def test_coverage_of_a_time_that_has_not_come_is_refused(client: FlaskClient, session: Session) -> None:
    response = client.get("/api/v1/coverage?known_at=9999-01-01T00:00:00Z")
    assert [fault["parameter"] for fault in response.json["errors"]] == ["known_at"]


def test_authorities_are_named_in_the_language_of_the_asker(client: FlaskClient, session: Session) -> None:
    make.make_authority(session, "CN")
    make.make_authority(session, "CZ")
    session.flush()
    answer = read(client, "authorities", "listAuthorities", "zh-Hans", country="CN")
    assert [item["name"] for item in answer["items"]] == ["虚构主管部门（CN）"]
    assert answer["items"][0]["time_zone"] == "Asia/Shanghai"
    assert len(read(client, "authorities", "listAuthorities")["items"]) == 2


def test_the_dutch_rule_changes_at_the_turn_of_the_year(client: FlaskClient) -> None:
    rows = [
        read(client, "regimes", "listRegimes", country="NL", activity="temporary_work", on=day)["items"]
        for day in ("2026-12-31", "2027-01-01", "2028-01-01")
    ]
    assert [row["rule"] for (row,) in rows] == ["registration", "licence", "licence"]
    assert [row["weight"] for (row,) in rows] == ["decides_with_mark", "blocks_yes", "decides"]
    assert rows[1][0]["transition"]["answer"] == "unknown"


def test_the_whole_law_is_given_without_unread_rows(client: FlaskClient) -> None:
    law = read(client, "regimes", "listRegimes")
    assert {one["country"] for one in law["countries"]} == EU_STATES | {"EU", "CN", "GB", "HK", "MO"}
    names = (
        "items", "limits", "permit_routes", "fees", "authorities", "official_lists", "coming", "penalties",
    )  # fmt: skip
    for name in names:
        assert law[name]
        for row in law[name]:
            assert row["mark"] in ("s", "s2")
            assert row["source"]
            assert not {"unread", "copy_url"} & set(row)
            assert all("(k)" not in value for value in row.values() if isinstance(value, str))
    assert all(row["article"] for name in ("items", "fees") for row in law[name])
    outside = {one["country"]: one["ask"] for one in law["countries"] if one["role"] == "outside"}
    assert all(outside.values())


def test_the_law_of_one_country_activity_and_day(client: FlaskClient) -> None:
    law = read(client, "regimes", "listRegimes", country="HU", activity="temporary_work", on="2026-06-05")
    assert {row["country"] for name in ("items", "limits") for row in law[name]} == {"HU"}
    assert {row["activity"] for row in law["items"]} == {"temporary_work"}
    closed = "vendégmunkás-tartózkodási engedély"
    assert not any(closed in row["permits_covered"] for row in law["limits"])
    later = read(client, "regimes", "listRegimes", country="HU", activity="temporary_work", on="2026-06-06")
    assert any(closed in row["permits_covered"] and row["nationalities_allowed"] == [] for row in later["limits"])


@pytest.mark.parametrize(("language", "word"), [("en", "shoes"), ("zh-Hans", "鞋")])
def test_sectors_are_named_in_plain_words(client: FlaskClient, language: str, word: str) -> None:
    items = read(client, "sectors", "listSectors", language)["items"]
    assert [item["code"] for item in items] == list(CORRIDOR_SECTORS)
    assert any(word in item["name"] for item in items)


def test_a_help_line_shows_its_number_when_it_was_called_or_is_a_public_bodys(
    client: FlaskClient, session: Session
) -> None:
    items = read(client, "help-lines", "listHelpLines", country="ES")["items"]
    assert all(item["country"] in ("ES", None) for item in items)
    assert [(item["number"], item["number_abroad"]) for item in items if item["run_by"] == "ngo"] == [(None, None)]
    assert ("112", True) in [(item["number"], item["is_number_checked"]) for item in items]
    china = read(client, "help-lines", "listHelpLines", country="CN")["items"]
    displayed = {item["number"]: item["is_number_checked"] for item in china}
    assert displayed == dict.fromkeys(("12308", "12345", "12333", "12348", "96110", "110"), False)
    consular = next(item for item in china if item["number"] == "12308")
    assert (consular["kind"], consular["has_wechat"], consular["app"]) == ("consular", True, "中国领事")


def test_a_number_is_shown_once_an_overlay_says_that_it_was_called(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    hidden = next(row for row in shipped_law().countries["ES"].help_line if row.number and row.run_by is RunBy.NGO)
    with time_machine.travel(datetime(2026, 11, 27, 12, tzinfo=UTC), tick=True):
        put_in_force(session, Keyring(settings.keys), overlay(CALL.format(row=hidden.id, on="2026-11-26")))
        items = read(client, "help-lines", "listHelpLines", country="ES")["items"]
    (line,) = [item for item in items if item["run_by"] == "ngo"]
    assert (line["number"], line["is_number_checked"], line["checked_on"]) == (hidden.number, True, "2026-11-26")


def test_a_demonstration_shows_every_number_and_marks_those_not_called_yet(
    client: FlaskClient, session: Session
) -> None:
    session.execute(update(LogState).values(is_demo=True))
    items = read(client, "help-lines", "listHelpLines")["items"]
    assert any(item["number"] and not item["is_number_checked"] for item in items)


@pytest.mark.parametrize(
    "path", ["coverage", "authorities", "regimes", "sectors", "help-lines", "agencies", "agencies/222222222222"]
)
def test_every_address_refuses_a_parameter_it_does_not_know(client: FlaskClient, path: str) -> None:
    response = client.get(f"/api/v1/{path}?foo=1")
    assert response.status_code == 400
    assert [fault["code"] for fault in response.json["errors"]] == ["unknown_parameter"]
