"""Names that are not known: what is sent in thousands costs no more than what is told of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from rapidfuzz.process import extractOne
from sqlalchemy.orm import Session

from registry.bulk.answering.batches import QUESTIONS
from registry.core.errors import InvalidInput
from registry.http import request_reader
from registry.http.request_reader import MAX_FAULTS, MAX_NAMES, load_item
from schemas.base import InSchema
from schemas.fields import JsonObject

pytestmark = pytest.mark.one_database

LIST = "/api/v1/verifications"
MANY = {f"k{number}": 1 for number in range(100_000)}


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that were compared with those that are known."""
    names: list[str] = []

    def counted(name: str, *arguments: Any, **options: Any) -> Any:
        names.append(name)
        return extractOne(name, *arguments, **options)

    monkeypatch.setattr(request_reader, "extractOne", counted)
    return names


@pytest.mark.parametrize(
    ("body", "place", "pointer"),
    [
        ({"items": [{"name": "x"}, MANY]}, "items.1", "#/items/1"),
        ({"items": [{"name": MANY}]}, "items.0.name", "#/items/0/name"),
        ({"items": [{"name": "x"}], "other": [[MANY]]}, "other.0.0", "#/other/0/0"),
        (MANY, "body", None),
    ],
    ids=["item", "inside", "beside", "top"],
)
def test_an_object_of_too_many_names_is_refused_before_any_is_compared(
    body: Any, place: str, pointer: str | None, client: FlaskClient, session: Session, compared: list[str]
) -> None:
    answer = client.post(LIST, json=body)
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_request")
    (fault,) = answer.json["errors"]
    assert (fault["parameter"], fault["code"], fault.get("pointer")) == (place, "too_many", pointer)
    assert fault["detail"] == "must have at most 100 fields; this has 100000"
    assert compared == []


def test_a_question_of_too_many_names_is_refused_likewise(
    client: FlaskClient, session: Session, compared: list[str]
) -> None:
    answer = client.post("/api/v1/verify", json=dict(list(MANY.items())[:10_000]))
    assert [(fault["parameter"], fault["code"]) for fault in answer.json["errors"]] == [("body", "too_many")]
    assert compared == []


def test_no_more_names_are_compared_than_a_refusal_lists(
    client: FlaskClient, session: Session, compared: list[str]
) -> None:
    largest = dict(list(MANY.items())[:MAX_NAMES])
    for ask in (
        lambda: client.post("/api/v1/verify", json=largest),
        lambda: client.post(LIST, json={"items": [{"name": "x"}], **dict(list(largest.items())[1:])}),
        lambda: client.get("/api/v1/verify", query_string=dict(list(MANY.items())[:2_000])),
    ):
        compared.clear()
        answer = ask()
        assert answer.status_code == 400
        assert len(answer.json["errors"]) == MAX_FAULTS
        assert len(compared) == MAX_FAULTS


def test_of_each_item_no_more_are_compared(client: FlaskClient, session: Session, compared: list[str]) -> None:
    item = dict(list(MANY.items())[:MAX_NAMES])
    answer = client.post(LIST, json={"items": [item, item]})
    assert answer.status_code == 200
    assert [len(one["errors"]) for one in answer.json["items"]] == [MAX_FAULTS] * 2
    assert len(compared) == 2 * MAX_FAULTS


def test_a_name_that_is_nearly_right_is_told_which_is_meant() -> None:
    for mistyped, meant in {"licence_numbr": "licence_number", "Destinaton": "destination", "uscx": "uscc"}.items():
        with pytest.raises(InvalidInput, match=f"{mistyped}: is not known here; did you mean {meant}\\?"):
            load_item(QUESTIONS, {mistyped: "1"})
    with pytest.raises(InvalidInput, match="colour: is not known here; known are "):
        load_item(QUESTIONS, {"colour": "1"})


def test_a_file_with_too_many_columns_is_refused_before_any_is_compared(client: FlaskClient, session: Session) -> None:
    answer = client.post(LIST, data=",".join(MANY) + "\n", content_type="text/csv")
    assert (answer.status_code, answer.json["code"]) == (400, "unreadable_list")
    assert answer.json["detail"] == (
        "the file has a line of 100000 columns; at most 1000 are read: is it the right file?"
    )


def test_no_schema_takes_an_object_that_is_refused_before_it_is_read() -> None:
    for schema in all_schemas(InSchema):
        for field in schema().load_fields.values():
            assert not isinstance(field, JsonObject) or field.max_length <= MAX_NAMES
        assert len(schema().load_fields) <= MAX_NAMES / 2


def all_schemas(base: type[InSchema]) -> Iterator[type[InSchema]]:
    for schema in base.__subclasses__():
        yield schema
        yield from all_schemas(schema)
