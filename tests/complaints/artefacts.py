"""Everything a registry leaves behind, as bytes, and what of the planted words is found in it, however it is spelt."""

import base64
import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from registry.core.settings import Settings
from tests.conftest import Database
from tests.postgres import Server, binaries


def artefacts(
    settings: Settings, database: Database, server: Server | None, *more: Path
) -> Iterator[tuple[str, bytes]]:
    """The database as it lies on the disk with its write-ahead log, its dump, the home with keys, files and logs, and `more`."""
    if server is not None:
        # What the server holds in memory alone reaches its files, so that nothing is found to be absent too early.
        server.run("CHECKPOINT")
        name = database.url.partition("@/")[2].partition("?")[0]
        dumped = subprocess.run(
            [binaries() / "pg_dump", "--inserts", server.dsn(name)], check=True, capture_output=True
        )
        yield "pg_dump", dumped.stdout
        own = server.number_of(name)
        for path, body in read(server.folder):
            # Files of other databases hold what other tests wrote.
            if "/base/" not in path or f"/base/{own}/" in path:
                yield path, body
    yield from read(settings.home)
    for place in more:
        yield from read(place)
    if server is None:
        yield from read(Path(database.url.removeprefix("sqlite:///")).parent, "*.sqlite3*")


_GAP = bytes(64)
_EMPTY = re.compile(rb"\0{64,}")
"""Room that a database has not filled yet: nothing is searched for in it."""


def read(folder: Path, pattern: str = "*") -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob(pattern)):
        if path.is_file() and not path.is_symlink():
            try:
                yield str(path), _EMPTY.sub(_GAP, path.read_bytes())
            except FileNotFoundError:
                # A server's own file of the moment.
                continue


def found(words: Iterable[str], things: Iterable[tuple[str, bytes]]) -> set[tuple[str, str]]:
    """Which words stand in which things, in any spelling that we could think of."""
    spelt = {word: spellings(word) for word in words}
    return {
        (word, name) for name, body in things for word, forms in spelt.items() if any(form in body for form in forms)
    }


def spellings(word: str) -> set[bytes]:
    raw = word.encode()
    forms = {raw, raw.hex().encode(), raw.hex().upper().encode(), raw[::-1]}
    forms |= {word.encode(encoding) for encoding in ("utf-16-le", "utf-16-be", "utf-32-le")}
    forms |= {quote(word).encode(), json.dumps(word)[1:-1].encode()}
    for shift in range(3):
        # In base64 a word looks otherwise at each of three places, and its ends hang together with what is beside it.
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            forms.add(encode(b"\0" * shift + raw)[4 if shift else 0 : len(raw) // 3 * 4 - 4])
    return {form for form in forms if len(form) >= 6}
