"""One row of a list, proved without the others."""

from schemas import out
from schemas.base import OutSchema


class RowProofSchema(OutSchema):
    """One row of a list, proved without the others."""

    n = out.integer("Its place, from 0.")
    count = out.integer("How many statements the manifest signs.")
    statement = out.string("Its line of the statements, without a line feed.")
    path = out.strings("Hashes in base64, from the leaf's sibling upwards.")
    manifest = out.string()
