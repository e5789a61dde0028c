"""Keeps the progress of a long list in a file, so that an interrupted caller continues the same job."""

import hashlib
import json
import os
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from registry_client.api.errors import BadInput
from registry_client.api.transport import new_idempotency_key

MAX_BYTES = 4096
GOOD_FOR = 24 * 3600.0
"""Seconds for which a job can be resumed: its answers date from when they were given, and old ones say nothing now."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A started list: `once` is its Idempotency-Key, `said` a digest of its rows and of what holds for all of them."""

    once: str
    said: str
    address: str
    at: float
    job_id: str = ""


class JobFile:
    """Keeps one Begun, in a file that is whole at any moment and gone when the answers are there."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)

    def begun(self, rows: Path, context: Any, address: str) -> Begun:
        """The job started lately with the same rows at the same registry; or a new one, stored before anything is sent.

        Raises BadInput where the file holds something else, or another list.
        """
        digest = _digest(rows, context)
        stored = self._read()
        if stored is not None and time.time() - stored.at < GOOD_FOR:
            if (stored.said, stored.address) != (digest, address):
                raise BadInput(
                    f"{self._path}: another list was begun with it: finish that one first, or remove this file to leave it"
                )
            return stored
        return self.write(Begun(new_idempotency_key(), digest, address, time.time()))

    def write(self, begun: Begun) -> Begun:
        try:
            with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=self._path.parent, delete=False) as file:
                json.dump(asdict(begun), file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(file.name, self._path)
        except OSError as error:
            raise BadInput(f"{self._path}: {error.strerror}") from None
        return begun

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)

    def _read(self) -> Begun | None:
        try:
            with self._path.open("rb") as file:
                return Begun(**json.loads(file.read(MAX_BYTES)))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BadInput(f"{self._path}: {error.strerror}") from None
        except (ValueError, TypeError, RecursionError):
            raise BadInput(
                f"{self._path}: this is no file of `bulk --resume`; name one that is not there yet"
            ) from None


def _digest(rows: Path, stated: Any) -> str:
    digest = hashlib.sha256(json.dumps(stated, sort_keys=True).encode())
    with rows.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
