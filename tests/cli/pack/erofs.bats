# busypy pack --format erofs: the same bytes from anywhere, and what is in it. That clients mount it:
# tests/cli/export/run.
load ../../support/helpers

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    "$BUSYPY" pack -f erofs --json -o "$BATS_FILE_TMPDIR/image" "$TREES/host" >"$BATS_FILE_TMPDIR/report"
}

teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

@test "the same bytes for another user, path, umask and time, and without the source's hard links" {
    cp -a "$TREES/host" "$BATS_TEST_TMPDIR/elsewhere"
    chmod 755 "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
    find "$BATS_TEST_TMPDIR/elsewhere" -type f -exec touch -d 2001-02-03 {} +
    ln "$BATS_TEST_TMPDIR/elsewhere/bin/ls" "$BATS_TEST_TMPDIR/a-name-elsewhere"
    mkdir -m 777 "$BATS_TEST_TMPDIR/out"
    (umask 077; cd /; TZ=Asia/Tokyo setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$BUSYPY" pack -f erofs -o "$BATS_TEST_TMPDIR/out/image" "$BATS_TEST_TMPDIR/elsewhere")
    cmp "$BATS_FILE_TMPDIR/image" "$BATS_TEST_TMPDIR/out/image"
    same "$(stat -c '%a' "$BATS_TEST_TMPDIR/out/image"; ls "$BATS_TEST_TMPDIR/out")" $'644\nimage'
    "$BUSYPY" pack -f erofs -z lz4hc -o "$BATS_TEST_TMPDIR/out/image" "$TREES/host"
    cmp "$BATS_FILE_TMPDIR/image" "$BATS_TEST_TMPDIR/out/image"
}

@test "without stdin, as some services start it" {
    "$BUSYPY" pack -f erofs -o "$BATS_TEST_TMPDIR/image" "$TREES/host" <&-
    cmp "$BATS_FILE_TMPDIR/image" "$BATS_TEST_TMPDIR/image"
}

@test "what is in it is the tree, checked by fsck.erofs; compressed it is less" {
    "$BUSYPY" pack -f erofs -z none -o "$BATS_TEST_TMPDIR/plain" "$TREES/host"
    for image in "$BATS_FILE_TMPDIR/image" "$BATS_TEST_TMPDIR/plain"; do
        fsck.erofs --extract="$BATS_TEST_TMPDIR/out" --overwrite --no-preserve "$image" >/dev/null
        diff -r --no-dereference "$TREES/host" "$BATS_TEST_TMPDIR/out"
        rm -r "$BATS_TEST_TMPDIR/out"
    done
    [ "$(stat -c %s "$BATS_FILE_TMPDIR/image")" -lt $(($(stat -c %s "$BATS_TEST_TMPDIR/plain") * 2 / 3)) ]
}

@test "one arch leaves the others out; unwanted modules are left out; the report adds up" {
    debian_tree s390x
    printf 'sqlite3\n_sqlite3\n' >"$BATS_TEST_TMPDIR/list"
    "$BUSYPY" pack -f erofs -a s390x -m "$BATS_TEST_TMPDIR/list" -o "$BATS_TEST_TMPDIR/s" "$TREES/debian"
    fsck.erofs --extract="$BATS_TEST_TMPDIR/out" --no-preserve "$BATS_TEST_TMPDIR/s" >/dev/null
    same "$(ls "$BATS_TEST_TMPDIR/out/etc/python") $(ls "$BATS_TEST_TMPDIR/out/etc/clib")" "s390x s390x"
    same "$(ls "$BATS_TEST_TMPDIR/out/sbin" | grep -- -init || :)" "$(ls "$TREES/debian/sbin" | grep s390x- || :)"
    ! find "$BATS_TEST_TMPDIR/out" | grep -E 'python3[^/]*/(lib-dynload/)?(__pycache__/)?_?sqlite3([./]|$)' || false
    [ -e "$BATS_TEST_TMPDIR/out/etc/python/s390x/usr/bin/python3" ]
    "$BUSYPY" pack --json -o "$BATS_TEST_TMPDIR/c" "$TREES/host" | diff "$BATS_FILE_TMPDIR/report" -
}

@test "bad input: one sentence, and no file" {
    refused() {
        local sentence=$1; shift
        run -125 "$BUSYPY" pack -f erofs -o "$BATS_TEST_TMPDIR/x" "$@"
        same "$output" "busypy: pack: $sentence"
        same "$(ls "$BATS_TEST_TMPDIR")" ""
    }
    refused "an erofs image is compressed with 'lz4hc' or 'none'" -z gzip "$TREES/host"
    refused "'lz4hc' is for images (Hint: --format erofs)" -f tar -z lz4hc "$TREES/host"
    refused "an image is for one arch, not for all (Hint: --format tar)" -a all "$TREES/host"
    PATH=/nonexistent refused "mkfs.erofs is not installed (Hint: install erofs-utils)" "$TREES/host"
    run -125 "$BUSYPY" pack -f erofs -o /nonexistent/x "$TREES/host"
    same "$output" "busypy: pack: cannot create /nonexistent/x: No such file or directory"
}
