# An export that others mean harm to. Needs tests/support/helpers.bash, witness.bash and
# tests/cli/publish/tree.bash.
# shellcheck shell=bash disable=SC2034,SC2154 # what run and the tests have

USER_ID=65534

# Where the tests of a file find things: a sound source, and an export with versions v1 to v$1.
hostile_export() {
    SRC=$BATS_TEST_TMPDIR/src E=$BATS_TEST_TMPDIR/export OUT=$BATS_TEST_TMPDIR/outside
    chmod 755 "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR"
    sound_tree "$SRC"
    mkdir -p "$OUT/etc/busypy" "$OUT/bin"
    echo TOP-SECRET | tee "$OUT/file" "$OUT/bin/tool" >"$OUT/etc/busypy/id"
    chmod -R go= "$OUT"
    for ((i = 1; i <= $1; i++)); do
        echo $i >"$SRC/etc/n"
        "$BUSYPY" publish -q -i v$i "$SRC" "$E"
    done
    state "$OUT" >"$BATS_TEST_TMPDIR/outside.before"
    state "$E/versions" >"$BATS_TEST_TMPDIR/versions.before"
}

# Bytes, modes, owners and names of everything in a directory.
state() {
    (cd "$1" && find . -mindepth 1 -printf '%p %y %m %U %l\n' | sort
        find . -type f -exec sha256sum {} + | sort)
}

# What lies outside is as it was; and what was published.
outside_unchanged() { state "$OUT" | diff "$BATS_TEST_TMPDIR/outside.before" -; }
unchanged() { state "$E/versions" | diff "$BATS_TEST_TMPDIR/versions.before" - && outside_unchanged; }

# refuses WORDS COMMAND...: busypy ends soon, with one sentence that has these words and no control
# character, and nothing has changed.
refuses() {
    local words=$1; shift
    run -125 patiently 20 "$BUSYPY" "$@"
    [[ $output == "busypy: $1: "*"$words"* ]] || { echo "got: $output"; echo "wanted: $words"; return 1; }
    [[ $output != *[$'\x01'-$'\x1f\x7f']* ]]
    run ! grep -q $'\xc2[\x80-\x9f]' <<<"$output"
    unchanged
}

# swaps HOW COMMAND NAME[=DECOY]...: see swaps.py.
swaps() { /usr/bin/python3 -B "$ROOT/tests/hostile/swaps.py" "$BATS_TEST_TMPDIR" "$@"; }

lease() { printf 'host %s\narch x86_64\nversion %s\nboot b-1\nuptime 5\n' "$1" "$2" >"$E/leases/$1"; }

socket() { /usr/bin/python3 -c 'import os, socket, sys; os.chdir(sys.argv[1]); socket.socket(socket.AF_UNIX).bind(sys.argv[2])' "${1%/*}" "${1##*/}"; }
