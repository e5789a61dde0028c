"""What is wrong with a list or a delivery has its words: what may be said is read from the source, so that none is forgotten."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import registry
from registry.core.errors import Fault, InvalidInput, UnreadableList
from registry.i18n.faults import found
from registry.pages.organisations.rendering import refusal_text, trouble_text
from registry.register.imports.reading import _OTHERS
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language
from registry.watches.delivery.connections import CERTIFICATES

ROOT = Path(registry.__file__).parent
LISTS = (
    "bulk/actions.py", "bulk/files.py", "bulk/reading.py", "bulk/engine.py",
    "register/imports/columns.py", "register/imports/confined.py", "register/imports/reading.py", "register/imports/tables.py",
    "register/imports/extraction/workbooks.py", "register/imports/extraction/terms.py",
)  # fmt: skip
REFUSALS = frozenset({"UnreadableList", "ImportRefused", "NotNow", "TooBusy", "TooLarge", "Refused"})

ELSEWHERE = (
    # A mapping of the operator's, JSON, and what is sent in one go are on no page; what columns lack is said beside them.
    "7 cannot be read: 7", "the file is 7, and the mapping", "--encoding is for", "none of the mapped columns",
    "line 7 looks like", "the file is no well-formed JSON", "the file holds no list of records", "7: send it to",
    "the file is JSON, which has no headings", "the file says 7 above its table", "7 has no list with rows",
    "7; the file has 7", "the file is damaged in 7", "the job is 7",
)  # fmt: skip
PUT_TOGETHER = frozenset({"the file is 7", "7: the file is cut off, damaged, or in another encoding"})
"""Judged by what stands in their table, and by their values."""


def said_of_lists() -> Iterator[tuple[str, str]]:
    for name in LISTS:
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
                words = _words(node.args[0])
                if node.func.id == "Refused":
                    # Said by the process that reads it, which knows no name.
                    words = f"the file {words}"
                if words and not words.startswith(ELSEWHERE):
                    yield f"{name}:{node.lineno}", words
            elif isinstance(node, ast.Return) and name == "register/imports/reading.py" and node.value is not None:
                words = _words(node.value)
                if words.startswith("the file"):
                    yield f"{name}:{node.lineno}", words
    for _, words in _OTHERS:
        yield f"imports/reading.py: {words}", f"the file is {words}"


def _words(expression: ast.expr) -> str:
    """What an expression says, with 7 for each value; the file's own name is said in words where lists are read."""
    match expression:
        case ast.Constant(value=str(words)):
            return words
        case ast.JoinedStr(values=parts):
            return "".join(map(_part, parts)).replace(" (see --encoding)", "")
    return ""


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    return "the file" if isinstance(part, ast.FormattedValue) and ast.unparse(part.value) == "path.name" else "7"


def said_of_deliveries() -> Iterator[str]:
    yield from CERTIFICATES.values()
    for name in ("watches/delivery/connections.py", "watches/delivery/dispatcher.py"):
        tree = ast.parse((ROOT / name).read_text())
        pieces = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in pieces:
                words = _words(node)
                if words.startswith(("it ", "its ", "the name servers")) and "\n" not in words:
                    yield words


def test_what_is_wrong_with_a_list_has_its_words() -> None:
    stated = {place: words for place, words in said_of_lists() if words not in PUT_TOGETHER}
    assert [f"{place}: {words}" for place, words in stated.items() if found(words, "trouble") is None] == []
    assert len(stated) > 25


def test_what_became_of_a_delivery_has_its_words() -> None:
    stated = set(said_of_deliveries())
    assert [words for words in stated if found(words, "trouble") is None] == []
    assert len(stated) > 15


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("it answers 503", "它应答 503"),
        (
            "line 7 (byte 90 of the file) is not UTF-8: the file is cut off, damaged, or in another encoding",
            "第 7 行（文件的第 90 字节）不是 UTF-8：文件不完整、已损坏或用了别的编码",
        ),
    ],
)
def test_values_go_along(trouble: str, words: str) -> None:
    assert trouble_text(Language.ZH_HANS, trouble) == (words, Language.ZH_HANS)
    assert trouble_text(Language.EN, trouble) == (trouble, Language.EN)


def test_what_has_no_words_is_said_in_english_and_says_so() -> None:
    assert trouble_text(Language.IT, "something new") == ("something new", Language.EN)


def test_fields_are_named_as_on_the_page() -> None:
    refused = InvalidInput(
        [
            Fault("constants.on", Problem.NOT_A_DATE, "must be a day as YYYY-MM-DD, for example 2026-11-24"),
            Fault.of("supplier", Problem.CONTRADICTORY, "doubled_column"),
        ]
    )
    stated = refusal_text(Language.IT, refused)
    assert stated.language is Language.IT
    assert "Fornitore: due colonne sono indicate per lo stesso dato: sceglietene una" in stated.words
    assert "YYYY" not in stated.words
    assert refusal_text(Language.IT, UnreadableList("the file is empty")).words == "il file è vuoto"
