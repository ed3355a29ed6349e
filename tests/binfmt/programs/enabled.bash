# A throw-away machine where a tree with programs = host is enabled, for the files of tests here.
# shellcheck shell=bash
load ../../support/helpers

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    debian_tree "$(uname -m)"
    export TREE=$BATS_FILE_TMPDIR/tree
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    host_tree "$TREE"
}

teardown_file() {
    host_state | diff "$BATS_FILE_TMPDIR/before" -
}

# A tree that uses the host's programs. Its script py runs the code that is its first argument.
host_tree() {
    "$ROOT/tests/support/clone" "$TREES/debian" "$1"
    echo 'programs = host' >"$1/etc/busypy/tree.conf"
    printf '#!/usr/bin/python3\nimport sys\nexec(sys.argv[1])\n' >"$1/bin/py"
    printf '#!/usr/bin/python3\nimport sys\nprint("nested", sys.prefix, *sys.argv[1:])\n' >"$1/bin/nested"
    mkdir -p "$1/site-package"
    echo 'name = "of the tree"' >"$1/site-package/ours.py"
    chmod 755 "$1/bin/py" "$1/bin/nested"
}

# Runs a bash script (standard input) in a throw-away machine where $TREE is enabled, with the
# configuration $CONF. Three callers: "$@" of each is put before a command.
enabled() {
    { cat <<'SCRIPT'; cat; } | machine_script "$TREE" "$CONF"
export TREE=$1
printf '%s\n' "$2" >/run/conf
"$BUSYPY" enable --quiet --config /run/conf "$TREE"
user="setpriv --reuid 1000 --regid 1000 --clear-groups"
bound="$user --no-new-privs"
each() { for who in env "$user" "$bound"; do "$@"; done; }
py=$TREE/bin/py
fails() { echo "$*"; exit 1; }
SCRIPT
}
