"""What programs rely on is found where a change breaks it, and what may be added is not."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tools.contract import CONTRACT, DESCRIPTION, breaks, main, promises

Json = dict[str, Any]

DESCRIBED: Json = {
    "paths": {
        "/verify": {
            "post": {
                "operationId": "verify",
                "parameters": [{"$ref": "#/components/parameters/Language"}],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Question"}}},
                },
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Verdict"}},
                            "application/feed+json": {"schema": {"type": "object"}},
                        }
                    },
                    "400": {"$ref": "#/components/responses/Problem400"},
                },
            }
        }
    },
    "components": {
        "parameters": {"Language": {"name": "language", "in": "query", "schema": {"type": "string"}}},
        "responses": {"Problem400": {"description": "wrong"}},
        "schemas": {
            "Question": {
                "properties": {
                    "number": {"type": "string"},
                    "visa": {"$ref": "#/components/schemas/Visa"},
                    "who": {"type": "string", "enum": ["agency", "ship"]},
                },
                "required": ["number"],
            },
            "Visa": {"type": "string", "enum": ["work", "study"]},
            "Verdict": {
                "properties": {
                    "verdict": {"type": "string"},
                    "source": {"type": ["string", "null"]},
                    "visa": {"$ref": "#/components/schemas/Visa"},
                },
                "required": ["verdict"],
            },
        },
    },
}


def _operation(description: Json) -> Json:
    operation: Json = description["paths"]["/verify"]["post"]
    return operation


def _schema(description: Json, name: str) -> Json:
    schema: Json = description["components"]["schemas"][name]
    return schema


def changed(change: Callable[[Json], Any]) -> list[str]:
    description = copy.deepcopy(DESCRIBED)
    change(description)
    return breaks(promises(DESCRIBED), promises(description))


BREAKING: dict[str, Callable[[Json], Any]] = {
    "operation": lambda d: d["paths"].pop("/verify"),
    "operation id": lambda d: _operation(d).update(operationId="ask"),
    "parameter": lambda d: _operation(d)["parameters"].clear(),
    "parameter is needed": lambda d: d["components"]["parameters"]["Language"].update(required=True),
    "status": lambda d: _operation(d)["responses"].update({"202": _operation(d)["responses"].pop("200")}),
    "field of a request": lambda d: _schema(d, "Question")["properties"].pop("visa"),
    "field is needed": lambda d: _schema(d, "Question")["required"].append("visa"),
    "new field is needed": lambda d: (
        _schema(d, "Question")["properties"].update(day={"type": "string"}),
        _schema(d, "Question")["required"].append("day"),
    ),
    "value of a request": lambda d: _schema(d, "Visa")["enum"].remove("study"),
    "value of a field": lambda d: _schema(d, "Question")["properties"]["who"]["enum"].remove("ship"),
    "field of an answer": lambda d: _schema(d, "Verdict")["properties"].pop("source"),
    "field of an answer is not always there": lambda d: _schema(d, "Verdict")["required"].clear(),
    "type of an answer": lambda d: _schema(d, "Verdict")["properties"]["verdict"].update(type="integer"),
    "null in an answer": lambda d: _schema(d, "Verdict")["properties"]["verdict"].update(type=["string", "null"]),
}
ADDING: dict[str, Callable[[Json], Any]] = {
    "operation": lambda d: d["paths"].update({"/more": copy.deepcopy(d["paths"]["/verify"])}),
    "operation with a parameter it needs": lambda d: d["paths"].update(
        {
            "/more": {
                "get": {
                    "operationId": "more",
                    "parameters": [{"name": "a", "in": "query", "required": True, "schema": {"type": "string"}}],
                    "responses": {},
                }
            }
        }
    ),
    "field of a request": lambda d: _schema(d, "Question")["properties"].update(day={"type": "string"}),
    "value of a request": lambda d: _schema(d, "Visa")["enum"].append("none"),
    "field of an answer": lambda d: _schema(d, "Verdict")["properties"].update(day={"type": "string"}),
    "field of an answer is always there": lambda d: _schema(d, "Verdict")["required"].append("source"),
    "what need not be sent any more": lambda d: _schema(d, "Question")["required"].clear(),
    "text": lambda d: _operation(d).update(summary="Another"),
    "fields of an answer that was an object of any": lambda d: _operation(d)["responses"].update(
        {
            "200": {
                "content": {
                    media_type: {"schema": {"$ref": "#/components/schemas/Verdict"}}
                    for media_type in ("application/json", "application/feed+json")
                }
            }
        }
    ),
    "that a set in an answer may grow": lambda d: (
        d["components"]["schemas"].update(
            VisaOrOther={"anyOf": [{"$ref": "#/components/schemas/Visa"}, {"type": "string"}]}
        ),
        _schema(d, "Verdict")["properties"].update(visa={"$ref": "#/components/schemas/VisaOrOther"}),
    ),
}


@pytest.mark.parametrize("change", BREAKING.values(), ids=BREAKING)
def test_a_change_that_breaks_programs_is_found(change: Callable[[Json], Any]) -> None:
    assert changed(change)


@pytest.mark.parametrize("change", ADDING.values(), ids=ADDING)
def test_what_programs_need_not_know_of_is_no_break(change: Callable[[Json], Any]) -> None:
    assert changed(change) == []


def test_the_api_keeps_the_promises_of_the_last_release(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("check") == 0, capsys.readouterr().out
    # And they are promises of this API: what verify answers with is among them.
    promised = CONTRACT.read_text(encoding="utf-8").splitlines()
    assert "GET:/api/v1/verify is verify" in promised
    assert set(promised) & promises(json.loads(DESCRIPTION.read_text(encoding="utf-8")))
