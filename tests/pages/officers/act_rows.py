"""The rows of all tables of officers' acts."""

import sys

from registry.officer_acts.acts import OfficerAct, OfficerActs


def tables() -> list[OfficerActs[object]]:
    modules = [module for name, module in sys.modules.items() if name.startswith("registry.")]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, OfficerActs)]
    return list({id(one): one for one in found}.values())


def rows() -> list[tuple[OfficerActs[object], OfficerAct]]:
    return [(table, act) for table in tables() for act in table]
