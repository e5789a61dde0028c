"""All that a server, the other commands and what sets papers load, loaded before they are forked.

What is loaded is kept out of the garbage collector: a process that starts looks through all it has once, and would copy each
page of this by it, which took as long as all the rest of its start.
"""

import gc
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import granian  # noqa: F401
import redis  # noqa: F401
import weasyprint  # noqa: F401
from cryptography.hazmat.backends.openssl import backend  # noqa: F401
from sqlalchemy.orm import configure_mappers

from registry import tables  # noqa: F401
from registry.api import edge as api  # noqa: F401
from registry.app import create_app
from registry.cli import COMMANDS, main
from registry.core import confinement
from registry.core.settings import Edge, Settings
from registry.i18n.languages import CATALOGUES
from registry.pages.intake import edge as intake  # noqa: F401
from registry.pages.officers import edge as console  # noqa: F401
from registry.pages.organisations import edge as account  # noqa: F401
from registry.pages.public import edge as public  # noqa: F401
from registry.worker import scheduler  # noqa: F401
from tests import little_work

for _name in COMMANDS:
    main.get_command(click.Context(main), _name)
for _language in CATALOGUES:
    CATALOGUES[_language]

configure_mappers()
little_work.ease()
little_work.shorten_admission()
# What a process asks of its machine, and makes for all its applications, once.
confinement.why_unconfined()
with TemporaryDirectory() as _home:
    create_app(Settings(home=Path(_home), edges=frozenset(Edge), database_url=f"sqlite:///{_home}/none.sqlite3"))

gc.collect()
gc.freeze()
