"""Where snapshots are served from: the bucket of REGISTRY_FILES, so that any process serves them, otherwise a folder.

The process that writes always writes into a folder of its own; with a bucket it fetches the former snapshot from there before,
and puts the new one there after. A snapshot is public, so it is not encrypted; its manifest is put last.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import IO, NamedTuple, Protocol, cast

import obstore

from registry.core.object_store import object_store, store_errors
from registry.core.settings import Bucket, Settings
from registry.dataset.manifest import MANIFEST

PREFIX = "dataset/"


class Opened(NamedTuple):
    """A file that is open for reading, and its size."""

    file: IO[bytes]
    size: int


class Store(Protocol):
    """Files of snapshots by their path, such as `2026-11-30-120/manifest.json`."""

    def read(self, path: str) -> bytes | None:
        """A small file; None where there is none. Raises FilesUnavailable."""
        ...

    def open(self, path: str) -> Opened | None:
        """A file to send, or None. Raises FilesUnavailable."""
        ...


class FolderStore:
    """A folder of this machine, or one that machines share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes | None:
        opened = self.open(path)
        if opened is None:
            return None
        with opened.file:
            return opened.file.read()

    def open(self, path: str) -> Opened | None:
        try:
            file = (self._folder / path).open("rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None
        return Opened(file, (self._folder / path).stat().st_size)


class BucketStore:
    """A bucket. A file is read piece by piece, so a slow reader holds no request to the store."""

    def __init__(self, bucket: Bucket) -> None:
        self._store = object_store(bucket)

    def read(self, path: str) -> bytes | None:
        with store_errors():
            try:
                return bytes(obstore.get(self._store, PREFIX + path).bytes())
            except FileNotFoundError:
                return None

    def open(self, path: str) -> Opened | None:
        with store_errors():
            try:
                size = obstore.head(self._store, PREFIX + path)["size"]
            except FileNotFoundError:
                return None
            return Opened(cast(IO[bytes], _Pieces(obstore.open_reader(self._store, PREFIX + path))), size)

    def fetch(self, prefix: str, folder: Path) -> None:
        """Copy all files below a path of the bucket into a folder, as far as they do not lie there in that size."""
        for path, size in self._listed(prefix).items():
            here = folder / path
            if here.is_file() and here.stat().st_size == size:
                continue
            here.parent.mkdir(parents=True, exist_ok=True)
            with store_errors(), here.open("wb") as file:
                for piece in obstore.get(self._store, PREFIX + path).stream():
                    file.write(bytes(piece))

    def put(self, folder: Path, name: str, deltas: Iterable[str]) -> None:
        """Put a snapshot of a folder into the bucket, and the deltas that are not there yet; the manifest last."""
        known = self._listed("")
        paths = [path for path in deltas if known.get(path) != (folder / path).stat().st_size]
        files = sorted((folder / name).iterdir(), key=lambda path: (path.name == MANIFEST, path.name))
        for path in (*paths, *(f"{name}/{path.name}" for path in files)):
            with store_errors():
                obstore.put(self._store, PREFIX + path, folder / path)

    def keep_only(self, folder: Path) -> None:
        """Remove from the bucket what does not lie in a folder."""
        for path in self._listed(""):
            if not (folder / path).is_file():
                with store_errors():
                    obstore.delete(self._store, PREFIX + path)

    def _listed(self, prefix: str) -> dict[str, int]:
        with store_errors():
            found = [one for batch in obstore.list(self._store, prefix=PREFIX + prefix) for one in batch]
        return {one["path"].removeprefix(PREFIX): one["size"] for one in found}


class _Pieces:
    """A file of a bucket as a server sends it: read in bytes, from any place. Raises FilesUnavailable."""

    def __init__(self, file: "obstore.ReadableFile") -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        with store_errors():
            return bytes(self._file.read(size))

    def seek(self, place: int, whence: int = 0) -> int:
        return self._file.seek(place, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()


def home_folder(settings: Settings) -> Path:
    """Where the worker writes: beside the other files, if REGISTRY_FILES names a folder that machines may share."""
    if isinstance(settings.files, Bucket) or settings.files == settings.home / "files":
        return settings.home / "dataset"
    return settings.files / "dataset"


def bucket_of(settings: Settings) -> BucketStore | None:
    """The bucket that snapshots are served from, if there is one. Nothing is asked of it yet."""
    return BucketStore(settings.files) if isinstance(settings.files, Bucket) else None


def store_of(settings: Settings) -> Store:
    """Where snapshots are served from."""
    return bucket_of(settings) or FolderStore(home_folder(settings))
