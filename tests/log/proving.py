"""Reads proofs of inclusion by the client, as anyone who verifies does: the server only writes them."""

from collections.abc import Sequence

from registry_client import notes, tree

from registry.core.errors import BadProof
from registry.log import note


def read_proof(text: str) -> note.Proof:
    """The parts of a tlog-proof."""
    proof = notes.read_proof(text)
    return note.Proof(proof.index, proof.hashes, text.partition("\n\n")[2])


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise BadProof unless the proof leads from the leaf hash at `index` to the root (RFC 9162, 2.1.3.2)."""
    if tree.root_from_inclusion(leaf, index, size, list(proof)) != root:
        raise BadProof(f"the proof of entry {index} does not lead to the root of the tree of {size} entries")
