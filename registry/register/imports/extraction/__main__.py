"""`python -m registry.register.imports.extraction FORM ENCODING`: a file on standard input, its tables on standard output.

Libraries are loaded, then the process is confined, and only then is a byte of the file read. Each line that is written is
one of `terms.Line` in JSON; without a last line that says so, the file broke the process or cost more than it may.
"""

import sys
from collections.abc import Callable, Iterator
from functools import partial

import msgspec

from registry.core.confinement import Unconfined, confine
from registry.register.imports.extraction.terms import LIMITS, End, Line, Refusal, Refused


def main() -> None:
    form, encoding = sys.argv[1], sys.argv[2]
    tables_of = _reader(form, encoding)
    try:
        confine(LIMITS[form])
    except Unconfined as trouble:
        _write(Refusal(f"cannot be read here: the process that would read it cannot be confined ({trouble})"))
        return
    try:
        for line in tables_of(sys.stdin.buffer.read()):
            _write(line)
        _write(End())
    except Refused as refused:
        _write(Refusal(str(refused)))
    except MemoryError:
        _write(Refusal("needs more memory than a list should: ask the publisher for CSV or a spreadsheet"))


def _reader(form: str, encoding: str) -> Callable[[bytes], Iterator[Line]]:
    """The reader of a form. Its libraries are loaded here, and those of the others not at all."""
    if form == "pdf":
        from registry.register.imports.extraction import pages

        return pages.tables_of
    if form in ("html", "docx"):
        from registry.register.imports.extraction import markup

        return partial(markup.tables_of_page, encoding=encoding) if form == "html" else markup.tables_of_document
    from registry.register.imports.extraction import sheets

    return partial(sheets.tables_of, form=form)


_encoder = msgspec.json.Encoder()


def _write(line: Line) -> None:
    sys.stdout.buffer.write(_encoder.encode(line) + b"\n")


if __name__ == "__main__":
    main()
