"""What is said of how far a language is, and the templates from which a new one is begun."""

from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from click.testing import CliRunner

from registry.cli.i18n import i18n
from registry.i18n import progress as module
from registry.i18n.languages import CATALOGUES, PUBLIC_ROOMS, ROOM_OF, SPOKEN_OF, catalogue_folders, placeholders
from registry.i18n.progress import languages_begun, progress, template
from registry.vocabulary.register import Language


def test_a_language_of_the_public_pages_lacks_nothing_that_it_must_have_and_is_a_draft() -> None:
    for language in (Language.FR, Language.RO):
        found = list(progress(language))
        assert [one.required for one in found if one.required] == []
        public = [one for one in found if one.room in PUBLIC_ROOMS]
        assert all(one.unreviewed == one.texts for one in public)
        assert {one.part for one in public} >= {"page.lookup", "page.box", "reason", "question", "fault"}


def test_english_needs_no_review_and_a_reviewed_catalogue_only_what_is_fuzzy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not any(one.unreviewed for one in progress(Language.EN))
    texts = 'msgid "page.a.b"\nmsgstr "{0}"\n\n{1}msgid "page.a.c"\nmsgstr "{0}"\n'
    head = 'msgid ""\nmsgstr ""\n"Language: {0}\\n"\n"X-Review-State: reviewed\\n"\n\n'
    (tmp_path / "en.po").write_text(head.format("en") + texts.format("word", ""))
    (tmp_path / "it.po").write_text(head.format("it") + texts.format("parola", "#, fuzzy\n"))
    monkeypatch.setattr(module, "catalogue_folders", lambda: {"root": tmp_path})
    [found] = progress(Language.IT)
    assert (found.part, found.texts, found.missing) == ("page.a", ("page.a.b", "page.a.c"), ())
    assert found.unreviewed == ("page.a.c",)


def test_languages_that_are_begun_have_reasons_with_their_values_and_are_not_offered() -> None:
    begun = [language for language in languages_begun() if language not in set(Language)]
    assert begun == ["de", "es", "pl"]
    reasons = {key for key in CATALOGUES["en"] if key.startswith("reason.")}
    for language in begun:
        with (catalogue_folders()["root"] / f"{language}.po").open("rb") as file:
            texts = {str(one.id): str(one.string) for one in read_po(file) if one.id and one.string}
        # A reason that is new is missing there until somebody writes it, and the status says so.
        assert len(texts) > 100
        assert texts.keys() <= reasons
        assert {key: placeholders(words) for key, words in texts.items()} == {key: SPOKEN_OF[key] for key in texts}


def test_a_template_holds_every_key_of_a_room_with_its_english_words() -> None:
    catalogue = read_po(BytesIO(template("questions")))
    assert {one.id for one in catalogue if one.id} == {key for key, room in ROOM_OF.items() if room == "questions"}
    assert catalogue["question.wants"].auto_comments == ["English: What would you like to happen?"]
    assert catalogue["question.wants"].string == ""


def test_the_command_says_what_is_missing_and_writes_templates(tmp_path: Path) -> None:
    done = CliRunner().invoke(i18n, ["status", "--language", "fr", "--language", "de", "--pages", "--keys", "--check"])
    assert done.exit_code == 0
    assert "fr (offered)" in done.output
    assert "de (not offered: only begun)" in done.output
    assert f"root: reason: {len(_reasons())} texts, 0 missing, {len(_reasons())} not reviewed" in done.output
    assert "\n      page.lookup.title\n" in done.output
    done = CliRunner().invoke(i18n, ["template", str(tmp_path / "pot"), "--room", "complaints"])
    assert done.output == f"{tmp_path / 'pot' / 'complaints.pot'}\n"
    assert (tmp_path / "pot" / "complaints.pot").is_file()


def _reasons() -> list[str]:
    return [key for key in CATALOGUES["en"] if key.startswith("reason.")]
