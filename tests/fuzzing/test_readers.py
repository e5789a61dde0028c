"""Whatever is done to a file, who reads it answers or says what is wrong with it, within its seconds: no loop, no crash.

Each file comes of its seed, which a failure prints: `FUZZ_FROM=1234 FUZZ_COUNT=1` reads that one again. `make soak` reads
thousands from where chance says.
"""

import os
import random
import resource
import signal
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import openpyxl
import pikepdf
import pytest

from registry.bulk.reading import columns_in, lines_of, mapping_of, require_small
from registry.bulk.rules import VERIFICATION
from registry.complaints.attachments.file_kinds import kind_of
from registry.complaints.attachments.sanitiser import process
from registry.core.errors import ImportRefused, RefusedFile, TooLarge, UnreadableList
from registry.register.imports import confined
from registry.register.imports.columns import read_sample
from registry.register.imports.extraction.terms import Task
from registry.register.imports.mapping import SourceMapping, shipped_mapping
from registry.register.imports.reading import opened
from registry.vocabulary.cases import FileKind
from tests import conftest
from tests.complaints import samples
from tests.fuzzing import fork_server
from tests.fuzzing.mutations import mutated
from tests.register import imports
from tests.register.imports.lists import agency, czech_list, plain_mapping
from tests.register.imports.making import open_document, page_table, paper, web_page, word_file, word_table
from tests.thorough import thorough

COUNT = int(os.environ.get("FUZZ_COUNT", "3000" if conftest.is_everything else "60"))
FIRST = int(os.environ.get("FUZZ_FROM", random.randrange(10**9) if conftest.is_everything else 0))
SECONDS = 2.0
"""Of a processor, for a small file that is read in the tests' own process."""

ROWS = [["Name", "Reg", "Status"], *([f"Invented {number} Ltd", str(number), "valid"] for number in range(1, 9))]
"""What each sample holds."""
MAPPING = plain_mapping({"name": "Name", "registration_number": "Reg", "status": "Status"})
CHINESE = plain_mapping({"name": "企业名称", "registration_number": "统一社会信用代码", "status": "状态"})
RECORDS = shipped_mapping("cz-mpsv")


def workbook(_folder: Path) -> bytes:
    book, made = openpyxl.Workbook(), BytesIO()
    for row in [["Register"], *ROWS, [date(2026, 1, 2), 7.5, True, "=1+1"]]:
        book.worksheets[0].append(row)
    book.worksheets[0].merge_cells("A3:A5")
    book.create_sheet("Hidden").sheet_state = "hidden"
    book.save(made)
    return made.getvalue()


def printed(folder: Path) -> bytes:
    """A PDF whose page is not packed, so that a change of a byte is one of what it draws."""
    made = BytesIO()
    with pikepdf.open(paper(folder / "paper", page_table(ROWS, "Register"))) as document:
        for page in document.pages:
            page.contents_coalesce()
            page.Contents = document.make_stream(page.Contents.read_bytes())
        document.save(made, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return made.getvalue()


def table(_folder: Path) -> bytes:
    return "\r\n".join(";".join(f'"{cell}"' for cell in row) for row in ROWS).encode()


TABLES: dict[str, Callable[[Path], bytes]] = {
    "xlsx": workbook,
    "xls": lambda _folder: (Path(imports.__file__).parent / "fujian.xls").read_bytes(),
    "ods": lambda folder: open_document(folder / "sheets", {"List": [["Register"], *ROWS]}).read_bytes(),
    "docx": lambda folder: word_file(folder / "text", word_table([["Register"]]) + word_table(ROWS)).read_bytes(),
    "html": lambda folder: web_page(folder / "page", page_table(ROWS, "Register")).read_bytes(),
    "pdf": printed,
}
TEXTS: dict[str, Callable[[Path], bytes]] = {
    "csv": table,
    "json": lambda folder: czech_list(folder / "list.json", map(agency, range(1, 5))).read_bytes(),
}
PICTURES = (FileKind.JPEG, FileKind.PNG, FileKind.WEBP, FileKind.HEIC)
SOUNDS = (
    FileKind.MP3,
    FileKind.M4A,
    FileKind.OGG,
    FileKind.AMR,
    FileKind.WAV,
    FileKind.AAC,
    FileKind.WEBM,
    FileKind.MP4,
)


class Server:
    """A confined process that reads one file after another."""

    def __init__(self, what: str, argument: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzzing.fork_server", what, argument],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8", "PATH": os.defpath},
        )

    def read(self, body: bytes) -> tuple[int, bytes]:
        """How the reader of the file ended, negative for a signal, and what it wrote."""
        given, made = self._process.stdin, self._process.stdout
        assert given is not None
        assert made is not None
        given.write(struct.pack("<I", len(body)) + body)
        given.flush()
        status, length = struct.unpack("<iI", made.read(8))
        assert -status not in (signal.SIGXCPU, signal.SIGALRM), (
            f"it took more than {fork_server.LIMITS.seconds} seconds"
        )
        return status, made.read(length)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


Start = Callable[[str, str], Server]


@pytest.fixture
def start() -> Iterator[Start]:
    """Servers that end with the test."""
    servers: dict[tuple[str, str], Server] = {}

    def started(what: str, argument: str) -> Server:
        if (what, argument) not in servers:
            servers[what, argument] = Server(what, argument)
        return servers[what, argument]

    yield started
    for server in servers.values():
        server.close()


def seeds(name: str) -> Iterator[str]:
    for number in range(FIRST, FIRST + COUNT):
        yield f"{name} {number}"


def fails_with_seed(seed: str, trial: Callable[[], object]) -> None:
    try:
        trial()
    except Exception as error:
        raise AssertionError(f"seed {seed!r}: {type(error).__name__}: {error}") from error


def read_list(path: Path, mapping: SourceMapping) -> None:
    """All that an import does with a file before it looks at the rows; a fault of the file is an answer."""
    with suppress(ImportRefused):
        for row in opened(path, mapping).rows:
            assert row.cells is None or all(type(cell) is str for cell in row.cells)
    with suppress(ImportRefused):
        read_sample(path)


def read_questions(path: Path) -> None:
    """All that a request does with a list of questions."""
    with suppress(TooLarge):
        require_small(path, 64 << 20)
    with suppress(UnreadableList):
        columns = mapping_of(columns_in(path, VERIFICATION), VERIFICATION)
        for line in lines_of(path, columns.columns or {"name": "Name"}):
            assert line.number > 0


@pytest.mark.parametrize("form", ["ods", "docx", *thorough("xlsx", "xls", "html", "pdf")])
def test_a_table_in_a_changed_file(form: str, tmp_path: Path, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = TABLES[form](tmp_path)
    ends: Counter[int] = Counter()
    last: dict[bytes, tuple[int, bytes]] = {}

    def run(path: Path, task: Task, made: BinaryIO) -> int:
        body = msgspec.json.encode(task) + b"\n" + path.read_bytes()
        if body not in last:
            last.clear()
            last[body] = start("extraction", task.form).read(body)
            ends[last[body][0]] += 1
        status, lines = last[body]
        made.write(lines)
        return status

    monkeypatch.setattr(confined, "_run", run)
    path = tmp_path / "list"
    path.write_bytes(sample)
    assert len(list(opened(path, MAPPING if form != "xls" else CHINESE).rows)) >= 3
    for seed in seeds(form):
        path.write_bytes(mutated(sample, seed))
        fails_with_seed(seed, partial(read_list, path, MAPPING if form != "xls" else CHINESE))
        if form == "xlsx":
            fails_with_seed(seed, partial(read_questions, path))
    # Errors that no reader of ours expects are a fault of the file too, and should be few.
    assert ends[0] > ends.total() // 2, ends


@pytest.mark.parametrize("form", list(TEXTS))
def test_a_changed_text(form: str, tmp_path: Path) -> None:
    sample = TEXTS[form](tmp_path)
    mapping = MAPPING if form == "csv" else RECORDS
    path = tmp_path / "list"
    for seed in seeds(form):
        path.write_bytes(mutated(sample, seed))
        before = time.process_time()
        fails_with_seed(seed, partial(read_list, path, mapping))
        fails_with_seed(seed, partial(read_questions, path))
        assert time.process_time() - before < SECONDS, seed


@pytest.mark.parametrize(
    "kinds",
    [
        pytest.param(PICTURES, id="pictures", marks=pytest.mark.thorough),
        pytest.param((FileKind.PDF,), id="pdf", marks=pytest.mark.thorough),
        pytest.param((FileKind.TXT,), id="txt"),
        pytest.param(SOUNDS, id="sounds", marks=[pytest.mark.slow, pytest.mark.in_test_all]),
    ],
)
def test_a_changed_attachment(kinds: Sequence[FileKind], start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(kind: FileKind, given: int, made: int, _changes_voice: bool) -> tuple[int, Any]:
        status, copy = start("sanitiser", kind).read(os.pread(given, os.fstat(given).st_size, 0))
        os.write(made, copy)
        return status, resource.getrusage(resource.RUSAGE_SELF)

    monkeypatch.setattr(process, "_run", run)
    copies = 0
    for number, seed in enumerate(seeds(kinds[0])):
        kind = kinds[number % len(kinds)]
        body = mutated(samples.sample(kind), seed)

        def trial(body: bytes = body, kind: FileKind = kind) -> None:
            nonlocal copies
            before = time.process_time()
            with suppress(RefusedFile):
                kind_of(body)
            assert time.process_time() - before < SECONDS
            outcome = process.clean(body or b"x", kind)
            assert (outcome.body is None) == (outcome.reason is not None)
            copies += outcome.body is not None

        fails_with_seed(seed, trial)
    assert copies


@pytest.mark.thorough
def test_a_changed_picture_of_an_advert(start: Start) -> None:
    for number, seed in enumerate(seeds("advert")):
        body = mutated(samples.sample(PICTURES[number % len(PICTURES)]), seed)
        fails_with_seed(seed, partial(start("picture", "-").read, body))
