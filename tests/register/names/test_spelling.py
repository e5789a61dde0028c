"""A name in the one form in which it is compared."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry.register.names import spelling
from registry.register.names.spelling import MAX_LENGTH, folded, is_disguised, lookalike, normalised, squeezed

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("青島雲蝶國際勞務合作有限公司", "青岛云蝶国际劳务合作有限公司"),
        ("Ｌｕｍａｃａ　ＢＬＵ", "lumaca blu"),
        ("  Lumaca\t\n Blu  ", "lumaca blu"),
        ("Lu\u200bmaca\u202e Blu", "lumaca blu"),
        ("S.r.l.", "srl"),
        ("L’Escargot", "lescargot"),
        ("Lumaca-Blu (Milano)", "lumaca blu milano"),
        ("Mu\u0308hle", "mühle"),
        ("e\u200b\u0301toile", "étoile"),
        ("Blu\ufe0f ✈\ufe0f", "blu"),
        ("Straße", "strasse"),
    ],
)
def test_width_case_script_punctuation_and_unseen_characters_do_not_tell_names_apart(typed, printed):
    assert normalised(typed) == normalised(printed) == printed


@pytest.mark.parametrize(("one", "other"), [("Mühle", "Muhle"), ("Lumaca Blu", "Lumacablu"), ("云蝶", "云鹤")])
def test_diacritics_spaces_and_characters_tell_names_apart(one, other):
    assert normalised(one) != normalised(other)


def test_a_part_of_a_name_is_simplified_as_in_the_whole():
    assert normalised("乾隆勞務").startswith(normalised("乾"))


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("żółwik śpiący łódź", "zolwik spiacy lodz"),
        ("șoricel țintat", "soricel tintat"),
        ("køge blåmes æble", "koge blames aeble"),
        ("синя охлювка", "sinya ohlyuvka"),
        ("γαλάζιο σαλιγκάρι", "galazio saligkari"),
        ("lumаса", "lumaca"),
    ],
)
def test_other_alphabets_and_diacritics_fold_to_plain_letters(name, plain):
    assert folded(normalised(name)) == plain


@pytest.mark.parametrize("spelled", ["müller", "mueller", "muller"])
def test_umlauts_spelled_out_and_left_out_are_one(spelled):
    assert squeezed(folded(spelled)) == "muller"


def test_a_word_of_letters_that_only_look_latin_can_be_read_as_latin():
    assert lookalike("сора") == "copa"
    assert lookalike("синя") is None
    assert lookalike("copa") is None


@pytest.mark.parametrize("nothing", ["", " ", "%", "_%_*?", "…—·", "\u200b\u202e\ufeff", "✈️🎉", "\ud800", "\x00"])
def test_what_holds_nothing_to_compare_is_empty(nothing):
    assert normalised(nothing) == ""


@given(ANY_TEXT)
@example("\u0345")
@example("ͅα")
def test_any_text_has_a_form_and_the_form_of_the_form_is_the_same(text):
    form = normalised(text)
    assert normalised(form) == form
    folded(form).encode()


def test_a_form_is_bounded_however_long_the_text():
    assert len(normalised("ﷺ" * 10_000)) <= MAX_LENGTH
    assert len(normalised("a" * 10_000_000)) == MAX_LENGTH


@pytest.mark.parametrize(
    ("stated", "name", "is_it"),
    [
        ("\u0410gentura Lumaca", "Agentura Lumaca", True),
        ("\u0441\u043e\u0440\u0430", "Copa", True),
        ("Agentura Lumaca", "Agentura Lumaca", False),
        ("Измислена агенция", "Измислена агенция ООД", False),
        ("Измислена агенция", "Izmislena Agentsiya OOD", False),
        ("青岛云蝶", "Qingdao Yundie", False),
    ],
)
def test_letters_that_only_look_latin_are_a_disguise_and_a_name_in_its_own_letters_is_none(stated, name, is_it):
    assert is_disguised(stated, name) is is_it


def by_character(name: str) -> str:
    """The rule of `normalised` for any text, with nothing left out where it would change nothing."""
    text = "".join(map(spelling._visible, name[: spelling.MAX_READ]))
    text = spelling._composed(spelling._composed(text).casefold()).translate(spelling.simpler_characters())
    words = "".join(map(spelling._significant, text)).split()
    return spelling._composed(" ".join(words))[:MAX_LENGTH].rstrip()


@given(ANY_TEXT | st.text(st.sampled_from("aZ é.’-&\u3164\u0301\u200b\ufe0f\u0085\u2028\x1c\t青島ﷺ５"), max_size=30))
@example("\u1160\u115f")
@example("s\x0br")
@example("a\u0301.b")
def test_what_is_skipped_for_plain_texts_would_change_nothing(text):
    assert normalised(text) == by_character(text)


def test_each_character_is_read_by_the_rule():
    codes = [*range(0x3600), *range(0x9F00, 0xD800), *range(0xF800, 0x10000), *range(0xE0000, 0xE0200)]
    texts = [f"é{chr(code)}b" for code in codes]
    assert [text for text in texts if normalised(text) != by_character(text)] == []
