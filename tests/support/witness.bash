# A tree whose /usr/bin/python3 is tests/support/helpers/witness.c: small, quick to start, and it says who
# it is. Loaded by bats files and sourced by batteries.
# shellcheck shell=bash disable=SC2154 # host_exe and tree_exe are the tests'
ARCH=$(uname -m)

# For bats: one such tree for all tests of a file, in $TREE, and nothing left of them.
setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    export TREE=$BATS_FILE_TMPDIR/tree CONF=
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    witness_tree "$TREE"
}

teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

# Makes the tree. Its script bin/tool is what tests run; bin/hold waits for the end of its input.
witness_tree() {
    local tree=$1 runtime=$1/etc/python/$ARCH/usr
    (
        umask 022
        mkdir -p "$tree"/{bin,sbin,site-package,etc/busypy} "$runtime/bin" "$runtime/local/bin" \
            "$tree/etc/clib/$ARCH"
        cp "$HELPERS/witness" "$runtime/bin/python3"
        printf '#!/usr/bin/python3\n' >"$tree/etc/busypy/selftest"
        printf '#!/usr/bin/python3\n' >"$tree/bin/tool"
        printf '#!/usr/bin/python3\n# hold\n' >"$tree/bin/hold"
        chmod 755 "$tree/etc/busypy/selftest" "$tree"/bin/*
    )
}

# In a throw-away machine: the host's own Python becomes a witness, too (another file, so that exe=
# tells the two apart).
witness_host() {
    cp "$HELPERS/witness" "$1" && mount --bind "$1" /usr/bin/python3
}

# The number that exe= shows for a program.
exe_of() { stat -Lc %i "$1"; }

# One word of a witness's line: word KEY <<<"$line".
word() { tr ' ' '\n' | sed -n "s/^$1=//p"; }

# As an ordinary user with nothing but what is given: as_user [SETPRIV-OPTION...] COMMAND...
as_user() { setpriv --reuid 1000 --regid 1000 --clear-groups "$@"; }

# Runs a bash script (standard input) as root of a throw-away machine where the tree $TREE is
# enabled with the configuration lines in $CONF, and whose own Python is a witness, too. There,
# $tool is a script of the tree and $foreign one that is not; $tree_exe and $host_exe are what their
# interpreters' exe= shows; tier NAME COMMAND... says which way a command's witness went.
in_machine() {
    local dir; dir=$(mktemp -d "$BATS_TEST_TMPDIR/XXXXXX") && chmod 755 "$dir" "$BATS_TEST_TMPDIR"
    printf '[busypy]\n%s\n' "$CONF" >"$dir/conf"
    printf '#!/usr/bin/python3\n' >"$dir/foreign" && chmod 755 "$dir/foreign"
    { cat <<SCRIPT; cat; } | machine_script
HELPERS=$HELPERS TREE=$TREE dir=$dir tool=$TREE/bin/tool foreign=$dir/foreign
. "$ROOT/tests/support/witness.bash"
witness_host "\$dir/host"
tree_exe=\$(exe_of "\$TREE/etc/python/\$ARCH/usr/bin/python3") host_exe=\$(exe_of "\$dir/host")
"$BUSYPY" enable --quiet --config "\$dir/conf" "\$TREE"
SCRIPT
}

# Which way a witness came to run, from its line on standard input: "host" (foreign), "direct",
# "view" (entered or composed with the namespaces' own privilege), "user view" (composed in a user
# namespace of its own).
tier() {
    local line; line=$(cat)
    case "$(word exe <<<"$line") $(word view <<<"$line")" in
    "$host_exe 0") echo host ;;
    "$tree_exe 0") echo direct ;;
    "$tree_exe 1")
        if [ "$(word userns <<<"$line")" = "${1:-$(exe_of /proc/self/ns/user)}" ]; then
            echo view
        else
            echo "user view"
        fi ;;
    *) echo "nobody: $line" ;;
    esac
}
