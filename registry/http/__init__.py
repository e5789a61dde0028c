"""Plumbing of requests: middleware, schemas of requests and responses, limits, errors, uploads."""
