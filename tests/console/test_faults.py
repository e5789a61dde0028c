"""What is wrong with a field has its words in the catalogues: every detail is read from the source, so that none is forgotten."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import registry
from registry.codes import Problem
from registry.complaints.hearings.content import _ADVICE
from registry.errors import Fault
from registry.licensing.rules import REFUSED
from registry.licensing.stated import _words_of
from registry.terms import Language
from registry.web.faults import faults_said, found
from registry.web.languages import has_text

ROOT = Path(registry.__file__).parent
FORMS = ("agencies/texts.py", "complaints", "console", "entries", "licensing", "sanctions")
"""Where what officers type into the console is judged."""

NO_FORM = frozenset(
    {
        # Doors of complainants and of the command line; answers of a paper form have their words beside the question.
        "complaints/custody.py", "complaints/filing.py", "complaints/outside.py", "complaints/reading.py", "complaints/units.py",
    }
)  # fmt: skip

ELSEWHERE = frozenset(
    {"REFUSED[why]", "_words_of(str(wrong))", "trouble", "flaw", "f'line {flaw.line} {_ADVICE[flaw.what]}'"}
)
"""Details that stand in a table or a function: judged below, by what these may say."""

LIBRARY = (
    "Expected `str | null`, got `int` - at `$.number`",
    "Expected `array`, got `str` - at `$.corridors`",
    "Expected `object`, got `int` - at `$.sectors[0]`",
    "Object missing required field `code` - at `$.sectors[0]`",
    "Invalid enum value 'x' - at `$.activities[0]`",
    "Invalid RFC3339 encoded date - at `$.valid_to`",
    "something that it has never said",
)
"""What the library says of what it cannot read."""

TOLD = (
    *(words for code, words in REFUSED.items() if code not in ("not_from_this_status", "sanction_in_force")),
    "must not be in the future: give the day on which the paper was handed in",
    "must be 2026-03-01 or later: a form counts from at most 90 days back",
    "must be 2026-03-01 or later: on that day the form was printed",
    *(_words_of(wrong) for wrong in LIBRARY),
    *(f"line 3 {advice}" for advice in _ADVICE.values()),
    "must be after 2026-01-01 and within 90 days from now",
    "is none of the words that are known here",
    "is no phone number: write it like +420 601 123 456",
    "must be empty: this kind gives no points",
)


def faults() -> Iterator[tuple[str, ast.Call, Mapping[str, list[ast.expr]]]]:
    for path in sorted(ROOT.rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        source = path.read_text()
        if not place.startswith(FORMS) or place in NO_FORM or "Fault(" not in source:
            continue
        tree = ast.parse(source)
        assigned: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                assigned.setdefault(node.targets[0].id, []).append(node.value)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Fault":
                yield f"{place}:{node.lineno}", node, assigned


def texts(expression: ast.expr, assigned: Mapping[str, list[ast.expr]]) -> Iterator[str]:
    """What an expression may say, with 7 for each value."""
    match expression:
        case ast.Constant(value=str(words)):
            yield words
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from texts(one, assigned)
            yield from texts(other, assigned)
        case ast.Name(id=name):
            for value in assigned.get(name, ()):
                yield from texts(value, assigned)


def test_every_fault_of_a_form_has_its_words_and_its_field_a_name() -> None:
    flaws, count = [], 0
    for place, call, assigned in faults():
        count += 1
        parameter, _, detail = call.args
        if isinstance(parameter, ast.Constant) and not has_text(f"field.{parameter.value}"):
            flaws.append(f"{place}: field.{parameter.value}")
        if ast.unparse(detail) in ELSEWHERE:
            continue
        said = [words for words in texts(detail, assigned) if not words.startswith("7 from 7")]
        if not said and not isinstance(detail, ast.Name):
            flaws.append(f"{place}: {ast.unparse(detail)} is not understood here")
        flaws += [f"{place}: {words}" for words in said if found(words) is None]
    assert flaws == []
    assert count > 70


@pytest.mark.parametrize("detail", TOLD)
def test_what_stands_in_a_table_has_its_words(detail: str) -> None:
    assert found(detail) is not None


def test_a_fault_is_told_with_its_field_and_its_values() -> None:
    wrong = [
        Fault("legal_ground", Problem.MISSING, "must say something"),
        Fault("answer_by", Problem.INVALID_VALUE, "must be after 2026-03-01 and within 90 days from now"),
        Fault("into", Problem.CONTRADICTORY, "is closed: only an open case takes another"),
        Fault("hours", Problem.INVALID_VALUE, "must be from 1 to 72 hours"),
    ]
    assert faults_said(Language.IT, wrong) == (
        "Base giuridica: non può essere vuoto; Ultimo giorno per rispondere: dev’essere dopo il 1 marzo 2026 ed entro 90"
        " giorni da oggi; L’altro caso: è Chiuso: solo un caso aperto ne accoglie un altro; Ore: dev’essere da 1 a 72 ore"
    )
    assert faults_said(Language.ZH_HANS, wrong[:1]) == "法律依据：不能为空"
    assert faults_said(Language.EN, wrong[:1]) == "Legal ground: must say something"


def test_what_has_no_words_keeps_its_english_behind_those_of_its_kind() -> None:
    odd = Fault("points", Problem.INVALID_VALUE, "is odd")
    assert faults_said(Language.IT, [odd]) == "Punti: Valore non valido (is odd)"
