"""`registry import` and `registry sources` as an operator meets them: real processes, killed and interrupted."""

import csv
import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from registry.cli import main
from registry.core.db.engine import engine_for, sessions_for
from registry.core.settings import Settings
from registry.log.models import Entry
from registry.register.authorities.models import Retrieval
from registry.register.imports.jobs import only_import_of
from registry.register.imports.models import Listing
from tests.register.imports.lists import ListImporter, agency, czech_list, ico
from tests.serving import environment
from tests.thorough import POSTGRESQL_IS_THOROUGH, thorough

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]


@pytest.fixture
def importer(settings: Settings, tmp_path: Path) -> Iterator[ListImporter]:
    settings.prepare_home()
    engine = engine_for(settings.database_url)
    yield ListImporter(settings, sessions_for(engine), tmp_path)
    engine.dispose()


def call(settings: Settings, *arguments: str) -> Result:
    """The command within the test."""
    return CliRunner().invoke(main, arguments, env=environment(settings, 8000, {"COLUMNS": "100"}))


def run(settings: Settings, *arguments: str, code: str) -> "subprocess.CompletedProcess[str]":
    """Code in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment(settings, 8000, {"COLUMNS": "100"}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


def table(path: Path, count: int) -> Path:
    """A Czech list as a table, with so many invented agencies."""
    rows = (f"{ico(n)};Vymyšlená agentura {n} s.r.o.;2024-01-01;;Bez omezení;ne;ano\n" for n in range(1, count + 1))
    with path.open("w", encoding="windows-1250") as file:
        file.write("IČO;Název;Platnost od;Platnost do;Druhy prací;Zaměstnávání osob;Vyhledávání zaměstnání\n")
        file.writelines(rows)
    return path


def state(importer: ListImporter) -> tuple[int, int, int]:
    """How many entries, listings and readings there are."""
    with importer.sessions() as session:
        return tuple(
            session.execute(select(func.count()).select_from(model)).scalar_one()
            for model in (Entry, Listing, Retrieval)
        )  # type: ignore[return-value]


def test_a_list_is_imported_with_its_report(importer: ListImporter, tmp_path: Path) -> None:
    file = czech_list(tmp_path / "agentury.json", [agency(1), agency(2)])
    report, rejects = tmp_path / "report.json", tmp_path / "rejects.csv"
    arguments = ("import", str(file), "--source", "cz-mpsv", "--report", str(report), "--rejects", str(rejects))
    done = call(importer.settings, *arguments)
    assert done.exit_code == 0, done.stderr
    assert "agentury.json as cz-mpsv: applied" in done.stdout
    given = json.loads(report.read_text(encoding="utf-8"))
    assert given["is_applied"]
    assert {word: given["counts"][word] for word in ("read", "new", "changed", "unchanged", "rejected", "vanished")} == {
        "read": 2, "new": 2, "changed": 0, "unchanged": 0, "rejected": 0, "vanished": 0,
    }  # fmt: skip
    assert len(list(csv.reader(rejects.open(encoding="utf-8-sig")))) == 1
    call(importer.settings, *arguments)
    assert json.loads(report.read_text(encoding="utf-8"))["counts"]["unchanged"] == 2


def test_a_refused_list_says_why_and_exits_with_2(importer: ListImporter, tmp_path: Path) -> None:
    file = czech_list(tmp_path / "agentury.json", [agency(1), agency(2, permits=[{"platnostOd": "=1+1"}])])
    rejects = tmp_path / "rejects.csv"
    done = call(importer.settings, "import", str(file), "--source", "cz-mpsv", "--rejects", str(rejects))
    assert done.exit_code == 2
    assert "1 of 2 rows cannot be taken" in done.stderr
    assert "Nothing was changed" in done.stderr
    (_, row) = list(csv.reader(rejects.open(encoding="utf-8-sig")))
    # A spreadsheet must not run what a list says.
    assert row[:5] == ["2", "1", "povoleni[].platnostOd", "'=1+1", "not_a_date"]
    assert "YYYY-MM-DD" in row[5]
    assert state(importer) == (0, 0, 0)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--source NAME or --mapping FILE.toml"),
        (("--source", "nowhere"), "no source is called 'nowhere'; there are at-gisa, "),
        (("--source", "../../etc/passwd"), "no source is called"),
        (("--source", "cz-mpsv", "--encoding", "klingon"), "no encoding is called 'klingon'"),
    ],
)
def test_a_wrong_call_gets_one_clean_line(
    settings: Settings, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    settings.prepare_home()
    done = call(settings, "import", str(czech_list(tmp_path / "l.json", [agency(1)])), *arguments)
    assert done.exit_code == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


KILLED = """
import os, signal, sys
from collections.abc import Iterator
from pathlib import Path
from registry import cli
from registry.core.db.engine import engine_for, sessions_for
from registry.register.imports import actions, jobs
from registry.register.imports.mapping import shipped_mapping

stage, rows = sys.argv[2], int(sys.argv[3])

def die(at, share, done):
    if at == stage and done >= rows:
        os.kill(os.getpid(), signal.SIGKILL)

settings = cli.settings()
request = actions.ImportRequest(Path(sys.argv[1]), shipped_mapping("cz-mpsv"), progress=die)
jobs.import_list(settings, sessions_for(engine_for(settings.database_url)), request)
"""


@POSTGRESQL_IS_THOROUGH
@pytest.mark.parametrize(("stage", "rows"), [("publishing", 2000), *thorough(("reading", 2000), ("publishing", 4100))])
def test_a_killed_import_leaves_the_former_state(importer: ListImporter, tmp_path: Path, stage: str, rows: int) -> None:
    importer.czech(agency(5001))
    before, records = state(importer), importer.records()
    file = table(tmp_path / "list.csv", 4100)
    done = run(importer.settings, str(file), stage, str(rows), code=KILLED)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (state(importer), importer.records()) == (before, records)
    # Nothing of it is left in the data folder, and the next import is not in its way.
    assert [path.name for path in (importer.settings.home / "tmp").iterdir() if not path.name.endswith(".lock")] == []
    assert importer.czech(agency(5001)).counts.unchanged == 1


INTERRUPTED = """
import os, signal, sys
import registry.cli.imports as command
from registry.cli import main

def interrupted():
    def tell(stage, share, rows):
        if stage == "publishing":
            os.kill(os.getpid(), signal.SIGINT)
    return tell

command.plain_progress = interrupted
# It is ignored in what a shell started in the background.
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


@POSTGRESQL_IS_THOROUGH
def test_ctrl_c_leaves_the_former_state_and_says_so(importer: ListImporter, tmp_path: Path) -> None:
    file = table(tmp_path / "list.csv", 4100)
    done = run(importer.settings, "import", str(file), "--source", "cz-mpsv", code=INTERRUPTED)
    assert done.returncode == 130, done.stderr
    assert "Interrupted: nothing was changed." in done.stderr
    assert state(importer) == (0, 0, 0)


@pytest.mark.one_database
def test_a_second_import_of_the_same_source_is_refused_while_the_first_runs(
    importer: ListImporter, tmp_path: Path
) -> None:
    file = czech_list(tmp_path / "l.json", [agency(1)])
    with only_import_of(importer.settings, "cz-mpsv"):
        done = call(importer.settings, "import", str(file), "--source", "cz-mpsv")
    assert done.exit_code == 2
    assert f"another import of cz-mpsv is running (process {os.getpid()}" in done.stderr


# Not ru_maxrss: that of a child begins with what its parent, the test process, held when it forked.
MEASURED = """
import atexit
from pathlib import Path
from registry.cli import main

def peak():
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) // 1024

atexit.register(lambda: print("PEAK", peak()))
main()
"""


@pytest.mark.thorough
@pytest.mark.one_database
def test_a_hundred_thousand_rows_fit_into_bounded_memory(importer: ListImporter, tmp_path: Path) -> None:
    file = table(tmp_path / "list.csv", 100_000)
    done = run(importer.settings, "import", str(file), "--source", "cz-mpsv", "--dry-run", code=MEASURED)
    assert done.returncode == 0, done.stderr
    assert "│ 100000 │ 100000 │" in done.stdout
    peak = int(done.stdout.split("PEAK")[1])
    assert peak < 250


@pytest.mark.one_database
def test_sources_are_listed_shown_and_drafted(importer: ListImporter, tmp_path: Path) -> None:
    importer.czech(agency(1))
    listed = call(importer.settings, "sources", "list").stdout
    assert "cz-mpsv\n  read " in listed
    assert "nl-ind\n  not imported yet; its mapping is shipped" in listed
    assert "authority cz-mpsv" in call(importer.settings, "sources", "show", "cz-mpsv").stdout
    assert call(importer.settings, "sources", "pending").stdout == "Nothing waits.\n"
    draft = importer.settings.home / "sources" / "draft.toml"
    done = call(
        importer.settings, "sources", "new", str(table(tmp_path / "list.csv", 3)), "--to", str(draft), "--no-ask"
    )
    assert done.exit_code == 0, done.stderr
    assert 'name = "Název"' in draft.read_text(encoding="utf-8")
    again = call(importer.settings, "sources", "new", str(tmp_path / "list.csv"), "--to", str(draft), "--no-ask")
    assert again.exit_code == 2


@pytest.mark.one_database
def test_what_a_draft_cannot_guess_is_asked_and_a_wrong_answer_is_asked_again(
    importer: ListImporter, tmp_path: Path
) -> None:
    sample = tmp_path / "my list.csv"
    sample.write_text(
        "Název;Stav;Adresa;Zvláštní\nAgentura Smyšlená s.r.o.;1;Praha;A\nAgentura Vymyšlená s.r.o.;2;Brno;B\n",
        encoding="utf-8",
    )
    draft = importer.settings.home / "sources" / "asked.toml"
    # The name is right, the status is none, the address is a name; then what was not guessed.
    typed = ["", "-", "town", "trade_name"]
    typed += ["nonsense", "number", "", "cz-smysleny", "Invented office", "cz", "Europe/Prague"]
    typed += ["no_such_kind", "cz_zprostredkovani_zamestnani", "", "y", "-5", "14"]
    done = CliRunner().invoke(
        main,
        ["sources", "new", str(sample), "--to", str(draft), "--ask"],
        env=environment(importer.settings, 8000),
        input="\n".join(typed) + "\n",
    )
    assert done.exit_code == 0, done.stderr
    assert "The fields are" in done.stderr
    assert "The kinds are" in done.stderr
    written = draft.read_text(encoding="utf-8")
    drafted = tomllib.loads(written)
    assert drafted["table"]["columns"] == {"name": "Název", "trade_name": "Adresa", "number": "Zvláštní"}
    assert (drafted["source"]["reference"], drafted["authority"]["country"]) == ("my-list", "CZ")
    assert "cz_zprostredkovani_zamestnani" in written
    assert drafted["source"]["fresh_for_days"] == 14


def test_the_worker_does_what_is_due_and_ends(importer: ListImporter) -> None:
    done = call(importer.settings, "worker", "--once")
    assert done.exit_code == 0, done.stderr


@pytest.mark.one_database
def test_a_worker_told_to_stop_ends_at_once(importer: ListImporter) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "import registry.worker.scheduler as w, threading\nfrom registry.cli import main\n"
         "real = w.work\n"
         "def work(*a, **k):\n    print('working', flush=True)\n    real(*a, **k)\n"
         "w.work = work\nmain()", "worker"],
        env=environment(importer.settings, 8000), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b"working\n"
    process.terminate()
    assert process.wait(120) == 0
    process.stdout.close()


@pytest.mark.one_database
def test_the_mapping_of_a_province_is_written_once_and_says_what_it_holds(importer: ListImporter) -> None:
    done = call(importer.settings, "sources", "province", "3502", "--full", "--whole-place")
    assert done.exit_code == 0, done.stderr
    listed = call(importer.settings, "sources", "show", "cn-labour-3502").stdout
    assert "full list, one of several in the country" in listed
    assert "holds all licensed in 福建省厦门市" in listed
    assert "no one has compared it with a copy" in listed
    assert call(importer.settings, "sources", "province", "3502").exit_code == 2
    unknown = call(importer.settings, "sources", "province", "99")
    assert (unknown.exit_code, "like 35 for Fujian" in unknown.stderr) == (2, True)
    assert "give --full too" in call(importer.settings, "sources", "province", "35", "--whole-place").stderr


PORTUGAL = """<h1>Colocação</h1><table><tr><th>Denominação</th><th>Sede</th></tr>
<tr><td colspan=2>Autorizadas</td></tr><tr><td>Inventada, Lda</td><td>Évora</td></tr><tr><td>Fictícia, Lda</td><td>Faro</td></tr>
<tr><td colspan=2>Suspensas</td></tr><tr><td>Parada, Lda</td><td>Braga</td></tr></table>
<h2>Revogadas</h2><table><tr><th>Denominação</th><th>Sede</th></tr><tr><td>Antiga, Lda</td><td>Beja</td></tr></table>"""


def test_a_page_of_several_lists_is_split_into_one_file_for_each(settings: Settings, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<html><body>{PORTUGAL}</body></html>", encoding="utf-8")
    result = call(settings, "sources", "split", str(page), "--to", str(tmp_path / "lists"))
    assert result.exit_code == 0, result.output
    files = sorted((tmp_path / "lists").iterdir())
    assert [file.name for file in files] == ["01-autorizadas.csv", "02-suspensas.csv", "03-revogadas.csv"]
    rows = [list(csv.reader(file.open(encoding="utf-8"))) for file in files]
    assert rows[0] == [["Denominação", "Sede"], ["Inventada, Lda", "Évora"], ["Fictícia, Lda", "Faro"]]
    assert [len(each) for each in rows] == [3, 2, 2]
    again = call(settings, "sources", "split", str(page), "--to", str(tmp_path / "lists"))
    assert (again.exit_code, "is there already: name another folder" in again.output) == (2, True)


HEADED = [
    ["Denominação", "Sede"], ["Autorizadas", ""], ["Inventada, Lda", "Évora"], ["Suspensas", ""], ["Parada, Lda", "Braga"],
]  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_table_of_text_or_a_sheet_is_split_at_its_headings(settings: Settings, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"list.{form}"
    if form == "csv":
        path.write_text("".join(";".join(f'"{cell}"' for cell in row) + "\n" for row in HEADED), encoding="utf-8")
    else:
        book_of({"Lista": HEADED}, path)
    result = call(settings, "sources", "split", str(path), "--to", str(tmp_path / "lists"))
    assert result.exit_code == 0, result.output
    files = sorted((tmp_path / "lists").iterdir())
    assert [file.name.removesuffix(".csv").split("-")[-1] for file in files] == ["autorizadas", "suspensas"]
    assert list(csv.reader(files[1].open(encoding="utf-8"))) == [["Denominação", "Sede"], ["Parada, Lda", "Braga"]]


def test_a_split_leaves_out_no_sheet_and_takes_no_hidden_row_in_silence(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    book_of({"Uma": HEADED, "Outra": HEADED}, path, hidden_row=3)
    said = call(settings, "sources", "split", str(path), "--to", str(tmp_path / "lists"))
    assert (said.exit_code, "'Outra' holds a table too" in said.output) == (2, True)
    said = call(settings, "sources", "split", str(path), "--sheet", "Uma", "--to", str(tmp_path / "lists"))
    assert (said.exit_code, "row 3 is hidden" in said.output) == (2, True)
    other = call(settings, "sources", "split", str(path), "--sheet", "Outra", "--to", str(tmp_path / "lists"))
    assert other.exit_code == 0, other.output
    page = tmp_path / "page.html"
    page.write_text(PORTUGAL.replace("<tr><td>Antiga", "<tr hidden><td>Antiga"), encoding="utf-8")
    said = call(settings, "sources", "split", str(page), "--to", str(tmp_path / "others"))
    assert (said.exit_code, "is hidden" in said.output) == (2, True)


def book_of(sheets: dict[str, list[list[str]]], path: Path, hidden_row: int | None = None) -> None:
    """A workbook; `hidden_row` of its first sheet is not shown."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([cell or None for cell in row])
    if hidden_row:
        book.worksheets[0].row_dimensions[hidden_row].hidden = True
    book.save(path)


def test_check_prints_what_a_reader_compares_and_changes_nothing(
    settings: Settings, importer: ListImporter, tmp_path: Path
) -> None:
    path = czech_list(tmp_path / "list.json", [agency(number) for number in range(1, 8)])
    result = call(settings, "import", str(path), "--source", "cz-mpsv", "--check")
    assert result.exit_code == 0, result.output
    for shown in ("dry run", "7 licences cz_vyhledavani_zamestnani, active", "Vymyšlená agentura 5 s.r.o.", ico(5)):
        assert shown in result.output
    assert "Vymyšlená agentura 6 s.r.o." not in result.output
    assert importer.records() == []
