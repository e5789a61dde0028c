"""Every code that a program meets has a cause and a cure, on the page for users and where a problem's address leads."""

import re
import tomllib
from importlib.resources import files

import pytest
from flask.testing import FlaskClient

from registry.api.docs.advice import problems, reasons
from registry.api.openapi.document import document
from registry.vocabulary.codes import Problem, Reason
from schemas.verify import VerifySchema
from tools.reasons import PAGE, page


def test_every_code_has_cause_and_cure_and_no_other_has() -> None:
    assert {one.code for one in problems()} == {code.value for code in Problem}
    assert {one.code for one in reasons()} == {code.value for code in Reason}
    assert [one.code for one in (*problems(), *reasons()) if not (one.cause.strip() and one.cure.strip())] == []
    given = tomllib.loads((files("registry.api.docs") / "advice.toml").read_text(encoding="utf-8"))
    assert set(given["problem"]) <= {code.value for code in Problem}
    assert set(given["reason"]) <= {code.value for code in Reason}


def test_the_parameters_that_help_exist() -> None:
    known = set(VerifySchema().fields) | {"sending", "receiving"}
    assert {name for one in reasons() for name in one.parameters} - known == set()


def test_the_endpoints_that_advice_names_exist() -> None:
    named = {path for one in (*problems(), *reasons()) for path in re.findall(r"`(/api/[^`]+)`", one.cure + one.cause)}
    assert named
    assert named - set(document()["paths"]) == set()


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m tools.reasons write`"


@pytest.mark.one_database
def test_the_address_of_a_problem_leads_to_its_cause_and_cure(client: FlaskClient) -> None:
    problem = client.get("/api/v1/verify?vat=IT1&destination=IT").json
    path, _, fragment = problem["type"].partition("#")
    page_text = client.get("/" + path.split("/", 3)[3]).text
    row = re.search(f'<tr id="{fragment}">(.*?)</tr>', page_text, re.DOTALL)
    assert row is not None
    advice = next(one for one in problems() if one.code == problem["code"])
    assert advice.title in row[1]
    assert len(re.findall("<td>[^<]+", row[1])) == 3
