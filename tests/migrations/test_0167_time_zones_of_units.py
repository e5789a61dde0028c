"""Step 0167: a unit's days are those of its authority, and of UTC while the register does not know the authority."""

from tests.conftest import Database
from tests.migrations.chain import Step

AUTHORITY = {"country": "CN", "time_zone": "Asia/Shanghai", "names": {"en": "Labour Office"}, "website": None}
UNIT = {"country": "CN", "names": {"en": "Licensing"}, "is_default": False}


def test_each_unit_gets_the_time_zone_of_its_authority(database: Database) -> None:
    step = Step(database, "0167")
    step.insert("authorities", AUTHORITY | {"id": 1, "reference": "cn-labour"})
    step.insert("units", UNIT | {"id": 1, "reference": "cn-desk", "authority": "cn-labour"})
    step.insert("units", UNIT | {"id": 2, "reference": "cn-new", "authority": "cn-not-imported"})
    step.run()
    assert [row["time_zone"] for row in step.rows("units")] == ["Asia/Shanghai", None]
    step.undo()
    assert [row["reference"] for row in step.rows("units")] == ["cn-desk", "cn-new"]
