# Checks, one by one or beside each other, for a script with `set -euo pipefail`. Whatever ends the script, its last line
# counts: `2231 passed, 0 failed`. What still runs after CI_MINUTES, 60 unless set, is ended and has failed.

over_at=$(awk "BEGIN { print int(${CI_MINUTES:-60} * 60) }")
finished=false
logs=$(mktemp -d)
mkdir "$logs/groups" "$logs/outputs" "$logs/running"
: >"$logs/results"

# record PASSED FAILED NAME: counts, also from checks that run beside each other.
record() { echo "$1 $2 $3" >>"$logs/results"; }

close() {
  local passed=0 failed=0 broken='' p f name
  if [ "$finished" = false ]; then end_all; fi
  while read -r p f name; do
    passed=$((passed + p))
    failed=$((failed + f))
    if [ "$f" -gt 0 ]; then broken+="${broken:+, }$name"; fi
  done <"$logs/results"
  rm -rf "$logs"
  if [ "$finished" = false ] && [ "$failed" -eq 0 ]; then failed=1; fi
  if [ -n "$broken" ]; then echo "Broken: $broken"; fi
  echo "$passed passed, $failed failed"
}
trap close EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Ends what runs before the last check is over, and shows what it had printed.
end_all() {
  local lane group output running
  touch "$logs/over"
  for lane in $(jobs -p); do kill "$lane" 2>/dev/null || true; done
  for group in "$logs"/groups/*; do kill -- "-${group##*/}" 2>/dev/null || true; done
  for output in "$logs"/outputs/*; do
    if [ -e "$output" ]; then cat "$output"; fi
  done
  for running in "$logs"/running/*; do
    if [ -e "$running" ]; then record 0 1 "$(cat "$running")"; fi
  done
  echo 'Ended before the checks were over'
}

# finish: says that every check was made; fails when one of them did.
finish() {
  finished=true
  ! grep -qE '^[0-9]+ [1-9]' "$logs/results"
}

# enter: makes this process a group to be ended with the others; one that comes too late for that ends by itself.
enter() {
  local own=$logs/groups/$BASHPID
  touch "$own" 2>/dev/null && [ ! -e "$logs/over" ] && [ -e "$own" ] || exit 1
}

# in_time COMMAND…: runs it as a group of processes, which is ended when the time of all checks is over.
in_time() {
  local left=$((over_at - SECONDS)) status=0 command guard
  if [ "$left" -le 0 ]; then
    echo '    no time is left for it'
    return 1
  fi
  set -m
  { enter; "$@"; } &
  command=$!
  { enter; end_later "$left" "$command"; } &
  guard=$!
  set +m
  wait "$command" || status=$?
  rm -f "$logs/groups/$command" "$logs/groups/$guard"
  # Bash that was just forked for another program may lose any signal but this one.
  { kill -KILL -- "-$guard" && wait "$guard"; } 2>/dev/null || true
  return "$status"
}

# Whoever has children of its own gets time to end them.
end_later() {
  sleep "$1"
  echo '    ended: it did not end by itself'
  kill -- "-$2"
  sleep 30
  kill -KILL -- "-$2"
}

# check NAME COMMAND…: one check, counted as one.
check() {
  local name=$1 started=$SECONDS running=$logs/running/$BASHPID
  shift
  echo "--- $name"
  echo "$name" >"$running"
  if in_time "$@"; then
    record 1 0 "$name"
    echo "    ok, $((SECONDS - started)) s"
  else
    record 0 1 "$name"
    echo "    FAILED, $((SECONDS - started)) s"
  fi
  rm "$running"
}

# whole CHECK…: a check beside others; what it prints comes whole when it is over.
whole() {
  local output
  output=$(mktemp -p "$logs/outputs")
  check "$@" >"$output" 2>&1
  flock "$logs/printing" cat "$output"
  rm "$output"
}
# beside LANE…: the lanes beside each other, the checks of a lane one after the other. What one waits for, others use.
beside() {
  local lane index lanes=("$@") pids=()
  for lane in "${lanes[@]}"; do
    "$lane" &
    pids+=($!)
  done
  for index in "${!lanes[@]}"; do
    wait "${pids[$index]}" || record 0 1 "the lane ${lanes[$index]}, which ended before its checks"
  done
}
