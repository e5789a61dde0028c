"""The range files of the current epoch as files at the paths they are served at, for any web server or CDN."""

import os
from pathlib import Path

import msgspec
from sqlalchemy.orm import Session

from registry.core.files import write_public
from registry.ranges import queries, rules
from registry.ranges.actions import record_of


def export(session: Session, folder: Path) -> int:
    """Write the current epoch below `folder`/ranges, `current` last; what is there stays. Gives the number of its files.

    Files are written uncompressed, and compressed beside them with the ending .gz, which nginx (gzip_static) and others serve.
    If we crash in the middle the former epoch is still there.
    """
    found = queries.current(session)
    stated = record_of(found.epoch)
    ranges, files = folder / "ranges", 0
    for name, body in queries.tree_of(session, found.epoch):
        path = ranges / name
        is_file = name.startswith("file/")
        files += is_file
        if path.exists():
            continue
        if is_file:
            write_public(path.with_name(f"{path.name}.gz"), body)
            body = rules.uncompressed(body)
        write_public(path, body)
    _link(session, ranges, int(stated["p"]), found.epoch.epoch)
    answer = {"v": rules.VERSION, "entry": found.entry, "proof": found.proof}
    write_public(
        ranges / "ended" / str(found.epoch.epoch),
        "".join(f"{p}\n" for p in queries.ended_paths(session, str(found.epoch.epoch))).encode(),
    )
    write_public(ranges / "current", msgspec.json.encode(answer))
    return files


def _link(session: Session, ranges: Path, bits: int, epoch: int) -> None:
    """The files of an epoch by prefix too, as links to those by hash."""
    here = ranges / str(epoch)
    here.mkdir(parents=True, exist_ok=True)
    newest = queries.current(session).epoch
    for prefix in range(1 << bits):
        leaf = queries.path_to(session, newest, prefix)[-1].hex()
        for ending in ("", ".gz"):
            target = here / f"{rules.spelled(prefix, bits)}{ending}"
            if not target.exists():
                os.link(ranges / "file" / f"{leaf}{ending}", target)
