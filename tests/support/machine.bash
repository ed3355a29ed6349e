# For test programs that are written in Python and work inside a throw-away machine.
# shellcheck shell=bash disable=SC2034
here=$(cd "${0%/*}" && pwd)
root=$(cd "$here/../../.." && pwd)

export TEST_SLOWNESS=${TEST_SLOWNESS:-$("$root/tests/support/slowness")}
host_state() { "$root/tests/support/host-state"; }

# Runs a program there, as PROGRAM ROOT BUSYPY TREE ARG..., with a session keyring that all its
# children have in common, and tells by one more result whether the host is as before. The words of
# $within are put before it: what changes the machine.
within=()
in_machine() {
    local before status program=$1
    shift
    before=$(host_state)
    "$root/build/helpers/nsrun" "$root/build/helpers/state" keyring=busypy-tests "env=PATH=$PATH" \
        -- "${within[@]}" /usr/bin/python3 -IB "$program" "$root" "${BUSYPY:-$root/build/busypy}" \
        "${BUSYPY_TEST_TREES:-$root/build/test-trees}/host" "$@"
    status=$?
    if [ "$(host_state)" = "$before" ]; then
        echo "ok - the host is as before"
    else
        echo "not ok - the host is as before"
        diff <(echo "$before") <(host_state)
    fi
    return $status
}
