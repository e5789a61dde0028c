#!/bin/sh
# Run once by the image of PostgreSQL: let the standby follow.
echo "host replication registry all scram-sha-256" >>"$PGDATA/pg_hba.conf"
