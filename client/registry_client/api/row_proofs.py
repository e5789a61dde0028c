"""The command `proof`: one row of a list that was answered, to be shown without the others."""

import argparse
import json
import sys
from pathlib import Path

from registry_client.api.client import Client
from registry_client.api.errors import BadInput, ProblemAnswered, UnexpectedAnswer
from registry_client.api.proofs import RowProof
from registry_client.api.receipts import check_offline
from registry_client.entries import safe_text
from registry_client.strict import Unreadable
from registry_client.verdicts import State

PROVEN, NOT_PROVEN = 0, 1


def prove(client: Client, options: argparse.Namespace) -> int:
    """Ask for the proof, reckon where it leads, and hold that to what the registry signed, if a trust file is given."""
    if not (options.row.isascii() and options.row.isdecimal() and len(options.row) < 8):
        raise BadInput(f"proof: {options.row}: the place of a row is expected, counted from 0")
    proof = _fetch_proof(client, options.job, int(options.row))
    root = proof.root()
    if root is None or proof.n != int(options.row):
        raise UnexpectedAnswer(f"job {options.job}: what came is no proof of row {options.row}")
    if options.output is not None:
        try:
            Path(options.output).write_text(
                json.dumps(proof.raw, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
            )
        except OSError as error:
            raise BadInput(f"{options.output}: {error.strerror}") from None
    fault = None if options.trust is None else _fault(proof, root, options.trust)
    if options.json:
        print(json.dumps({**proof.raw, "root": root.hex(), "fault": fault}, ensure_ascii=False, indent=2))
    else:
        print(safe_text(proof.statement, 10_000))
    if options.trust is None:
        stated = "compare it with the root that verify-offline prints of the manifest, or give --trust"
        print(f"leads to root {root.hex()}: {stated}", file=sys.stderr)
        return PROVEN
    if fault is not None:
        print(safe_text(f"BAD: {fault}", 1000), file=sys.stderr)
        return NOT_PROVEN
    print(f"it is row {proof.n} of the {proof.count} that the registry signed", file=sys.stderr)
    return PROVEN


def _fetch_proof(client: Client, reference: str, row: int) -> RowProof:
    """A job has one while its results lie there, a list that is kept for as long as that: a key may open either alone."""
    try:
        return client.jobs.proof(reference, row)
    except ProblemAnswered as refused:
        if refused.problem.code not in ("not_found", "scope_missing"):
            raise
        try:
            return client.receipts.lists.proof(reference, row)
        except ProblemAnswered as second:
            # What is said of rows is worth more than that the key lacks the other scope.
            raise (second if refused.problem.code == "scope_missing" else refused) from None


def _fault(proof: RowProof, root: bytes, trust: str) -> str | None:
    """Why it does not hold by that trust file; None where it does."""
    try:
        report = check_offline(proof.manifest, trust)
    except OSError as error:
        raise BadInput(f"{trust}: {error.strerror}") from None
    except Unreadable as error:
        raise BadInput(str(error)) from None
    signed = dict(report.signed)
    if report.kind != "manifest" or "root" not in signed or report.issued.state is State.BAD:
        return "the registry of this trust file did not sign the manifest"
    if (signed["root"], signed["rows"]) != (root.hex(), str(proof.count)):
        return "the row does not lead to the root that the manifest signs"
    if _place_in(proof.statement) != proof.n:
        return "the statement is of another row"
    return None


def _place_in(statement: str) -> object:
    try:
        found = json.loads(statement)
    except (ValueError, RecursionError):
        return None
    place = found.get("n") if isinstance(found, dict) else None
    return None if isinstance(place, bool) else place
