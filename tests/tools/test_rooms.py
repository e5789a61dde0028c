"""The map of the rooms in README.md and docs/architecture.md is the code's own."""

from pathlib import Path

import pytest

from tools import rooms


def test_the_map_and_the_picture_show_the_rooms_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert rooms.main(["--check"]) == 0, capsys.readouterr().out


def test_every_room_says_what_it_is_for() -> None:
    folders = [path.parent for path in rooms.PACKAGE.rglob("__init__.py") if path.parent != rooms.PACKAGE]
    assert [str(folder) for folder in folders if not rooms.line(folder)] == []


def test_a_room_that_is_not_on_the_map_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for page in rooms.PAGES:
        copy = tmp_path / page
        copy.parent.mkdir(exist_ok=True)
        text = (rooms.ROOT / page).read_text(encoding="utf-8")
        copy.write_text(text.replace("watches/", "gazes/"), encoding="utf-8")
    (tmp_path / "pyproject.toml").write_bytes((rooms.ROOT / "pyproject.toml").read_bytes())
    monkeypatch.setattr(rooms, "ROOT", tmp_path)
    assert rooms.main(["--check"]) == 1
    assert "README.md does not show" in capsys.readouterr().out


def test_no_room_imports_from_its_own_row_or_above() -> None:
    place = {name: number for number, row in enumerate(rooms.rows()) for name in row}
    assert [arrow for arrow in rooms.arrows() if place[arrow[1]] <= place[arrow[0]]] == []
