"""Questions are read aloud by a machine voice where an operator had it made, and are as they were where not."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from registry.cli.i18n import voices_command
from registry.complaints.case.questions import QUESTIONNAIRE
from registry.core.settings import Settings
from registry.i18n.languages import CATALOGUES
from registry.i18n.voices import clear_old, voice, write
from registry.vocabulary.register import Language
from tests.pages.intake.phone import Phone

IN_DANGER = QUESTIONNAIRE["in_danger"]
HEARD = CATALOGUES["zh-Hans"]["page.box.heard"]


@pytest.fixture
def made(settings: Settings) -> Path:
    """The recording of one question, by the engine itself."""
    one = voice(settings.home, Language.ZH_HANS, IN_DANGER)
    assert 2_000 < write(one) < 60_000
    return one.path


def test_a_question_is_heard_when_its_button_is_pressed_and_not_before(phone: Phone, made: Path) -> None:
    phone.begin()
    place = QUESTIONNAIRE.questions.index(IN_DANGER) + 1
    for path in (f"/{place}", "/short"):
        phone.go(path)
        assert phone.text.count("<audio") == 1
        assert f'<audio controls preload="none" src="/zh-Hans/box/{place}/voice"' in phone.text
        assert HEARD in phone.text
        assert "media-src 'self'" in phone.shown.headers["Content-Security-Policy"]
    heard = phone.client.get(f"/zh-Hans/box/{place}/voice")
    assert (heard.status_code, heard.mimetype, heard.data) == (200, "audio/mpeg", made.read_bytes())
    assert heard.headers["Cache-Control"] == "no-store"
    # What a player on an iPhone asks first.
    part = phone.client.get(f"/zh-Hans/box/{place}/voice", headers={"Range": "bytes=0-1"})
    assert (part.status_code, part.data) == (206, made.read_bytes()[:2])


def test_what_was_not_recorded_has_no_sound(phone: Phone, settings: Settings, made: Path) -> None:
    phone.begin()
    other = QUESTIONNAIRE.questions.index(QUESTIONNAIRE["account"]) + 1
    assert "<audio" not in phone.go(f"/{other}").text
    for place in (0, other, 999):
        assert phone.client.get(f"/zh-Hans/box/{place}/voice").status_code == 404
    # Words that changed are not read as they were before.
    made.rename(made.with_name("0" * 24 + ".mp3"))
    assert "<audio" not in phone.go("/short").text
    assert clear_old(settings.home) == 1


def test_only_the_languages_that_are_asked_for_are_recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wanted = [voice(tmp_path, language, IN_DANGER) for language in (Language.ZH_HANS, Language.FR)]
    monkeypatch.setattr("registry.cli.i18n.voices", lambda home: iter(wanted))
    monkeypatch.setenv("REGISTRY_HOME", str(tmp_path))
    for made in ("1 recordings made", "0 recordings made"):
        assert made in CliRunner().invoke(voices_command, ["write", "--language", "zh-Hans"]).output
    assert [one.path.is_file() for one in wanted] == [True, False]
