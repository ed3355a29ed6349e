# A racer that is no matter of luck: a command is stopped at a system call that names a file, the file
# is swapped for a link, and the command goes on. Every call of every kind gets its turn. A test
# sets CALLS, and has fresh (makes what is raced anew) and unharmed (fails if it was not).
# shellcheck shell=bash

CALLS=(open openat openat2 newfstatat statx stat lstat readlink readlinkat access)

# The name becomes a link to what is root's.
swap() { mv "$1" "$1.old" && ln -s "$2" "$1"; }

# stopped LOG: the process that the racer has stopped.
stopped() { sed -n 's/^\([0-9]*\) .*stopped by SIGSTOP.*/\1/p' "$1"; }

# swapped_at CALL N NAME TO COMMAND...: NAME is swapped while COMMAND is stopped after its Nth CALL that
# names it, by a path from / or from its directory, or by a descriptor. False if there is none.
swapped_at() {
    local call=$1 n=$2 name=$3 to=$4 log=$BATS_TEST_TMPDIR/log pid; shift 4
    : >"$log"
    timeout $((20 * ${TEST_SLOWNESS:-1})) strace -f -qq -o "$log" -P "$name" -P "${name#/}" -P "${name##*/}" \
        -e trace="$call" -e inject="$call:signal=SIGSTOP:when=$n" "$@" >"$BATS_TEST_TMPDIR/out" 2>&1 &
    until grep -q 'stopped by SIGSTOP' "$log" || ! kill -0 $! 2>/dev/null; do sleep 0.01; done
    pid=$(stopped "$log" | head -n 1)
    if [ "$pid" ]; then
        swap "$name" "$to"
        while kill -0 $! 2>/dev/null; do # a child may be stopped, too
            stopped "$log" | sort -u | xargs -r kill -CONT 2>/dev/null || true
            sleep 0.02
        done
    fi
    wait $! || true
    [ "$pid" ]
}

# race NAME TO COMMAND...: NAME is swapped at each system call of COMMAND that names it.
race() {
    local call n swaps=0
    for call in "${CALLS[@]}"; do
        fresh
        for ((n = 1; n < 40; n++)); do
            swapped_at "$call" "$n" "$@" || break
            unharmed
            swaps=$((swaps + 1))
            fresh
        done
    done
    [ $swaps -gt 1 ] || { echo "swapped $swaps times"; return 1; } # at the look and at the use, at least
}

# race_at DIR HOW NAME TO COMMAND...: NAME is swapped for TO, HOW "link" or "rename", before each system
# call of COMMAND itself that names something below DIR (build/helpers/swapat), from the FIRST (1) on; LEAST (2)
# of them there must be.
race_at() {
    local dir=$1 how=$2 name=$3 to=$4 n=${FIRST:-1} calls=0 swaps=0 swapped status; shift 4
    while :; do
        fresh
        status=0
        timeout $((60 * TEST_SLOWNESS)) "$HELPERS/swapat" "$n" "$dir" "$how" "$name" "$to" -- "$@" \
            >"$BATS_TEST_TMPDIR/calls" 2>"$BATS_TEST_TMPDIR/out" || status=$?
        read -r calls swapped < <(tail -n 1 "$BATS_TEST_TMPDIR/calls")
        [ $status = 0 ] || [ $status = 125 ] || { echo "call $n: status $status"; cat "$BATS_TEST_TMPDIR/out"; return 1; }
        swaps=$((swaps + swapped))
        echo "$n of $calls: $swapped swapped, status $status, $(cat "$BATS_TEST_TMPDIR/out")"
        unharmed
        # a swap may end the command early: only one that comes too late was after the last call
        [ "$n" -lt "$calls" ] || { [ "$swapped" -gt 0 ] && [ $swaps -lt "${LEAST:-2}" ]; } || break
        n=$((n + 1))
    done
    [ $swaps -ge "${LEAST:-2}" ] || { echo "swapped $swaps times in $calls calls"; return 1; }
}
