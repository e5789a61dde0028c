"""What is wrong with a step that runs while the former version serves, as far as its text shows."""

import ast
from collections.abc import Iterator

LAST_BEFORE_RELEASE = "0107"
"""Steps up to this one make an empty database; the rules hold for those behind it."""


def faults_of(source: str) -> list[str]:
    """One line for each operation that would block those who write, or break the former version.

    A step that removes something names the version whose code stopped using it: `UNUSED_SINCE = "1.4"`.
    """
    module = ast.parse(source)
    upgrade = next(part for part in module.body if isinstance(part, ast.FunctionDef) and part.name == "upgrade")
    names = {
        target.id
        for part in module.body
        if isinstance(part, ast.Assign)
        for target in part.targets
        if isinstance(target, ast.Name)
    }
    calls = [part for part in ast.walk(upgrade) if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute)]
    made = {_text(call.args[0]) for call in calls if _name(call) == "op.create_table" and call.args}
    return list(_faults(calls, made, "UNUSED_SINCE" in names))


def _faults(calls: list[ast.Call], made: set[str], says_unused: bool) -> Iterator[str]:
    for call in calls:
        name = _name(call)
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        if name in ("op.create_index", "op.drop_index") and not _of_new_table(call, made):
            yield f"{name} on a table in use: call steps.{name[3:]}"
        elif name.endswith(".add_column") and not _may_be_left_out(call):
            yield "add_column without a default that may not be null: the former version writes rows without it"
        elif name.endswith(".rename_table") or "new_table_name" in given or "new_column_name" in given:
            yield "renaming: the former version asks for the old name; add, copy and drop in three releases"
        elif name.endswith((".drop_column", ".drop_table")) and not says_unused:
            yield f"{name.split('.')[-1]}: say UNUSED_SINCE, the version whose code stopped using it"
        elif name.endswith((".create_foreign_key", ".create_check_constraint")) and "postgresql_not_valid" not in given:
            yield f"{name.split('.')[-1]} reads every row under a lock: postgresql_not_valid=True, VALIDATE in a later step"
    if any(_name(call).startswith(("steps.create_index", "steps.drop_index", "steps.backfill")) for call in calls):
        work = [call for call in calls if _name(call).startswith(("op.", "steps."))]
        if len(work) > 1:
            yield "a step that works outside a transaction does one thing"


def _name(call: ast.Call) -> str:
    return ast.unparse(call.func)


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _of_new_table(call: ast.Call, made: set[str]) -> bool:
    return len(call.args) > 1 and _text(call.args[1]) in made


def _may_be_left_out(call: ast.Call) -> bool:
    column = call.args[-1]
    if not isinstance(column, ast.Call):
        return False
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in column.keywords}
    return given.get("nullable") != "False" or "server_default" in given
