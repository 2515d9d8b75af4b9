#!/bin/sh
# Prepares what a stack needs, and may run at every start: what is there already stays as it is.
# Passwords come from the environment or are made; the first one stays, for the servers take it only once.
set -eu
umask 077
secrets=${SECRETS:-/secrets}

keep() { # FILE VALUE
    if [ -s "$1" ]; then
        return
    elif [ -n "$2" ]; then
        printf '%s\n' "$2" > "$1"
    else
        python -c 'import secrets; print(secrets.token_urlsafe(24))' > "$1"
    fi
}

keep "$secrets/admin/influxdb-password" "${INFLUXDB_PASSWORD:-}"
keep "$secrets/read/grafana-password" "${GRAFANA_PASSWORD:-}"

stethos topics
stethos influx setup \
    --password-file "$secrets/admin/influxdb-password" \
    --admin-token-file "$secrets/admin/influxdb-token" \
    --token-file "$secrets/write/influxdb-token" \
    --grafana-token-file "$secrets/read/influxdb-token"
