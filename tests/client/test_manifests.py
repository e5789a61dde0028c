"""The manifest of a list's answers vouches for all its statements, in their order, and for none other."""

import json
from pathlib import Path
from typing import Any

import pytest
from registry_client.gathering import Asked
from registry_client.offline import verify
from registry_client.strict import Unreadable
from registry_client.trust import read_trust
from registry_client.verdicts import Report, State

from tests.client.registrar import NOW, Registrar, b64, tree_hash

COUNTS = {"answered": 5, "refused": 0, "yes": 3, "no": 1, "unknown": 1}
LINES = [json.dumps({"key": f"row-{n}", "n": n, "verdict": "yes"}, sort_keys=True).encode() for n in range(5)]


def manifest(registrar: Registrar, key: Any = None, typ: str = "registry-manifest+jwt", **changes: Any) -> str:
    payload = {
        "v": 1,
        "iss": registrar.issuer,
        "iat": NOW,
        "job": "J22222222222",
        "kind": "verification",
        "count": len(LINES),
        "root": b64(tree_hash(LINES)),
        "counts": COUNTS,
        "log": {"origin": registrar.origin, "size": len(registrar.leaves), "root": b64(tree_hash(registrar.leaves))},
    }
    return str((key or registrar.keys["receipt"]).token(typ, payload | changes))


def judged(registrar: Registrar, text: str, file: Path | None) -> Report:
    trust = read_trust(registrar.trust(), "trust")
    return verify(text.encode(), Asked(trust, NOW + 60, statements=file))


def codes(report: Report, state: State) -> list[str]:
    return [finding.code for finding in report.issued if finding.state is state]


def test_all_statements_in_their_order_are_good(registrar: Registrar, tmp_path: Path) -> None:
    file = tmp_path / "statements.jsonl"
    file.write_bytes(b"\n".join(LINES) + b"\n")
    report = judged(registrar, manifest(registrar), file)
    assert (report.kind, report.issued.state, report.in_force.state) == ("manifest", State.GOOD, State.GOOD)
    assert codes(report, State.GOOD) == ["signed_by", "statements_whole"]
    assert ("rows", "5") in report.signed
    assert codes(judged(registrar, manifest(registrar), None), State.UNKNOWN) == ["statements_not_here"]
    with pytest.raises(Unreadable, match="No such file"):
        judged(registrar, manifest(registrar), tmp_path / "gone")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (LINES[:4], "statements_missing"),
        ([*LINES, b'{"n":5}'], "statements_missing"),
        ([LINES[0].replace(b"yes", b"no "), *LINES[1:]], "statements_differ"),
        ([LINES[1], LINES[0], *LINES[2:]], "statement_misplaced"),
        ([*LINES[:3], LINES[2], LINES[4]], "statement_misplaced"),
        ([*LINES[:4], b"nothing"], "statement_misplaced"),
        ([*LINES[:4], LINES[4] + b"\r"], "statements_differ"),
        ([b'{"n":false}', *LINES[1:]], "statement_misplaced"),
    ],
)
def test_a_statement_changed_missing_added_or_moved_is_bad(
    registrar: Registrar, tmp_path: Path, lines: list[bytes], code: str
) -> None:
    file = tmp_path / "statements.jsonl"
    file.write_bytes(b"\n".join(lines) + b"\n")
    assert codes(judged(registrar, manifest(registrar), file), State.BAD) == [code]


def test_a_manifest_that_others_signed_says_nothing(registrar: Registrar) -> None:
    others = Registrar()
    forged = judged(registrar, manifest(registrar, others.keys["receipt"]), None)
    assert (forged.issued.state, forged.in_force.state, forged.signed) == (State.BAD, State.UNKNOWN, ())
    wrong_use = judged(registrar, manifest(registrar, registrar.keys["credential"]), None)
    assert wrong_use.issued.state is State.BAD
    elsewhere = manifest(registrar, log={"origin": "another", "size": 1, "root": b64(bytes(32))})
    assert codes(judged(registrar, elsewhere, None), State.BAD) == ["another_log"]
    for change in ({"count": -1}, {"root": "x"}, {"counts": {}}, {"v": 2}, {"job": 7}):
        with pytest.raises(Unreadable, match="manifest: "):
            judged(registrar, manifest(registrar, **change), None)
