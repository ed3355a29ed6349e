# What every bats file loads: where things are, a throw-away machine, exact messages.
# shellcheck shell=bash
bats_require_minimum_version 1.5.0

ROOT=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
BUSYPY=${BUSYPY:-$ROOT/build/busypy}
HELPERS=$ROOT/build/helpers
TREES=${BUSYPY_TEST_TREES:-$ROOT/build/test-trees} # staged once, shared by all tests; never written
export BUSYPY HELPERS TREES ROOT

# Not started by tests/run: measured once for all files and tests of this run.
if [ -z "${TEST_SLOWNESS-}" ]; then
    [ -s "$BATS_RUN_TMPDIR/slowness" ] || "$ROOT/tests/support/slowness" >"$BATS_RUN_TMPDIR/slowness"
    TEST_SLOWNESS=$(cat "$BATS_RUN_TMPDIR/slowness")
fi
export TEST_SLOWNESS

# shellcheck source=tests/support/words.bash
. "$ROOT/tests/support/words.bash"

# Sees to it that the staged tree of Debian runtimes, $TREES/debian, has these archs.
debian_tree() { "$ROOT/tests/support/trees" "$@" >/dev/null; }

# Runs a command as root of a throw-away machine with its own binfmt_misc (tests/support/helpers/nsrun.c).
machine() { "$HELPERS/nsrun" "$@"; }

# Runs a bash script (standard input) there, with set -eu.
machine_script() { "$HELPERS/nsrun" bash -euo pipefail -s -- "$@"; }

# Runs a command that would hang where something is wrong: at most $1 seconds on a quiet machine.
patiently() { timeout $(($1 * TEST_SLOWNESS)) "${@:2}"; }

# The machine's own state, before and after: no test leaves a mount or a handler.
host_state() { "$ROOT/tests/support/host-state"; }
