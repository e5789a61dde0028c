"""The changes of docs/maintainers/first-change.md, followed in copies of the repository with invented examples."""

from pathlib import Path

import pytest

from registry.vocabulary.register import STAFF_LANGUAGES
from tests.docs.copies import Copy

pytestmark = pytest.mark.slow

CATALOGUES = "registry/i18n/catalogues"

RULE = """\
    if licence.valid_from == day:
        yield Judged(Answer.YES, Finding(Reason.LICENCE_BEGINS_TODAY))
"""

RULE_TEST = """

def test_a_licence_that_begins_on_the_day_says_so() -> None:
    begins = licence_record(valid_from=TODAY)
    assert Reason.LICENCE_BEGINS_TODAY in codes(ask(begins))
    assert Reason.LICENCE_BEGINS_TODAY not in codes(ask(licence_record()))
"""

HELP_LINE = """\
[[help_line]]
id = "gr-help-invented"
name = "An invented line"
number = "000 000 0000"
run_by = "state"
kind = "labour"
languages = ["el"]
hours = "Mon-Fri 9-15"
is_free = true
for_what = "unpaid wages"
checked_how = "invented; not called"
source = { title = "An invented page", publisher = "An invented office", date = "2026-11-01" }
mark = "s"
text_from = "publisher"
as_of = 2026-11-01
as_of_kind = "text"
check_by = 2027-11-01

"""

HELP_LINE_CHECK = """\
from registry.register.help_lines import help_lines_in, lines_of, public_number
from registry.register.law.loading import shipped_law

numbers = [public_number(line, is_demo=False) for line in lines_of("GR", help_lines_in(shipped_law()), "en")]
assert "000 000 0000" in numbers, numbers
"""

SOURCE = """\
dates = ["d/m/y"]

[authority]
reference = "gr-epa"
country = "GR"
time_zone = "Europe/Athens"

[authority.names]
en = "Ministry of Labour of Greece"

[source]
reference = "gr-epa"
kinds = ["other_eu"]
is_full = false
fresh_for_days = 60
key = "number"
form_mark = "k"

[holder]
legal_person = '\\bΑ\\.?Ε\\.?$'
otherwise = "unknown"

[constants]
role = "receiving"
status = "active"
kind = "other_eu"

[table]
optional = ["ΑΦΜ"]

[table.columns]
name = ["Επωνυμία"]
number = ["Αριθμός μητρώου"]
"""

SOURCE_ROW = """\
    "gr-epa": ("html", ["Επωνυμία", "Αριθμός μητρώου", "ΑΦΜ"], ["Επινοημένη Εργασία ΑΕ", "ΕΠΑ-1", "000000000"]),
"""

ACTION = '''\
def remind(call: Call[moves.SanctionOfficial], reference: str) -> Sanction:
    """Tell those who may approve a sanction that it waits. Raises NotFound, NotNow, StaleVersion."""
    sanction = moves.lock_sanction(call, reference)
    if sanction.state is not SanctionState.LEGAL_REVIEW:
        raise NotNow(f"what is {sanction.state} waits for no approval", "sanction.nothing_asked")
    today = moves.today_at(call.session, sanction.authority, call.at)
    moves.record_change(call, sanction, "sanction.reminded", today)
    return sanction


'''

ACT = """\
        OfficerAct(
            "remind", Act.PROPOSE, calling(actions.remind), "remindOfSanction", "Remind those who approve a sanction.",
        ),
"""

EXAMPLE = """\
[[sanctions]]
operation = "remindOfSanction"
name = "early"
summary = "Not handed in yet"
method = "POST"
template = "/api/v1/sanctions/{sanction_id}/remind"
path = { sanction_id = "SANCTXN2222S" }
who = "decider"
version = 3
status = 409

"""

BUTTON = """\
{% if may_propose %}{{ act_button(at ~ "/remind", t("sanction.act.remind"), version=one.version) }}{% endif %}
"""


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


@pytest.mark.thorough
def test_a_reason_of_a_verdict(copy: Copy) -> None:
    verdicts = "registry/verification/verdicts"
    copy.append("tests/verification/verdicts/test_unsaid.py", RULE_TEST)
    copy.insert(
        "registry/vocabulary/codes.py", "    PAST_DATE = ", '    LICENCE_BEGINS_TODAY = "licence_begins_today"\n'
    )
    copy.insert(f"{verdicts}/licence_rules.py", "    if day < today:", RULE)
    copy.insert(f"{verdicts}/question.py", "        Reason.PERMITS_BY_QUOTA,", "        Reason.LICENCE_BEGINS_TODAY,\n")
    for catalogue in (copy.folder / CATALOGUES).glob("*.po"):
        text = 'msgid "reason.licence_begins_today"\nmsgstr "It begins on this day."\n\n'
        copy.insert(f"{CATALOGUES}/{catalogue.name}", 'msgid "reason.past_date"', text)
    advice = '[reason.licence_begins_today]\ncure = "Nothing to do."\n\n'
    copy.insert("registry/api/docs/advice.toml", "[reason.past_date]", advice)
    copy.run("tools.reasons", "write", writes="docs/users/reasons.md")
    copy.run("registry.cli", "openapi", writes="openapi/openapi.json")
    copy.run("tools.typescript_types", "write", writes="client/typescript/src/types.ts")
    copy.test(
        "tests/verification/verdicts/test_unsaid.py", "tests/i18n/test_wording.py", "tests/i18n/test_languages.py",
        "tests/tools/test_reasons.py", "tests/tools/test_typescript_types.py",
    )  # fmt: skip
    assert "licence_begins_today" in copy.read("openapi/openapi.json")


def test_a_help_line(copy: Copy) -> None:
    law = "registry/register/law/data/GR.toml"
    first = copy.read(law).index("[[help_line]]")
    copy.write(law, copy.read(law)[:first] + HELP_LINE + copy.read(law)[first:])
    (copy.folder / "check_help_line.py").write_text(HELP_LINE_CHECK, encoding="utf-8")
    copy.run("check_help_line")
    copy.test("tests/register/test_help_lines.py", "tests/register/law/test_loading.py")
    assert copy.touched == {law}


@pytest.mark.thorough
def test_an_official_list(copy: Copy) -> None:
    copy.insert("tests/register/imports/shipped_lists.py", '    "hr-mrosp": ', SOURCE_ROW)
    copy.write("registry/register/imports/sources/gr-epa.toml", SOURCE)
    lists = "docs/operators/lists.md"
    (row,) = [line for line in copy.read(lists).splitlines() if line.startswith("| GR |")]
    copy.write(lists, copy.read(lists).replace(row, row.removesuffix("none |") + "`gr-epa` |"))
    # What is said of all lists, and the new one itself: the others are as they were.
    copy.test("tests/register/imports/test_shipped.py", named="gr-epa or every")


@pytest.mark.in_test_all
def test_an_act_of_an_officer(copy: Copy) -> None:
    copy.insert("registry/supervision/sanctions/actions.py", "def give_back(", ACTION)
    table = "registry/officer_acts/sanction_acts.py"
    give_back = '        OfficerAct(\n            "give-back",'
    copy.insert(table, give_back, ACT)
    examples = "registry/api/officers/examples.toml"
    copy.insert(examples, '[[sanctions]]\noperation = "submitSanction"', EXAMPLE)
    copy.insert("registry/pages/officers/templates/sanctions/one.html", '{{ with_reason("/give-back"', BUTTON)
    for language in STAFF_LANGUAGES:
        done, button = "done.remindOfSanction", "sanction.act.remind"
        copy.insert(
            f"{CATALOGUES}/console/{language}.po",
            'msgid "done.submitSanction"',
            f'msgid "{done}"\nmsgstr "They were told."\n\n',
        )
        copy.insert(
            f"{CATALOGUES}/sanctions/{language}.po",
            'msgid "sanction.act.give_back"',
            f'msgid "{button}"\nmsgstr "Remind"\n\n',
        )
    copy.run("tests.api.recording", writes="registry/api/officers/examples.json")
    copy.run("registry.cli", "openapi", writes="openapi/openapi.json")
    copy.test("tests/api/officers/test_examples.py", "tests/pages/officers/sanctions/test_story.py")
    without_catalogues = {path for path in copy.touched if not path.endswith(".po")}
    assert len(without_catalogues) <= 10, sorted(without_catalogues)
