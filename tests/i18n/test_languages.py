"""Texts in every language: complete where they must be, agreeing on their values, and chosen by what a browser asks for."""

import subprocess
import sys

import pytest
from flask import Flask, request

from registry.http.responses import negotiated
from registry.i18n import languages
from registry.i18n.languages import CATALOGUES, MissingText, accepted, is_required, placeholders, text
from registry.vocabulary.register import STAFF_LANGUAGES, Language


@pytest.mark.parametrize("language", list(Language))
def test_no_catalogue_lacks_a_text_or_has_one_too_many(language: Language) -> None:
    english = CATALOGUES[Language.EN].keys()
    here = CATALOGUES[language].keys()
    lacking = {key for key in english - here if is_required(language, key)}
    assert (sorted(lacking), sorted(here - english)) == ([], [])


@pytest.mark.parametrize("language", list(Language))
def test_every_translation_speaks_of_the_same_values(language: Language) -> None:
    unequal = [
        key
        for key, template in CATALOGUES[language].items()
        if placeholders(template) != placeholders(CATALOGUES[Language.EN][key])
    ]
    assert unequal == []


@pytest.mark.parametrize("language", list(Language))
def test_no_text_is_empty_or_padded(language: Language) -> None:
    assert [
        key for key, words in CATALOGUES[language].items() if words.strip() != words.strip(" ") or not words.strip()
    ] == []


@pytest.mark.parametrize("language", [Language.ZH_HANS, Language.ZH_HANT])
def test_chinese_texts_are_in_their_own_script(language: Language) -> None:
    simplified, traditional = "这说们时应该证机构", "這說們時應該證機構"
    foreign = traditional if language is Language.ZH_HANS else simplified
    others_name = {"language.name"}
    wrong = {
        key
        for key, words in CATALOGUES[language].items()
        if set(words) & (set(foreign) - set(simplified if language is Language.ZH_HANS else traditional))
    }
    assert wrong <= others_name


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN", Language.ZH_HANS),
        ("zh-SG", Language.ZH_HANS),
        ("zh", Language.ZH_HANS),
        ("zh-Hans-CN", Language.ZH_HANS),
        ("zh-TW", Language.ZH_HANT),
        ("zh-HK", Language.ZH_HANT),
        ("zh-MO", Language.ZH_HANT),
        ("zh-Hant", Language.ZH_HANT),
        ("zh-Hant-HK", Language.ZH_HANT),
        ("ZH-tw,zh;q=0.9,en;q=0.8", Language.ZH_HANT),
        ("it-IT,it;q=0.9,en;q=0.8", Language.IT),
        ("en;q=0.2, it;q=0.9", Language.IT),
        ("en-GB", Language.EN),
        ("fr-FR,fr;q=0.9", Language.FR),
        ("fr-BE", Language.FR),
        ("ro-RO,ro;q=0.9,en;q=0.8", Language.RO),
        ("ro-MD", Language.RO),
        ("de-DE,de;q=0.9", Language.EN),
        ("de,zh-TW;q=0.5", Language.ZH_HANT),
        ("yue", Language.ZH_HANT),
        ("yue-Hant-HK,en;q=0.8", Language.ZH_HANT),
        ("yue-Hans-CN", Language.ZH_HANS),
        ("zh-yue", Language.ZH_HANT),
        ("wuu,en;q=0.8", Language.ZH_HANS),
        ("wuu-Hans-CN", Language.ZH_HANS),
        ("nan-Hant-TW", Language.ZH_HANT),
        ("cmn-Hans-CN", Language.ZH_HANS),
        ("it;q=0, zh", Language.ZH_HANS),
        ("it;q=banana, zh;q=0.1", Language.ZH_HANS),
        (";;;,,,", Language.EN),
    ],
)
def test_the_language_a_browser_likes_best_is_taken(header: str, language: Language) -> None:
    assert accepted(header) is language


@pytest.mark.parametrize("header", [None, "", " ", "*"])
def test_without_a_wish_the_caller_decides(header: str | None) -> None:
    assert accepted(header, Language.ZH_HANS) is Language.ZH_HANS
    assert accepted(header) is Language.EN


def test_a_header_of_ten_thousand_languages_is_read_in_part() -> None:
    assert accepted(",".join(["de"] * 10_000) + ",it") is Language.EN


def test_the_language_in_the_address_stands_above_the_browsers() -> None:
    app = Flask(__name__)
    with app.test_request_context("/it/nothing", headers={"Accept-Language": "zh"}):
        assert negotiated(request._get_current_object()) is Language.IT  # type: ignore[attr-defined]
    with app.test_request_context("/api/v1/nothing", headers={"Accept-Language": "zh"}):
        assert negotiated(request._get_current_object()) is Language.ZH_HANS  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["/console/sign-in", "/account/sign-in"])
def test_staff_pages_are_offered_in_the_languages_that_have_all_their_texts(path: str) -> None:
    app = Flask(__name__)
    with app.test_request_context(path, headers={"Accept-Language": "fr, it;q=0.5"}):
        assert negotiated(request._get_current_object()) is Language.IT  # type: ignore[attr-defined]
    with app.test_request_context(path, headers={"Accept-Language": "ro"}):
        assert negotiated(request._get_current_object()) is Language.EN  # type: ignore[attr-defined]


def test_what_only_staff_reads_is_said_in_english_where_a_public_language_lacks_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(languages, "IS_STRICT", True)
    staff = next(key for key in CATALOGUES[Language.EN] if not is_required(Language.FR, key))
    values = dict.fromkeys(languages.SPOKEN_OF[staff], "x")
    assert text(Language.FR, staff, **values) == text(Language.EN, staff, **values)
    assert all(is_required(language, staff) for language in STAFF_LANGUAGES)


def test_under_test_a_missing_text_or_value_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "IS_STRICT", True)
    with pytest.raises(MissingText):
        text(Language.IT, "no.such.text")
    with pytest.raises(MissingText):
        text(Language.IT, "reason.not_yet_valid")


def test_no_language_is_read_before_a_text_of_it_is_asked_for() -> None:
    read = "print(*languages._READ)"
    code = f"from registry.i18n import languages\n{read}\nlanguages.text('it', 'answer.yes')\n{read}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    # Italian, and English for the values that the text needs.
    assert done.stdout == "\nit en\n"


def test_a_language_that_is_not_offered_has_no_texts() -> None:
    assert list(CATALOGUES) == [language.value for language in Language]
    with pytest.raises(KeyError):
        CATALOGUES["de"]


def test_in_production_an_asker_gets_english_rather_than_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "IS_STRICT", False)
    monkeypatch.delitem(CATALOGUES["it"], "answer.yes")
    assert text(Language.IT, "answer.yes") == "Yes"
    assert text(Language.IT, "no.such.text") == "no.such.text"
    assert "{" not in text(Language.IT, "reason.not_yet_valid")


def test_a_value_that_looks_like_a_text_of_ours_stays_as_it_is() -> None:
    displayed = text(Language.EN, "added.ground", ground="{0.__class__} %s {date}")
    assert displayed.endswith("{0.__class__} %s {date}.")
