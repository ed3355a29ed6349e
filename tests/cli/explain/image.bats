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
    bzip2 -c plain >bz2
    runs bz2
    xz --format=lzma -c plain >lzma
    runs lzma
    lzop -c plain >lzo
    runs lzo
    zstd -qc plain >zst
    runs zst
    xz --check=crc32 -c plain >xz
    runs xz
    lz4 -qlc plain >lz4
    runs lz4
}

panics() { # IMAGE SENTENCE
    explain_init 1 "$1"
    same "${lines[-1]}" "It would fail with ENOENT (No such file or directory): the kernel would panic: of $1 it unpacks nothing: $2"
}

@test "what is near, and how to make what the kernel takes" {
    archive root >plain
    xz -c plain >xz
    panics xz "Input was encoded with settings that are not supported by this XZ decoder (Hint: it has a check that the kernel does not know, such as CRC64, xz's default: xz --check=crc32)"
    lz4 -qc plain >lz4
    panics lz4 "invalid magic at start of compressed archive (Hint: it is lz4's default frame: the kernel takes what lz4 -l makes)"
    (cd root && find . | cpio --quiet -o -H odc) >odc
    panics odc "incorrect cpio method used: use -H newc option (Hint: it is a cpio archive made without -H newc: cpio -o -H newc)"
    gzip -c odc >odc.gz
    panics odc.gz "incorrect cpio method used: use -H newc option (Hint: it is a cpio archive made without -H newc: cpio -o -H newc)"
    (cd root && find . | cpio --quiet -o -H bin) >bin
    panics bin "invalid magic at start of compressed archive (Hint: it is an old binary cpio archive, made without -H newc: cpio -o -H newc)"
    gzip -c plain | gzip >twice
    panics twice "no cpio magic (Hint: it is compressed twice)"
    mkdir -p large; head -c 100000 /dev/urandom >large/aaa; cp -a root/* large; archive large >plain
    { head -c 60000 plain | bzip2; tail -c +60001 plain | bzip2; } >two
    explain_init 1 two
    same "${lines[-1]}" "It would fail with ENOENT (No such file or directory): cannot start /init: No such file or directory (Hint: the kernel unpacks two up to byte 0: junk at the end of compressed archive; one archive goes on in a second stream, where the kernel begins anew: compress it in one)"
}

@test "one member after the other, whatever each is" {
    mkdir -p none/sbin
    archive root >plain; (cd none; archive .) >none.cpio
    for first in "gzip -c" "bzip2 -c" "xz --check=crc32 -c" "xz --format=lzma -c" "zstd -qc" "lzop -c"; do
        for second in cat "gzip -c" "lz4 -qlc"; do
            { $first none.cpio; $second plain; } >image
            # only what is compressed may begin anywhere
            if [ "$second" = cat ]; then
                { $first none.cpio >image; truncate -s %4 image; cat plain >>image; }
            fi
            runs image
        done
    done
    { lz4 -qlc plain; head -c 100 /dev/zero; } >image
    runs image
    { zstd -qc plain; head -c 100 /dev/zero; } >image
    runs image
}

@test "what has been unpacked before stays" {
    archive root >plain
    { cat plain; echo junk; } >image
    run -0 --separate-stderr "$BUSYPY" explain --root image /init
    same "${lines[-1]}" "It would run."
    same "$stderr" "busypy: explain: warning: image: the kernel says \"Initramfs unpacking failed: invalid magic at start of compressed archive\" at byte $(stat -c %s plain), and goes on with what it has unpacked before"
    run -0 "$HELPERS/../unpack" image test -x init
    same "$output" "Initramfs unpacking failed: invalid magic at start of compressed archive"
}

@test "a file that the archive ends in is kept open for writing" {
    archive root >plain
    head -c 3000 plain >cut
    explain_init 1 cut
    same "${lines[-1]}" "It would fail with ETXTBSY (Text file busy): cannot start /init: Text file busy: the archive ends within it, and the kernel keeps it open for writing"
    gzip -c plain | head -c 3000 >cut.gz
    explain_init 1 cut.gz
    same "${lines[-1]}" "It would fail with ETXTBSY (Text file busy): cannot start /init: Text file busy: the archive ends within it, and the kernel keeps it open for writing (Hint: the kernel unpacks cut.gz up to byte 0: read error)"
    { cat plain; head -c 100000 /dev/urandom | bzip2 | head -c 50000; } >cut.bz2
    explain_init 1 cut.bz2
    same "${lines[-1]}" "It would fail with ENOENT (No such file or directory): the kernel may crash: the stream at byte $(stat -c %s plain) of cut.bz2 ends early, and it reads on behind it"
}

@test "members that the kernel leaves out, and why" {
    (cd root && printf '%s\n' init sbin/init | cpio --quiet -o -H newc) >image
    run -1 "$BUSYPY" explain --root image /sbin/init
    same "${lines[-1]}" "It would fail with ENOENT (No such file or directory): cannot start /sbin/init: /sbin does not exist (Hint: image has it, but no folder for it that comes before it: the kernel leaves it out)"
    ln root/sbin/init root/bin/other
    (cd root && printf '%s\n' bin/other sbin sbin/init | cpio --quiet -o -H newc) >image
    run -1 "$BUSYPY" explain --root image /sbin/init
    same "${lines[-1]}" "It would fail with ENOENT (No such file or directory): cannot start /sbin/init: No such file or directory (Hint: image has it as another name of a file whose first name is gone: the kernel leaves it out)"
}

@test "a replaced file keeps its other names" {
    mkdir -p more/bin; printf '#!/bin/none\n' >more/bin/a; chmod 755 more/bin/a
    ln root/sbin/init root/bin/a
    { archive root; (cd more && echo bin/a | cpio --quiet -o -H newc); } >image
    explain_init 1 image
    same "${lines[1]}" '/init       script  ok    #!/bin/none'
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
    [ ! -e stray.d ]
    [ ! -e "$TMPDIR/stray" ]
    [ ! -e /stray ]
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

folder_is() { # there|gone
    if [ "$1" = there ]; then [ "$(ls -A tmp)" ]; else [ ! "$(ls -A tmp)" ]; fi
}

@test "whatever signal ends it, the folder goes with it" {
    mkfifo pipe
    exec 8<>pipe # an image whose bytes may still come
    for signal in INT TERM QUIT PIPE XFSZ KILL; do
        env --default-signal "$BUSYPY" explain --root pipe /init >out 2>&1 3>&- &
        pid=$!
        wait_until 20 folder_is there
        kill "-$signal" "$pid"
        wait_until 20 folder_is gone || { kill -KILL "$pid"; return 1; }
    done
}

@test "images without an end, and bytes of a pipe" {
    run -125 patiently 60 "$BUSYPY" explain --root /dev/zero /init
    same "$output" "busypy: explain: /dev/zero: more than 2048 MiB, at least when it is unpacked"
    archive root >plain
    # with its length, for which a file is looked at twice
    /usr/bin/python3 -c 'import lzma, sys
bytes = sys.stdin.buffer.read()
made = lzma.compress(bytes, lzma.FORMAT_ALONE)
sys.stdout.buffer.write(made[:5] + len(bytes).to_bytes(8, "little") + made[13:])' <plain >lzma
    mkfifo pipe
    cat lzma >pipe 3>&- &
    run -0 patiently 30 "$BUSYPY" explain --root pipe /init
    same "${lines[-1]}" "It would run."
}

linked() { # COUNT LENGTH: files that have other names, in a folder that is missing
    /usr/bin/python3 -c 'import sys
count, length = map(int, sys.argv[1:])
for number in range(count):
    name = b"no/%0*d\0" % (length - 3, number)
    fields = number * 1024, 0o100644, 0, 0, 2, 0, 0, 0, 0, 0, 0, len(name), 0
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name
    sys.stdout.buffer.write(head + bytes(-len(head) % 4))' "$@" | gzip -1
}

@test "a great many hard links: neither time nor memory without a limit" {
    linked 200000 10 >many
    run -1 patiently 15 "$BUSYPY" explain --root many /init
    linked 80000 4000 >long
    run -125 patiently 30 "$BUSYPY" explain --root long /init
    same "$output" "busypy: explain: long: it takes more memory than this gives it"
}
