#!/usr/bin/env bash
# Tries Dagster's history in PostgreSQL: starts a server of its own on loopback, refreshes with deploy/postgres/dagster.yaml,
# says what stands in its tables, and stops it. Needs Debian's package postgresql and the extra `postgres`; as root it runs the
# server as the user postgres. Nothing of the project's own warehouse or history is touched.
set -euo pipefail
cd "$(dirname "$0")/../.."
programs=$(pg_config --bindir 2>/dev/null || ls -d /usr/lib/postgresql/*/bin | tail -1)
place=$(mktemp -d /tmp/customhouse-postgres.XXXXXX)
as_owner=()
if [ "$(id -u)" = 0 ]; then
  chown postgres "$place"
  as_owner=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
stop() {
  "${as_owner[@]}" "$programs/pg_ctl" --pgdata="$place/data" --mode=fast --silent stop || true
  rm -rf "$place"
}
trap stop EXIT

port=$(.venv/bin/python -c 'import socket; one = socket.socket(); one.bind(("127.0.0.1", 0)); print(one.getsockname()[1])')
export DAGSTER_POSTGRES_HOST=127.0.0.1 DAGSTER_POSTGRES_PORT=$port DAGSTER_POSTGRES_USER=customhouse DAGSTER_POSTGRES_DATABASE=customhouse
DAGSTER_POSTGRES_PASSWORD=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export DAGSTER_POSTGRES_PASSWORD
# The password is asked for, so that one that does not arrive is noticed.
(umask 077 && printf '%s' "$DAGSTER_POSTGRES_PASSWORD" > "$place/password")
[ "$(id -u)" != 0 ] || chown postgres "$place/password"
"${as_owner[@]}" "$programs/initdb" --pgdata="$place/data" --username=customhouse --auth=scram-sha-256 \
  --pwfile="$place/password" --encoding=UTF8 > /dev/null
"${as_owner[@]}" "$programs/pg_ctl" --pgdata="$place/data" --wait --silent --log="$place/log" \
  --options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=''" start
export PGPASSWORD=$DAGSTER_POSTGRES_PASSWORD
ask() { "$programs/psql" --host=127.0.0.1 --port="$port" --username=customhouse --no-align --tuples-only --dbname="${2:-customhouse}" --command="$1"; }
ask 'CREATE DATABASE customhouse' postgres > /dev/null

mkdir -p "$place/own/dagster_home"
cp deploy/postgres/dagster.yaml "$place/own/dagster_home/"
export CUSTOMHOUSE_WAREHOUSE_DIR=$place/own/warehouse CUSTOMHOUSE_DBT_TARGET_DIR=$place/own/target \
  CUSTOMHOUSE_DAGSTER_HOME=$place/own/dagster_home
.venv/bin/customhouse refresh
printf 'PostgreSQL %s: %s run(s), %s event(s), status %s\n' "$(ask 'SHOW server_version')" "$(ask 'SELECT count(*) FROM runs')" \
  "$(ask 'SELECT count(*) FROM event_logs')" "$(ask 'SELECT status FROM runs')"
[ "$(ask "SELECT count(*) FROM runs WHERE status = 'SUCCESS'")" = 1 ]
# The history is there and nowhere else, and the password is in no file of Dagster and in no event.
[ -z "$(find "$place/own/dagster_home" -name '*.db')" ]
if grep --recursive --fixed-strings --files-with-matches "$DAGSTER_POSTGRES_PASSWORD" "$place/own"; then
  echo 'the password stands in these files' >&2
  exit 1
fi
[ "$(ask "SELECT count(*) FROM event_logs WHERE event LIKE '%$DAGSTER_POSTGRES_PASSWORD%'")" = 0 ]
echo 'history kept in PostgreSQL, password nowhere'
