#!/usr/bin/env bats
# Hostile sources and exports: a version that was published never changes, and nobody stops root.

load ../support/helpers
load ../support/witness
load ../cli/publish/tree

setup() {
    SRC=$BATS_TEST_TMPDIR/src E=$BATS_TEST_TMPDIR/export T=$BATS_TEST_TMPDIR/bad.tar
    sound_tree "$SRC" 2
    mkdir "$E"
    "$BUSYPY" publish -i v1 "$SRC" "$E" >/dev/null
    digest >"$BATS_TEST_TMPDIR/before"
}

# Bytes, modes and names of every published version.
digest() {
    (cd "$E" && find versions -mindepth 1 -printf '%p %y %m %l\n' | sort
        find versions -type f -exec sha256sum {} + | sort)
}

# bad_tar PYTHON...: a tar of the tree with what the statements add.
bad_tar() {
    /usr/bin/python3 - "$T" "$SRC" <<SCRIPT
import io, os, sys, tarfile
tar = tarfile.open(sys.argv[1], "w", format=tarfile.GNU_FORMAT)
for name in sorted(os.listdir(sys.argv[2])): tar.add(sys.argv[2] + "/" + name, name)
same = open(sys.argv[2] + "/bin/script0", "rb").read()
def add(name, type=tarfile.REGTYPE, data=b"x", link="", mode=0o755):
    info = tarfile.TarInfo(name); info.type = type; info.linkname = link; info.mode = mode
    info.size = len(data) if type == tarfile.REGTYPE else 0
    tar.addfile(info, io.BytesIO(data))
$1
tar.close()
SCRIPT
}

unchanged() { digest | diff "$BATS_TEST_TMPDIR/before" -; }

@test "a tar that is refused does not write into the version that shares its files" {
    for name in .busypy-spool bin/.busypy-spool etc/busypy/manifest .busypy-spool.0; do
        bad_tar "
add('first', data=same)
add('$name', tarfile.LNKTYPE, link='first')
add('second', data=b'#!/usr/bin/python3\n# other bytes\n')
add('bin/script0', data=b'#!/usr/bin/python3\n# twice\n')"
        run -125 "$BUSYPY" publish -i v2 "$T" "$E"
        unchanged
        same "$(readlink "$E/current")" versions/v1
    done
}

@test "a tar of names that were once reserved is a version like any other" {
    bad_tar "
add('first', data=same)
add('.busypy-spool', tarfile.LNKTYPE, link='first')
add('second', data=b'#!/usr/bin/python3\n# other bytes\n')"
    "$BUSYPY" publish -i v2 "$T" "$E"
    cmp "$E/versions/v2/.busypy-spool" "$SRC/bin/script0"
    digest | grep -v versions/v2 | diff "$BATS_TEST_TMPDIR/before" -
}

@test "a FIFO where a file is expected stops nothing" {
    mkdir -p "$E/versions/zz/etc/busypy"
    mkfifo "$E/versions/zz/etc/busypy/id" "$E/versions/zz/etc/busypy/manifest"
    patiently 10 "$BUSYPY" versions "$E"
    patiently 10 "$BUSYPY" gc "$E"
    mkdir -p "$E/leases"
    mkfifo "$E/leases/node1"
    patiently 10 "$BUSYPY" clients "$E"
    patiently 10 "$BUSYPY" gc "$E"
}

@test "a FIFO in the lock of an export elsewhere, or as a version's record, holds nobody up" {
    printf '#!/bin/sh\nshift; exec sh -c "$*"\n' >"$BATS_TEST_TMPDIR/ssh"
    chmod 755 "$BATS_TEST_TMPDIR/ssh"
    export BUSYPY_SSH=$BATS_TEST_TMPDIR/ssh
    mkdir -p "$E/versions/zz/etc/busypy" "$E/.lock"
    mkfifo "$E/versions/zz/etc/busypy/id" "$E/.lock/owner"
    run -125 patiently 20 "$BUSYPY" publish -q -i v2 "$SRC" "host:$E"
    [[ $output == *".lock/owner is no file"* ]]
    rm "$E/.lock/owner"
    ln -s /dev/zero "$E/.lock/owner"
    run -125 patiently 20 "$BUSYPY" publish -q -i v2 "$SRC" "host:$E"
    [[ $output == *".lock/owner is no file"* ]]
    rm "$E/.lock/owner"
    patiently 20 "$BUSYPY" publish -q -i v2 "$SRC" "host:$E"
    same "$(readlink "$E/current")" versions/v2
}

@test "what would fill the disk is refused before it is unpacked" {
    truncate -s 65G "$BATS_TEST_TMPDIR/hole"
    tar -C "$BATS_TEST_TMPDIR" -S -cf "$T" hole
    [ "$(stat -c %s "$T")" -lt 100000 ]
    run -125 patiently 20 "$BUSYPY" publish -q -i v2 "$T" "$E"
    [[ $output == *"cannot be read: more than 64 GiB of files"* ]]
    unchanged
}
