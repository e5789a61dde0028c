"""One row of a list, proved without the others."""

from marshmallow import fields

from schemas.base import OutSchema


class RowProofSchema(OutSchema):
    """One row of a list, proved without the others."""

    n = fields.Integer(required=True, metadata={"description": "Its place, from 0."})
    count = fields.Integer(required=True, metadata={"description": "How many statements the manifest signs."})
    statement = fields.String(
        required=True, metadata={"description": "Its line of the statements, without a line feed."}
    )
    path = fields.List(
        fields.String(), required=True, metadata={"description": "Hashes in base64, from the leaf's sibling upwards."}
    )
    manifest = fields.String(required=True)
