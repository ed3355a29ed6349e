# busypy stage --from host: this machine's own Python.
# shellcheck shell=bash disable=SC2016,SC2153
load fixtures

ARCH=$(uname -m)

setup() { TREE=$BATS_TEST_TMPDIR/tree; }

@test "a tree from the host has interpreter, library, data and records" {
    local tree=$TREES/host usr file; usr=$tree/etc/python/$ARCH/usr
    [ "$(readlink "$tree/lib64")" = lib ]
    [ -x "$usr/bin/python3" ]
    [[ $(readlink "$usr/bin/python3") == python3.* ]]
    for file in os.py encodings/__init__.py lib-dynload json/__pycache__; do
        compgen -G "$usr/lib*/python3.*/$file" >/dev/null
    done
    for file in test ensurepip EXTERNALLY-MANAGED sitecustomize.py 'lib-dynload/_test*' lib-dynload/nis.* \
        dist-packages; do
        run -1 compgen -G "$usr/lib*/python3.*/$file"
    done
    for file in manifest packages sources versions licences python3.sha256 readelf_{l,d}.{before,after}.txt; do
        [ -s "$tree/etc/busypy/$ARCH/$file" ] || [ -d "$tree/etc/busypy/$ARCH/$file" ]
    done
    (cd "$tree" && sha256sum --quiet -c "etc/busypy/$ARCH/python3.sha256")
    for file in zoneinfo/Europe/Berlin terminfo/x/xterm; do [ -e "$usr/share/$file" ]; done
    for file in bin sbin share etc; do [ -d "$usr/local/$file" ]; done
}

@test "what is staged belongs to everyone's eyes and to nobody's pen" {
    run find "$TREES/host" -type f -not -perm 0644 -not -perm 0755
    same "$output" ""
    run find "$TREES/host" -type d -not -perm 0755
    same "$output" ""
    run find "$TREES/host" -not -uid "$(id -u)"
    same "$output" ""
    run find "$TREES/host/bin" -type f -not -perm 0755
    same "$output" ""
}

@test "the runtime imports what programs import" {
    staged_python "$TREES/host" "$ARCH" -c 'import json, subprocess, argparse, re, pathlib, tempfile, \
        hashlib, logging, ssl, sqlite3, ctypes, readline, curses, lzma, bz2, uuid, zoneinfo, decimal
assert json.__cached__ and __import__("os").path.exists(json.__cached__)'
}

@test "every module of the standard library has its .pyc, which depends on no time" {
    local tree=$TREES/host
    run in_view "$tree" /usr/bin/python3 -c '
import os, pathlib, sys
for py in pathlib.Path(os.__file__).parent.rglob("*.py"):
    pyc = py.parent / "__pycache__" / (py.stem + "." + sys.implementation.cache_tag + ".pyc")
    if not pyc.exists():
        print("no", pyc)
    elif pyc.read_bytes()[4:8] != b"\1\0\0\0":
        print("not unchecked", pyc)
for py in pathlib.Path("/site-package").rglob("*.py"):
    pyc = py.parent / "__pycache__" / (py.stem + "." + sys.implementation.cache_tag + ".pyc")
    if pyc.read_bytes()[4:8] != b"\3\0\0\0":
        print("not checked", pyc)
print(os.__file__, os.environ.__class__.__init__.__code__.co_filename, "/site-package" in sys.path)'
    same "$output" "${lines[0]}"
    [[ $output =~ ^/usr/lib[0-9]*/python3\.[0-9]+/os.py\ .*\ True$ ]]
    run in_view "$tree" /usr/bin/python3 -c 'import json; print(json.loads.__code__.co_filename)'
    [[ $output =~ ^/usr/lib[0-9]*/python3\.[0-9]+/json/__init__.py$ ]]
}

@test "ld.so reads no file of the host's /etc, and the manifest says that it was changed" {
    local ldso tree=$TREES/host; ldso=("$tree/etc/clib/$ARCH"/ld[-6.]*)
    run ! grep -aqP '\x00/etc/ld\.so\.(cache|preload)\x00' "${ldso[0]}"
    grep -q " /lib/${ldso[0]##*/} .* patched$" "$tree/etc/busypy/$ARCH/manifest"
    run in_view "$tree" /usr/bin/python3 -c 'print(open("/proc/self/maps").read())'
    [[ $output != */usr/lib/x86_64* ]]
}

# The host's files that a tree was staged from, as its manifest has them: "sum path".
pristine() { awk '$3 ~ /^\/usr\// { print $1, $3 }' "$1/etc/busypy/$ARCH/manifest"; }

# Somebody upgraded the host's Python or a library since the tree was staged.
upgraded_since() {
    [ -n "$(pristine "$1" | cut -d ' ' -f 2 | xargs -d '\n' -I FILE \
        find FILE -maxdepth 0 -cnewer "$1/etc/busypy/$ARCH/manifest" 2>&1)" ]
}

@test "the same host twice gives the same bytes, whatever the umask" {
    local first=$TREES/host
    if upgraded_since "$first"; then
        first=$BATS_TEST_TMPDIR/first
        "${STAGE[@]}" "$first"
    fi
    (umask 077 && "${STAGE[@]}" "$TREE")
    diff <(describe "$TREE/etc/python/$ARCH") <(describe "$first/etc/python/$ARCH")
    diff <(describe "$TREE/etc/clib") <(describe "$first/etc/clib")
    diff <(describe "$TREE/etc/busypy/$ARCH") <(describe "$first/etc/busypy/$ARCH")
}

@test "the pristine sums of the manifest are those of the host's files" {
    local tree=$TREES/host
    if upgraded_since "$tree"; then
        tree=$TREE
        "${STAGE[@]}" "$tree"
    fi
    [ "$(pristine "$tree" | wc -l)" -gt 20 ]
    pristine "$tree" | sed 's/ /  /' | sha256sum --quiet -c
}

@test "--list prints every binary, as text and as JSON" {
    local lines_of; lines_of=$(wc -l <"$TREES/host/etc/busypy/$ARCH/manifest")
    run -0 "${STAGE[@]}" --list "$TREES/host"
    same "${#lines[@]}" "$((lines_of + 1))"
    [[ ${lines[0]} =~ ^ARCH\ +SHA256\ +SIZE\ PATH\ +ORIGIN\ +STATE$ ]]
    run -0 bash -c '"$@" | /usr/bin/python3 -c "
import json, sys
files = json.load(sys.stdin)[\"files\"]
print(len(files), sorted(files[0]), type(files[0][\"size\"]).__name__)"' - "${STAGE[@]}" --list --json "$TREES/host"
    same "$output" "$lines_of ['arch', 'origin', 'path', 'sha256', 'size', 'state'] int"
}

@test "an ordinary user stages a tree" {
    [ "$(id -u)" -eq 0 ] || { "${STAGE[@]}" "$TREE"; return; }
    local dir; dir=$(mktemp -d); chmod 755 "$dir"; chown 4321:4321 "$dir"
    setpriv --reuid=4321 --regid=4321 --clear-groups "${STAGE[@]}" "$dir/tree"
    run find "$dir/tree" -not -uid 4321
    rm -rf "$dir"
    same "$output" ""
}

@test "a script of the tree names its process, as a native shebang does" {
    local tree=$TREES/host script=$BATS_TEST_TMPDIR/a-script-with-a-long-name
    printf '#!/usr/bin/python3\nprint(open("/proc/self/comm").read(), end="")\n' >"$script"
    run -0 in_view "$tree" --ro-bind "$script" /tmp/a-script-with-a-long-name -- /usr/bin/python3 /tmp/a-script-with-a-long-name
    same "$output" "a-script-with-a"
    run -0 in_view "$tree" /usr/bin/python3 -c 'print(open("/proc/self/comm").read(), end="")'
    same "$output" "python3"
    # without a /proc, nothing is said and nothing fails
    run -0 bwrap --ro-bind "$tree" / --ro-bind "$tree/etc/python/$ARCH/usr" /usr --ro-bind "$tree/etc/clib/$ARCH" /lib \
        --dev /dev /usr/bin/python3 -c 'print("ok")'
    same "$output" ok
}

@test "the self-test says what runs it" {
    run -0 in_view "$TREES/host" /etc/busypy/selftest
    [[ $output =~ ^busypy-selftest\ ok\ "$(uname -m)"\ 3\.[0-9]+\.[0-9]+$ ]]
}

@test "what is said of the tree is written, and what is not said again stays" {
    stage_host() { run -0 "$BUSYPY" stage --from host --rootfs "$ROOT/rootfs" "$@" "$TREE"; }
    conf=$TREE/etc/busypy/tree.conf
    stage_host
    [ ! -e "$conf" ]
    stage_host --start auto
    same "$(cat "$conf")" "start = auto"
    stage_host --programs host
    same "$(cat "$conf")" $'programs = host\nstart = auto'
    stage_host --start image
    same "$(cat "$conf")" $'programs = host\nstart = image'
    stage_host
    same "$(cat "$conf")" $'programs = host\nstart = image'
    run -125 "$BUSYPY" stage --start fast "$TREE"
    same "$output" "busypy: stage: --start: 'start' must be 'plain', 'auto' or 'image', not 'fast'"
    echo 'start = soon' >"$conf"
    run -125 "$BUSYPY" stage --from host --rootfs "$ROOT/rootfs" --programs tree "$TREE"
    same "${lines[-1]}" "busypy: stage: $conf:1:9: 'start' must be 'plain', 'auto' or 'image', not 'soon'"
    same "$(cat "$conf")" "start = soon"
}
