#!/usr/bin/env bats
# `busypy explain --root IMAGE`: what the kernel would find in an initramfs.

load ../../support/helpers

setup() {
    cd "$BATS_TEST_TMPDIR"
    export TMPDIR=$BATS_TEST_TMPDIR/tmp
    mkdir tmp root root/sbin root/bin
    cp "$HELPERS/nothing" root/sbin/init
    ln -s sbin/init root/init
}

teardown() { same "$(ls -A tmp)" ""; } # nothing is left

archive() { (cd "$1" && find . | LC_ALL=C sort | cpio --quiet -o -H newc); }

explain_init() { # STATUS IMAGE [OPTION...]
    run "-$1" "$BUSYPY" explain --root "$2" "${@:3}" /init
}

runs() {
    explain_init 0 "$1"
    same "$output" "FILE  STEP    STATE NOTE
/init program ok    ELF for $(uname -m), static
It would run."
}

@test "an archive, with each compression" {
    archive root >plain
    runs plain
    gzip -c plain >gz
    runs gz
    zstd -qc plain >zst
    runs zst
    xz --check=crc32 -c plain >xz
    runs xz
    lz4 -qlc plain >lz4
    runs lz4
}

@test "early microcode before it, as distributions have it" {
    mkdir -p early/kernel/x86/microcode
    head -c 5000 /dev/zero | tr '\0' x >early/kernel/x86/microcode/GenuineIntel.bin
    archive early >image
    archive root | gzip >>image
    runs image
    { archive early; head -c 512 /dev/zero; archive root | zstd -q; } >image
    runs image
}

@test "several archives behind one another: the last one counts" {
    mkdir -p more/sbin
    printf '#!/bin/none\n' >more/sbin/init
    chmod 755 more/sbin/init
    { archive root; archive more; } >image
    explain_init 1 image
    same "${lines[-1]}" "It would fail with ENOENT (No such file or directory): the interpreter of /init: cannot start /bin/none: No such file or directory"
    { archive root; archive more; } | gzip >image
    explain_init 1 image
    same "${lines[1]}" '/init       script  ok    #!/bin/none'
    { archive more; archive root; } >image
    runs image
}

@test "hard links: the bytes come with the last name" {
    ln root/sbin/init root/bin/a
    ln root/sbin/init root/bin/z
    archive root >image
    runs image
    run -0 "$BUSYPY" explain --root image /bin/a
    run -0 "$BUSYPY" explain --root image /bin/z
}

@test "members that would lead outside do not" {
    ln -s ../../../../.. root/up
    printf 'up/stray\n' | (cd root && mkdir -p ../stage && cp -a . ../stage && cd ../stage &&
        rm up && mkdir up && cp sbin/init up/stray && cpio --quiet -o -H newc) >stray
    { archive root; cat stray; } >image
    run -0 "$BUSYPY" explain --root image /stray
    [ ! -e stray.d ] && [ ! -e "$TMPDIR/stray" ] && [ ! -e /stray ]
}

@test "what is no initramfs" {
    head -c 100 /dev/zero >zero
    explain_init 1 zero
    same "${lines[-1]}" "It would fail with ENOENT (No such file or directory): cannot start /init: No such file or directory"
    echo text >text
    explain_init 1 text
    same "${lines[-1]}" "It would fail with ENOENT (No such file or directory): the kernel would panic: of text it unpacks nothing: invalid magic at start of compressed archive"
    explain_init 125 nowhere
    same "$output" "busypy: explain: nowhere: No such file or directory"
}

@test "an image that busypy packs" {
    "$BUSYPY" pack -o image "$TREES/host"
    run -0 "$BUSYPY" explain --root image -n -o STEP /bin/shell
    same "$output" $'view\nscript\nprogram\nld.so\nlibraries\npython'
}

@test "another arch's" {
    explain_init 1 root --arch aarch64
    same "${lines[-1]}" "It would fail with ENOEXEC (Exec format error): /init is a program for $(uname -m), and this machine is aarch64 (Hint: --arch $(uname -m), if the machine is one)"
}
