"""Catalogues are read as babel reads them, and what is no catalogue of ours is refused."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from registry.core.po import read_texts
from registry.i18n.languages import catalogue_folders

HEAD = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n\n'


def test_every_catalogue_reads_as_babel_reads_it() -> None:
    catalogues = [
        file for folder in catalogue_folders().values() for file in folder.iterdir() if file.name[-3:] == ".po"
    ]
    assert len(catalogues) > 100
    for catalogue in catalogues:
        with catalogue.open("rb") as file:
            texts = {str(one.id): str(one.string) for one in read_po(file) if one.id and one.string}
        assert read_texts(catalogue) == texts, catalogue


def test_lines_are_joined_and_comments_marks_and_former_texts_are_no_matter(tmp_path: Path) -> None:
    file = tmp_path / "en.po"
    file.write_text(
        HEAD + '# Said by hand: "quoted"\n#. English: x\n#: a.py:3\n#, fuzzy\n#| msgid "old"\nmsgid "a.b"\n'
        'msgstr ""\n"one \\"two\\" "\n"three\\\\n\\n"\n"四\\t五"\n\n'
        'msgid "a.empty"\nmsgstr ""\n\n#~ msgid "a.gone"\n#~ msgstr "gone"\n\nmsgid "a.last"\nmsgstr "no line\'s end"',
        encoding="utf-8",
    )
    assert read_texts(file) == {"a.b": 'one "two" three\\n\n四\t五', "a.last": "no line's end"}


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
def test_what_is_twice_cut_or_of_another_kind_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "en.po"
    file.write_text(HEAD + content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"en\.po"):
        read_texts(file)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "en.po"
    file.write_bytes(b'msgid "a"\nmsgstr "\xff"\n')
    with pytest.raises(ValueError, match="utf-8"):
        read_texts(file)
