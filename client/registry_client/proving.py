"""Whether bytes are an entry of the log, by a tlog-proof or by the copy that a monitor keeps."""

from dataclasses import dataclass

from registry_client.entries import Entry, read_entry
from registry_client.notes import MlDsa, Seen, read_proof, verify_checkpoint
from registry_client.strict import Refused
from registry_client.tree import leaf_hash, root_from_inclusion
from registry_client.trust import Trust
from registry_client.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry that stands in the log under a head the log has signed."""

    entry: Entry
    leaf_hash: bytes
    seen: Seen


def prove(leaf: bytes, proof_text: str, trust: Trust, what: str) -> Proven:
    """Raises Unreadable, and Refused where the proof does not lead from the leaf to a head of the log."""
    entry = read_entry(leaf, what)
    proof = read_proof(proof_text, f"{what}: proof")
    seen = verify_checkpoint(proof.checkpoint, trust.origin, trust.head_keys, trust.policy)
    found = leaf_hash(leaf)
    if proof.index != entry.index:
        raise Refused("proof_of_another", index=entry.index, proven=proof.index)
    if root_from_inclusion(found, proof.index, seen.checkpoint.size, proof.hashes) != seen.checkpoint.root:
        raise Refused("not_in_log", index=entry.index, size=seen.checkpoint.size)
    return Proven(entry, found, seen)


def judge_head(seen: Seen, verdict: Verdict) -> None:
    """What the head is worth: the witnesses the policy asks for, or the plain word that there are none."""
    if not seen.is_witnessed:
        verdict.unknown("not_witnessed", witnesses=", ".join(seen.witnesses) or "-")
    elif seen.witnesses:
        verdict.note("witnessed", witnesses=", ".join(seen.witnesses))
    else:
        verdict.note("no_witness")
    match seen.ml_dsa:
        case MlDsa.SIGNED:
            verdict.note("head_ml_dsa_signed")
        case MlDsa.MISSING:
            verdict.note("head_ml_dsa_missing")
        case MlDsa.UNREADABLE:
            verdict.note("head_ml_dsa_unreadable")
