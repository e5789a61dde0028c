"""A file of law is read whole or not at all, and what is wrong is named by file, row and field."""

import pytest

from registry.register.law.loading import BadLaw, country_law, law_of, rows_of, shipped_law
from registry.register.law.words import CodeFit, LawRole
from registry.vocabulary.law import Mark
from registry.vocabulary.register import EU_STATES
from tests.register.law.make import HEAD, LIMIT, ROW


def load(text: str, file: str = "ZZ.toml"):
    return country_law(file, text.encode())


def test_a_file_becomes_rows_that_bear_their_country():
    law = load(HEAD + ROW)
    assert [(table, row.id, row.country) for table, row in rows_of(law)] == [("regime", "zz-regime-placement", "ZZ")]


@pytest.mark.parametrize(
    ("text", "row", "field", "detail"),
    [
        (HEAD + ROW.replace('article = "Invented Act, art. 1"\n', ""), "zz-regime-placement", "article", "article"),
        (HEAD + ROW.replace('"licence"', '"permit"'), "zz-regime-placement", "rule", "permit"),
        (HEAD + ROW + "surprise = 1\n", "zz-regime-placement", None, "surprise"),
        (HEAD + ROW.replace('mark = "s"\n', ""), "zz-regime-placement", None, "mark"),
        (HEAD + ROW.replace('id = "zz-regime-placement"\n', ""), "regime 1", None, "id"),
        (HEAD + ROW.replace("zz-regime", "yy-regime"), "yy-regime-placement", "id", "zz-"),
        (HEAD + ROW + "from = 2026-02-01\nto = 2026-01-31\n", "zz-regime-placement", "to", "before"),
        (
            HEAD + ROW.replace("check_by = 2027-01-01", "check_by = 2025-01-01"),
            "zz-regime-placement",
            "check_by",
            "later",
        ),
        (
            HEAD
            + LIMIT
            + 'occupations_allowed = ["721", "821", "721"]\ncounts = [{ list = "occupations_allowed", items = 3 }]\n',
            "zz-limit-lending",
            "occupations_allowed",
            "has 2 different items, and the text has 3",
        ),
        (
            HEAD + LIMIT + 'counts = [{ list = "colours", items = 1 }]\n',
            "zz-limit-lending",
            "counts",
            "colours",
        ),
        (HEAD + ROW + "in_force_on = 2026-02-01\n", "zz-regime-placement", "in_force_source", "where"),
        (HEAD + ROW + 'in_force_source = "a page"\n', "zz-regime-placement", "in_force_source", "in_force_on"),
        (
            HEAD + ROW + 'in_force_on = 2025-12-31\nin_force_source = "a page"\n',
            "zz-regime-placement",
            "in_force_on",
            "before",
        ),
        (
            HEAD + ROW + 'in_force_on = 2026-11-28\nin_force_source = "a page"\n',
            "zz-regime-placement",
            "in_force_on",
            "checked_on",
        ),
        (
            HEAD + ROW.replace("2027-01-01", "2026-02-01") + 'in_force_on = 2026-02-01\nin_force_source = "a page"\n',
            "zz-regime-placement",
            "check_by",
            "later",
        ),
        (HEAD + ROW + 'validity = "unlimited (k)"\n', "zz-regime-placement", "validity", "unread"),
        (HEAD + ROW + 'disputed_fields = ["validity"]\n', "zz-regime-placement", "disputed", "reason"),
        (
            HEAD + ROW + 'disputed = "two sources"\ndisputed_fields = ["colour"]\n',
            "zz-regime-placement",
            "disputed_fields",
            "colour",
        ),
        (
            HEAD + ROW + 'confirmation = { by = "legal office", on = 2025-12-31 }\n',
            "zz-regime-placement",
            "confirmation",
            "older",
        ),
        (
            HEAD + ROW + 'transition = { from = 2026-03-01, to = 2026-02-01, answer = "unknown", text = "wait" }\n',
            "zz-regime-placement",
            "transition",
            "order",
        ),
        (HEAD + ROW + 'country = "ZZ"\n', "zz-regime-placement", "country", "head"),
        (HEAD.replace('"destination"', '"moon"'), None, None, "moon"),
        (HEAD + "surprise = 1\n", None, None, "surprise"),
        (HEAD + "regime = 1\n", "regime", None, "[[regime]]"),
        (HEAD + "[[regime]", None, None, "Expected"),
        (HEAD.replace('"ZZ"', '"YY"'), None, "country", "named after"),
    ],
)
def test_what_is_wrong_is_named(text, row, field, detail):
    with pytest.raises(BadLaw) as caught:
        load(text)
    wrong = caught.value
    assert wrong.file == "ZZ.toml"
    assert (wrong.row, wrong.field) == (row, field)
    assert detail in str(wrong)


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(BadLaw):
        country_law("ZZ.toml", b"\xff\xfe")


def test_an_id_stands_once_over_all_countries_and_a_country_in_one_file():
    with pytest.raises(BadLaw, match="another row"):
        law_of([load(HEAD + ROW + ROW + 'region = "North"\n')])
    with pytest.raises(BadLaw, match="another file"):
        law_of([load(HEAD), load(HEAD)])


def test_two_rules_for_one_day_are_refused_and_two_that_follow_are_not():
    later = ROW.replace("zz-regime-placement", "zz-regime-placement-2") + "from = 2027-01-01\n"
    with pytest.raises(BadLaw, match="overlap"):
        load(HEAD + ROW + later)
    with pytest.raises(BadLaw, match="overlap"):
        load(HEAD + ROW + "to = 2027-01-01\n" + later)
    assert len(load(HEAD + ROW + "to = 2026-12-31\n" + later).regime) == 2
    assert len(load(HEAD + ROW + later + 'region = "North"\n').regime) == 2


def test_an_unread_row_may_lack_what_it_does_not_decide():
    bars = ROW.replace("regime", "limit").replace('activity = "placement"\n', 'about = "lending"\neffect = "bars"\n')
    bars = bars.replace('rule = "licence"\n', 'text = "No lending."\n').replace("zz-limit-placement", "zz-limit")
    without = bars.replace('article = "Invented Act, art. 1"\n', "")
    assert load(HEAD + bars).limit[0].text == "No lending."
    assert load(HEAD + without.replace('mark = "s"', 'mark = "k"')).limit[0].mark is Mark.KNOWN
    with pytest.raises(BadLaw, match="article"):
        load(HEAD + without)


def test_the_shipped_law_has_every_state_china_and_three_outside():
    law = shipped_law()
    roles = {code: country.role for code, country in law.countries.items()}
    assert {code for code, role in roles.items() if role is LawRole.DESTINATION} == EU_STATES
    assert {code for code, role in roles.items() if role is LawRole.ORIGIN} == {"CN"}
    assert {code for code, role in roles.items() if role is LawRole.OUTSIDE} == {"GB", "HK", "MO"}
    assert {code for code, role in roles.items() if role is LawRole.UNION} == {"EU"}


def test_every_shipped_row_names_its_source_and_the_day_to_read_it_again():
    for row in shipped_law().rows.values():
        assert row.source.title
        assert row.check_by.year <= 2028
        if row.mark is not Mark.KNOWN:
            assert row.url or row.copy_url or row.source.publisher


def test_a_list_of_who_or_what_is_allowed_says_how_many_items_the_text_has():
    """An item that is missing bars who is allowed: the Czech list stood here with eleven of its fifteen groups."""
    for limit in shipped_law().limits:
        counted = {count.list for count in limit.counts}
        for field in ("nationalities_allowed", "occupations_allowed"):
            # Where a code of a sector is wider than the law, the list is no list of the text: it says whom the law leaves out.
            is_drawn = field == "occupations_allowed" and limit.nace_fit is CodeFit.WIDER_THAN_LAW
            assert not getattr(limit, field) or is_drawn or field in counted, (limit.id, field)
