"""The words and the grammar of adverts are data: each row is used, has an example that is read, and costs bounded time."""

import re
from typing import Any

import pytest

from registry.verification.checks.advert import items_in, shapes
from registry.verification.checks.clauses import LANGUAGES, Reading, lexicon, rules
from registry.verification.checks.offer import TIERS, sector_in
from registry.verification.checks.red_flags import HONEST, HOW_SAID, weights
from registry.verification.checks.text import data_of, folded, grammar, readable
from registry.vocabulary.checks import ItemKind
from registry.vocabulary.codes import RedFlag

CONCEPTS = [(language, name) for language in LANGUAGES for name in data_of(language)["concept"]]


@pytest.mark.parametrize(("language", "name"), CONCEPTS)
def test_a_concept_is_found_in_its_example_and_says_where_its_words_come_from(language: str, name: str) -> None:
    row = data_of(language)["concept"][name]
    assert row["note"]
    assert lexicon(language)[name].search(folded(row["example"])) is not None


@pytest.mark.parametrize("place", range(len(rules())))
def test_a_rule_is_raised_by_its_example(place: int) -> None:
    rule = rules()[place]
    assert rule.flag in set(RedFlag)
    assert Reading(rule.example).raised(rule) is not None


def test_the_concepts_of_every_rule_are_known_in_every_language() -> None:
    used = {name for rule in rules() for name in (*rule.needs, *rule.unless, *rule.unless_anywhere)}
    for language in LANGUAGES:
        known = set(data_of(language)["concept"])
        # A concept may have no words of its own in a language; one that no language has is a slip.
        assert len(used - known) <= 4, (language, used - known)
    assert used <= {name for _, name in CONCEPTS}


def test_what_is_weighed_is_a_concept_or_a_kind_of_item() -> None:
    of_traits = data_of("weights")
    assert {name for how in HOW_SAID for name in of_traits[how]} <= set(data_of("zh")["concept"])
    assert set(of_traits["item"]) <= set(ItemKind)
    assert set(of_traits) == {"base", *HOW_SAID, "item", "flags"}


@pytest.mark.parametrize("language", ["zh", "latin"])
def test_each_run_of_letters_has_a_weight_for_flags_that_exist(language: str) -> None:
    known = weights(language)
    assert set(known.told) == {HONEST, *RedFlag} - {RedFlag.NO_COMPANY}
    assert all(len(row) == len(known.told) and any(row) for row in known.by_run.values())


@pytest.mark.parametrize("place", range(len(data_of("items")["item"])))
def test_a_shape_of_number_or_channel_is_read_in_its_example(place: int) -> None:
    row = data_of("items")["item"][place]
    assert row["note"]
    assert (row["kind"], row["value"]) in {(str(one.kind), one.value) for one in items_in(readable(row["example"]))}


@pytest.mark.parametrize("name", data_of("grammar")["pattern"])
def test_a_pattern_of_the_grammar_is_found_in_its_example(name: str) -> None:
    row = data_of("grammar")["pattern"][name]
    assert row["note"]
    assert any(grammar(name).search(text) for text in (row["example"], folded(row["example"])))


def test_a_trade_is_a_code_of_nace() -> None:
    assert set(data_of("sectors")) == set(TIERS)
    for code in (code for rows in data_of("sectors").values() for code in rows):
        assert re.fullmatch(r"[0-9]{2}(?:\.[0-9]{1,2})?", code)
    assert sector_in("法国葡萄酒庄") == (2, 4, "01.21")


def all_patterns() -> list[str]:
    words: list[Any] = [lexicon(language)[name].pattern for language, name in CONCEPTS]
    words += [one.pattern.pattern for one in shapes()]
    words += [grammar(name).pattern for name in data_of("grammar")["pattern"]]
    words += [pattern for rows in data_of("sectors").values() for pattern in rows.values()]
    return [*words, *data_of("places")["adjective"].values()]


def test_no_pattern_repeats_without_a_bound() -> None:
    """A star, a plus or an open count could make a text of one letter cost its square."""
    unbounded = re.compile(r"(?<!\\)(?:\*|(?<![({?*+])\+|\{[0-9]+,\})")
    for pattern in all_patterns():
        bare = re.sub(r"\\.", "", re.sub(r"\[(?:\\.|[^\]\\])*\]", "[]", pattern))
        bare = re.sub(r"\?\+", "?", bare)
        # The separators between clauses are runs of one class of characters, and each is read once.
        bare = (
            bare.replace("[]+", "[]")
            if pattern in (grammar("clause_end").pattern, grammar("sentence_end").pattern)
            else bare
        )
        assert unbounded.search(bare) is None, pattern[:200]
