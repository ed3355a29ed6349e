#!/usr/bin/env bats
# Publishing and rolling back while scripts are started at full rate, with the service.

load ../../support/helpers

setup_file() { host_state >"$BATS_FILE_TMPDIR/before"; }
teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

@test "every start during publishes and rollbacks sees one whole version, and none fails" {
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
    cp -a "$TREES/host" "$BATS_TEST_TMPDIR/source"
    times=15; [ -z "${BUSYPY_TEST_LONG-}" ] || times=200
    run -0 machine /usr/bin/python3 -B "$ROOT/tests/cli/publish/load.py" "$BATS_TEST_TMPDIR" $times
    echo "# $output" >&3
    [[ $output =~ ^$times\ changes,\ [0-9]+\ starts$ ]]
}
