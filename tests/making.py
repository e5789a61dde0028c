from sqlalchemy import select

from registry.agencies import record
from registry.agencies.models import PublicRecord
from registry.names.actions import index_all


def indexed(session):
    session.flush()
    rows = session.execute(select(PublicRecord.agency_id, PublicRecord.body).order_by(PublicRecord.agency_id)).all()
    index_all(session, [(i, [(n.kind, n.name) for n in record.read_record(b).names]) for i, b in rows])
