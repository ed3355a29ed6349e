# direct = yes: a caller who can have no view gets the tree's Python by the tree's ld.so, in its own
# file system.
load ../../support/helpers

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    export TREE=$BATS_FILE_TMPDIR/tree
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    "$ROOT/tests/support/clone" "$TREES/host" "$TREE"
    cat >"$TREE/bin/who" <<'SCRIPT'
#!/usr/bin/python3 -I
import os, sys
libs = {line.split()[-1] for line in open("/proc/self/maps") if "/libc.so" in line}
print(*sys.argv[1:], os.path.exists("/.busypy/view"), *libs, sep="\n")
SCRIPT
    chmod 755 "$TREE/bin/who"
    printf '[busypy]\ndirect = yes\n' >"$BATS_FILE_TMPDIR/conf"
}

teardown_file() {
    host_state | diff "$BATS_FILE_TMPDIR/before" -
}

@test "the tree's Python and C library run without a view, with the script's own arguments" {
    machine_script "$BUSYPY" "$TREE" "$BATS_FILE_TMPDIR/conf" >"$BATS_TEST_TMPDIR/out" <<'SCRIPT'
"$1" enable --quiet --config "$3" "$2"
echo 0 >/proc/sys/user/max_user_namespaces
setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs "$2/bin/who" 'a b' -c
SCRIPT
    same "$(cat "$BATS_TEST_TMPDIR/out")" "a b
-c
False
$TREE/etc/clib/$(uname -m)/libc.so.6"
}

@test "another tree in the place of the enabled one is not started" {
    run -125 machine_script "$BUSYPY" "$TREE" "$BATS_FILE_TMPDIR/conf" <<'SCRIPT'
"$1" enable --quiet --config "$3" "$2"
echo 0 >/proc/sys/user/max_user_namespaces
mkdir /run/other
mount -t tmpfs -o mode=755 other /run/other
mkdir /run/other/bin
cp "$2/bin/who" /run/other/bin
mount --bind /run/other "$2"
setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs "$2/bin/who"
SCRIPT
    same "$output" "busypy: $TREE/bin/who: $TREE is not the tree that was enabled (Hint: busypy \
disable, then busypy enable)"
}
