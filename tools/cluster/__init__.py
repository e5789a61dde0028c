"""Several machines on one: servers of PostgreSQL, PgBouncer, Redis, an S3 store, two homes and nginx, and a drill on them."""
