"""The version before this one goes on working on this version's tables: the steps expand, and its code is tried on them."""

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import Inspector, inspect, text

from registry.core.db import revisions
from registry.core.db.engine import engine_for
from registry.core.settings import Edge, Settings
from tests.complaints.complainant import Complainant, by_socket
from tests.conftest import Database
from tests.migrations.reading import LAST_BEFORE_RELEASE
from tests.serving import environment, free_port
from tests.waiting import until
from tools.cluster.former import Former, NoHistory, checked_out

pytestmark = pytest.mark.slow

SHRINKING: dict[str, str] = {}
"""Steps that take away what a version before the former one used (`UNUSED_SINCE`), with that version."""


def test_every_step_leaves_what_the_code_before_it_uses(tmp_path: Path) -> None:
    """Tables, columns, types and words stay; a new column may be left out; nothing new is unique among old columns.

    Read from the tables that each step makes, whatever its text looks like; needs no history in git.
    """
    url = f"sqlite:///{tmp_path}/steps.sqlite3"
    revisions.upgrade(url, LAST_BEFORE_RELEASE)
    steps = sorted(path.name[:4] for path in (revisions.FOLDER / "versions").glob("[0-9]*.py"))
    found, before = {}, tables_of(url)
    for step in (step for step in steps if step > LAST_BEFORE_RELEASE):
        revisions.upgrade(url, step)
        after = tables_of(url, before)
        if step not in SHRINKING and (faults := list(missed(before, after))):
            found[step] = faults
        before = after
    assert found == {}


TEXTS = text("SELECT tbl_name, group_concat(sql, '; ') FROM sqlite_master GROUP BY tbl_name")


def tables_of(url: str, before: dict[str, dict[str, Any]] | None = None) -> dict[str, dict[str, Any]]:
    """What each table is like; one whose definition is as `before` is not looked at again."""
    engine = engine_for(url)
    with engine.connect() as connection:
        texts = dict(connection.execute(TEXTS).all())
    seen, known = inspect(engine), before or {}
    tables = {
        name: known[name]
        if name in known and known[name]["text"] == texts[name]
        else described(seen, name) | {"text": texts[name]}
        for name in seen.get_table_names()
    }
    engine.dispose()
    return tables


def described(seen: Inspector, name: str) -> dict[str, Any]:
    return {
        "columns": {
            column["name"]: (str(column["type"]), column["nullable"], column["default"] is not None)
            for column in seen.get_columns(name)
        },
        "unique": {
            tuple(sorted(one["column_names"]))
            for one in [*seen.get_unique_constraints(name), *seen.get_indexes(name)]
            if one.get("unique", True) and None not in one["column_names"]
        },
    }


def missed(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> Iterator[str]:
    """What code that was written for `before` would miss in `after`."""
    for name, table in before.items():
        if name not in after:
            yield f"the table {name} is gone"
            continue
        now = after[name]
        for column, (kind, may_be_null, _) in table["columns"].items():
            if column not in now["columns"]:
                yield f"{name}.{column} is gone"
            elif now["columns"][column][0] != kind:
                yield f"{name}.{column} was {kind} and is {now['columns'][column][0]}"
            elif may_be_null and not now["columns"][column][1]:
                yield f"{name}.{column} must be filled from now on"
        for column, (_, may_be_null, has_default) in now["columns"].items():
            if column not in table["columns"] and not may_be_null and not has_default:
                yield f"{name}.{column} is new and must be filled"
        for columns in now["unique"] - table["unique"]:
            if set(columns) <= set(table["columns"]):
                yield f"{name} takes {', '.join(columns)} only once from now on"


@contextmanager
def serving(code: Former | None, settings: Settings) -> Iterator[str]:
    """A server of the former version, or of this one (None), at its real cost. Gives its address."""
    port = free_port()
    output = settings.home / f"serve-{port}.out"
    env = environment(settings, port)
    with output.open("wb") as printed:
        process = subprocess.Popen(
            [*(code.command if code else [sys.executable, "-m", "registry.cli"]), "serve"],
            env=code.environment(env) if code else env,
            cwd=code.folder if code else None,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"

    def is_ready() -> bool:
        assert process.poll() is None, output.read_text()[-3000:]
        try:
            return requests.get(f"{url}/ready", timeout=30).status_code == 200
        except requests.ConnectionError:
            return False

    try:
        until(is_ready)
        yield url
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.thorough
@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_the_former_code_serves_files_and_publishes_on_the_new_tables(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    try:
        former = checked_out(tmp_path / "former")
    except NoHistory as missing:
        # The steps themselves are compared above, with or without a history.
        warnings.warn(f"the former code was NOT tried on the new tables: {missing}", stacklevel=1)
        return
    assert former.head < revisions.head()
    settings = replace(settings, edges=frozenset({Edge.API, Edge.PUBLIC, Edge.INTAKE}))
    settings.prepare_home()
    env = environment(settings, free_port()) | {"PATH": os.environ["PATH"]}
    unit = [
        "units",
        "add",
        "it-invented-unit",
        "--country",
        "IT",
        "--authority",
        "it-inl",
        "--name",
        "en=Invented unit",
    ]
    mails = ["--email", "desk@authority.example", "--supervisor-email", "head@authority.example", "--default"]
    for command in (["demo", "load"], [*unit, *mails], ["worker", "--once"]):
        done = former.run(*command, env=env)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    with serving(former, settings) as old, serving(None, settings) as new:
        one = Complainant(by_socket(old)).filed()
        other = Complainant(by_socket(new)).filed()
        for filer, elsewhere in ((one, new), (other, old)):
            there = Complainant(by_socket(elsewhere), receipt=filer.receipt)
            assert there.come_back().status == 201
            assert there.write("Sono ancora qui.").status == 201
        for url in (old, new):
            found = requests.get(f"{url}/api/v1/agencies", timeout=30)
            assert found.json()["total"], found.text
            assert requests.get(f"{url}/log/checkpoint", timeout=30).text.splitlines()[1] != "0"
            assert requests.get(f"{url}/api/v1/coverage", timeout=30).status_code == 200
            assert requests.get(f"{url}/en", timeout=30).status_code == 200
