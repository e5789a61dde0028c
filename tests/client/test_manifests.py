"""The manifest of a list's answers vouches for all its statements, in their order, and for none other."""

import json
from pathlib import Path
from typing import Any

import pytest
from registry_client.cli import main
from registry_client.gathering import GatheringOptions
from registry_client.offline import verify
from registry_client.strict import Unreadable
from registry_client.trust import read_trust
from registry_client.verdicts import Report, State

from tests.client.api_site import Reply, answering
from tests.client.registrar import NOW, Registrar, b64, path_to, tree_hash

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
    return verify(text.encode(), GatheringOptions(trust, NOW + 60, statements=file))


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


ROW = {
    "at": NOW - 60,
    "question": {"licence_number": "A/1"},
    "on": "2026-11-25",
    "reasons": ["licence_active"],
    "records": [],
}


def row_of(registrar: Registrar, stated: dict[str, Any], **changes: Any) -> bytes:
    """The proof of the fourth of five rows, as `registry-client proof --output` keeps it."""
    lines = [*LINES[:3], json.dumps({"key": "row-3", "n": 3, **stated}, sort_keys=True).encode(), LINES[4]]
    signed = manifest(registrar, root=b64(tree_hash(lines)))
    path = [b64(step) for step in path_to(3, lines)]
    proof = {"n": 3, "count": 5, "statement": lines[3].decode(), "path": path, "manifest": signed}
    return json.dumps(proof | changes).encode()


@pytest.mark.parametrize(
    ("said", "state", "code"),
    [
        (ROW | {"verdict": "yes"}, State.GOOD, "answered"),
        (ROW | {"verdict": "no"}, State.BAD, "answered"),
        (ROW | {"verdict": "unknown"}, State.UNKNOWN, "answered"),
        ({"at": NOW, "question": {}, "verdict": "no", "legs": [ROW | {"leg": "agreement"}]}, State.BAD, "answered"),
        ({"errors": [{"parameter": "on", "code": "invalid_value"}]}, State.UNKNOWN, "row_refused"),
    ],
)
def test_a_saved_row_is_checked_like_a_receipt(
    registrar: Registrar, said: dict[str, Any], state: State, code: str
) -> None:
    report = judged(registrar, row_of(registrar, said).decode(), None)
    assert (report.kind, report.issued.state, report.in_force.state) == ("row", State.GOOD, state)
    assert codes(report, State.GOOD) == ["signed_by", "row_signed"]
    assert code in [one.code for one in report.in_force]
    assert {"key": "row-3", "row": "3 / 5"}.items() <= dict(report.signed).items()


def test_a_saved_row_that_was_changed_moved_or_taken_from_another_list_is_bad(registrar: Registrar) -> None:
    yes, others = ROW | {"verdict": "yes"}, Registrar()
    lied = json.dumps({"key": "row-3", "n": 3, **ROW, "verdict": "no"}, sort_keys=True)
    for changes, code in (
        ({"statement": lied}, "row_not_signed"),
        ({"n": 2}, "row_not_signed"),
        ({"count": 6}, "row_not_signed"),
        ({"path": []}, "row_not_signed"),
        ({"manifest": manifest(registrar)}, "row_not_signed"),
        ({"manifest": registrar.receipt()}, "wrong_type"),
    ):
        report = judged(registrar, row_of(registrar, yes, **changes).decode(), None)
        assert (codes(report, State.BAD), report.signed, report.in_force.state) == ([code], (), State.UNKNOWN), changes
    assert codes(judged(registrar, row_of(registrar, yes | {"n": 4}).decode(), None), State.BAD) == ["row_misplaced"]
    assert judged(registrar, row_of(others, yes).decode(), None).issued.state is State.BAD
    for broken in ({"path": ["x"]}, {"path": [b64(bytes(32))] * 65}, {"n": -1}, {"statement": 7}, {"manifest": None}):
        with pytest.raises(Unreadable, match="row: "):
            judged(registrar, row_of(registrar, yes, **broken).decode(), None)
    for stated in ({"verdict": "perhaps"}, {"verdict": "yes"}, {}):
        with pytest.raises(Unreadable, match="row: "):
            judged(registrar, row_of(registrar, stated).decode(), None)


def test_a_row_is_proven_by_the_command_without_the_others_and_held_to_the_trust_file(
    registrar: Registrar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    trust, stored = tmp_path / "trust.json", tmp_path / "row.json"
    trust.write_bytes(registrar.trust())
    path = [b64(step) for step in path_to(3, LINES)]
    genuine = {"n": 3, "count": 5, "statement": LINES[3].decode(), "path": path, "manifest": manifest(registrar)}
    other = LINES[3].replace(b"yes", b"no ").decode()
    cases = (
        (genuine, 0, "it is row 3 of the 5 that the registry signed"),
        (genuine | {"statement": other}, 1, "does not lead to the root"),
        (genuine | {"manifest": manifest(registrar, iss="https://else.example.org")}, 1, "did not sign the manifest"),
        (genuine | {"manifest": registrar.receipt()}, 1, "did not sign the manifest"),
        (genuine | {"n": 2}, 4, "is no proof of row 3"),
        (genuine | {"path": path[:-1]}, 4, "is no proof of row 3"),
    )
    with answering() as site:
        monkeypatch.setenv("REGISTRY_CLIENT_URL", site.url)
        command = ["proof", "J22222222222", "3", "--output", str(stored)]
        for given, code, words in cases:
            site.replies.append(Reply(given))
            assert main([*command, "--trust", str(trust)]) == code, words
            assert words in capsys.readouterr().err
        assert json.loads(stored.read_text())["n"] == 3
        # What is no job may be a list that was kept, and a key may open one of the two alone.
        missing = {"code": "not_found", "status": 404, "title": "not found"}
        for status in (404, 403):
            site.replies += [
                Reply(missing | {"status": status, "code": "scope_missing" if status == 403 else "not_found"}, status)
            ]
            site.replies.append(Reply(genuine))
            assert main([*command, "--trust", str(trust)]) == 0
            assert [one.path for one in site.asked[-2:]] == [
                "/api/v1/verification-jobs/J22222222222/proofs/3",
                "/api/v1/archived-lists/J22222222222/proofs/3",
            ]
            capsys.readouterr()
        site.replies.append(Reply(genuine))
        assert main(command) == 0
        assert f"leads to root {tree_hash(LINES).hex()}" in capsys.readouterr().err
        requested = len(site.asked)
        assert main(["proof", "J22222222222", "-1"]) == 2
        assert len(site.asked) == requested
