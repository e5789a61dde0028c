"""A name taken apart into place, own words, trade and legal form."""

import tomllib
from importlib.resources import files

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry.register.names import words
from registry.register.names.dictionary import Kind, dictionary
from registry.register.names.query_variants import query_variants
from registry.register.names.spelling import MAX_LENGTH, folded, normalised, published_spelling
from registry.register.names.words import part_stored, parted
from registry.vocabulary.register import EU_STATES

FORMS = tomllib.loads(files("registry.register.names").joinpath("legal_forms.toml").read_text(encoding="utf-8"))


def own(name: str) -> list[str]:
    return [unit.text for unit in parted(name).units if unit.kind is Kind.CORE]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("青岛云蝶国际劳务合作有限公司", "云蝶"),
        ("青島雲蝶（集團）股份有限公司", "云蝶"),
        ("中国江苏云蝶国际经济技术合作集团有限公司", "云蝶"),
        ("陕西云中国际劳务有限公司", "云中"),
        ("Lumaca Lavoro Milano S.r.l.", "lumaca"),
        ("Lumaca Lavoro società cooperativa a r.l.", "lumaca"),
        ("Mühlfrosch Personalservice GmbH & Co. KG", "muhlfrosch"),
        ("UAB Sraigė Darbas", "sraige"),
        ("SC Melcul Muncă S.R.L.", "melcul"),
        ("Żółwik Praca spółka z ograniczoną odpowiedzialnością sp. k.", "zolwik"),
        ("Alfajor, spol. s r. o.", "alfajor"),
        ("Охлювка Агенция ЕООД", "ohlyuvka"),
        ("Σαλιγκάρι Ε.Π.Ε.", "saligkari"),
    ],
)
def test_a_names_own_word_stands_apart_from_place_trade_and_form(name, word):
    assert own(name) == [word]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("云蝶有限公司", "云蝶 Co., Ltd."),
        ("Lumaca S.r.l.", "Lumaca GmbH"),
        ("Lumaca sp. z o.o.", "Lumaca d.o.o."),
        ("Lumaca S.p.A.", "Lumaca Aktiengesellschaft"),
        ("Lumaca ООД", "Lumaca OOD"),
        ("云蝶股份有限公司", "云蝶 a.s."),
    ],
)
def test_a_legal_form_is_the_same_in_every_language(one, other):
    assert parted(one).forms == parted(other).forms != ()


@pytest.mark.parametrize(
    ("one", "other"),
    [("米兰", "Mailand"), ("国际", "Internazionale"), ("青岛", "Tsingtao"), ("laowu", "Labour"), ("维也纳", "Bécs")],
)
def test_places_and_trade_words_mean_the_same_in_every_language(one, other):
    assert [unit.means for unit in parted(one).units] == [unit.means for unit in parted(other).units]


def test_every_state_and_both_chinese_jurisdictions_have_their_legal_forms():
    assert EU_STATES | {"CN", "HK"} <= FORMS.keys()
    for country in EU_STATES | {"CN", "HK"}:
        assert FORMS[country]["limited"], country


def test_every_spelling_of_every_legal_form_is_taken_off_the_end_of_a_name():
    for country, forms in FORMS.items():
        for form, spellings in forms.items():
            if form == "leading":
                continue
            for spelling in spellings:
                name = parted(f"Xylozoa {spelling}")
                assert [unit.text for unit in name.units] == ["xylozoa"], (country, spelling)
                assert name.forms, (country, spelling)


def test_leading_forms_are_taken_off_the_front():
    for country, forms in FORMS.items():
        for spelling in forms.get("leading", ()):
            assert [unit.text for unit in parted(f"{spelling} Xylozoa Brumbel").units] == ["xylozoa", "brumbel"], (
                country
            )


def test_a_form_alone_is_no_form():
    assert parted("有限公司").forms == ()
    assert parted("GmbH").forms == ()


def test_the_second_place_is_the_name_where_there_is_no_other_word():
    assert own("潍坊安顺国际商务有限公司") == ["安顺"]


@pytest.mark.parametrize(
    ("asked_for", "words"),
    [
        ("qingdaoyundieguojilaowu", ["qingdao", "yundie", "guoji", "laowu"]),
        ("Qing dao yun die guo ji lao wu", ["qingdao", "yundie", "guoji", "laowu"]),
        ("qing1dao3 yun2die2", ["qingdao", "yundie"]),
        ("xi an yang fan laowu", ["xian", "yangfan", "laowu"]),
        ("fu zhou mo li", ["fuzhou", "moli"]),
        ("lvye guoji", ["luye", "guoji"]),
        ("Lumacaitalia", ["lumaca", "italia"]),
        ("Lumaca Personal Gmhb", ["lumaca", "personal"]),
        ("сора", ["copa"]),
    ],
)
def test_what_is_typed_together_apart_or_wrong_is_read_as_it_may_be_meant(asked_for, words):
    assert words in [reading.words for reading in query_variants(asked_for)]


@given(st.text(st.sampled_from("青岛云蝶劳务有限公司 abz.&-é国\u200b％ж"), max_size=30))
@example("公 司")
def test_no_letter_of_a_name_is_lost(name):
    plain = folded(normalised(name)).replace(" ", "")
    for reading in (parted(name), *query_variants(name)[:1]):
        # What is nothing but a legal form keeps its spaces.
        assert len(reading.body.replace(" ", "")) <= len(plain)
        assert bool(reading.units) == bool(plain)


def test_words_of_the_data_files_do_not_name_two_kinds_of_thing():
    known = dictionary()
    both = {word for word in known.chinese if word in known.forms}
    assert both == set()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SRL Melcul Plasare", "Societatea cu răspundere limitată Melcul Plasare"),
        ("Limited Liability Company Lumaca Blu", "Lumaca Blu LLC"),
        ("Lumaca Blu Société coopérative à responsabilité limitée", "Lumaca Blu SCRL"),
        ("Σαλιγκάρι Ιδιωτική Εταιρεία Περιορισμένης Ευθύνης", "Σαλιγκάρι Λτδ"),
        ("Lumaca Società cooperativa a responsabilità limitata", "Lumaca Soc. coop. a r.l."),
    ],
)
def test_a_legal_form_written_out_and_cut_short_leaves_the_same_name(one, other):
    assert parted(one).body == parted(other).body
    assert parted(one).forms
    assert parted(other).forms


class Anything(frozenset[str]):
    def __contains__(self, word: object) -> bool:
        return True


KNOWN = sorted({*dictionary().latin, *dictionary().forms, *dictionary().leading})
PIECES = st.one_of(
    st.sampled_from(KNOWN),
    st.builds(lambda word, at: f"{word[:at]} {word[at:]}", st.sampled_from(KNOWN), st.integers(1, 6)),
    st.sampled_from(KNOWN).map(" ".join),
    st.sampled_from(["lumaca", "blu", "a", "s", "r", "1", "ě"]),
)


@given(st.lists(PIECES, max_size=5).map(" ".join).filter(str.strip), st.booleans())
def test_no_known_word_is_missed_for_how_it_begins_or_ends(name, may_vanish):
    with_guards = words._latin_parts(name.split(), may_vanish=may_vanish)
    known = dictionary()._replace(latin_starts=Anything(), leading_starts=Anything(), form_ends=Anything())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "dictionary", lambda: known)
        assert words._latin_parts(name.split(), may_vanish=may_vanish) == with_guards


@given(st.one_of(st.text(max_size=40), st.text("青岛云蝶国际劳务合作有限公司（）集團 AaÉéŁßщΣς.\u0301", max_size=40)))
def test_a_stored_name_is_taken_apart_as_it_is_written(name):
    whole = parted(name)
    stored = part_stored(name, published_spelling(name).plain[:MAX_LENGTH])
    assert (stored.normal, stored.units, stored.forms) == (whole.normal, whole.units, whole.forms)


def test_a_name_longer_than_what_is_stored_of_it_is_taken_apart_by_itself():
    name = "щука " * 75
    plain = published_spelling(name).plain
    assert len(name) <= MAX_LENGTH < len(plain)
    assert part_stored(name, plain[:MAX_LENGTH]).units == parted(name).units
