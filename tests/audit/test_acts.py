"""Every act that the code writes into the audit has words: an auditor reads no codes."""

import ast
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import registry
from registry.i18n.languages import has_text
from registry.officers.models import ChangeKind, ChangeState
from registry.vocabulary.cases import AccessKind, AccessState, BulkKind, HearingState, ReferralState
from registry.vocabulary.supervision import (
    DepositLineKind,
    EntryRequestKind,
    EntryRequestState,
    ProposalState,
    SanctionState,
)

RECORDERS = {
    "record", "_record", "record_act", "record_change", "_record_change", "_record_bulk_act", "record_reading", "changed",
    "_change", "_decide",
}  # fmt: skip
"""Functions that write an act into the audit, or hand it to one that does."""

_DECIDED = (EntryRequestState.ACCEPTED, EntryRequestState.REFUSED)
_OPENED = [f"{kind}.{state}" for kind in AccessKind for state in AccessState]


def _each(before: str, words: type[StrEnum], after: str = "") -> list[str]:
    return [f"{before}{word}{after}" for word in words]


COMPOSED = {
    "f'case.bulk_{kind}'": _each("case.bulk_", BulkKind),
    "f'deposit.{entry.kind}'": _each("deposit.", DepositLineKind),
    "f'deposit.{line.state}'": ["deposit.refused", "deposit.taken_back"],
    "f'entry.{kind}_asked'": _each("entry.", EntryRequestKind, "_asked"),
    "f'entry.{entry_request.kind}_withdrawn'": _each("entry.", EntryRequestKind, "_withdrawn"),
    "f'entry.{entry_request.kind}_{entry_request.state}'": [
        f"entry.{kind}_{to}" for kind in EntryRequestKind for to in _DECIDED
    ],
    "f'licensing.{state}'": [f"licensing.{state}" for state in ProposalState if state is not ProposalState.OPEN],
    "f'hearing.{target}'": _each("hearing.", HearingState),
    "f'referral.{target}'": _each("referral.", ReferralState),
    "f'sanction.{target}'": _each("sanction.", SanctionState),
    "f'officer.{kind}_proposed'": _each("officer.", ChangeKind, "_proposed"),
    "f'officer.{change.kind}_{state}'": [
        f"officer.{kind}_{state}" for kind in ChangeKind for state in ChangeState if state is not ChangeState.OPEN
    ],
    "f'{kind}.asked'": _each("", AccessKind, ".asked"),
    "f'{grant.kind}.ended'": _each("", AccessKind, ".ended"),
    "f'{grant.kind}.{grant.state}'": _OPENED,
    "f'{one.kind}.{one.state}'": _OPENED,
}
"""Acts put together from closed words, as the code writes them, and all they can become."""


def _written() -> Iterator[tuple[str, str]]:
    """Each act and the place that writes it. Helpers place the act elsewhere than `record` does, so each value is looked at."""
    root = Path(registry.__file__).parent
    for path in sorted(root.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in RECORDERS:
                place = f"{path.relative_to(root)}:{call.lineno}"
                for act in (_act_of(part) for given in call.args[1:] for part in _ways(given)):
                    if act:
                        yield act, place


def _ways(given: ast.expr) -> list[ast.expr]:
    """Both ends of `this if so else that`."""
    return [*_ways(given.body), *_ways(given.orelse)] if isinstance(given, ast.IfExp) else [given]


def _act_of(given: ast.expr) -> str:
    """A word with one dot and no blank is an act; a detail is none."""
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        first, dot, last = given.value.partition(".")
        return given.value if dot and first.isidentifier() and last.isidentifier() else ""
    text = ast.unparse(given) if isinstance(given, ast.JoinedStr) else ""
    return "" if " " in text else text


def test_every_act_that_is_written_has_words() -> None:
    written = list(_written())
    assert len(written) > 100
    bare = {
        f"{place}: {act}"
        for source, place in written
        for act in COMPOSED.get(source, [source])
        if not has_text(f"audit.act.{act}")
    }
    assert bare == set()
