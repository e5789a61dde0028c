"""Publishes and writes epochs without end, for a test that kills it: `python -m tests.ranges.killed URL HOME`."""

import sys
from datetime import date
from pathlib import Path

from registry import tables  # noqa: F401 - all tables are known
from registry.core.db.engine import engine_for, sessions_for
from registry.core.settings import Settings
from registry.log.signing import sign_committed
from registry.ranges import rules
from registry.ranges.actions import write_epoch
from tests import make


def main(url: str, home: Path) -> None:
    settings = Settings(home=home, database_url=url)
    sessions = sessions_for(engine_for(url, timeout=60))
    rules.MEAN, rules.MIN_MEAN, rules.MORE = 2, 1, 0
    turn = 0
    while True:
        with sessions.begin() as session:
            for _ in range(5):
                turn += 1
                make.make_licence(session, number=f"INV-{turn}", valid_to=date(2099, 1, 1))
        written = write_epoch(sessions)
        sign_committed(settings, sessions)
        sys.stdout.write(f"{written.epoch if written else 0} {turn}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
