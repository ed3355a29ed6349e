# What test files of busypyd have in common: machines that know the words of prelude.bash, and a
# host that is as before.
# shellcheck shell=bash

begin() {
    host_state >"$BATS_FILE_TMPDIR/before"
    export BUSYPYD=${BUSYPYD:-$ROOT/build/busypyd}
}

setup_file() { begin; export TREE=$TREES/host; }
teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

# A script (standard input) in a machine, after the prelude.
with_prelude() { { cat "$ROOT/tests/daemon/busypyd/prelude.bash"; cat; } | machine_script; }

# The same with an export of version 1 that is configured, but for "bare".
in_machine() {
    { [ "${1-}" = bare ] || echo 'new_version "$export" 1; point "$export" 1; configure "tree = $export/current"'
      cat; } | with_prelude
}
