#!/bin/sh
# The parts of the official image's contract that tests and demos use: POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB (also
# with _FILE), POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD, PGDATA and /docker-entrypoint-initdb.d.
set -eu

from_file() {
  eval "path=\${$1_FILE:-}"
  [ -z "$path" ] || export "$1=$(cat "$path")"
}

create_cluster() {
  if [ -z "${POSTGRES_PASSWORD:-}" ] && [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
    echo 'Error: Database is uninitialized and superuser password is not specified: set POSTGRES_PASSWORD.' >&2
    exit 1
  fi
  umask 077
  printf '%s\n' "${POSTGRES_PASSWORD:-unused}" >/tmp/password
  # shellcheck disable=SC2086 # the arguments are words
  initdb --pgdata "$PGDATA" --username "$POSTGRES_USER" --pwfile /tmp/password --encoding UTF8 --locale C --auth-local trust --auth-host scram-sha-256 ${POSTGRES_INITDB_ARGS:-}
  rm /tmp/password
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
}

fill_cluster() {
  # Nobody is let in before the scripts have run: a health check over TCP must not see the half-made database.
  pg_ctl --pgdata "$PGDATA" --wait --options "-c listen_addresses=''" start
  export PGUSER="$POSTGRES_USER"
  [ "$POSTGRES_DB" = postgres ] || psql --dbname postgres --set ON_ERROR_STOP=1 --set "name=$POSTGRES_DB" <<'SQL'
CREATE DATABASE :"name";
SQL
  export PGDATABASE="$POSTGRES_DB"
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) psql --set ON_ERROR_STOP=1 --file "$file" ;;
      *.sql.gz) gunzip -c "$file" | psql --set ON_ERROR_STOP=1 ;;
    esac
  done
  unset PGUSER PGDATABASE
  pg_ctl --pgdata "$PGDATA" --mode fast --wait stop
  echo 'PostgreSQL init process complete; ready for start up.'
}

case ${1:-} in
  -*) set -- postgres "$@" ;;
  postgres) ;;
  *) exec "$@" ;;
esac
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA"
  chown -R postgres:postgres "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA"
  exec start-stop-daemon --start --chuid postgres:postgres --exec /usr/local/bin/docker-entrypoint.sh -- "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  from_file POSTGRES_USER
  from_file POSTGRES_PASSWORD
  from_file POSTGRES_DB
  POSTGRES_USER=${POSTGRES_USER:-postgres}
  POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}
  export POSTGRES_USER POSTGRES_DB
  create_cluster
  fill_cluster
fi
exec "$@"
