# A tree whose /usr/bin/python3 is tests/helpers/witness.c: small, quick to start, and it says who
# it is. Loaded by bats files and sourced by batteries.
# shellcheck shell=bash
ARCH=$(uname -m)

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
