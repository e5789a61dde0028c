"""Name matching as OpenRefine asks for it: manifest, batches as forms, suggestions, and rows extended by what is public."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.vocabulary.register import IdentifierScheme
from tests import make
from tests.api.shapes import assert_as_documented

URL = "/api/v1/reconcile"
REGISTRY = "http://127.0.0.1:8000"


class Table:
    """Asks as OpenRefine does: it reads the manifest first, and sends its rows in batches of the size that stands there."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        self.manifest = self._get(URL, "showReconciliation")
        assert "0.2" in self.manifest["versions"]

    def matched(self, rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
        return [answer["result"] for batch in self._batches(rows) for answer in self._ask(batch).values()]

    def suggested(self, kind: str, prefix: str) -> list[dict[str, Any]]:
        service = self.manifest["suggest"][kind]
        address = service["service_url"].removeprefix(REGISTRY) + service["service_path"]
        return self._get(address, "suggestReconciliation", prefix=prefix, lang="en")["result"]

    def extended(self, ids: list[str], *properties: str) -> Any:
        asked = {"ids": ids, "properties": [{"id": one} for one in properties]}
        return self._post(extend=json.dumps(asked))

    def proposed(self) -> list[str]:
        service = self.manifest["extend"]["propose_properties"]
        found = self._get(service["service_path"], "proposeProperties", type=self.manifest["defaultTypes"][0]["id"])
        return [one["id"] for one in found["properties"]]

    def _batches(self, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        size = self.manifest["batchSize"]
        for start in range(0, len(rows), size):
            yield {f"q{n}": row for n, row in enumerate(rows[start : start + size], start)}

    def _ask(self, batch: dict[str, Any]) -> Any:
        found = self._post(queries=json.dumps(batch))
        assert list(found) == list(batch)
        return found

    def _get(self, path: str, operation: str, **query: Any) -> Any:
        answer = self._client.get(path, query_string=query, headers={"Origin": "https://analyst.example"})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert_as_documented(answer, operation)
        return answer.json

    def _post(self, **fields: str) -> Any:
        answer = self._client.post(URL, data=fields, headers={"Origin": "https://analyst.example"})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert_as_documented(answer, "reconcile")
        return answer.json


def licensed(session: Session, name: str, number: str, **more: Any) -> Any:
    return make.make_agency(session, name=name, licences=(make.licence_record(number=number),), **more)


def test_a_table_of_names_gets_candidates_and_no_match(client: FlaskClient, session: Session) -> None:
    made = [licensed(session, f"Vybájená Práce {n}", f"BAJ-{n}") for n in range(12)]
    session.commit()
    found = Table(client).matched([{"query": f"vybajena prace {n}", "limit": 3} for n in range(12)])
    assert [some[0]["id"] for some in found] == [one.agency_id for one in made]
    assert all(len(some) <= 3 and not any(one["match"] for one in some) for some in found)
    assert found[0][0]["name"] == "Vybájená Práce 0"
    assert found[0][0]["score"] >= found[0][1]["score"]


def test_whole_numbers_make_a_match_and_a_borrowed_one_does_not(client: FlaskClient, session: Session) -> None:
    vat = (make.identifier_record(IdentifierScheme.VAT, "CZ00000019"),)
    owner = licensed(session, "Vybájená Práce", "BAJ-1", identifiers=vat)
    other = licensed(session, "Smyšlená Jistota", "JIS-2")
    session.commit()

    def numbered(**values: Any) -> list[dict[str, Any]]:
        return [{"pid": pid, "v": value} for pid, value in values.items()]

    rows = [
        {"query": "Vybajena prace", "properties": numbered(licence_number="baj 1")},
        {"query": "BAJ-1"},
        {"properties": numbered(licence_number=["BAJ-1", ""], vat="CZ 0000 0019")},
        {"query": "Smyšlená Jistota", "properties": numbered(licence_number="BAJ-1")},
        {"properties": numbered(licence_number="BAJ-1", vat="JIS-2")},
        {"query": "Vybájená Práce", "properties": numbered(licence_number="NIX-9")},
        {"properties": numbered(licence_number="BAJ-1", country="IT")},
    ]
    found = Table(client).matched(rows)
    matches = [[one["id"] for one in some if one["match"]] for some in found]
    assert matches == [[owner.agency_id]] * 3 + [[]] * 4
    # An agency that borrows a number is shown beside the one whose number it is.
    assert {one["id"] for one in found[3]} == {owner.agency_id, other.agency_id}
    assert found[6] == []


def test_two_holders_of_one_number_are_no_match(client: FlaskClient, session: Session) -> None:
    for name in ("Vybájená Práce", "Vybájená Práce Druhá"):
        licensed(session, name, "BAJ-1")
    session.commit()
    [found] = Table(client).matched([{"properties": [{"pid": "licence_number", "v": "BAJ-1"}]}])
    assert (len(found), [one["match"] for one in found]) == (2, [False, False])


def test_a_type_and_a_country_narrow_the_candidates(client: FlaskClient, session: Session) -> None:
    licensed(session, "Vybájená Práce", "BAJ-1")
    session.commit()
    by_country = [{"query": "Vybájená Práce", "properties": [{"pid": "country", "v": one}]} for one in ("cz", "IT", "")]
    by_type = [{"query": "Vybájená Práce", "type": one} for one in ("receiving", "sending", ["agency", "sending"])]
    found = Table(client).matched(by_country + by_type)
    assert [len(some) for some in found] == [1, 0, 1, 1, 0, 1]


def test_what_is_typed_is_suggested(client: FlaskClient, session: Session) -> None:
    made = licensed(session, "Vybájená Práce", "BAJ-1")
    session.commit()
    table = Table(client)
    assert [one["id"] for one in table.suggested("entity", "Vyb")] == [made.agency_id]
    assert table.suggested("entity", "") == []
    assert [one["id"] for one in table.suggested("property", "vat")] == ["vat"]
    assert [one["id"] for one in table.suggested("type", "sends")] == ["sending"]
    assert client.get(f"{URL}/suggest/colour").status_code == 400


def test_rows_are_extended_by_what_is_public_and_by_no_status(client: FlaskClient, session: Session) -> None:
    made = licensed(session, "Vybájená Práce", "BAJ-1")
    session.commit()
    table = Table(client)
    assert {"country", "licence_number", "vat"} <= set(table.proposed())
    assert not [one for one in table.proposed() if "status" in one]
    found = table.extended([made.agency_id, "nothing"], *table.proposed())
    row = found["rows"][made.agency_id]
    assert (row["country"], row["licence_number"]) == ([{"str": "CZ"}], [{"str": "BAJ-1"}])
    assert row["name"] == [{"str": "Vybájená Práce"}]
    assert row["vat"] == []
    assert not any(found["rows"]["nothing"].values())


ITALY = '{"q0": {"query": "A", "properties": [{"pid": "country", "v": "Italy"}]}}'
SIX = json.dumps({"q0": {"properties": [{"pid": "vat", "v": [str(n) for n in range(6)]}]}})


@pytest.mark.parametrize(
    ("fields", "place", "code"),
    [
        ({}, "queries", "missing"),
        ({"queries": "{"}, "body", "malformed_json"),
        ({"queries": '{"q0": {"query": "A"}, "q0": {"query": "B"}}'}, "q0", "doubled_parameter"),
        ({"queries": "{}"}, "queries", "too_many"),
        ({"queries": json.dumps({f"q{n}": {"query": "A"} for n in range(11)})}, "queries", "too_many"),
        ({"queries": '{"q0": {"query": "A", "colour": 1}}'}, "queries", "invalid_value"),
        ({"queries": '{"q0": {"query": 7}}'}, "queries", "invalid_value"),
        ({"queries": '{"q0": {}}'}, "queries.q0.query", "missing"),
        ({"queries": '{"q0": {"query": "A", "limit": 0}}'}, "queries.q0.limit", "invalid_value"),
        ({"queries": '{"q0": {"query": "A", "type": "bank"}}'}, "queries.q0.type", "invalid_value"),
        ({"queries": json.dumps({"q0": {"query": "A" * 401}})}, "queries.q0.query", "invalid_value"),
        ({"queries": '{"q0": {"query": "A\\ud800"}}'}, "queries.q0.query", "invalid_value"),
        ({"queries": '{"q0": {"properties": [{"pid": "colour", "v": "A"}]}}'}, "queries.q0.properties.colour", "unknown_field"),
        ({"queries": '{"q0": {"properties": [{"pid": "vat", "v": true}]}}'}, "queries.q0.properties.vat", "invalid_value"),
        ({"queries": ITALY}, "queries.q0.properties.country", "invalid_value"),
        ({"queries": SIX}, "queries.q0.properties", "too_many"),
        ({"extend": json.dumps({"ids": ["A"] * 51, "properties": []})}, "extend.ids", "too_many"),
        ({"extend": '{"ids": ["A"], "properties": [{"id": "status"}]}'}, "extend.properties.status", "invalid_value"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(
    client: FlaskClient, fields: dict[str, str], place: str, code: str
) -> None:
    answer = client.post(URL, data=urlencode(fields), content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert_as_documented(answer, "reconcile")
    assert [(fault["parameter"], fault["code"]) for fault in answer.json["errors"]] == [(place, code)]


def test_other_bodies_are_refused(client: FlaskClient) -> None:
    assert client.post(URL, json={"queries": {}}).status_code == 415
    assert client.post(URL, data={"queries": "A" * 70_000}).status_code == 413
    assert client.get(URL, query_string={"query": "A"}).status_code == 400
    assert client.get(URL, query_string={"queries": '{"q0": {"query": "Nikdo"}}'}).json == {"q0": {"result": []}}
