"""The page of settings is the code's own, and each default on it is what an empty environment gives."""

from dataclasses import fields
from pathlib import Path

import pytest

from registry.core.setting_texts import NAMES, SETTINGS
from registry.core.settings import Settings
from tools import settings_page


def test_the_page_is_what_the_table_says() -> None:
    assert settings_page.PAGE.read_text(encoding="utf-8") == settings_page.page()


def test_a_page_that_differs_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(settings_page, "PAGE", tmp_path / "settings.md")
    assert settings_page.main([]) == 0
    assert settings_page.main(["--check"]) == 0
    settings_page.PAGE.write_text("another", encoding="utf-8")
    assert settings_page.main(["--check"]) == 1
    assert "run python -m tools.settings_page" in capsys.readouterr().err


def test_no_setting_is_listed_twice_and_each_says_what_it_is_without() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(setting.default or setting.shown for setting in SETTINGS)


def test_an_empty_environment_gives_the_defaults_of_the_class() -> None:
    found = Settings.from_environment({})
    plain = Settings(home=found.home, database_url=found.database_url, files=found.files, is_home_set=False)
    assert {one.name: getattr(found, one.name) for one in fields(found)} == {
        one.name: getattr(plain, one.name) for one in fields(plain)
    }
