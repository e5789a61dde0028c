"""Retired words are found wherever they can stand, and nothing else is."""

from pathlib import Path

import pytest

from tools.words import Words, findings, main, read_glossary

GLOSSARY = """# Glossary

| word | meaning |
| --- | --- |
| `tile` | a file |

## Retired words

| retired | say |
| --- | --- |
| `whoever` | anyone who; the caller |
| `hand on`, `hands on` | fan out |
| `HeldReader` | `ThreadLocalReader` |
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("docs", "registry", "schemas", "tests", "openapi"):
        (tmp_path / folder).mkdir()
    (tmp_path / "docs/glossary.md").write_text(GLOSSARY)
    return tmp_path


def found_in(root: Path, path: str, text: str) -> list[tuple[int, str, str, str]]:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
    words = Words(read_glossary(GLOSSARY))
    return [(one.line, one.kind, one.word, one.say) for one in findings(root, words)]


def test_the_table_of_retired_words_is_read_and_no_other() -> None:
    assert read_glossary(GLOSSARY) == {
        "whoever": "anyone who; the caller",
        "hand on": "fan out",
        "hands on": "fan out",
        "HeldReader": "ThreadLocalReader",
    }


def test_a_glossary_without_the_table_is_an_error() -> None:
    with pytest.raises(ValueError, match="retired"):
        read_glossary("# Glossary\n\n| word | meaning |\n| --- | --- |\n| `tile` | a file |\n")


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("registry/a.py", '"""One.\n\nWhoever\n"""\n', (3, "docstring", "Whoever", "anyone who; the caller")),
        ("schemas/a.py", '"""Hands\non."""\n', (1, "docstring", "Hands on", "fan out")),
        ("registry/a.py", "# Whoever asks.\n", (1, "comment", "Whoever", "anyone who; the caller")),
        ("registry/a.py", 'option("--by", help="Whoever acts.")\n', (1, "help", "Whoever", "anyone who; the caller")),
        ("docs/README.md", "# A\n\nFor whoever\n", (3, "doc", "whoever", "anyone who; the caller")),
        ("docs/README.md", "It uses `HeldReader`.\n", (1, "doc", "HeldReader", "ThreadLocalReader")),
        ("README.md", "For whoever\n", (1, "doc", "whoever", "anyone who; the caller")),
        (
            "registry/i18n/en.po",
            'msgid "whoever"\nmsgstr ""\n"For whoever"\n',
            (3, "catalogue", "whoever", "anyone who; the caller"),
        ),
        (
            "openapi/openapi.json",
            '{\n "summary": "Whoever",\n "operationId": "whoever"\n}\n',
            (2, "openapi", "Whoever", "anyone who; the caller"),
        ),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_a_planted_word_is_found_once_with_its_line(
    root: Path, path: str, text: str, expected: tuple[int, str, str, str]
) -> None:
    assert found_in(root, path, text) == [expected]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("registry/a.py", "class Whoever:\n    whoever: str\n"),
        ("registry/a.py", "def hand_on(whoever: str) -> None: ...\n"),
        ("registry/a.py", 'WORDS = "whoever"\n'),
        ("registry/a.py", '"""What was said, held and kept is shown."""\n'),
        ("registry/a.py", "# For whoever comes.  words: ok\n"),
        ("registry/i18n/en.po", 'msgid "whoever"\nmsgstr "anyone"\n'),
        ("registry/i18n/it.po", 'msgid "a"\nmsgstr "whoever"\n'),
        ("docs/README.md", "whoeverelse, whoever_else\n"),
    ],
)
def test_names_data_ordinary_words_and_allowed_lines_are_left(root: Path, path: str, text: str) -> None:
    assert found_in(root, path, text) == []


def test_the_command_prints_places_and_fails(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "docs/README.md").write_text("For whoever\n")
    assert main(["--root", str(root)]) == 1
    assert capsys.readouterr().out == "docs/README.md:1: doc: whoever: say anyone who; the caller\n"
    assert main(["--root", str(root), "registry"]) == 0
    assert main(["--root", str(root), "--summary", "--kind", "doc"]) == 1
    assert capsys.readouterr().out.split() == ["doc", "docs", "1"]


def test_the_glossary_of_the_project_is_one_that_the_check_reads() -> None:
    text = (Path(__file__).parents[2] / "docs/glossary.md").read_text(encoding="utf-8")
    assert "whoever" in read_glossary(text)
