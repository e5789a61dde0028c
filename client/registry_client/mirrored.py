"""What a mirror holds: files at the paths they are served at, each verified before it is written, and what was found false."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from registry_client.network import Fetch, Unreachable
from registry_client.strict import Refused


class Folder:
    """Files below one folder, by the paths they are served at. A kill leaves whole files and drafts that are written over."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, served: str) -> Path:
        return self.root / served.lstrip("/")

    def read(self, served: str) -> bytes | None:
        try:
            return self.path(served).read_bytes()
        except FileNotFoundError:
            return None

    def fetch(self, served: str, limit: int) -> bytes:
        """As a server that holds these files. Raises Unreachable."""
        found = self.read(served)
        if found is None:
            raise Unreachable(f"{self.path(served)}: there is no such file", 404)
        return found[: limit + 1]

    def write(self, served: str, data: bytes) -> None:
        path = self.path(served)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.draft")
        draft.write_bytes(data)
        draft.replace(path)

    def write_head(self, served: str, data: bytes) -> None:
        """Write what leads to other files, after they are on the disk; nothing where it is there already."""
        if self.read(served) != data:
            os.sync()
            self.write(served, data)

    def verified(
        self, served: str, limit: int, fetch: Fetch, is_good: Callable[[bytes], bool], refused: Refused
    ) -> bytes:
        """The file as it lies here, or else as it is fetched, if it is the one. Raises Refused, Unreachable."""
        kept = self.read(served)
        if kept is not None and is_good(kept):
            return kept
        try:
            found = fetch(served, limit)
        except Unreachable as error:
            if error.status in (404, 410):
                raise Refused("mirror_part_missing", path=served) from error
            raise
        if not is_good(found):
            raise refused
        self.write(served, found)
        return found

    def drop_all_but(self, served: str, names: Iterable[str]) -> None:
        """Delete everything in a folder whose name is none of these."""
        kept = set(names)
        for path in self.path(served).glob("*"):
            if path.name in kept:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


class Evidence:
    """What the original showed and what is kept here, side by side, in a folder for each contradiction."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, what: str, kept: bytes, shown: bytes) -> None:
        """Written once for each thing that is shown: the same lie of the next round adds nothing."""
        folder = Folder(self.root / f"{what}-{hashlib.sha256(shown).hexdigest()[:12]}")
        folder.write("kept", kept)
        folder.write("shown", shown)
