"""What is published is found by name from that moment on, and what is erased is not."""

from registry.register.agencies import actions
from registry.register.agencies.listing import agencies_named
from registry.register.agencies.publishing import Event
from registry.register.agencies.queries import agency_row
from registry.register.names.models import FreshPosting, IndexedName, NameBucket
from registry.vocabulary.register import HolderKind, Likeness, NameKind
from tests.make import changed, make_agency, name_record


def found(session, text) -> list[tuple[str, str]]:
    return [(hit.name, hit.how) for hit in agencies_named(session, text, 20)]


def test_an_agency_is_found_by_every_name_it_is_published_with(session):
    names = (
        name_record("青岛云蝶国际劳务合作有限公司", script="hans", country="CN"),
        name_record("Qingdao Cloud Butterfly Labour Co., Ltd.", kind=NameKind.TRADE, country="CN"),
        name_record("青岛云鲤经贸有限公司", script="hans", kind=NameKind.FORMER, country="CN"),
    )
    make_agency(session, country="CN", names=names)
    assert found(session, "雲蝶國際勞務合作")[0][0] == names[0].name
    assert found(session, "qing dao yun die")[0] == (names[0].name, Likeness.PART)
    assert found(session, "cloud butterfly")[0][0] == names[1].name
    assert found(session, "云鲤经贸")[0][0] == names[2].name


def test_a_name_may_be_half_typed(session):
    make_agency(session, name="Smyšlená Činná s.r.o.")
    assert found(session, "smyšlená č") == [("Smyšlená Činná s.r.o.", Likeness.PART)]
    assert found(session, "s") == []


def test_a_renamed_agency_is_no_longer_found_by_a_name_it_does_not_hold(session):
    agency = make_agency(session, name="Lumaca Blu Lavoro S.r.l.")
    renamed = changed(agency, names=(name_record("Grifone Lento Servizi S.p.A."),))
    actions.amend(session, renamed, Event("agency.amended"))
    assert found(session, "Lumaca Blu") == []
    assert found(session, "Grifone Lento")[0][0] == "Grifone Lento Servizi S.p.A."


def test_an_erased_holder_leaves_no_name_in_the_index(session):
    agency = make_agency(session, name="Lumaca Blu", holder_kind=HolderKind.SOLE_TRADER)
    row = agency_row(session, agency.agency_id)
    assert found(session, "lumaca blu")
    actions.erase(session, row)
    assert found(session, "lumaca blu") == []
    assert [session.query(model).count() for model in (IndexedName, FreshPosting, NameBucket)] == [0, 0, 0]
