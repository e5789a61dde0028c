"""Organisations that check in bulk: who they are, their people and their keys."""

from marshmallow import fields

from registry.account_terms import Scope
from schemas.base import OutSchema
from schemas.fields import OneOf

SCOPES = tuple(Scope)


class OrganisationSchema(OutSchema):
    """The organisation whose key was sent."""

    organisation_id = fields.String(required=True)
    name = fields.String(required=True)
    country = fields.String(required=True)
    language = fields.String(required=True, metadata={"description": "Of its mails."})
    key_id = fields.String(required=True, metadata={"description": "The key that was sent."})
    scopes = fields.List(OneOf(SCOPES), required=True, metadata={"description": "What that key opens."})
