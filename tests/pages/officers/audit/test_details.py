"""What lines of the audit add to an act is read in the officer's language; no closed word of theirs stays a code."""

from enum import StrEnum

import pytest

from registry.complaints.parties.hearings.rules import By as HearingBy
from registry.complaints.parties.referrals.rules import By as ReferralBy
from registry.officers.models import FactorKind
from registry.officers.rights import Role
from registry.pages.officers.audit import detail_in, references_in
from registry.vocabulary.cases import CaseRole, CaseState, ConsentKind, DecisionOutcome, KeyHolder, PartnerKind
from registry.vocabulary.register import ChannelKind, Language, LicenceStatus, SanctionKind
from registry.vocabulary.supervision import DepositLineKind, LicenceAct, SanctionState

ANNA = "7RTNQ5NJS564"

WORDS: tuple[tuple[str, type[StrEnum]], ...] = (
    ("case.moved", CaseState),
    ("case.read", CaseRole),
    ("case.consent_given", ConsentKind),
    ("decision.made", DecisionOutcome),
    ("deposit.approved", DepositLineKind),
    ("hearing.served", HearingBy),
    ("referral.sent", ReferralBy),
    ("referral.sent", PartnerKind),
    ("sanction.in_force", SanctionKind),
    ("sanction.in_force", SanctionState),
    ("licence.suspended", LicenceStatus),
    ("licensing.proposed", LicenceAct),
    ("channel.approved", ChannelKind),
    ("keys.made", KeyHolder),
    ("officer.factor_removed", FactorKind),
    ("officer.role_lent", Role),
)


@pytest.mark.parametrize(
    ("act", "detail", "chinese"),
    [
        ("case.moved", "submitted in_triage", "已收到 → 初审中"),
        ("case.priority", "p3 p1", "P3 → P1"),
        ("case.priority", "independent complaints", "相互独立的投诉"),
        ("case.assigned", ANNA, "Anna"),
        ("case.translated", "it", "意大利语"),
        ("paper.entered", "2026-03-01", "2026年3月1日"),
        (
            "licensing.proposed",
            f"suspend from 2026-03-01, proposal DEMASENDAG2R of {ANNA}",
            "暂停，自2026年3月1日起，提案DEMASENDAG2R，提出人：Anna",
        ),
        ("deposit.approved", "paid_in 3000000.00 CNY, line 7RTNQ5NJS565", "缴存 3000000.00 CNY，条目7RTNQ5NJS565"),
        ("statistics.exported", "all 2026-03-01 2026-03-31", "全部表格、2026年3月1日、2026年3月31日"),
        ("sanction.in_force", "suspension approved", "暂停（此前：已批准）"),
        ("case.read", "", ""),
    ],
)
def test_a_detail_is_said_in_the_readers_language(act: str, detail: str, chinese: str) -> None:
    assert detail_in(Language.ZH_HANS, act, detail, {ANNA: "Anna"}) == chinese


def test_every_closed_word_of_a_detail_has_its_own() -> None:
    raw = [
        f"{act} {word}"
        for act, kind in WORDS
        for word in kind
        for language in (Language.ZH_HANS, Language.IT)
        if detail_in(language, act, word, {}) == word.value and word.value not in ("wechat",)
    ]
    assert raw == []


def test_officers_in_a_detail_are_found_by_their_references() -> None:
    assert list(references_in(["", f"suspend, proposal DEMASENDAG2R of {ANNA}", "p1 p2"])) == ["DEMASENDAG2R", ANNA]
