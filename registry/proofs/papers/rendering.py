"""Makes one PDF, in a process of its own: `python -m registry.proofs.papers.rendering FOLDER KEY`, the draft on standard input.

With `-` in place of both the PDF goes to standard output.

A hostile or merely long record costs this process and no other: it has a time limit, a memory limit and low priority, and it
fetches nothing but the time stamp of a seal. What it made stands under its final name whole or not at all.
"""

import ctypes.util
import os
import resource
import signal
import sys
import traceback
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

import msgspec

from registry.core.errors import KeyTrouble
from registry.core.files import write_atomically
from registry.proofs.papers.seal import NotStamped, Seal, seal_now, sealed

MAX_SECONDS = 60
MAX_MEMORY = 2 * 1024**3

PANGO = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
FONTS = ("fonts-noto-cjk",)
"""Debian's packages without which no paper can be set."""


class Attachment(msgspec.Struct, frozen=True):
    """A file inside the PDF."""

    name: str
    description: str
    body: bytes


class Draft(msgspec.Struct, frozen=True):
    """A paper before it is set: HTML that needs nothing from outside, and the files that go with it."""

    html: str
    attachments: tuple[Attachment, ...] = ()
    seal: str | None = None
    """The folder in which the seal's files lie, if it is to be sealed where there is a seal."""
    authority: str | None = None
    """Where the seal is stamped with the time (RFC 3161)."""
    variant: str = "pdf/ua-1"
    """The standard that the PDF follows: `pdf/ua-1`, or `pdf/a-3a` with files of any kind inside."""


class Trouble(msgspec.Struct, frozen=True):
    """Why there is no PDF. `missing` are the Debian packages that would help; empty: it failed or took too long."""

    missing: tuple[str, ...] = ()


def main() -> None:
    sys.excepthook = _log_error_place
    _limit()
    draft = msgspec.json.decode(sys.stdin.buffer.read(), type=Draft)
    missing = missing_packages()
    if sys.argv[1:] == ["-"]:
        if missing:
            _write_error(missing=list(missing))
            sys.exit(1)
        # To standard output: what is in it never lies in a file.
        sys.stdout.buffer.write(pdf_of(draft))
        return
    folder, key = Path(sys.argv[1]), sys.argv[2]
    if missing:
        write_atomically(folder / f"{key}.trouble", msgspec.json.encode(Trouble(missing)))
        return
    try:
        # Looked at first: a paper that must be sealed and cannot be is not made.
        stamp = None if draft.seal is None else seal_now(Path(draft.seal))
    except KeyTrouble as trouble:
        _write_error(reason=trouble.text)
        sys.exit(1)
    made = pdf_of(draft)
    write_atomically(folder / f"{key}.pdf", _sealed(made, stamp, draft.authority) if stamp else made)
    (folder / f"{key}.trouble").unlink(missing_ok=True)


def _sealed(made: bytes, seal: Seal, authority: str | None) -> bytes:
    """The sealed paper: with the time of others, or without it where they are away, which the log says."""
    try:
        return sealed(made, seal, authority)
    except NotStamped as trouble:
        _write_error(event="paper_not_stamped", trouble=str(trouble))
        return sealed(made, seal)


def _log_error_place(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    """One line for the operator: what kind of error and where, never its words, which may hold a name."""
    places = [f"{Path(place.filename).name}:{place.lineno}" for place in traceback.extract_tb(trace)[-6:]]
    _write_error(exception=kind.__qualname__, places=places)


def _write_error(**facts: str | list[str]) -> None:
    line = {"event": "paper_not_made", "level": "error", **facts}
    sys.stderr.write(msgspec.json.encode(line).decode() + "\n")


def _limit() -> None:
    # The default action of an alarm ends the process even while it is busy in a library.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(MAX_SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    os.nice(10)


def missing_packages() -> tuple[str, ...]:
    """The Debian packages that setting a paper lacks here."""
    missing = () if _has_pango() else PANGO
    return missing if has_chinese_font() else (*missing, *FONTS)


_PANGO_LIBRARIES = ("libgobject-2.0.so.0", "libpango-1.0.so.0", "libharfbuzz.so.0", "libpangoft2-1.0.so.0")


def _has_pango() -> bool:
    """Whether WeasyPrint finds Pango: by what it loads, for to import it takes a second."""
    try:
        for name in _PANGO_LIBRARIES:
            ctypes.CDLL(name)
        return find_spec("weasyprint") is not None
    except OSError:
        pass
    try:
        import weasyprint  # noqa: F401
    except OSError:
        # It looks for other names of the libraries, too, when it is imported.
        return False
    return True


def has_chinese_font() -> bool:
    """Whether fontconfig knows a font for simplified Chinese; without one every character would be an empty box."""
    name = ctypes.util.find_library("fontconfig")
    if name is None:
        return False
    library = ctypes.CDLL(name)
    pointer = ctypes.c_void_p
    for function in ("FcInitLoadConfigAndFonts", "FcNameParse", "FcObjectSetCreate", "FcFontList"):
        getattr(library, function).restype = pointer
    library.FcObjectSetAdd.argtypes = [pointer, ctypes.c_char_p]
    library.FcFontList.argtypes = [pointer, pointer, pointer]
    config = library.FcInitLoadConfigAndFonts()
    objects = library.FcObjectSetCreate()
    library.FcObjectSetAdd(objects, b"family")
    found = library.FcFontList(config, library.FcNameParse(b":lang=zh-cn"), objects)
    # The first member of FcFontSet is the number of fonts in it.
    return bool(found) and ctypes.cast(found, ctypes.POINTER(ctypes.c_int)).contents.value > 0


def pdf_of(draft: Draft) -> bytes:
    """The PDF, tagged as PDF/UA asks, with its files attached."""
    import weasyprint

    # A paper fetches nothing; a draft that asks for anything is a mistake of ours or an attack, and fails.
    inline_only = weasyprint.URLFetcher(allowed_protocols=("data",), fail_on_errors=True)
    html = weasyprint.HTML(string=draft.html, url_fetcher=inline_only)
    attachments = [
        weasyprint.Attachment(string=one.body, name=one.name, description=one.description, relationship="Supplement")
        for one in draft.attachments
    ]
    made: bytes = html.write_pdf(pdf_variant=draft.variant, pdf_tags=True, attachments=attachments)
    return made


if __name__ == "__main__":
    main()
