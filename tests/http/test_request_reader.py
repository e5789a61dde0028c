"""Queries are read by their schema's `load`; that of verify has a short way, which gives what marshmallow's own gives."""

from typing import Any
from urllib.parse import urlencode

import marshmallow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.errors import InvalidInput
from registry.http.request_reader import load_query
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Activity
from schemas.base import InSchema
from schemas.bulk import ItemSchema
from schemas.verify import VerifySchema

QUESTION = VerifySchema()
SCHEMAS = [QUESTION, VerifySchema(exclude=["keep"]), ItemSchema()]
NAMES = sorted({name for schema in SCHEMAS for name in schema.load_fields} | {"foo", ""})
VALUES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["CZ", "it", "XX", "2026-11-24", "2026-02-30", "14.10", "1410", "14 1", "99", "2.0", "placement", "Placement", "work",
         "7531", "A  B", " A", "A ", "ÄÖ 虚构", "e\u0301", "2026-11-24T10:00:00Z", "a" * 401, "\ufb01", "sending", "lei", "true"]
    ),
    st.sampled_from([None, True, 7, ["CZ"], {"a": "b"}]),
)  # fmt: skip
README = {
    "uscc": "91990001MADEM00112", "origin": "CN", "destination": "IT", "sector": "14.10", "visa": "work", "nationality": "CN",
    "work_permit": "other",
}  # fmt: skip


def loaded_or_refused(schema: InSchema, values: dict[str, Any], load: Any) -> Any:
    try:
        return load(schema, dict(values))
    except marshmallow.ValidationError as error:
        return error.messages


@given(st.sampled_from(SCHEMAS), st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5))
def test_a_question_is_loaded_as_marshmallow_loads_it(schema: VerifySchema, values: dict[str, Any]) -> None:
    assert loaded_or_refused(schema, values, VerifySchema.load) == loaded_or_refused(schema, values, InSchema.load)


@pytest.mark.parametrize(
    "question",
    [
        README,
        {"licence_number": "CZ/12-3 A", "authority": "cz-mpsv", "known_at": "2026-11-24T10:00:00Z", "receipt": "1"},
        {"licence_number": "虚构第001号", "origin": "CN", "activity": "placement", "on": "2026-11-24"},
        {"registration_number": "00000019", "country": "CZ", "claimed_name": "Agentura", "recruiter_kind": "employer"},
        {
            "name": "Agentura Smyšlená s.r.o.",
            "sector": "14",
            "nace_revision": "2.0",
            "occupation": "7531",
            "region": "x",
        },
        {"scheme": "lei", "value": "5493001KJTIIGC8Y1R12", "keep": "0"},
    ],
)
def test_every_parameter_of_verify_is_loaded_the_short_way(question: dict[str, str]) -> None:
    short = QUESTION._load_given(question)
    assert short is not None
    assert short == InSchema.load(QUESTION, question)


def test_words_of_a_closed_set_are_read_as_such() -> None:
    for text in ("placement", "PLACEMENT", "ｐｌａｃｅｍｅｎｔ"):
        assert load_query(QUESTION, urlencode({"name": "x", "activity": text}))["activity"] is Activity.PLACEMENT


def test_every_wrong_parameter_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        load_query(QUESTION, "name=x&name=y&foo=1&on=z&origin=%FF")
    assert {(fault.parameter, fault.code) for fault in refused.value.faults} == {
        ("name", Problem.DOUBLED_PARAMETER),
        ("foo", Problem.UNKNOWN_PARAMETER),
        ("on", Problem.NOT_A_DATE),
        ("origin", Problem.INVALID_VALUE),
    }


def test_a_flood_of_parameters_is_not_repeated() -> None:
    with pytest.raises(InvalidInput) as refused:
        load_query(QUESTION, "&".join(f"p{number}{'x' * 500}=1" for number in range(500)))
    assert len(refused.value.faults) == 20
    assert all(len(fault.parameter) <= 60 for fault in refused.value.faults)
