"""Request collections for Postman and Bruno, made from the OpenAPI document. Not served, and not committed."""
