#!/usr/bin/env bats
# busypy check: sound trees, what it prints, what it cannot tell. Broken trees: tests/cli/check/run.
# shellcheck shell=bash disable=SC2016,SC2153,SC2154
load ../stage/fixtures

ARCH=$(uname -m)

setup() { TREE=$BATS_TEST_TMPDIR/tree; ROOT_DIR=$BATS_TEST_TMPDIR/sysroot; }

# Fails unless a tree has neither errors nor warnings.
is_sound() {
    run -0 "$BUSYPY" check "$@"
    [[ $output == "${*: -1}: sound: "* && $output != *$'\n'* ]] || { echo "$output"; return 1; }
}

cannot_tell() { # sentence, arguments
    local sentence=$1; shift
    run -125 "$BUSYPY" check "$@"
    same "$output" "busypy: check: $sentence"
}

@test "Debian's runtimes and this machine's own are sound" {
    debian_tree x86_64 aarch64
    is_sound "$TREES/debian"
    is_sound "$TREES/host"
}

@test "what its lock leaves out for an arch is a warning, and a lock that is none" {
    "$ROOT/tests/support/clone" "$TREES/host" "$TREE"
    printf '%s\n' '# busypy lock 1' 'want wheel fast' 'package fast 2.0' "lacks $ARCH" 'lacks vax' >"$TREE/etc/busypy/requirements.lock"
    run -0 "$BUSYPY" check "$TREE"
    grep -qxF "warning: etc/busypy/requirements.lock ($ARCH) fast 2.0 is left out for $ARCH, for which it had no wheel" <<<"$output"
    [[ $output != *vax* ]]
    echo nonsense >>"$TREE/etc/busypy/requirements.lock"
    run -0 "$BUSYPY" check "$TREE"
    [[ $output == *"warning: etc/busypy/requirements.lock "*"etc/busypy/requirements.lock: "* ]]
}

@test "a musl tree as Buildroot makes it is sound" {
    dynamic_sysroot "$ROOT_DIR"
    "${STAGE[@]}" --from "$ROOT_DIR" "$TREE"
    run -0 "$BUSYPY" check --json "$TREE"
    printf '%s' "$output" >"$BATS_TEST_TMPDIR/json"
    run python3 -c 'import json, sys
for f in json.load(open(sys.argv[1]))["findings"]:
    if f["severity"] != "note": print(f["path"], f["severity"], f["what"])' "$BATS_TEST_TMPDIR/json"
    [[ $output != *error* ]] || { echo "$output"; return 1; }
    while read -r _ severity what; do # nothing but that it is not compiled
        [[ -z $severity || $severity == warning && $what == "has no compiled file of Python 3.12 for "* ]] ||
            { echo "$output"; return 1; }
    done <<<"$output"
}

@test "a static musl tree is sound" {
    static_sysroot "$ROOT_DIR"
    "${STAGE[@]}" --from "$ROOT_DIR" "$TREE"
    run -0 "$BUSYPY" check "$TREE"
    [[ $output != *error* ]]
}

@test "libraries of a musl tree" {
    dynamic_sysroot "$ROOT_DIR"
    "${STAGE[@]}" --from "$ROOT_DIR" "$TREE"
    run -0 "$BUSYPY" check --libraries "$TREE"
    grep -qxE "$ARCH +/usr/bin/python3.12 +libone.so.1 +/lib/libone.so.1" <<<"$output"
    grep -qxE "$ARCH +/usr/bin/python3.12 +libc.so +/lib/ld-musl-$ARCH.so.1" <<<"$output"
    rm "$TREE/etc/clib/$ARCH/libone.so.1"
    run -1 "$BUSYPY" check "$TREE"
    grep -qxF "error: etc/python/$ARCH/usr/bin/python3.12 ($ARCH) needs libone.so.1, which is not in the view" <<<"$output"
}

@test "a finding as text, and the last line" {
    cp -a "$TREES/host" "$TREE"
    rm -r "$TREE/proc"; chmod g+w "$TREE/tmp"
    run -1 "$BUSYPY" check "$TREE"
    same "$(sed '$d' <<<"$output")" "error: proc is missing
  why:  a client cannot mount there: the tree is read-only for it
  mend: make the directory, or stage again: busypy stage $TREE
error: tmp can be written by its group (mode 0775)
  why:  whoever can write to the tree decides what all its users run
  mend: chmod go-w it"
    [[ ${lines[-1]} =~ ^"$TREE: unsound: 2 errors; 1 arch, "[0-9]+" files, "[0-9]+" ELF files; --notes prints "[0-9]+" note"s?$ ]]
    cd "$TREE" # the current directory is the default
    run -1 "$BUSYPY" check
    same "${lines[0]}" "error: proc is missing"
}

@test "names cannot drive a terminal or break JSON, and what cannot be printed is no success" {
    cp -a "$TREES/host" "$TREE"
    : >"$TREE/home/"$'a\e[31m\nb\xff'
    run -1 "$BUSYPY" check "$TREE"
    same "${lines[0]}" 'error: home/a\x1b[31m\x0ab\xff has a control byte in its name'
    run -1 "$BUSYPY" check --json "$TREE"
    printf '%s' "$output" >"$BATS_TEST_TMPDIR/json"
    run -0 python3 -c 'import json, sys
print(ascii([f["path"] for f in json.load(open(sys.argv[1], encoding="utf-8"))["findings"] if f["severity"] == "error"]))' \
        "$BATS_TEST_TMPDIR/json"
    same "$output" "['home/a\\x1b[31m\\nb\\ufffd']"
    run -125 --separate-stderr bash -c '"$0" check "$1" >/dev/full' "$BUSYPY" "$TREES/host"
    same "$stderr" "busypy: check: cannot print: No space left on device"
}

@test "ldconfig may know the machine's list of libraries" {
    cp -a "$TREES/host" "$TREE"
    mkdir -p "$TREE/etc/python/$ARCH/usr/sbin"
    cp "$HELPERS/nothing" "$TREE/etc/python/$ARCH/usr/sbin/ldconfig"
    printf '/etc/ld.so.cache\0' >>"$TREE/etc/python/$ARCH/usr/sbin/ldconfig"
    chmod 755 "$TREE/etc/python/$ARCH/usr/sbin"{,/ldconfig}
    is_sound "$TREE"
}

@test "warnings alone leave a tree sound; notes are printed on request" {
    cp -a "$TREES/host" "$TREE"
    touch "$TREE/etc/HOSTS"
    run -0 "$BUSYPY" check "$TREE"
    grep -qxF "warning: etc/hosts differs from HOSTS only in case" <<<"$output"
    [[ ${lines[-1]} == "$TREE: sound: 1 warning; 1 arch, "* ]]
    ln -s /usr/share/nothing "$TREE/etc/link"
    run -0 "$BUSYPY" check -n "$TREE"
    grep -qxF "note: etc/link leads to /usr/share/nothing, which is not there" <<<"$output"
}

@test "what it cannot tell" {
    cannot_tell "cannot find the tree /nowhere: No such file or directory" /nowhere
    cannot_tell "$BATS_TEST_TMPDIR is no BusyPy tree: it has no bin (Hint: 'busypy stage $BATS_TEST_TMPDIR' makes one)" \
        "$BATS_TEST_TMPDIR"
    cannot_tell "$TREES/host has no runtime for s390x; it has: $ARCH" --arch s390x "$TREES/host"
    cannot_tell "unknown arch 'vax' (Hint: one of x86_64 aarch64 riscv64 armhf armel i386 ppc64le s390x mips64el mipsel, or all)" \
        --arch vax "$TREES/host"
    cannot_tell "needs one TREE (Hint: see 'busypy check --help')" a b
    run -125 "$BUSYPY" check --nothing
    same "${lines[-1]}" "busypy: check: see 'busypy check --help'"
}

@test "nothing in the tree is changed, and nothing foreign or of the tree is started" {
    debian_tree x86_64
    before=$(describe "$TREES/host")
    run -0 strace -f -e trace=execve -o "$BATS_TEST_TMPDIR/trace" "$BUSYPY" check "$TREES/debian"
    run grep -E "execve\(\"$TREES" "$BATS_TEST_TMPDIR/trace"
    same "$output" ""
    is_sound "$TREES/host"
    same "$(describe "$TREES/host")" "$before"
}

@test "staging warns of a module that cannot be imported" {
    dynamic_sysroot "$ROOT_DIR"
    local module=$ROOT_DIR/usr/lib/python3.12/lib-dynload/_two.so
    echo 'int nobody(void); int two(void) { return nobody(); }' >"$BATS_TEST_TMPDIR/two.c"
    musl-gcc -shared -fPIC -o "$module" "$BATS_TEST_TMPDIR/two.c"
    run -0 "${STAGE[@]}" --from "$ROOT_DIR" "$TREE"
    grep -qxF "busypy: stage: warning: etc/python/$ARCH/usr/lib/python3.12/lib-dynload/_two.so ($ARCH) uses nobody, which nothing defines that it loads" \
        <<<"$output" || { echo "$output"; return 1; }
    run -0 "$BUSYPY" pack --output "$BATS_TEST_TMPDIR/image" "$TREE"
    grep -qxF "busypy: pack: warning: etc/python/$ARCH/usr/lib/python3.12/lib-dynload/_two.so ($ARCH) uses nobody, which nothing defines that it loads" \
        <<<"$output" || { echo "$output"; return 1; }
}

@test "the last line says of a tree that its scripts run beside the host's programs" {
    "$ROOT/tests/support/clone" "$TREES/host" "$TREE"
    run -0 "$BUSYPY" check "$TREE"
    [[ ${lines[-1]} != *beside* ]]
    rm -f "$TREE/etc/busypy/tree.conf"
    echo 'programs = host' >"$TREE/etc/busypy/tree.conf"
    run -0 "$BUSYPY" check "$TREE"
    [[ ${lines[-1]} == "$TREE: sound: "*"; its scripts run beside the host's programs, on clients and in sandboxes with the tree's alone" ]]
}

@test "a directory that the caller cannot read is a finding, and ends no check" {
    local as_user=()
    [ "$EUID" -ne 0 ] || as_user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    "$ROOT/tests/support/clone" "$TREES/host" "$TREE"
    mkdir -m 0 "$TREE/home/closed"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$TREE"
    run -1 "${as_user[@]}" "$BUSYPY" check "$TREE"
    grep -qxF "error: home/closed cannot be read by everybody (mode 0000)" <<<"$output" || { echo "$output"; return 1; }
    [[ ${lines[-1]} == "$TREE: unsound: 1 error; "* ]] || { echo "$output"; return 1; }
}
