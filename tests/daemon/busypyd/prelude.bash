# What each script of a test of busypyd begins with, inside of a throw-away machine.
# shellcheck shell=bash disable=SC2154
set -euo pipefail
umask 022
here=$(mktemp -d)
chmod 755 "$here"
conf=$here/conf
export=$here/srv/export
service=
leave() { # everything that was started ends, before anything is removed
    local jobs
    mapfile -t jobs < <(jobs -p)
    [ "${#jobs[@]}" = 0 ] || kill -KILL "${jobs[@]}" 2>/dev/null || :
    umount -l "$export" 2>/dev/null || :
    rm -rf "$here"
}
trap leave EXIT

# await COMMAND...: until it succeeds; three minutes at most.
await() {
    local deadline=$((SECONDS + 180 * TEST_SLOWNESS))
    until "$@"; do
        if [ $SECONDS -ge $deadline ]; then
            echo "gave up waiting for: $*"; cat "$here/log" 2>/dev/null; "$BUSYPY" status trees service; exit 1
        fi
        read -rt 0.02 <> <(:) || :
    done
}
same() { [ "$1" = "$2" ] || { printf 'got:    %s\nwanted: %s\n' "$1" "$2"; cat "$here/log"; exit 1; }; }

# new_version EXPORT ID: a version is complete when it gets its name.
new_version() {
    mkdir -p "$1/versions"
    "$ROOT/tests/support/clone" "$TREE" "$1/versions/$2.tmp" # links: files are added, never written to
    printf '#!/usr/bin/python3\nimport os, sys\nprint("%s", os.path.exists("/.busypy/view"), *sys.argv[1:])\n' \
        "$2" >"$1/versions/$2.tmp/bin/whichone"
    printf '#!/usr/bin/python3\nimport sys\nprint("here", flush=True)\nsys.stdin.read()\nprint(open("/bin/whichone").read().split(chr(34))[1])\n' \
        >"$1/versions/$2.tmp/bin/holdone"
    chmod 755 "$1/versions/$2.tmp/bin/whichone" "$1/versions/$2.tmp/bin/holdone"
    mv "$1/versions/$2.tmp" "$1/versions/$2"
}
# point EXPORT ID: current leads there.
point() { ln -s "versions/$2" "$1/current.new"; mv -T "$1/current.new" "$1/current"; }

configure() { { echo '[busypy]'; printf '%s\n' "$@"; } >"$conf.new"; mv "$conf.new" "$conf"; }
start() { "$BUSYPYD" -c "$conf" >>"$here/log" 2>&1 & service=$!; }
stop() { kill -TERM "$service"; wait "$service"; service=; }
# in_force PATH: PATH is a tree of the generation that status sees, and the service says so.
status() { "$BUSYPY" status -n "$@" 2>/dev/null || :; }
in_force() { status -o follows,version,state service | tr -s ' ' | grep -qx "$1 $2 in force"; }
generation() { status -o generation trees | sort -u | tr -d ' '; }
entries() { find /proc/sys/fs/binfmt_misc -name 'busypy-*' | wc -l; }
said() { grep -qF -- "$1" "$here/log"; }
