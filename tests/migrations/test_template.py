"""What the data test of a step looks like: rows before it, rows after it, rows after it was undone.

Copy this file as test_<revision>_<what>.py for a new step, leave `chain` out and name the revision of the step.
"""

from tests.conftest import Database
from tests.migrations.chain import Chain, Step

AUTHORITY = {"country": "ZZ", "time_zone": "UTC", "names": {"en": "Labour Office"}, "website": None}


def test_each_authority_gets_the_name_of_its_country(chain: Chain, database: Database) -> None:
    chain.add(
        'op.add_column("authorities", sa.Column("area", columns.text(40)))', 'op.drop_column("authorities", "area")'
    )
    filled = chain.add(
        "steps.backfill('authorities', \"UPDATE authorities SET area = 'area of ' || country WHERE area IS NULL"
        ' AND id > :after AND id <= :last", rows=2)'
    )
    step = Step(database, filled)
    step.insert("authorities", *(AUTHORITY | {"id": n, "reference": f"zz-{n}", "area": None} for n in (1, 2, 5)))
    step.insert("authorities", AUTHORITY | {"id": 6, "reference": "zz-6", "area": "written by the newer version"})

    step.run()
    assert [row["area"] for row in step.rows("authorities")] == [*["area of ZZ"] * 3, "written by the newer version"]

    step.undo()
    step.run()
    assert [row["reference"] for row in step.rows("authorities")] == ["zz-1", "zz-2", "zz-5", "zz-6"]
