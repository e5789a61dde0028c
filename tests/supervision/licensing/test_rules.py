"""What may be done to a licence: the table, and what it refuses."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from registry.register.agencies import record
from registry.supervision.licensing.act_forms import Stated
from registry.supervision.licensing.rules import ACTS, AHEAD, BACK, About, LicenceActFacts, is_barred, lacking, possible
from registry.vocabulary.record import TERMS
from registry.vocabulary.register import STATUSES, Answer, LicenceStatus, SanctionKind
from registry.vocabulary.supervision import LicenceAct
from tests.make import agency_record, changed, licence_record

TODAY = date(2026, 11, 25)


def facts(act: LicenceAct, **stated: object) -> LicenceActFacts:
    return LicenceActFacts(
        **({"act": act, "today": TODAY, "effective_on": TODAY, "status": LicenceStatus.ACTIVE} | stated)
    )  # type: ignore[arg-type]


def test_every_act_stands_in_the_table_and_states_what_there_is_a_field_for() -> None:
    assert set(ACTS) == set(LicenceAct)
    for act, rule in ACTS.items():
        assert set(rule.needs) | set(rule.takes) <= {*Stated.__struct_fields__, *TERMS}, act
        assert not set(rule.needs) & set(rule.takes), act


def test_what_gives_a_right_or_takes_one_away_against_the_holder_needs_two_persons() -> None:
    alone = {act for act, rule in ACTS.items() if not rule.has_second}
    assert alone == {
        LicenceAct.APPLY, LicenceAct.SURRENDER, LicenceAct.END_AGREEMENT, LicenceAct.END_INTERMEDIARY
    }  # fmt: skip
    for act in alone:
        assert all(STATUSES[target].recruit is Answer.NO for target in ACTS[act].targets), act


def test_nothing_but_a_correction_leads_out_of_an_end() -> None:
    for status in (LicenceStatus.REVOKED, LicenceStatus.BANNED, LicenceStatus.SURRENDERED, LicenceStatus.REFUSED):
        assert possible(status) == [LicenceAct.CORRECT], status


@pytest.mark.parametrize("status", [None, *LicenceStatus])
def test_an_act_from_a_status_that_the_table_lacks_is_refused(status: LicenceStatus | None) -> None:
    for act, rule in ACTS.items():
        if rule.about is About.LICENCE:
            is_refused = lacking(facts(act, status=status)) == "not_from_this_status"
            assert is_refused is (act not in possible(status)), act


def test_days_lie_near_unless_it_is_a_correction() -> None:
    long_ago = TODAY - BACK - timedelta(days=1)
    assert lacking(facts(LicenceAct.SUSPEND, effective_on=long_ago)) == "too_far_back"
    assert lacking(facts(LicenceAct.CORRECT, effective_on=long_ago)) is None
    assert lacking(facts(LicenceAct.SUSPEND, effective_on=TODAY + AHEAD + timedelta(days=1))) == "too_far_ahead"
    assert lacking(facts(LicenceAct.CORRECT, effective_on=TODAY + timedelta(days=1))) == "not_yet_wrong"
    assert lacking(facts(LicenceAct.AMEND, effective_on=TODAY + timedelta(days=1))) == "holds_at_once"


def test_a_sanction_in_force_is_not_undone_from_the_licensing_desk() -> None:
    suspended = facts(LicenceAct.REINSTATE, status=LicenceStatus.SUSPENDED, is_barred=True)
    assert lacking(suspended) == "sanction_in_force"
    licence = licence_record()
    sanction = record.Sanction(
        sanction_id="S", kind=SanctionKind.SUSPENSION, licence_id=licence.licence_id, from_=TODAY,
        source=licence.source, retrieved_at=licence.retrieved_at,
    )  # fmt: skip
    agency = agency_record(licences=(licence,), sanctions=(sanction,))
    assert is_barred(agency, licence.licence_id, TODAY)
    assert not is_barred(agency, licence.licence_id, TODAY - timedelta(days=1))
    assert not is_barred(agency, "another", TODAY)
    stayed = changed(agency, sanctions=(changed(sanction, is_stayed_by_appeal=True),))
    assert not is_barred(stayed, licence.licence_id, TODAY)


def acts_table() -> str:
    """The table of docs/officers/licensing.md; `terms` are all of the licence's, which the API's description names."""
    lines = [
        "| act | from | to | second person | must be stated | may be stated |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for act, rule in ACTS.items():
        sources = (
            "any"
            if set(rule.sources) == set(LicenceStatus)
            else ", ".join(one for one in LicenceStatus if one in rule.sources)
        )
        targets = "any" if len(rule.targets) == len(LicenceStatus) else ", ".join(rule.targets)
        second = "yes" if rule.has_second else "no"
        takes = [one for one in rule.takes if one not in TERMS]
        takes += ["terms"] if set(TERMS) <= set(rule.takes) else [one for one in rule.takes if one in TERMS]
        lines.append(
            f"| {act} | {sources or '-'} | {targets or '-'} | {second} | {', '.join(rule.needs) or '-'} | "
            f"{', '.join(takes) or '-'} |"
        )
    return "\n".join(lines) + "\n"


def test_the_table_in_the_documents_is_the_one_that_is_followed() -> None:
    document = (Path(__file__).parents[3] / "docs" / "officers" / "licensing.md").read_text(encoding="utf-8")
    assert acts_table() in document
