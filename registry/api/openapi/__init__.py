"""Writes the OpenAPI description and the request collections from the schemas and recorded examples."""
