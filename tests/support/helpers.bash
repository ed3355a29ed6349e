# What every bats file loads: where things are, a throw-away machine, exact messages.
# shellcheck shell=bash
bats_require_minimum_version 1.5.0

ROOT=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
BUSYPY=${BUSYPY:-$ROOT/build/busypy}
HELPERS=$ROOT/build/helpers
TREES=${BUSYPY_TEST_TREES:-$ROOT/build/test-trees} # staged once, shared by all tests; never written
export BUSYPY HELPERS TREES ROOT

# Sees to it that the staged tree of Debian runtimes, $TREES/debian, has these archs.
debian_tree() { "$ROOT/tests/support/trees" "$@" >/dev/null; }

# Runs a command as root of a throw-away machine with its own binfmt_misc (tests/support/helpers/nsrun.c).
machine() { "$HELPERS/nsrun" "$@"; }

# Runs a bash script (standard input) there, with set -eu.
machine_script() { "$HELPERS/nsrun" bash -euo pipefail -s -- "$@"; }

# Fails unless $1 and $2 are the same; says which.
same() {
    [ "$1" = "$2" ] && return 0
    printf 'got:    %s\nwanted: %s\n' "$1" "$2"
    return 1
}

# Waits until a command succeeds, at most $1 seconds. Never a plain sleep.
wait_until() {
    local deadline=$((SECONDS + $1)); shift
    until "$@"; do
        [ $SECONDS -lt "$deadline" ] || { echo "gave up waiting for: $*"; return 1; }
        read -rt 0.02 <> <(:) || :
    done
}

# The machine's own state, before and after: no test leaves a mount or a handler.
host_state() { cat /proc/self/mountinfo; ls /proc/sys/fs/binfmt_misc; }
