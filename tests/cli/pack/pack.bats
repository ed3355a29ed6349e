# busypy pack: the same bytes from anywhere, everything in it, nothing foreign.
load ../../support/helpers

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    ARCH=$(uname -m); export ARCH
    "$BUSYPY" pack -o "$BATS_FILE_TMPDIR/a.cpio" "$TREES/host"
}

teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }

@test "the same bytes for another user, path, umask and time, and without the source's hard links" {
    cp -a "$TREES/host" "$BATS_TEST_TMPDIR/elsewhere"
    chmod 755 "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
    mkdir -m 777 "$BATS_TEST_TMPDIR/out"
    (umask 077; cd /; TZ=Asia/Tokyo setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$BUSYPY" pack -o "$BATS_TEST_TMPDIR/out/b.cpio" "$BATS_TEST_TMPDIR/elsewhere")
    cmp "$BATS_FILE_TMPDIR/a.cpio" "$BATS_TEST_TMPDIR/out/b.cpio"
    ln "$BATS_TEST_TMPDIR/elsewhere/bin/ls" "$BATS_TEST_TMPDIR/a-name-elsewhere"
    "$BUSYPY" pack -o "$BATS_TEST_TMPDIR/out/c.cpio" "$BATS_TEST_TMPDIR/elsewhere"
    cmp "$BATS_FILE_TMPDIR/a.cpio" "$BATS_TEST_TMPDIR/out/c.cpio"
    # compressed, too; a small tree will do
    find "$BATS_TEST_TMPDIR/elsewhere" -path '*/usr/lib/python3*/*' -delete
    cp -a "$BATS_TEST_TMPDIR/elsewhere" "$BATS_TEST_TMPDIR/small"
    for how in gzip zstd; do
        "$BUSYPY" pack -z $how -o "$BATS_TEST_TMPDIR/out/1" "$BATS_TEST_TMPDIR/small"
        "$BUSYPY" pack -z $how -o "$BATS_TEST_TMPDIR/out/2" "$BATS_TEST_TMPDIR/elsewhere"
        cmp "$BATS_TEST_TMPDIR/out/1" "$BATS_TEST_TMPDIR/out/2"
    done
}

@test "the initramfs unpacks to the tree, /init and /dev/console" {
    mkdir "$BATS_TEST_TMPDIR/out"; cd "$BATS_TEST_TMPDIR/out"
    cpio -idm --quiet <"$BATS_FILE_TMPDIR/a.cpio"
    same "$(diff -r --no-dereference "$TREES/host" . | LC_ALL=C sort)" "$(printf "Only in ./dev: console\nOnly in .: init")"
    same "$(readlink init)" "sbin/$ARCH-init"
    same "$(stat -c '%F %t:%T %a' dev/console)" "character special file 5:1 600"
}

@test "the kernel's unpacker gets all of it, as it is or compressed, and says nothing" {
    cp -a "$TREES/host" "$BATS_TEST_TMPDIR/tree"; cd "$BATS_TEST_TMPDIR"
    ln tree/bin/ls tree/bin/zz
    mkdir -p "tree/etc/$(printf 'n%.0s' {1..255})/empty"
    for how in none gzip zstd; do
        "$BUSYPY" pack -z $how -o image tree
        run -1 "$HELPERS/../unpack" "$PWD/image" diff -r --no-dereference "$PWD/tree" .
        same "$output" $'Only in ./dev: console\nOnly in .: init'
        run -0 "$HELPERS/../unpack" "$PWD/image" sh -c \
            'readlink init; [ bin/ls -ef bin/zz ] && stat -c "%F" dev/console'
        same "$output" "sbin/$ARCH-init"$'\n'"fifo"
    done
}

@test "hard links stay hard links, in cpio and tar" {
    cp -a "$TREES/host" "$BATS_TEST_TMPDIR/tree"
    ln "$BATS_TEST_TMPDIR/tree/bin/ls" "$BATS_TEST_TMPDIR/tree/bin/zz"
    mkdir "$BATS_TEST_TMPDIR/c" "$BATS_TEST_TMPDIR/t"
    "$BUSYPY" pack -o "$BATS_TEST_TMPDIR/x.cpio" "$BATS_TEST_TMPDIR/tree"
    "$BUSYPY" pack -f tar -o "$BATS_TEST_TMPDIR/x.tar" "$BATS_TEST_TMPDIR/tree"
    (cd "$BATS_TEST_TMPDIR/c" && cpio -idm --quiet <../x.cpio)
    tar -C "$BATS_TEST_TMPDIR/t" -xf "$BATS_TEST_TMPDIR/x.tar"
    for out in c t; do
        [ "$BATS_TEST_TMPDIR/$out/bin/ls" -ef "$BATS_TEST_TMPDIR/$out/bin/zz" ]
        cmp "$BATS_TEST_TMPDIR/$out/bin/zz" "$TREES/host/bin/ls"
    done
    diff -r --no-dereference "$BATS_TEST_TMPDIR/tree" "$BATS_TEST_TMPDIR/t"
}

@test "one arch leaves the others out; all takes all" {
    local tree=$TREES/debian
    debian_tree x86_64 aarch64 armhf s390x
    "$BUSYPY" pack -a s390x -o "$BATS_TEST_TMPDIR/s.cpio" "$tree"
    cpio -it --quiet <"$BATS_TEST_TMPDIR/s.cpio" >"$BATS_TEST_TMPDIR/list"
    grep -q '^etc/python/s390x/usr/bin/python3$' "$BATS_TEST_TMPDIR/list"
    ! grep -E '^etc/(python|clib|busypy)/(x86_64|aarch64|armhf)' "$BATS_TEST_TMPDIR/list" || false
    "$BUSYPY" pack -a all -f tar -o "$BATS_TEST_TMPDIR/all.tar" "$tree"
    for arch in x86_64 aarch64 armhf s390x; do
        tar -tf "$BATS_TEST_TMPDIR/all.tar" "etc/python/$arch/usr/bin/python3" >/dev/null
    done
}

@test "modules that are not wanted are left out, with their bytecode" {
    printf '# databases\nsqlite3\n_sqlite3 # the extension\n' >"$BATS_TEST_TMPDIR/list"
    "$BUSYPY" pack -m "$BATS_TEST_TMPDIR/list" -o "$BATS_TEST_TMPDIR/m.cpio" "$TREES/host"
    cpio -it --quiet <"$BATS_TEST_TMPDIR/m.cpio" >"$BATS_TEST_TMPDIR/names"
    ! grep -E 'python3[^/]*/(lib-dynload/)?(__pycache__/)?_?sqlite3([./]|$)' "$BATS_TEST_TMPDIR/names" || false
    grep -q '/json/__init__.py$' "$BATS_TEST_TMPDIR/names"
}

@test "the report adds up to the archive's files" {
    "$BUSYPY" pack --json -o "$BATS_TEST_TMPDIR/r.cpio" "$TREES/host" >"$BATS_TEST_TMPDIR/report"
    local files; files=$(find "$TREES/host" -type f -printf '%i\n' | sort -u | wc -l)
    /usr/bin/python3 - "$BATS_TEST_TMPDIR/report" "$files" <<'PYTHON'
import json, sys
rows = json.load(open(sys.argv[1]))["components"]
assert [r["component"] for r in rows] == ["interpreter", "stdlib", "bytecode", "extensions",
                                          "libraries", "data", "programs", "other"], rows
assert sum(r["files"] for r in rows) == int(sys.argv[2]), (rows, sys.argv[2])
assert all(r["bytes"] > 0 for r in rows), rows
PYTHON
}

@test "bad input: one sentence, and no file" {
    run -125 "$BUSYPY" pack "$TREES/host"
    same "$output" "busypy: pack: needs one TREE and --output (Hint: see 'busypy pack --help')"
    run -125 "$BUSYPY" pack -f zip -o "$BATS_TEST_TMPDIR/x" "$TREES/host"
    same "$output" "busypy: pack: --format must be 'cpio', 'tar' or 'erofs', not 'zip'"
    run -125 "$BUSYPY" pack -z xz -o "$BATS_TEST_TMPDIR/x" "$TREES/host"
    same "$output" "busypy: pack: --compress must be 'gzip', 'zstd', 'lz4hc' or 'none', not 'xz'"
    run -125 "$BUSYPY" pack -a all -o "$BATS_TEST_TMPDIR/x" "$TREES/host"
    same "$output" "busypy: pack: an initramfs is for one arch, not for all (Hint: --format tar)"
    run -125 "$BUSYPY" pack -m /nonexistent -o "$BATS_TEST_TMPDIR/x" "$TREES/host"
    same "$output" "busypy: pack: cannot read /nonexistent: No such file or directory"
    "$ROOT/tests/support/clone" "$TREES/host" "$BATS_TEST_TMPDIR/tree"; mkfifo "$BATS_TEST_TMPDIR/tree/bin/fifo"
    run -125 "$BUSYPY" pack -o "$BATS_TEST_TMPDIR/x" "$BATS_TEST_TMPDIR/tree"
    same "$output" "busypy: pack: $BATS_TEST_TMPDIR/tree/bin/fifo is neither file, directory nor link"
    same "$(ls "$BATS_TEST_TMPDIR")" tree
}

@test "what the kernel would not unpack is not packed" {
    local tree=$BATS_TEST_TMPDIR/tree
    "$ROOT/tests/support/clone" "$TREES/host" "$tree"
    refused() { # SENTENCE [OPTION...]
        run -125 "$BUSYPY" pack "${@:2}" -o "$BATS_TEST_TMPDIR/x" "$tree"
        same "$output" "busypy: pack: $1"
        same "$(ls "$BATS_TEST_TMPDIR")" tree
    }
    mkdir -p "$tree/.busypy-stage/build"
    refused "$tree is being staged, or that was interrupted (Hint: 'busypy stage $tree' goes on)"
    refused "$tree is being staged, or that was interrupted (Hint: 'busypy stage $tree' goes on)" -f tar
    refused "$tree is being staged, or that was interrupted (Hint: 'busypy stage $tree' goes on)" -f erofs
    rm -r "$tree/.busypy-stage"
    mkdir -p "$tree/init/full"
    refused "$tree/init is a directory, where an initramfs has the program that the kernel starts"
    "$BUSYPY" pack -f tar -o "$BATS_TEST_TMPDIR/tar" "$tree"; rm "$BATS_TEST_TMPDIR/tar"
    rm -r "$tree/init"; : >"$tree/TRAILER!!!"
    refused "$tree/TRAILER!!! has the name that ends a cpio archive"
    rm "$tree/TRAILER!!!"; truncate -s 4G "$tree/mnt/large"
    refused "$tree/mnt/large is larger than the 4 GiB that a file of an initramfs can have"
}
