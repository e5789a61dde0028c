"""The proof of one row of a list, whether a job answered it or one request."""

from base64 import b64decode
from dataclasses import dataclass

from registry_client.api.answers import Whole
from registry_client.tree import leaf_hash, root_from_inclusion


@dataclass(frozen=True, slots=True)
class RowProof(Whole):
    """A statement, and the hashes that lead from it to the root which `manifest` signs (verify-offline prints that root)."""

    n: int
    count: int
    statement: str
    path: tuple[str, ...]
    manifest: str

    def root(self) -> bytes | None:
        """The root that it leads to; None where the proof is not of the form of such a tree."""
        try:
            steps = [b64decode(step, validate=True) for step in self.path]
        except ValueError:
            return None
        return root_from_inclusion(leaf_hash(self.statement.encode()), self.n, self.count, steps)
