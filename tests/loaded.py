"""All that a server loads, loaded before it is forked."""

from registry import tables  # noqa: F401
from registry.api import edge as api  # noqa: F401
from registry.app import create_app  # noqa: F401
from registry.cli import serve  # noqa: F401
from registry.pages.intake import edge as intake  # noqa: F401
from registry.pages.officers import edge as console  # noqa: F401
from registry.pages.organisations import edge as account  # noqa: F401
from registry.pages.public import edge as public  # noqa: F401
from tests import little_work

little_work.ease()
little_work.shorten_admission()
