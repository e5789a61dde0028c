"""`python -m registry.register.imports.extraction TASK`: a file on standard input, its tables on standard output.

Libraries are loaded, then the process is confined, and only then is a byte of the file read. Each line that is written is
one of `terms.Line` in JSON; without a last line that says so, the file broke the process or cost more than it may.
"""

import errno
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial

import msgspec

from registry.core.confinement import Unconfined, confine
from registry.register.imports.extraction import terms

Reader = Callable[[bytes], Iterator[terms.Line]]


def main() -> None:
    task = msgspec.json.decode(sys.argv[1], type=terms.Task)
    tables_of = reader(task)
    try:
        confine(task.limits)
    except Unconfined as trouble:
        words = f"cannot be read here: the process that would read it cannot be confined ({trouble})"
        _write(terms.Refusal(words, is_ours=True))
        return
    write_tables(tables_of)


def write_tables(tables_of: Reader) -> None:
    """Read standard input, and write what is in it to standard output."""
    try:
        for line in tables_of(sys.stdin.buffer.read()):
            _write(line)
        _write(terms.End())
        sys.stdout.buffer.flush()
    except terms.Refused as refused:
        _write(terms.Refusal(str(refused)))
    except MemoryError:
        _write(terms.Refusal("needs more memory than a list should: ask the publisher for CSV or a spreadsheet"))
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
        # No word more can be written, nor what waits to be.
        os._exit(terms.TOO_LONG)


def reader(task: terms.Task) -> Reader:
    """The reader of a form. Its libraries are loaded here, and those of the others not at all."""
    if task.form == "xlsx":
        from registry.register.imports.extraction import workbooks

        return partial(workbooks.rows_of, task=task)
    if task.form == "pdf":
        from registry.register.imports.extraction import pages

        return pages.tables_of
    if task.form in ("html", "docx"):
        from registry.register.imports.extraction import markup

        if task.form == "html":
            return partial(markup.tables_of_page, encoding=task.encoding)
        return markup.tables_of_document
    from registry.register.imports.extraction import sheets

    return partial(sheets.tables_of, form=task.form)


_encoder = msgspec.json.Encoder()


def _write(line: terms.Line) -> None:
    sys.stdout.buffer.write(_encoder.encode(line) + b"\n")


if __name__ == "__main__":
    main()
