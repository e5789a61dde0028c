"""The fee checker of the API: two answers to each charge, and clear errors for each field."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from registry.vocabulary.fees import FeeKind
from registry.vocabulary.register import Language
from tests.api.shapes import assert_as_documented
from tests.page_languages import PAGE_LANGUAGES

URL = "/api/v1/fees"
GOOD = {"kind": "bond", "amount": "20000", "currency": "CNY", "state": "paid"}


def check(client: FlaskClient, *charges: dict[str, Any], language: str = "en", **job: Any) -> Any:
    response = client.post(URL, json={"charges": charges, **job}, headers={"Accept-Language": language})
    assert response.status_code == 200, response.get_data(as_text=True)
    assert_as_documented(response, "checkFees")
    return response.json


def faults(client: FlaskClient, body: Any) -> list[tuple[str, str]]:
    response = client.post(URL, json=body)
    assert response.status_code == 400, response.get_data(as_text=True)
    assert_as_documented(response, "checkFees")
    return [(fault["parameter"], fault["code"]) for fault in response.json["errors"]]


def test_a_deposit_in_china_is_answered_with_the_rule_it_breaks(client: FlaskClient) -> None:
    answer = check(client, GOOD, origin="CN", destination="IT", monthly_wage="8000", wage_currency="CNY")
    charge = answer["charges"][0]
    assert (charge["lawful_at_origin"]["answer"], charge["lawful_at_origin"]["rule"]) == ("no", "cn_no_deposit")
    assert (charge["ilo_compliant"]["answer"], charge["ilo_compliant"]["rule"]) == ("no", "ilo_no_fee")
    assert answer["totals"] == [
        {"currency": "CNY", "asked": "0", "paid": "20000", "total": "20000", "months_of_wage": "2.50"}
    ]
    assert len(answer["deposit"]["uses"]) == 4


AGENT = {"destination": "DE", "charged_by": "placement_agent"}
GERMAN = {"kind": "recruitment_service_payment", "amount": "900", "currency": "EUR", "state": "asked"}


def test_when_and_the_written_contract_are_asked_for_and_make_a_condition_told(client: FlaskClient) -> None:
    unsaid = check(client, GERMAN, **AGENT)
    assert [one["parameter"] for one in unsaid["needs"]] == ["when", "written_contract"]
    stated = check(client, GERMAN | {"when": "before_contract"}, language="zh-Hans", written_contract="yes", **AGENT)
    found = stated["charges"][0]["lawful_at_destination"]
    assert (found["answer"], found["code"]) == ("unknown", "forbidden_before_contract")
    assert "不能预先收" in found["text"]
    assert stated["needs"] == []
    above = check(client, GERMAN | {"amount": "2380", "when": "after_contract"}, written_contract="yes", **AGENT)
    assert "2000 EUR" in above["charges"][0]["lawful_at_destination"]["text"]
    assert faults(client, {"charges": [GERMAN | {"when": "soon"}]}) == [("charges.0.when", "invalid_value")]


def test_a_temporary_agency_is_answered_by_what_the_union_shares_where_no_rule_of_the_state_was_read(
    client: FlaskClient,
) -> None:
    answer = check(client, GERMAN, destination="HU", charged_by="temporary_agency")
    found = answer["charges"][0]["lawful_at_destination"]
    assert (found["answer"], found["rule"], found["mark"]) == ("unknown", "eu-fee-temporary-agency", "s2")
    assert [row["id"] for row in answer["destination_rules"]] == ["eu-fee-temporary-agency"]


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_every_kind_is_answered_in_every_language(client: FlaskClient, language: Language) -> None:
    for kind in FeeKind:
        for origin in ("CN", "VN"):
            answer = check(client, GOOD | {"kind": kind}, language=language, origin=origin, labour_contract="yes")
            assert "{" not in json.dumps([one["text"] for one in answer["charges"][0].values() if "text" in one])


@pytest.mark.parametrize(
    ("typed", "exact"),
    [("１５００．５０", "1500.50"), (" 100 ", "100"), ("100,5", "100.5"), ("999999999999.99", "999999999999.99")],
)
def test_a_sum_is_read_however_it_is_typed_and_stays_exact(client: FlaskClient, typed: str, exact: str) -> None:
    assert check(client, GOOD | {"amount": typed})["charges"][0]["amount"] == exact


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": "-5"}, "not_an_amount"),
        ({"amount": "0"}, "not_an_amount"),
        ({"amount": "0.00"}, "not_an_amount"),
        ({"amount": "1e400"}, "not_an_amount"),
        ({"amount": "NaN"}, "not_an_amount"),
        ({"amount": "9" * 30}, "not_an_amount"),
        ({"amount": "9" * 61}, "too_long"),
        ({"amount": 1500.5}, "not_an_amount"),
        ({"amount": True}, "not_an_amount"),
        ({"amount": None}, "invalid_value"),
        ({"amount": ""}, "invalid_value"),
        ({"amount": "٣٠٠"}, "not_an_amount"),
        ({"amount": "💰"}, "not_an_amount"),
        ({"amount": "<b>1</b>"}, "not_an_amount"),
        ({"amount": "3万"}, "not_an_amount"),
        ({"amount": "1\x00"}, "control_character"),
        ({"amount": "1,000.50"}, "ambiguous_amount"),
        ({"amount": "1.000,50"}, "ambiguous_amount"),
        ({"amount": "1.000"}, "ambiguous_amount"),
        ({"amount": "1,000"}, "ambiguous_amount"),
        ({"amount": "1 000"}, "ambiguous_amount"),
        ({"amount": "1’000"}, "ambiguous_amount"),
        ({"currency": "XYZ"}, "unknown_currency"),
        ({"currency": "ITL"}, "unknown_currency"),
        ({"currency": "RMB"}, "unknown_currency"),
        ({"currency": "¥"}, "unknown_currency"),
        ({"kind": "tip"}, "invalid_value"),
        ({"state": "owed"}, "invalid_value"),
    ],
)
def test_each_wrong_field_of_a_charge_is_named(client: FlaskClient, change: dict[str, Any], code: str) -> None:
    name = next(iter(change))
    assert faults(client, {"charges": [GOOD, GOOD | change]}) == [(f"charges.1.{name}", code)]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, [("charges", "missing")]),
        ({"charges": []}, [("charges", "missing")]),
        ({"charges": "all"}, [("charges", "invalid_value")]),
        ({"charges": [GOOD] * 11}, [("charges", "too_many")]),
        ({"charges": [{"amount": "<"}] * 3000}, [("charges", "too_many")]),
        ({"charges": [GOOD | {"sum": "1"}]}, [("charges.0.sum", "unknown_field")]),
        ({"charges": [{}]}, [(f"charges.0.{name}", "missing") for name in ("kind", "currency", "state")]),
        ({"charges": [GOOD], "monthly_wage": "0", "wage_currency": "CNY"}, [("monthly_wage", "not_an_amount")]),
        ({"charges": [GOOD], "monthly_wage": "100"}, [("wage_currency", "missing")]),
        ({"charges": [GOOD], "wage_currency": "CNY"}, [("wage_currency", "contradictory")]),
        ({"charges": [GOOD], "origin": "XX"}, [("origin", "unknown_country")]),
        ({"charges": [GOOD], "labour_contract": True}, [("labour_contract", "invalid_value")]),
    ],
)
def test_each_wrong_part_of_the_question_is_named(
    client: FlaskClient, body: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert faults(client, body) == found


def test_an_element_that_is_no_charge_is_refused(client: FlaskClient) -> None:
    assert [parameter for parameter, _ in faults(client, {"charges": ["bond"]})] == ["charges.0"]


def test_the_answer_is_not_cached(client: FlaskClient) -> None:
    response = client.post(URL, json={"charges": [GOOD]})
    assert response.headers["Cache-Control"] == "no-store"


def test_the_rules_can_be_read_with_their_sources(client: FlaskClient) -> None:
    response = client.get("/api/v1/fee-rules")
    assert_as_documented(response, "listFeeRules")
    assert {rule["reference"] for rule in response.json["rules"]} >= {"ilo_no_fee", "cn_no_deposit"}
    assert all(rule["source"] and rule["source_on"] for rule in response.json["rules"])


def test_a_region_is_asked_for_where_the_law_differs_by_it(client: FlaskClient) -> None:
    asked = {"origin": "CN", "destination": "BE", "charged_by": "placement_agent"}
    charge = {"kind": "recruitment_service_payment", "amount": "100", "currency": "EUR", "state": "asked"}
    [need] = [one for one in check(client, charge, **asked)["needs"] if one["parameter"] == "region"]
    assert {"Vlaanderen", "Brussel", "Wallonie", "other"} <= set(need["allowed"])
    flemish = check(client, charge, **asked, region="Vlaanderen")
    assert "region" not in [one["parameter"] for one in flemish["needs"]]
    regions = {row["region"] for row in flemish["destination_rules"] if row["country"] == "BE"}
    assert regions <= {None, "Vlaanderen"}
    assert "Vlaanderen" in regions
