#!/usr/bin/env bash
# Measures the server on SQLite and on PostgreSQL with throwaway data, next to the ceilings where they are built.
#
#   bench/run.sh [-z SECONDS] [-c "16 64"] [sqlite|postgres|flood|cold|big|verify|rounds|ceiling …]     without names: sqlite postgres flood cold
#
# Needs a release build, oha (cargo install oha --locked), jq and PostgreSQL; everything listens on 127.0.0.1.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=8; conns="64"
while getopts z:c: o; do case $o in z) seconds=$OPTARG;; c) conns=$OPTARG;; *) exit 2;; esac; done
shift $((OPTIND-1))
what=${*:-sqlite postgres flood cold}
program=${VAULT_API:-target/release/vault-api}
[ -x "$program" ] || { echo "no $program: run cargo build --release" >&2; exit 2; }
program=$(realpath "$program")
dir=$(mktemp -d /tmp/vault-bench-XXXXXX); chmod 755 "$dir"; server=""
trap 'kill $server 2>/dev/null || true; wait 2>/dev/null || true; [ -d "$dir/pg" ] && bench/pg_throwaway.sh destroy "$dir/pg"; rm -rf "$dir"' EXIT
json='Content-Type: application/json'
# the limits are counted as ever, and never reached: all requests come from one address
wide='RATE_LIMIT_AUTH_PER_MINUTE=60000000 RATE_LIMIT_API_PER_MINUTE=60000000'

start() { # start FOLDER [VAR=VALUE…]: sets url, server
  mkdir -p "$dir/$1"
  (cd "$dir/$1" && exec env RUST_LOG=warn $wide "${@:2}" "$program" serve --port 0 >out 2>err) & server=$!
  for _ in $(seq 200); do grep -q ready "$dir/$1/out" 2>/dev/null && break; sleep 0.05; done
  url=$(grep -o 'http://[0-9.:]*' "$dir/$1/out" | head -1); }
stop() { kill -TERM "$server"; wait "$server" || true; server=""; }
member() { # member NAME: registers and prints a token
  local body="{\"email\":\"$1@example.com\",\"password\":\"une girafe en pyjama vert\"}"
  curl -sf "$url/api/auth/register" -H "$json" -d "$body" >/dev/null
  curl -sf "$url/api/auth/login" -H "$json" -d "$body" | jq -r .access_token; }
seed() { # twenty keys for one member, a second member who creates
  export TOK TOKC KID CREATE="$dir/create"
  TOK=$(member bench); TOKC=$(member maker)
  for i in $(seq 20); do KID=$(curl -sf "$url/api/keys" -H "Authorization: Bearer $TOK" -H "$json" -d "{\"name\":\"key $i\",\"value\":\"sk-proj-$i-Zk3vQ9xT1mB7nR5cL2wYpH8sD4gJ6fA0\"}" | jq -r .id); done
  # names must differ: a tag of the run and a number, picked at random by oha, many more than a run makes
  [ -s "$CREATE" ] || awk 'BEGIN { srand(); r=int(rand()*1e9); for (i=0;i<400000;i++) printf "{\"name\":\"b%d-%d\"}\n", r, i }' >"$CREATE"; }
postgres() { # a fresh database: prints its URL
  [ -d "$dir/pg" ] || bench/pg_throwaway.sh start "$dir/pg" "$(python3 -c 'import socket;s=socket.socket();s.bind(("127.0.0.1",0));print(s.getsockname()[1])')" >/dev/null
  bench/pg_throwaway.sh db "$dir/pg" "$1"; }
load() { bench/load.sh -u "$url" -s bench/scenarios/vault_api.scn -c "$conns" -z "${seconds}s" -p "$server" "$@"; }

# --- checks of keys: the scenarios `verify` and `rounds` ---
export VERIFY="" MISSES="$dir/misses"; keys=${KEYS:-1000000}
build_bare() { (cd bench/ceiling && cargo build --release -q); }
misses() { # values that nobody has, with the right form and checksum: more than memory holds
  python3 -c 'import random, string, zlib
digits = string.digits + string.ascii_uppercase + string.ascii_lowercase
for _ in range(400000):
    body = "vk_live_" + "".join(random.choices(digits, k=36)); number = zlib.crc32(body.encode()); check = ""
    for _ in range(6): check = digits[number % 62] + check; number //= 62
    print("{\"api_key\":\"%s\"}" % (body + check))' >"$MISSES"; }
bare() { # bare SCENARIOS: the ceiling's figures
  bench/ceiling/target/release/ceil-http 8110 & server=$!; sleep 2
  TOK=$(curl -s http://127.0.0.1:8110/token) bench/load.sh -u http://127.0.0.1:8110 -s bench/scenarios/ceiling.scn -c "$conns" -z "${seconds}s" -p "$server" -l bare -n "$1" | tail -n +2
  kill "$server"; wait "$server" 2>/dev/null || true; server=""; }
open_verify() { # open_verify ENGINE: starts the server; its database is made the first time
  if [ "$1" = sqlite ]; then start verify-sqlite; sql() { sqlite3 "$dir/verify-sqlite/data/vault.db" ".timeout 60000" "$1"; }; schema=""
    id="cast(char(1) || printf('%015d', n.i) as blob)"; bytes="randomblob(32)"; series="with recursive n(i) as (select 1 union all select i + 1 from n where i < COUNT)"; from="n"
  else [ -d "$dir/verify-postgres" ] || pg=$(postgres verify)
    start verify-postgres DATABASE_URL="$pg"; sql() { psql -qX "$pg" -c "set statement_timeout = 0" -c "$1"; }; schema="auth."
    id="('01000000-0000-7000-8000-' || lpad(to_hex(n.i), 12, '0'))::uuid"; bytes="sha256(random()::text::bytea)"; series=""; from="generate_series(1, COUNT) as n(i)"; fi; }
thousand() { # a thousand generated keys, and what asks for them; a vault's keys are asked for in that vault
  VERIFY="$dir/questions-$engine"; rm -f "$VERIFY"
  for i in $(seq -w 1000); do curl -sf "$url/api/keys" -H "Authorization: Bearer $TOK" -H "$json" -d "{\"name\":\"key $i\",\"scopes\":[\"orders:read\"]}" | jq -c '{api_key}' >>"$VERIFY"; done; }
inside() { curl -s "$url/metrics" | awk '/vault_http_request_seconds.*keys\/verify/ { if (/le="0.001"/) quick = $2; if (/_count/) all = $2 } END { print quick + 0, all + 0 }'; } # inside: checks so far within 1 ms, and all
warm() { # warm TOKEN: each key is asked for, so that what is measured is not the first look at each
  oha --no-tui -n 20000 -c 16 -m POST -H "$json" -H "Authorization: Bearer $1" -Z "$VERIFY" "$url/api/keys/verify" >/dev/null; sleep 1; }
grow_verify() { # grow_verify KEYS: copies of the last one, older than the others and in the order of their making, as keys are
  local columns='kind, provider, "providerConfig", environment, tags, note, scopes, prefix, last4, sealed, version, revision, enabled, revoked, "createdAt", "updatedAt"'
  local count=$(($1 - 1000))
  sql "${series//COUNT/$count} insert into ${schema}api_keys (id, \"userId\", name, \"searchText\", fingerprint, $columns)
       select $id, k.\"userId\", 'copy ' || n.i, 'copy', $bytes, $columns from ${from//COUNT/$count}, (select * from ${schema}api_keys where name = 'key 1000') as k"
  # what writing a million rows leaves to be done is done first: otherwise it is what is measured
  if [ "$engine" = postgres ]; then sql "vacuum analyze auth.api_keys" && sql checkpoint; else sql "pragma wal_checkpoint(truncate); analyze"; fi
  sleep 5; }

for one in $what; do case $one in
sqlite)   start sqlite; seed; load -l sqlite; stop ;;
postgres) pg=$(postgres vault); start postgres DATABASE_URL="$pg"; seed; load -l postgres -g "$(head -1 "$dir/pg/data/postmaster.pid")"; stop ;;
flood)    start flood; seed
          before=$(awk '/VmRSS/{print $2}' "/proc/$server/status")
          for probe in health me; do bench/flood.sh -u "$url" -s bench/scenarios/vault_api.scn -a $probe -S bench/scenarios/flood_login.scn -f login -k 50 -C 8 -F 64 -z "$seconds" -r 1 -l "flood-$probe" -p "$server"; done
          echo "resident KiB before and after the floods: $before $(awk '/VmRSS/{print $2}' "/proc/$server/status")"; stop ;;
cold)     mkdir -p "$dir/cold"; port=$(python3 -c 'import socket;s=socket.socket();s.bind(("127.0.0.1",0));print(s.getsockname()[1])')
          here=$PWD; (cd "$dir/cold" && python3 "$here/bench/cold.py" -n 5 "http://127.0.0.1:$port/health" -- sh -c "rm -rf data; exec $program serve --port $port")
          ls -l "$program" | awk '{printf "binary %.1f MB\n", $5/1e6}' ;;
ceiling)  (cd bench/ceiling && cargo build --release -q)
          pg=$(postgres ceil); bench/ceiling/target/release/ceil-http 8110 "$pg" "$dir/ceil.db" & server=$!; sleep 3; url=http://127.0.0.1:8110
          TOK=$(curl -s $url/token) bench/load.sh -u $url -s bench/scenarios/ceiling.scn -c "$conns" -z "${seconds}s" -p "$server" -g "$(head -1 "$dir/pg/data/postmaster.pid")" -l ceiling \
            -n "hello jwt pg-point-sqlx pg-list20 pg-decrypt pg-create lite-point-sqlx lite-list20 lite-decrypt lite-create login-bcrypt12"; kill "$server"; wait "$server" 2>/dev/null || true; server="" ;;
big)      # a page of an account of 100 keys, and of one of 100,000 (in a table of as many more of others), on both databases
          for engine in sqlite postgres; do
            if [ $engine = sqlite ]; then start big-sqlite; sql() { sqlite3 "$dir/big-sqlite/data/vault.db" ".timeout 10000" "$1"; }; schema=""
              id="randomblob(16)"; bytes="randomblob(32)"; series="with recursive n(i) as (select 1 union all select i + 1 from n where i < COUNT)"; from="n"
            else pg=$(postgres big); start big-postgres DATABASE_URL="$pg"; sql() { psql -qX "$pg" -c "$1"; }; schema="auth."
              id="gen_random_uuid()"; bytes="sha256(random()::text::bytea)"; series=""; from="generate_series(1, COUNT) as n(i)"; fi
            seed
            grow() { # grow EMAIL COUNT: copies of the member's newest key
              local columns='kind, provider, "providerConfig", "providerSecrets", environment, tags, note, scopes, prefix, last4, sealed, version, revision, enabled, revoked, "revokedAt", "expiresAt", "lastUsedAt", "createdAt", "updatedAt"'
              sql "${series//COUNT/$2} insert into ${schema}api_keys (id, \"userId\", name, \"searchText\", fingerprint, $columns)
                   select $id, k.\"userId\", 'copy ' || n.i, 'copy', $bytes, $columns from ${from//COUNT/$2}, (select * from ${schema}api_keys where \"userId\" = (select id from ${schema}\"user\" where email = '$1') order by id desc limit 1) as k"; }
            curl -sf "$url/api/keys" -H "Authorization: Bearer $TOKC" -H "$json" -d '{"name":"first"}' >/dev/null
            grow bench@example.com 80
            load -l "$engine-100" -n list20
            grow maker@example.com 100000
            [ $engine = postgres ] && sql "analyze auth.api_keys"
            load -l "$engine-100-of-100k" -n list20 | tail -n +2
            TOK=$TOKC load -l "$engine-100k" -n list20 | tail -n +2
            stop
          done ;;
verify)   # checks of 1,000 keys, and create, list and reveal, in a table of 1,000 generated keys and of KEYS, next to the bare ceiling
          build_bare; misses
          for engine in ${ENGINES:-sqlite postgres}; do
            open_verify "$engine"; seed; thousand
            # what PostgreSQL itself takes stands in a column of its own
            database=(); [ $engine = postgres ] && database=(-g "$(head -1 "$dir/pg/data/postmaster.pid")")
            for size in 1000 "$keys"; do
              [ "$size" = 1000 ] || grow_verify "$size"
              # first alone, and the server's own view of it: the time from the head of a request to its answer
              load -l "$engine-$size" "${database[@]}" -n verify | tail -n +2
              curl -s "$url/metrics" | grep 'vault_http_request_seconds.*keys/verify' | grep -E 'le="0.001"|_count' || true
              load -l "$engine-$size" "${database[@]}" -n "misses list20 reveal create" | tail -n +2
            done
            stop
            bare "hello verify-json verify-wire"
          done ;;
rounds)   # verify with KEYS keys next to bare verify-json: ROUNDS times each server in turn, started anew, and the medians. Neighbours are
          # compared, since the machine itself has quick and slow minutes
          build_bare; engines=${ENGINES:-sqlite postgres}; declare -A token
          for engine in $engines; do open_verify "$engine"; seed; token[$engine]=$TOK; thousand; grow_verify "$keys"; stop; done
          for round in $(seq "${ROUNDS:-10}"); do
            bare verify-json | sed "s/^/$round /"
            for engine in $engines; do
              open_verify "$engine"; TOK=${token[$engine]} VERIFY="$dir/questions-$engine"
              warm "$TOK"; before=$(inside)
              load -l "$engine" -n verify | tail -n +2 | sed "s/^/$round /"
              echo "$round $engine inside $(echo "$before $(inside)" | awk '{ print ($3 - $1) / ($4 - $2) }')"
              stop
            done
          done | tee /dev/stderr | python3 bench/medians.py ;;
*) echo "unknown: $one" >&2; exit 2 ;;
esac; done
