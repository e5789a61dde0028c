"""The log as files at the paths it is served at, for a plain web server, a mirror or a drawer (C2SP tlog-tiles is static)."""

from pathlib import Path

from sqlalchemy.orm import Session

from registry.core.files import write_public
from registry.log import queries, tiles, tree


def export(session: Session, folder: Path, trust: bytes) -> int:
    """Write tiles, entries and keys below `folder`, the head last. Complete tiles that are there stay. Gives its size.

    If we crash in the middle the former head is still there, and everything it needs.
    """
    checkpoint = queries.head(session)
    log = folder / "log"
    level: int | None
    for level in (None, *range(8)):
        hashes = checkpoint.size >> tree.HEIGHT * (level or 0)
        whole, rest = divmod(hashes, tree.WIDTH)
        for number in range(whole):
            path = log / "tile" / tree.tile_path(level, number)
            if not path.exists():
                write_public(path, tiles.served(session, level, number, tree.WIDTH))
        if rest:
            write_public(log / "tile" / tree.tile_path(level, whole, rest), tiles.served(session, level, whole, rest))
    sizes = queries.stamped_sizes(session)
    for size in sizes:
        write_public(log / "timestamps" / str(size), queries.stamps_text(queries.stamped_head(session, size)))
    write_public(log / "timestamps" / "sizes", "".join(f"{size}\n" for size in sizes).encode())
    keys = "".join(f"{key}\n" for key in queries.verifier_keys(session))
    policy = "".join(f"{line}\n" for line in queries.policy_lines(session))
    write_public(folder / ".well-known" / "registry-trust.json", trust)
    write_public(log / "vkey", keys.encode())
    write_public(log / "policy", policy.encode())
    write_public(log / "checkpoint", checkpoint.note.encode())
    return checkpoint.size
