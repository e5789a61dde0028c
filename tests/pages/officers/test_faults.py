"""What is wrong with a field has its words in the catalogues: every code is read from the source, so that none is forgotten."""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import registry
from registry.core.errors import Fault, InvalidInput
from registry.core.faults import message
from registry.i18n.faults import faults_text
from registry.i18n.languages import SPOKEN_OF, has_text
from registry.supervision.licensing.act_forms import read_stated
from registry.supervision.licensing.rules import UNFIT
from registry.vocabulary.cases import CaseState
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language
from registry.vocabulary.supervision import LicenceAct

ROOT = Path(registry.__file__).parent
FORMS = (
    "register/agencies/rules.py", "complaints", "pages/officers", "supervision/entries", "supervision/licensing",
    "supervision/sanctions",
)  # fmt: skip
"""Where what officers type into the console is judged."""

NO_FORM = frozenset(
    {
        # Doors of complainants; answers of a paper form have their words beside the question.
        "complaints/intake/filing.py", "complaints/case/answer_rules.py", "complaints/case/units.py",
        "complaints/attachments/uploading.py",
    }
)  # fmt: skip


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Place, `Fault`, `Fault.of` or `message`, and the call."""
    for path in sorted(ROOT.rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        source = path.read_text()
        if place in NO_FORM or not ("Fault" in source or "message(" in source):
            continue
        for node in ast.walk(ast.parse(source)):
            name = ast.unparse(node.func).removeprefix("errors.") if isinstance(node, ast.Call) else ""
            if name in ("Fault", "Fault.of", "message"):
                yield f"{place}:{node.lineno}", name, node


def test_what_is_wrong_in_a_form_has_a_code_and_its_field_a_name() -> None:
    flaws, count = [], 0
    for place, name, call in calls():
        if not place.startswith(FORMS) or name == "message":
            continue
        count += 1
        parameter = call.args[0]
        if isinstance(parameter, ast.Constant) and not has_text(f"field.{parameter.value}"):
            flaws.append(f"{place}: field.{parameter.value}")
        if name == "Fault":
            flaws.append(f"{place}: {ast.unparse(call)} has no code")
    assert flaws == []
    assert count > 70


def test_every_code_has_its_words_and_is_given_their_values() -> None:
    flaws, count = [], 0
    for place, name, call in calls():
        code = call.args[0 if name == "message" else -1] if call.args else None
        if name == "Fault" or not isinstance(code, ast.Constant):
            continue
        count += 1
        given = {one.arg for one in call.keywords}
        if SPOKEN_OF.get(f"fault.{code.value}") != given:
            flaws.append(f"{place}: {code.value} of {given}")
    assert flaws == []
    assert count > 90


def test_no_code_is_without_use() -> None:
    source = "".join(path.read_text() for path in ROOT.rglob("*.py"))
    codes = [key.removeprefix("fault.") for key in SPOKEN_OF if key.startswith("fault.")]
    assert [code for code in codes if f'"{code}"' not in source] == []


@pytest.mark.parametrize("code", UNFIT)
def test_an_act_on_an_unfit_day_has_its_words(code: str) -> None:
    assert str(UNFIT[code])


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("number", 5, "shape_text"),
        ("corridors", "CZ", "shape_array"),
        ("sectors", [5], "shape_object"),
        ("sectors", [{"nace_revision": "2.1"}], "shape_part"),
        ("activities", ["x"], "word_unknown"),
        ("activities", [5], "shape_text"),
        ("valid_to", "soon", "day_like"),
        ("conditions", [{"code": "only_sectors", "sectors": [{"code": 5, "nace_revision": "2.1"}]}], "shape_text"),
        ("conditions", [{"code": "only_sectors", "text": []}], "shape_text"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_type(field: str, value: object, code: str) -> None:
    act = LicenceAct.ISSUE
    with pytest.raises(InvalidInput) as refused:
        read_stated(act, {"number": "12", "valid_from": "2026-01-01", field: value}, "CZ")
    assert [fault.message for fault in refused.value.faults if fault.parameter == field] == [message(code)]


def test_a_fault_is_told_with_its_field_and_its_values() -> None:
    wrong = [
        Fault.of("legal_ground", Problem.MISSING, "must_say"),
        Fault.of("answer_by", Problem.INVALID_VALUE, "longer_than", day=date(2026, 3, 1), days=90),
        Fault.of("into", Problem.CONTRADICTORY, "takes_only_open", state=CaseState.CLOSED),
        Fault.of("hours", Problem.INVALID_VALUE, "hours", most=72),
    ]
    assert faults_text(Language.IT, wrong) == (
        "Base giuridica: non può essere vuoto; Ultimo giorno per rispondere: dev’essere dopo il 1 marzo 2026 ed entro 90"
        " giorni da oggi; L’altro caso: è Chiuso: solo un caso aperto ne accoglie un altro; Ore: dev’essere da 1 a 72 ore"
    )
    assert faults_text(Language.ZH_HANS, wrong[:1]) == "法律依据：不能为空"
    assert faults_text(Language.EN, wrong[:1]) == "Legal ground: must say something"


def test_what_is_wrong_is_english_for_programs() -> None:
    wrong = Fault.of("answer_by", Problem.INVALID_VALUE, "longer_than", day=date(2026, 3, 1), days=90)
    assert wrong.detail == "must be after 2026-03-01 and within 90 days from now"
    assert wrong.payload() == {"parameter": "answer_by", "code": "invalid_value", "detail": wrong.detail}


def test_what_has_no_words_keeps_its_english_behind_those_of_its_kind() -> None:
    odd = Fault("points", Problem.INVALID_VALUE, "is odd")
    assert faults_text(Language.IT, [odd]) == "Punti: Valore non valido (is odd)"
