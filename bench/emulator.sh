#!/bin/sh
# Creates a second that the local Graph answers, beside nginx that only returns
# 201, beside libmicrohttpd that does no more, which is what there is to reach,
# and beside Prism and Mockoon, on the same requests, from 64 connections of wrk. Server and client share one core: across cores, wake-ups would drown
# what is compared. Each round asks all of them in turn; a ratio is that of one
# round, and the median of all rounds counts. Then: start, memory.
#
# usage: bench/emulator.sh [ROUNDS [SECONDS]]      made by `make bench`
set -u
cd "$(dirname "$0")/.." || exit 1
rounds=${1:-15}
seconds=${2:-1}
path=/v1.0/policies/tokenLifetimePolicies
pin="taskset -c 0"
folder=$(mktemp -d)
pids=
missed=0

for program in wrk nginx taskset; do
  command -v $program >/dev/null && continue
  echo "skipped: there is no $program here"
  exit 0
done

finish() {
  for pid in $pids; do kill "$pid" 2>/dev/null; done
  wait
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

# run NAME COMMAND...: in the background, on our core
run() {
  name=$1
  shift
  $pin "$@" >"$folder/$name.out" 2>"$folder/$name.err" </dev/null &
  pids="$pids $!"
}
status() {
  curl -s -o /dev/null -w '%{http_code}' -H 'Authorization: Bearer bench' \
    -H 'Content-Type: application/json' -d '{"displayName":"x","definition":["{\"TokenLifetimePolicy\":{\"Version\":1}}"]}' \
    "http://127.0.0.1:$1$path"
}
# until it answers; false: it never does
await() {
  for _ in $(seq 300); do
    [ "$(status "$1")" = 201 ] && return
    sleep 0.1
  done
  echo "skipped: $2 does not answer"
  return 1
}

# rate PORT: creates a second; 0 when any was refused
rate() {
  $pin wrk -t1 -c64 -d"${seconds}s" -s bench/support/create.lua \
    "http://127.0.0.1:$1$path" |
    awk '/Requests\/sec/ { r = $2 } /Non-2xx|Socket errors/ { bad = 1 }
      END { print bad ? 0 : r }'
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
# ratio OURS PEER: the median ratio of two columns
ratio() {
  paste "$folder/$1" "$folder/$2" | awk '$2 > 0 { print $1 / $2 }' | median
}
# compare NAME OURS PEER BAR
compare() {
  ratio=$(ratio "$2" "$3")
  verdict=$(awk "BEGIN { print ($ratio >= $4) ? \"held\" : \"MISSED\" }")
  [ "$verdict" = held ] || missed=1
  printf '%-28s %6.2f   bar %s: %s\n' "$1" "$ratio" "$4" "$verdict"
}

first=$((20000 + $$ % 20000))
sed "s|FOLDER|$folder|; s|PORT|$first|" bench/support/nginx.conf |
  sed "s|FOLDER|$folder|" >"$folder/nginx.conf"
ours="bin/bylaw emulator --token bench --admin-token bench -q --port"
run nginx nginx -c "$folder/nginx.conf"
run memory $ours $((first + 1)) --store :memory:
memory_pid=$!
run durable $ours $((first + 2)) --store "$folder/store.db"
servers="nginx:$first memory:$((first + 1)) durable:$((first + 2))"
minimal=${BYLAW_BUILD:-build}/bench/minimal
if [ -x "$minimal" ]; then
  run minimal "$minimal" $((first + 5))
  await $((first + 5)) libmicrohttpd && servers="$servers minimal:$((first + 5))"
fi
await "$first" nginx && await $((first + 1)) bylaw && await $((first + 2)) bylaw ||
  exit 1

rss() { awk '/VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$1/status"; }
rest=$(rss $memory_pid)
echo "creates a second, 64 connections, one core, median of rounds of $seconds s"
# measure ROUNDS: each of $servers in each round
measure() {
  for _ in $(seq "$1"); do
    for server in $servers; do
      rate "${server#*:}" >>"$folder/${server%:*}"
    done
  done
  for server in $servers; do
    printf '%-28s %8.0f\n' "${server%:*}" "$(median <"$folder/${server%:*}")"
  done
}
measure "$rounds"
[ -s "$folder/minimal" ] && printf '%-28s %6.2f   what there is to reach\n' \
  "libmicrohttpd / nginx" "$(ratio minimal nginx)"
compare "in memory / nginx" memory nginx 0.7
compare "durable / nginx" durable nginx 0.35

# The slow ones apart: what they still do behind their turn is to slow no other.
servers=
bin=build/node/node_modules/.bin
if [ -x $bin/prism ]; then
  run prism $bin/prism mock -p $((first + 3)) bench/support/openapi.json
  await $((first + 3)) Prism && servers="prism:$((first + 3))"
else
  echo "skipped: Prism is not here (npm)"
fi
if [ -x $bin/mockoon-cli ]; then
  run mockoon $bin/mockoon-cli start --data bench/support/mockoon.json \
    --port $((first + 4)) --disable-log-to-file
  await $((first + 4)) Mockoon && servers="$servers mockoon:$((first + 4))"
else
  echo "skipped: Mockoon is not here (npm)"
fi
if [ -n "$servers" ]; then
  servers="beside:$((first + 2)) $servers"
  measure 3
fi
[ -s "$folder/prism" ] && compare "durable / Prism" beside prism 8
[ -s "$folder/mockoon" ] && compare "durable / Mockoon" beside mockoon 8

# to a hundred thousand policies, at least
count() {
  curl -s -H 'Authorization: Bearer bench' \
    "http://127.0.0.1:$((first + 1))/__admin/counts" |
    sed 's/.*"tokenLifetimePolicy":\([0-9]*\).*/\1/'
}
seconds=1
while [ "$(count)" -lt 100000 ]; do
  rate $((first + 1)) >/dev/null
done
printf 'memory at rest %s MB; with %s policies in memory %s MB\n' \
  "$rest" "$(count)" "$(rss $memory_pid)"
start=$($pin "${LUA:-lua5.4}" bench/support/start.lua)
verdict=$(awk "BEGIN { print ($start <= 30) ? \"held\" : \"MISSED\" }")
[ "$verdict" = held ] || missed=1
printf 'start to first answer %s ms   bar 30: %s\n' "$start" "$verdict"
[ $missed = 0 ]
