"""Archives looked at before anything in them is unpacked."""

import io
import zipfile

from registry.register.imports.extraction.terms import MAX_UNPACKED, Refused

RATIO = 200
SMALL = 16 << 20


def refuse_bombs(body: bytes, max_unpacked: int = MAX_UNPACKED) -> None:
    """Raises Refused for an archive that is damaged, locked, or unpacks to more than a list can be."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, OSError):
        raise Refused("is damaged or cut off (not a whole ZIP archive): download it again") from None
    total = sum(member.file_size for member in members)
    if total > max_unpacked:
        raise Refused(f"unpacks to {total >> 20} MB; the limit is {max_unpacked >> 20} MB")
    for member in members:
        if member.file_size > SMALL and member.file_size > RATIO * max(member.compress_size, 1):
            raise Refused("is packed suspiciously tight: it was made to fill a disk, and is not opened")
        if member.flag_bits & 1:
            raise Refused("is password-protected: save it without a password")


def member_of(body: bytes, name: str) -> bytes | None:
    """A member's bytes, no more than it states; None where there is none."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        try:
            with archive.open(name) as stream:
                return stream.read(MAX_UNPACKED)
        except KeyError:
            return None
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError):
            raise Refused(f"is damaged in {name}: download it again") from None
