"""Whatever an officer is refused has its words in the catalogues: read from the source, so that none is forgotten."""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import registry
from registry.accounts import passwords
from registry.complaints.case import states
from registry.complaints.case.states import PLACE_OF
from registry.complaints.casework.decisions import actions as decisions
from registry.complaints.parties.hearings import outcome
from registry.complaints.parties.hearings import rules as hearings
from registry.complaints.parties.referrals import rules as referrals
from registry.complaints.parties.transfers import rules as transfers
from registry.core.errors import (
    ActRefused,
    ChannelChangeRefused,
    IllegalMove,
    InvalidInput,
    NotNow,
    RegistryError,
    StaleVersion,
)
from registry.core.faults import message
from registry.core.moves import Moves
from registry.i18n.languages import SPOKEN_OF, has_text
from registry.officers import accounts
from registry.pages.officers.refusals import refusal_text, words_at
from registry.supervision.sanctions import rules as sanctions
from registry.vocabulary.cases import CaseRole, CaseState
from registry.vocabulary.register import ChannelKind, Language
from registry.vocabulary.supervision import ChannelChangeState

ROOT = Path(registry.__file__).parent
WORDED = ("IllegalMove", "NotNow", "ChannelChangeRefused")
NO_OFFICER_READS = frozenset(
    {
        "pages/organisations", "bulk", "cli/agencies.py", "organisations", "oversight/open_statistics.py", "watches",
        "complaints/case/access.py", "complaints/intake/filing.py", "complaints/intake/mailbox.py",
        "complaints/intake/mailbox_files.py",
    }
)  # fmt: skip
"""Doors of complainants, organisations and the command line, which have words of their own."""

CODES = {
    "decision": decisions._LACKING.keys(),
    "hearing": outcome._WORDS.keys(),
    "licensing": {"not_from_this_status", "sanction_in_force"},
    "opening": {"own_request", "decided"},
    "transfer": transfers.WORDS.keys(),
}
"""What a code that is put together when it is raised may be."""

TABLES = (states.MOVES, hearings.MOVES, referrals.MOVES, sanctions.MOVES, transfers.MOVES)


def is_elsewhere(place: str) -> bool:
    return place in NO_OFFICER_READS or any(place.startswith(f"{room}/") for room in NO_OFFICER_READS)


def raised() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(ROOT.rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        if is_elsewhere(place) or place == "core/moves.py":
            continue
        source = path.read_text()
        if any(f"{name}(" in source for name in WORDED):
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Call) and ast.unparse(node.func).removeprefix("errors.") in WORDED:
                    yield f"{place}:{node.lineno}", node


def test_every_refusal_of_an_officer_has_its_words_and_what_they_speak_of() -> None:
    flaws = []
    for place, call in raised():
        lack = call.args[1] if len(call.args) > 1 else None
        given = {keyword.arg for keyword in call.keywords}
        if isinstance(lack, ast.Constant):
            lacks = [str(lack.value)]
        elif isinstance(lack, ast.JoinedStr) and isinstance(lack.values[0], ast.Constant):
            kind = str(lack.values[0].value).rstrip(".")
            lacks = [f"{kind}.{code}" for code in CODES[kind]]
        else:
            flaws.append(f"{place}: no code")
            continue
        flaws += [f"{place}: {one} has no words" for one in lacks if not has_text(words_at(one))]
        flaws += [f"{place}: {one}" for one in lacks if not SPOKEN_OF.get(words_at(one), frozenset()) <= given]
    assert flaws == []
    assert len(list(raised())) > 70


@pytest.mark.parametrize("table", TABLES, ids=["case", "hearing", "referral", "sanction", "transfer"])
def test_every_code_of_a_table_of_moves_has_its_words(table: Moves[Any, Any, Any, Any]) -> None:
    codes = table.codes()
    assert {code for code in codes if not has_text(words_at(code))} == set()
    # Only from where and to where a move goes is known beside the code.
    assert {code for code in codes if not SPOKEN_OF.get(words_at(code), frozenset()) <= {"source", "target"}} == set()
    assert {code for code in codes if SPOKEN_OF.get(words_at(code))} <= {
        next(c for c in codes if c.endswith(".no_such_move"))
    }


def test_every_reason_of_an_act_refused_has_its_words() -> None:
    codes = set()
    for path in sorted(ROOT.rglob("*.py")):
        if is_elsewhere(path.relative_to(ROOT).as_posix()) or "ActRefused(" not in (source := path.read_text()):
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).removeprefix("errors.") == "ActRefused":
                codes.add(ast.unparse(node.args[0]))
    computed = {"why": accounts._UNFIT.keys(), "f'password_{flaw}'": {f"password_{flaw}" for flaw in passwords._FLAWS}}
    codes = {code for one in codes for code in computed.get(one, {one.strip("'")})}
    assert {code for code in codes if not has_text(f"console.fault.{code}")} == set()
    assert len(codes) > 30


@pytest.mark.parametrize(
    ("refused", "italian", "chinese"),
    [
        (
            IllegalMove("-", "case.no_such_move", source=CaseState.SUBMITTED, target=CaseState.CLOSED),
            "Da «Ricevuto» un caso non diventa «Chiuso».",
            "“已收到”的案件不能变为“已结案”。",
        ),
        (
            IllegalMove(
                "-", "case.others_move", target=CaseState.CLOSED, roles=[CaseRole.DECIDER, CaseRole.SUPERVISOR]
            ),
            "Può farlo: decisore, supervisore.",
            "可以办理的角色：决定人、主管。",
        ),
        (NotNow("-", "paper.entered", day=date(2026, 3, 1), case="7RTNQ5NJS564"), "1 marzo 2026", "2026年3月1日"),
        (StaleVersion("-"), "Qualcuno lo ha cambiato", "有人改动过"),
        (ActRefused("wrong_code", "-"), "codice", "验证码"),
        (
            ChannelChangeRefused(
                "-",
                "channel.unfit",
                kind=ChannelKind.PHONE,
                trouble=message("channel_phone"),
            ),
            "Telefono: non è un numero di telefono",
            "电话：不是电话号码",
        ),
        (
            ChannelChangeRefused(
                "-",
                "channel.not_pending",
                change="DEMASENDAG2R",
                state=ChannelChangeState.REFUSED,
                day=date(2026, 3, 1),
            ),
            "Dal 1 marzo 2026 è: rifiutata.",
            "自2026年3月1日起：已拒绝。",
        ),
    ],
)
def test_words_are_in_the_officers_language(refused: RegistryError, italian: str, chinese: str) -> None:
    assert italian in str(refusal_text(Language.IT, refused))
    assert chinese in str(refusal_text(Language.ZH_HANS, refused))


def test_what_has_no_words_of_its_own_is_left_to_its_english() -> None:
    assert refusal_text(Language.IT, InvalidInput([])) is None
    assert refusal_text(Language.IT, NotNow("not for officers")) is None
    assert refusal_text(Language.EN, IllegalMove("as it was", "case.undone")) is None
    assert all(has_text(f"case.tab.{place}") for place in PLACE_OF.values())
