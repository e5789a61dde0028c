"""What tests share lies in modules beside them: a test module is imported by pytest alone, so that it can change freely."""

import ast
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browsing import assert_sound, barriers

TESTS = Path(__file__).parent


def imported_tests(source: str) -> list[str]:
    """The test modules that a module of tests imports, wherever in it."""
    found: list[str] = []
    if "test_" not in source.replace("def test_", ""):
        # It names none: to read all of them as programs takes seconds.
        return found
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return [name for name in found if name.rpartition(".")[2].startswith("test_")]


def test_no_module_imports_a_test() -> None:
    paths = sorted(TESTS.rglob("*.py"))
    found = {path.relative_to(TESTS): imported_tests(path.read_text(encoding="utf-8")) for path in paths}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "source",
    [
        "from tests.log.test_keys import keyring",
        "from tests.log import test_keys",
        "import tests.log.test_keys as keys",
        "def later():\n    from .test_keys import keyring",
    ],
)
def test_each_way_of_importing_a_test_is_seen(source: str) -> None:
    assert imported_tests(source) != []


def test_support_may_be_imported() -> None:
    assert imported_tests("from tests.make import make_agency\nimport tests.serving") == []


def test_axe_looks_again_at_a_page_that_lacks_a_word_or_has_another_colour(browser: Browser) -> None:
    page = browser.new_context().new_page()

    def show(label: str, colour: str = "black") -> None:
        page.set_content(
            f"<!doctype html><html lang='en'><title>Pages</title><main><h1>Pages</h1><button aria-label='{label}'></button>"
            f"<p style='color: {colour}; background: white'>said in words</p></main>"
        )
        assert_sound(page)

    show("close")
    show("chiudi")
    for label, colour in (("", "black"), ("close", "silver")):
        with pytest.raises(AssertionError):
            show(label, colour)
        assert barriers(page) != ""
    page.context.close()
