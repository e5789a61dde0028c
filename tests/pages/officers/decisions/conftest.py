"""As at the case desk."""

from tests.pages.officers.cases.conftest import desk_for, sealer

__all__ = ["desk_for", "sealer"]
