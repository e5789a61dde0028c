from tests.console.cases.conftest import desk_for, sealer

__all__ = ["desk_for", "sealer"]
