# A tree is as it was or as it shall be: interruptions, full disks, locks, bad input.
# shellcheck shell=bash disable=SC2016,SC2153
load fixtures

ARCH=$(uname -m)

setup() {
    TREE=$BATS_TEST_TMPDIR/tree SYSROOT=$BATS_TEST_TMPDIR/sysroot
    dynamic_sysroot "$SYSROOT"
}

stage_dir() { "${STAGE[@]}" --from "$SYSROOT" "$TREE"; }

# A runtime stands whole under its final names, or its interpreter does not stand there at all.
whole_or_absent() {
    [ ! -e "$TREE/etc/python/$ARCH" ] && return
    [ "$(cat "$TREE/etc/busypy/$ARCH/python3.sha256")" = \
        "$(sha256sum <"$TREE/etc/python/$ARCH/usr/bin/python3.12" | cut -d' ' -f1)  etc/python/$ARCH/usr/bin/python3.12" ]
    in_view "$TREE" /usr/bin/python3
}

# Another interpreter, so that an old runtime and a new one cannot be taken for each other.
change_sysroot() {
    echo "int one(void); int version = $1; int main(void) { return one() != 1; }" >"$BATS_TEST_TMPDIR/main.c"
    musl-gcc -o "$SYSROOT/usr/bin/python3.12" "$BATS_TEST_TMPDIR/main.c" "$SYSROOT/usr/lib/libone.so.1.0"
}

@test "killed at any rename, a tree is whole, and the next run ends what was begun" {
    stage_dir
    local renames n
    renames=$(strace -f -qq -e trace=rename,renameat,renameat2 -o /dev/stdout "${STAGE[@]}" --from "$SYSROOT" "$TREE" |
        grep -c rename)
    [ "$renames" -gt 6 ]
    for n in 1 2 3 $(seq $((renames - 6)) "$renames"); do
        change_sysroot "$n"
        run strace -f -qq -o /dev/null -e trace=rename,renameat,renameat2 \
            -e inject=rename,renameat,renameat2:signal=KILL:when="$n" "${STAGE[@]}" --from "$SYSROOT" "$TREE"
        [ "$status" -ne 0 ]
        whole_or_absent
        stage_dir
        whole_or_absent
        [ -e "$TREE/etc/python/$ARCH" ]
        [ ! -e "$TREE/.busypy-stage" ]
        cmp "$SYSROOT/usr/bin/python3.12" "$TREE/etc/python/$ARCH/usr/bin/python3.12"
    done
}

@test "what was decided is finished by the next run, even if that then fails" {
    stage_dir
    change_sysroot 1
    # the first rename is the decision; the second would begin to act on it
    run strace -f -qq -o /dev/null -e trace=rename,renameat,renameat2 \
        -e inject=rename,renameat,renameat2:signal=KILL:when=2 "${STAGE[@]}" --from "$SYSROOT" "$TREE"
    [ -d "$TREE/.busypy-stage/ready" ]
    run -125 "${STAGE[@]}" --from "$BATS_TEST_TMPDIR" "$TREE"
    cmp "$SYSROOT/usr/bin/python3.12" "$TREE/etc/python/$ARCH/usr/bin/python3.12"
    [ ! -e "$TREE/.busypy-stage" ]
}

@test "killed at random moments, a tree is whole" {
    local i pid
    for i in $(seq 20); do
        change_sysroot "$i"
        "${STAGE[@]}" --from "$SYSROOT" "$TREE" 9>&- & pid=$!
        read -rt "$(printf '0.%03d' $((RANDOM % 400 + 1)))" <> <(:) || :
        kill -KILL "$pid" 2>/dev/null || :
        wait "$pid" || :
        whole_or_absent
    done
    # what the last one had started may still be at work, and holds the lock
    wait_until 60 stage_dir 2>/dev/null
    whole_or_absent
    [ ! -e "$TREE/.busypy-stage" ]
}

@test "a full disk is one sentence, and the tree is as it was" {
    local size
    for size in 64k 300k 1m 8m 20m 42m; do # 42m: the compiler meets it, not we
        run unshare -Urm bash -c '
            mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 || exit
            tree=$1; shift
            "$@" --from host "$tree/new"; status=$?
            ls -A "$tree"; exit $status' - "$size" "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR" "${STAGE[@]}"
        same "$status" 125
        same "${#lines[@]}" 1
        [[ ${lines[0]} =~ ^busypy:\ stage:\ .*:\ No\ space\ left\ on\ device$ ]]
    done
}

@test "a full disk leaves the runtime that was there" {
    run unshare -Urm bash -c '
        mkdir "$1/small" && mount -t tmpfs -o size=3m tmpfs "$1/small" || exit 1
        "${@:3}" --from "$2" "$1/small/tree" || exit 1
        before=$(cd "$1/small/tree" && find . -type f -print0 | sort -z | xargs -0 sha256sum)
        "${@:3}" --from host "$1/small/tree"; status=$?
        after=$(cd "$1/small/tree" && find . -type f -print0 | sort -z | xargs -0 sha256sum)
        [ "$before" = "$after" ] && ls -A "$1/small/tree"; exit $status' - "$BATS_TEST_TMPDIR" "$SYSROOT" "${STAGE[@]}"
    same "$status" 125
    [[ ${lines[0]} =~ No\ space\ left\ on\ device$ ]]
    same "$(printf '%s ' "${lines[@]:1:3}")" "bin dev etc "
}

@test "two at a time: the second says so" {
    stage_dir
    mkdir "$TREE/.busypy-stage"
    (umask 077; : >"$TREE/.busypy-stage/lock"); exec 8>"$TREE/.busypy-stage/lock"; flock 8
    run -125 stage_dir 8>&-
    same "$output" "busypy: stage: $TREE: another busypy is staging there right now"
    exec 8>&-
    stage_dir
}

@test "two at a time: the place that the first has just removed is made again" {
    stage_dir
    strace -qq -f -o "$BATS_TEST_TMPDIR/trace" -P .busypy-stage -e trace=openat2 \
        -e inject=openat2:error=ENOENT:when=1 "${STAGE[@]}" --from "$SYSROOT" "$TREE"
    grep -q 'INJECTED' "$BATS_TEST_TMPDIR/trace"
    [ ! -e "$TREE/.busypy-stage" ]
}

@test "the same input twice gives the same manifest and the same bytes" {
    stage_dir
    local before; before=$(describe "$TREE/etc")
    stage_dir
    diff <(echo "$before" | grep -v ' d ') <(describe "$TREE/etc" | grep -v ' d ')
    "${STAGE[@]}" --from "$SYSROOT" "$TREE.2"
    cmp "$TREE/etc/busypy/$ARCH/manifest" "$TREE.2/etc/busypy/$ARCH/manifest"
}

@test "the owner's files in etc and site-package are kept, our programs are renewed" {
    stage_dir
    echo mine >"$TREE/etc/passwd"; echo broken >"$TREE/bin/true"
    echo 'x = 1' >"$TREE/site-package/own.py"; chmod 600 "$TREE/site-package/own.py"
    stage_dir
    same "$(cat "$TREE/etc/passwd")" mine
    cmp "$ROOT/rootfs/bin/true" "$TREE/bin/true"
    same "$(stat -c %a "$TREE/site-package/own.py")" 600
}

@test "etc/libc is warned of, and linked on request" {
    mkdir -p "$TREE/etc/libc/s390x"; touch "$TREE/etc/libc/s390x/libc.so.6"
    run -0 stage_dir
    same "$output" "busypy: stage: warning: $TREE/etc/libc is not looked at, the folder is called etc/clib (Hint: --link-libc makes links to what is there)"
    run -0 "${STAGE[@]}" --from "$SYSROOT" --link-libc "$TREE"
    same "$output" ""
    same "$(readlink "$TREE/etc/clib/s390x")" ../libc/s390x
    [ -f "$TREE/etc/clib/s390x/libc.so.6" ]
    run -0 stage_dir
    same "$output" ""
}

@test "bad input: one sentence each, and no tree" {
    local archs="x86_64 aarch64 riscv64 armhf armel i386 ppc64le s390x mips64el mipsel"
    refuses() { run -125 "${STAGE[@]}" "${@:2}"; same "$output" "busypy: stage: $1"; [ ! -e "$TREE" ]; }
    refuses "unknown arch 'vax' (Hint: one of $archs, or all)" --from debian --arch x86_64,vax "$TREE"
    refuses "unknown arch '' (Hint: one of $archs, or all)" --arch "" "$TREE"
    refuses "--from nowhere: no such directory (Hint: there are host, debian, debian:SUITE and DIR)" --from nowhere "$TREE"
    refuses "debian:sid/../x: this is no name of a suite (Hint: such are bookworm, trixie, trixie-backports, sid)" --from debian:sid/../x "$TREE"
    refuses "debian:trixie has no packages for mipsel" --from debian:trixie --arch mipsel "$TREE"
    refuses "debian:bookworm has no packages for riscv64" --from debian:bookworm --arch riscv64 "$TREE"
    refuses "--from DIR has a runtime for one --arch" --from "$SYSROOT" --arch all "$TREE"
    refuses "--locked, --mirror, --keyring, --allow-expired and --cache need --from debian" --mirror http://m "$TREE"
    refuses "needs one TREE (Hint: see 'busypy stage --help')"
    refuses "needs one TREE (Hint: see 'busypy stage --help')" "$TREE" "$TREE"
    refuses "$BATS_TEST_TMPDIR: not a directory with BusyPy's own programs (etc/busypy/busypy_start.py)" \
        --rootfs "$BATS_TEST_TMPDIR" "$TREE"
    refuses "$TREE: no runtime has been staged there" --list "$TREE"
    touch "$BATS_TEST_TMPDIR/file"
    refuses "$BATS_TEST_TMPDIR/file: Not a directory" --from "$SYSROOT" "$BATS_TEST_TMPDIR/file"
    refuses "$BATS_TEST_TMPDIR/file/tree: Not a directory" --from "$SYSROOT" "$BATS_TEST_TMPDIR/file/tree"
}

@test "a foreign arch or several from the host are refused" {
    local other=s390x; [ "$ARCH" = s390x ] && other=x86_64
    run -125 "${STAGE[@]}" --arch "$other" "$TREE"
    same "$output" "busypy: stage: --from host has a runtime for $ARCH alone (Hint: --from debian has all)"
}

@test "a tree that cannot be written is one sentence" {
    mkdir "$TREE"
    run -125 bwrap --ro-bind / / --dev /dev --proc /proc "${STAGE[@]}" --from "$SYSROOT" "$TREE"
    same "$output" "busypy: stage: cannot create $TREE/.busypy-stage: Read-only file system"
}

@test "an unsound manifest is named by its line" {
    stage_dir
    printf 'rubbish\n' >>"$TREE/etc/busypy/$ARCH/manifest"
    run -125 "${STAGE[@]}" --list "$TREE"
    same "$output" "busypy: stage: $TREE/etc/busypy/$ARCH/manifest:5: not a line of a manifest"
}
