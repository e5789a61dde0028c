"""Each writer from outside a unit tells an officer: the writers are found in the code, and none is mute."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import registry.complaints

ROOT = Path(registry.complaints.__file__).parent

BELLS = frozenset({"note", "notify", "notify_unit", "notify_named", "tell_sender"})
"""What tells officers: `unread.note` sets the unread mark, row, deadline and notice; the others send a notice."""

WRITING = frozenset({"changed", "advance_case", "record_change", "advance_hearing", "advance_referral"})
OUTSIDERS = frozenset({"CaseRole.COMPLAINANT", "By.PARTNER", "By.AGENCY"})

SILENT = {
    "hand_over": "a new case is in the row of its state for all who may take it up",
    "leave": "a draft that is destroyed belonged to no unit",
    "invite_worker": "whom a helper invites is no officer's affair until that person writes",
    "cut_off": "the helper's own access ends, and what officers have stays",
    "allow_answers": "who may read the officers' answers is asked where an officer answers",
    "_give": "a consent is read where an officer proposes what needs it; a referral that waits for it has its row",
}
"""Writers that tell no one, each with why no officer misses it."""


class Writer:
    """A function: what it calls, and whether it changes a case in the name of somebody outside its unit."""

    def __init__(self, node: ast.FunctionDef) -> None:
        self.name = node.name
        calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
        self.calls = {_name(one.func) for one in calls}
        self.is_outside = any(
            _name(call.func) in WRITING and OUTSIDERS & {_word(part) for part in ast.walk(call)} for call in calls
        )


def _word(node: ast.AST) -> str:
    """`CaseRole.COMPLAINANT`, whether the module stands in front of it or not."""
    return ".".join(ast.unparse(node).split(".")[-2:]) if isinstance(node, ast.Attribute) else ""


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def functions() -> Iterator[Writer]:
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield Writer(node)


def test_each_writer_from_outside_tells_an_officer() -> None:
    known = list(functions())
    callers = defaultdict(list)
    for one in known:
        for called in one.calls:
            callers[called].append(one)

    def tells(writer: Writer, seen: frozenset[str] = frozenset()) -> bool:
        if writer.calls & BELLS:
            return True
        above = [one for one in callers[writer.name] if one.name not in seen | {writer.name}]
        return bool(above) and all(tells(one, seen | {writer.name}) for one in above)

    writers = [one for one in known if one.is_outside]
    assert {"report", "withdraw", "add_answers", "take_file"} <= {one.name for one in writers}
    mute = {one.name for one in writers if not tells(one)}
    assert mute - SILENT.keys() == set(), "each of these changes a case and tells no one: call `unread.note`"
    assert SILENT.keys() <= mute, "these tell somebody, or are gone"
