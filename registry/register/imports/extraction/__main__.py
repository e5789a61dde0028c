"""`python -m registry.register.imports.extraction FORM ENCODING`: a file on standard input, its tables on standard output.

Libraries are loaded, then the process is confined, and only then is a byte of the file read. Each line that is written is
one of `terms.Line` in JSON; without a last line that says so, the file broke the process or cost more than it may.
"""

import sys
from collections.abc import Iterator

import msgspec

from registry.core.confinement import Unconfined, confine
from registry.register.imports.extraction import markup, pages, sheets
from registry.register.imports.extraction.terms import LIMITS, End, Line, Refusal, Refused


def main() -> None:
    form, encoding = sys.argv[1], sys.argv[2]
    try:
        confine(LIMITS[form])
    except Unconfined as trouble:
        _write(Refusal(f"cannot be read here: the process that would read it cannot be confined ({trouble})"))
        return
    try:
        for line in _lines(sys.stdin.buffer.read(), form, encoding):
            _write(line)
        _write(End())
    except Refused as refused:
        _write(Refusal(str(refused)))
    except MemoryError:
        _write(Refusal("needs more memory than a list should: ask the publisher for CSV or a spreadsheet"))


def _lines(body: bytes, form: str, encoding: str) -> Iterator[Line]:
    match form:
        case "html":
            return markup.tables_of_page(body, encoding)
        case "docx":
            return markup.tables_of_document(body)
        case "pdf":
            return pages.tables_of(body)
        case _:
            return sheets.tables_of(body, form)


_encoder = msgspec.json.Encoder()


def _write(line: Line) -> None:
    sys.stdout.buffer.write(_encoder.encode(line) + b"\n")


if __name__ == "__main__":
    main()
