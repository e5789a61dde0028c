"""What is said of each column about persons is complete, and the record of processing activities is made of it."""

import copy

import pytest

from tools.data_protection import __main__ as data_protection


def test_each_column_is_judged_and_the_page_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert data_protection.main("check") == 0, capsys.readouterr().out


def test_a_column_without_a_judgement_is_found() -> None:
    record = copy.deepcopy(data_protection.read())
    record["tables"]["messages"]["personal"].remove("sealed")
    del record["tables"]["visits"]
    record["tables"]["cases"]["other"].append("nickname")
    record["tables"]["officers"]["other"].append("email")
    assert data_protection.faults(record) == [
        "table visits is not in the record: say its activity and which columns are personal",
        "cases.nickname is in the record and not in the database",
        "messages.sealed is in no list",
        "officers.email is in a list twice",
    ]


def test_what_is_sealed_is_personal() -> None:
    # Everything a worker writes is sealed, so a sealed column that is not personal is a mistake.
    tables = data_protection.read()["tables"]
    forgotten = [
        f"{name}.{column}" for name, table in tables.items() for column in table["other"] if column.endswith("sealed")
    ]
    assert forgotten == []
