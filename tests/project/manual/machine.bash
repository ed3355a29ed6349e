# A throw-away machine whose root directory is a tmpfs, so that a test can make top-level
# directories, users and programs of "the host" at will, and a tree to put scripts into.
# Sourced by scripts that run as root below nsrun; expects ROOT, BUSYPY and TREES.
# shellcheck shell=bash
# shellcheck source=tests/support/words.bash
. "$ROOT/tests/support/words.bash"
TREE=/srv/tree
PYTHON='#!/usr/bin/python3'

# A new root: the machine's own top-level directories, but /home /mnt /opt /srv of the tmpfs itself
# (one file system, hence one mount), and a copy of what the tests change below /etc.
new_root() {
    local new entry
    new=/run/new-root
    mkdir "$new"
    mount --make-rprivate /
    mount -t tmpfs -o mode=0755 root "$new"
    for entry in /*; do
        case $entry in
        /home | /mnt | /opt | /srv) mkdir "$new$entry" ;;
        *)
            if [ -L "$entry" ]; then
                ln -s "$(readlink "$entry")" "$new$entry"
            elif [ -d "$entry" ]; then
                mkdir "$new$entry" && mount --rbind "$entry" "$new$entry"
            fi
            ;;
        esac
    done
    mkdir "$new/mnt/old"
    cd "$new" || return
    pivot_root . mnt/old
    umount -l mnt/old "$new"
    rmdir mnt/old "$new"
    cd / || return
    mount -t tmpfs -o mode=0755 local /usr/local
    mkdir /usr/local/{bin,sbin,share,etc,lib}
    mount --make-rshared /
}

# A tree with the staged runtime (bound, never written) and programs of its own.
new_tree() {
    local folder
    mkdir -p "$TREE"
    cp -a "$TREES/host/bin" "$TREES/host/sbin" "$TREE"
    for folder in site-package etc/python etc/clib etc/busypy; do
        mkdir -p "$TREE/$folder"
        mount --bind "$TREES/host/$folder" "$TREE/$folder"
    done
}

# Writes standard input into a script; $1 is its path. The first line is $2, or else Python's.
script() {
    { printf '%s\n' "${2:-$PYTHON}"; cat; } >"$1"
    chmod 755 "$1"
}

# Runs a command as an ordinary user.
as_user() { setpriv --reuid 1000 --regid 1000 --clear-groups "$@"; }

# Runs standard input as a Python script of the tree, as root, or as a user with `ask as_user`.
ask() {
    script "$TREE/bin/ask"
    "$@" "$TREE/bin/ask"
}

# Enables the tree; with PROGRAMS=host, of this shell, beside the host's programs.
enable_tree() {
    printf '[busypy]\ntree = %s\n[%s]\nprograms = %s\n' "$TREE" "$TREE" "${PROGRAMS:-tree}" >/run/busypy.conf
    "$BUSYPY" enable --quiet --config /run/busypy.conf
}

new_root
new_tree
enable_tree
