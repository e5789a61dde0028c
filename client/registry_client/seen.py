"""What a reader has seen of a log: the newest head and the newest epoch, so that an older or another one is noticed next time.

A log that is rolled back, or shows one reader two histories, is signed all the same: only who remembers can tell.
"""

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from registry_client.network import Unreachable
from registry_client.notes import Checkpoint
from registry_client.ranges import Epoch
from registry_client.remote import RemoteLog
from registry_client.strict import Refused, Unreadable, read_object, whole_number
from registry_client.trust import Trust
from registry_client.verdicts import Verdict

FOLDER = "REGISTRY_CLIENT_STATE"
NOWHERE = "-"


def state_folder() -> Path:
    """Where readers remember: the folder of the environment, or the user's own for what programs keep."""
    named = os.environ.get(FOLDER)
    if named:
        return Path(named)
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "registry-client"


class SeenLog:
    """The file of one log. Raises Unreadable where it was written by something else."""

    def __init__(self, path: Path, trust: Trust) -> None:
        self.path = path
        self.origin = trust.origin
        self._facts: dict[str, Any] = {}
        try:
            stated = read_object(path.read_bytes(), str(path))
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise Unreadable(f"{path}: {error.strerror}") from error
        if stated.get("origin") == trust.origin:
            self._facts = stated
            for name in ("epoch", "index", "size"):
                whole_number(stated.get(name, 0), f"{path}: {name}")

    @classmethod
    def of(cls, option: str | None, trust: Trust) -> "SeenLog | None":
        """The file of an option, in the state folder without one; None where nothing is to be remembered.

        The root stands in the name: a demo that was made anew is another log under the same name.
        """
        if option == NOWHERE:
            return None
        if option is not None:
            return cls(Path(option), trust)
        name = hashlib.sha256(trust.origin.encode() + b"\0" + trust.root_der).hexdigest()[:16]
        return cls(state_folder() / f"seen-{name}.json", trust)

    def hold_epoch(self, epoch: Epoch) -> None:
        """Raises Refused where the epoch is older than the newest one seen, or another one of its number."""
        former = self._facts.get("epoch")
        if former is not None:
            if epoch.number < former or epoch.index < self._facts.get("index", 0):
                raise Refused("range_rolled_back", seen=former, found=epoch.number)
            if epoch.number == former and epoch.root.hex() != self._facts.get("root"):
                raise Refused("range_forked", epoch=former)
        self._require_same_head(epoch.size, epoch.head_root)
        self._remember(epoch=epoch.number, root=epoch.root.hex(), index=epoch.index)
        if epoch.size > self._facts.get("size", 0):
            self._remember(size=epoch.size, head=epoch.head_root.hex())

    def hold_head(self, head: Checkpoint, verdict: Verdict, remote: RemoteLog | None) -> None:
        """Say where a head contradicts the newest one seen. With `remote`, which serves it now, it must not be an older one."""
        known = int(self._facts.get("size", 0))
        try:
            self._require_same_head(head.size, head.root)
            if remote is not None and 0 < known < head.size:
                former = bytes.fromhex(self._facts["head"])
                if not remote.is_extension(known, former, head.size, head.root):
                    raise Refused("head_forked", size=known)
        except Refused as error:
            verdict.refused(error)
            return
        except Unreachable as error:
            verdict.note("unreachable", why=str(error))
            return
        if remote is not None and head.size < known:
            verdict.unknown("old_head", size=head.size, known=known)
        if head.size > known:
            self._remember(size=head.size, head=head.root.hex())

    def _require_same_head(self, size: int, root: bytes) -> None:
        if size == self._facts.get("size") and root.hex() != self._facts.get("head"):
            raise Refused("head_forked", size=size)

    def _remember(self, **facts: str | int) -> None:
        """A folder that cannot be written to is said, and keeps no one from an answer."""
        self._facts |= {"origin": self.origin, **facts}
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(json.dumps(self._facts) + "\n", encoding="utf-8")
            draft.replace(self.path)
        except OSError as error:
            print(f"{self.path}: {error.strerror}: what was seen is not remembered", file=sys.stderr)
