# A small tree that `busypy check` finds sound. Needs tests/support/witness.bash.
# shellcheck shell=bash

# sound_tree TREE [N]: with N scripts more.
sound_tree() {
    local tree=$1 i
    witness_tree "$tree"
    (
        umask 022
        mkdir "$tree"/{dev,home,lib,mnt,proc,root,run,sys,tmp,usr,var}
        ln -s lib "$tree/lib64"
        for ((i = 0; i < ${2:-0}; i++)); do
            printf '#!/usr/bin/python3\n# %d\n' "$i" >"$tree/bin/script$i"
        done
        chmod 755 "$tree"/bin/*
    )
}
