"""Writes the OpenAPI description from the schemas and recorded examples."""
