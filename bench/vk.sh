#!/usr/bin/env bash
# How quick the command line is: `vk --version`, and what `vk run -- true` adds to `true`. Release build, own server.
# Usage: bench/vk.sh [RUNS]. Prints medians in milliseconds and the size; ends with 1 where a figure of the issue is missed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

runs=${1:-50}
vk=$PWD/target/release/vk
server=$PWD/target/release/vault-api
[ -x "$vk" ] && [ -x "$server" ] || { echo "build first: cargo build --release" >&2; exit 2; }

folder=$(mktemp -d)
trap 'kill "${pid:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
(cd "$folder" && exec env RATE_LIMIT_API_PER_MINUTE=100000 RATE_LIMIT_REVEAL_PER_MINUTE=100000 "$server" serve --port 0 >ready 2>log) &
pid=$!
for _ in $(seq 100); do grep -qs http:// "$folder/ready" && break; sleep 0.1; done
url=$(grep -o 'http://[^ )]*' "$folder/ready" | head -n 1)

export HOME=$folder XDG_CONFIG_HOME=$folder/config XDG_CACHE_HOME=$folder/cache VK_KEYRING=off
post() { curl -sf -H 'Content-Type: application/json' ${3:+-H "Authorization: Bearer $3"} -d "$2" "$url$1"; }
post /api/auth/register '{"email":"bench@example.com","password":"une girafe en pyjama vert"}' >/dev/null
person=$(post /api/auth/login '{"email":"bench@example.com","password":"une girafe en pyjama vert"}' | jq -r .access_token)
post /api/tokens '{"name":"bench","scopes":["keys:read","keys:reveal","keys:write"]}' "$person" | jq -r .token | "$vk" login --url "$url" --token 2>/dev/null
for number in $(seq 50); do printf 'value %d of the bench' "$number" | "$vk" set "KEY_$number" -e production 2>/dev/null; done

# median COMMAND...: the median time of so many runs, in milliseconds
median() {
    python3 - "$runs" "$@" <<'PYTHON'
import subprocess, sys, time, statistics
times = []
for _ in range(int(sys.argv[1])):
    began = time.perf_counter()
    subprocess.run(sys.argv[2:], check=True, stdout=subprocess.DEVNULL)
    times.append((time.perf_counter() - began) * 1000)
print(f"{statistics.median(times):.1f}")
PYTHON
}

version=$(median "$vk" --version)
plain=$(median true)
run=$(median "$vk" run -e production -- true)
size=$(stat --format=%s "$vk")
added=$(jq -n "$run - $plain")
printf 'vk --version: %s ms (10 allowed)\nvk run adds: %.1f ms to %s ms (100 allowed), 50 keys\nsize: %d bytes (8000000 allowed)\n' "$version" "$added" "$plain" "$size"
jq -en "$version < 10 and $added < 100 and $size < 8000000" >/dev/null
