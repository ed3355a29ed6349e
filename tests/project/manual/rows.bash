# What the rows of busypy(7)'s table, "What a script in the host view can and cannot do", are tested
# with: in the view by manual.bats, beside the host's programs by beside.bats.
# shellcheck shell=bash
load ../../support/helpers

PAGE=$ROOT/man/busypy.7

# Runs standard input in a throw-away machine, as root, with the words of machine.bash and
# shared_rows.bash.
row() {
    local body
    body=$(cat)
    machine timeout $((60 * TEST_SLOWNESS)) bash -euo pipefail -c \
        '. "$1/machine.bash"; . "$1/shared_rows.bash"; eval "$2"' _ "$ROOT/tests/project/manual" "$body"
}

# The service module and the caches that the rows of name services use, in $BATS_TEST_TMPDIR.
name_services() {
    "$ROOT/tests/project/manual/nss-module" "$BATS_TEST_TMPDIR/libnss_manual.so.2"
    "$ROOT/tests/project/manual/nss-services" "$BATS_TEST_TMPDIR"
    chmod 755 "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR"
}

section() { sed -n '/^\.Sh WHAT A SCRIPT/,/^\.Sh SECURITY/p' "$PAGE"; }

# Every row of the table names a test, and every test of this file is a row's.
every_row_has_a_test() {
    local rows
    rows=$(section | grep -c '^\.It ')
    [ "$rows" -gt 20 ]
    same "$(section | grep -B1 '^\.It ' | grep -c '^\.\\" test: ')" "$rows"
    same "$(section | sed -n 's/^\.\\" test: //p' | sort)" \
        "$(sed -n 's/^@test "row: \(.*\)" {$/\1/p' "$BATS_TEST_FILENAME" | sort)"
}
