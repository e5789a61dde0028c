"""Several machines on one: PostgreSQL under Patroni, etcd, HAProxy, PgBouncer, Redis, an S3 store and two homes, and a drill."""
