"""Catalogues are whole: keys and texts alone, no key twice, and no line that a reader of PO files would pass over."""

import re
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest

from registry.core.faults import read_texts
from registry.i18n.languages import catalogue_folders

HEAD = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n\n'

_STRING = r'"(?:[^"\\\n]|\\.)*"[ \t]*\n'
_CATALOGUE = re.compile(rf"(?:(?:#.*\n|\s*\n)*msgid (?:{_STRING})+msgstr (?:{_STRING})+)+(?:#.*\n|\s*\n)*")


def refuse_broken(catalogue: Traversable) -> None:
    """Raise ValueError for a catalogue that is cut, has plural forms or contexts, or a key twice."""
    content = catalogue.read_text(encoding="utf-8")
    keys = re.findall(rf"^msgid ((?:{_STRING})+)", content, re.MULTILINE)
    if _CATALOGUE.fullmatch(content if content.endswith("\n") else content + "\n") is None or len(set(keys)) < len(
        keys
    ):
        raise ValueError(f"{catalogue.name} is cut, or has more in it than keys and texts, each key once")


def test_every_catalogue_is_whole() -> None:
    catalogues = [
        file for folder in catalogue_folders().values() for file in folder.iterdir() if file.name[-3:] == ".po"
    ]
    assert len(catalogues) > 100
    for catalogue in catalogues:
        refuse_broken(catalogue)


def test_lines_are_joined_and_comments_marks_and_former_texts_are_no_matter(tmp_path: Path) -> None:
    file = tmp_path / "en.po"
    file.write_text(
        HEAD + '# Said by hand: "quoted"\n#. English: x\n#: a.py:3\n#, fuzzy\n#| msgid "old"\nmsgid "a.b"\n'
        'msgstr ""\n"one \\"two\\" "\n"three\\\\n\\n"\n"四\\t五"\n\n'
        'msgid "a.empty"\nmsgstr ""\n\n#~ msgid "a.gone"\n#~ msgstr "gone"\n\nmsgid "a.last"\nmsgstr "no line\'s end"',
        encoding="utf-8",
    )
    assert read_texts(file) == {"a.b": 'one "two" three\\n\n四\t五', "a.last": "no line's end"}
    refuse_broken(file)


@pytest.mark.parametrize(
    "content",
    [
        'msgid "a"\nmsgstr "one"\n\nmsgid "a"\nmsgstr "two"\n',
        'msgid "a"\nmsgstr "cut',
        'msgid "a"\n',
        'msgid "a"\nmsgid_plural "as"\nmsgstr[0] "one"\nmsgstr[1] "two"\n',
        'msgctxt "here"\nmsgid "a"\nmsgstr "one"\n',
        'msgid "a"\nmsgstr "one" "two"\n',
        'msgid "a"\nmsgstr "one"\n"two\n\nmsgid "b"\nmsgstr "three"\n',
    ],
)
def test_what_is_twice_cut_or_of_another_kind_is_found(tmp_path: Path, content: str) -> None:
    file = tmp_path / "en.po"
    file.write_text(HEAD + content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"en\.po"):
        refuse_broken(file)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "en.po"
    file.write_bytes(b'msgid "a"\nmsgstr "\xff"\n')
    with pytest.raises(ValueError, match="utf-8"):
        read_texts(file)
